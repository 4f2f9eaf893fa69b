"""Many documents in few requests, with a verdict for each; writes to an index that moves meanwhile follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from elasticsearch import Elasticsearch, helpers

from wirewatch.index.client import IndexRejected
from wirewatch.index.homes import refused_for_moving

Item = TypeVar("Item")
Action = dict[str, Any]

# 500 documents a chunk indexed fastest on the embedded node (facts: 200 / 500 / 2000 gave 351 / 627 / 894 cold,
# 500 with orjson 1022); larger chunks hold larger requests in a 256 MB heap.
CHUNK = 500
CHUNK_BYTES = 8 * 1024 * 1024
CONFLICT = 409
# The answers that say that a document itself is wrong; all others (403, 429, 503, no answer) may be right next time.
DOCUMENT_FAULTS = (400, 413)
# What is read of a bulk's answer; the rest (shards, versions, sequence numbers) is most of it.
_TOLD = "errors,items.*._id,items.*.status,items.*.error,items.*.result"
# An index moves once in a schema's life; twice in one bulk would be a fault of ours.
MOST_MOVES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a bulk: keys that were written, that were there already (or written meanwhile), and refused ones."""

    done: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def bulk(client: Elasticsearch, actions: Iterable[Action], *, moved: Callable[[str], str | None]) -> Written:
    """Carry out bulk actions; conditional ones that another write came before count as known.

    `moved` says where the documents of an index belong now, None when it did not move.

    Raises:
        IndexRejected: when the server refuses for reasons of its own; the step fails and is done again.
    """
    return merge([_chunk(client, list(chunk), moved) for chunk in batched(actions, CHUNK)])


def _chunk(client: Elasticsearch, actions: list[Action], moved: Callable[[str], str | None]) -> Written:
    done, known, refused = [], [], []
    for _ in range(MOST_MOVES):
        again: list[Action] = []
        for action, ok, operation, result in _outcomes(client, actions):
            if ok:
                done.append(result["_id"])
            elif _came_late(action, operation, result):
                known.append(result["_id"])
            elif refused_for_moving(result.get("error")):
                index = moved(action["_index"])
                if index is None:
                    raise IndexRejected(result["_id"], _reason(result))
                again.append({**action, "_index": index})
            elif not (result.get("status") == 404 and operation == "delete"):
                if result.get("status") not in DOCUMENT_FAULTS:
                    # The server's trouble and not the document's: the step fails and is done again.
                    raise result.get("exception") or IndexRejected(result["_id"], _reason(result))
                refused.append((result["_id"], _reason(result)))
        if not again:
            return Written(done=tuple(done), known=tuple(known), refused=tuple(refused))
        actions = again
    raise IndexRejected(actions[0]["_id"], f"{actions[0]['_index']} moved {MOST_MOVES} times in one bulk")


def _came_late(action: Action, operation: str, result: Mapping[str, Any]) -> bool:
    """Whether a document was there already, or is no longer the version (in the index) that a condition names."""
    if "if_seq_no" in action:
        return result.get("status") == CONFLICT or refused_for_moving(result.get("error"))
    return result.get("status") == CONFLICT and operation == "create"


def _outcomes(
    client: Elasticsearch, actions: list[Action]
) -> Iterator[tuple[Action, bool, str, dict[str, Any]]]:
    outcomes = helpers.streaming_bulk(
        client,
        actions,
        expand_action_callback=_expanded,
        chunk_size=CHUNK,
        max_chunk_bytes=CHUNK_BYTES,
        raise_on_error=False,
        raise_on_exception=False,
        max_retries=5,
        initial_backoff=0.5,
        max_backoff=30,
        retry_on_status=(429, 503),
        filter_path=_TOLD,
    )
    by_key = {(action.get("_op_type", "index"), action["_id"]): action for action in actions}
    for ok, item in outcomes:
        (operation, result), *_ = item.items()
        yield by_key[operation, result["_id"]], ok, operation, result


def merge(parts: Iterable[Written]) -> Written:
    """Several bulks as one."""
    parts = list(parts)
    return Written(
        done=tuple(key for part in parts for key in part.done),
        known=tuple(key for part in parts for key in part.known),
        refused=tuple(pair for part in parts for pair in part.refused),
    )


def batched(items: Iterable[Item], size: int) -> Iterator[tuple[Item, ...]]:
    """Lists of at most `size` items (itertools has it from Python 3.12 on)."""
    rest = iter(items)
    while batch := tuple(islice(rest, size)):
        yield batch


def _reason(result: Mapping[str, Any]) -> str:
    error = result.get("error")
    if isinstance(error, dict):
        cause = error.get("caused_by", {}).get("reason", "")
        return f"{error.get('type')}: {error.get('reason')} {cause}".strip()
    return str(error or result.get("exception") or result)


def _expanded(action: bytes | str | Action) -> tuple[dict[str, Any], Any]:
    """An action's line and its document; a document that is JSON already stays as it is."""
    if not isinstance(action, dict) or not isinstance(action.get("_source"), bytes):
        return helpers.expand_action(action)
    where = {name: value for name, value in action.items() if name not in {"_op_type", "_source"}}
    return {action["_op_type"]: where}, action["_source"]
