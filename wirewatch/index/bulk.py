"""Many documents in few requests, with a verdict for each; writes to an index that moves meanwhile follow it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice, repeat
from typing import Any, NotRequired, TypedDict, TypeVar

import orjson
from elasticsearch import ApiError, Elasticsearch

from wirewatch.index.client import IndexRejected
from wirewatch.index.homes import refused_for_moving

Item = TypeVar("Item")
Action = dict[str, Any]

# 500 documents a chunk indexed fastest on the embedded node (facts: 200 / 500 / 2000 gave 351 / 627 / 894 cold,
# 500 with orjson 1022); larger chunks hold larger requests in a 256 MB heap.
CHUNK = 500
CHUNK_BYTES = 8 * 1024 * 1024
# The answers that say that a document itself is wrong; all others (403, 429, 503, no answer) may be right next time.
DOCUMENT_FAULTS = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
# The server had no room for a document; it is sent again after so many seconds, and then the step fails.
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
# What is read of a bulk's answer; the rest (ids, shards, versions, sequence numbers) is most of it.
_TOLD = "items.*.status,items.*.error"
# An index moves once in a schema's life; twice in one bulk would be a fault of ours.
MOST_MOVES = 3
# What an action says besides where its document goes.
_BODY = frozenset({"_op_type", "_source", "doc"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a bulk: keys that were written, that were there already (or written meanwhile), and refused ones."""

    done: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


class _Outcome(TypedDict):
    """What the server said of one action."""

    status: int
    error: NotRequired[Mapping[str, Any] | str]


def bulk(client: Elasticsearch, actions: Iterable[Action], *, moved: Callable[[str], str | None]) -> Written:
    """Carry out bulk actions; conditional ones that another write came before count as known.

    An action is `_op_type` (create, index, update, delete), `_index`, `_id`, any of the server's conditions, and `doc` for
    an update or else `_source`: a dictionary, or bytes that are one line of JSON. `moved` says where the documents of an
    index belong now, None when it did not move.

    Raises:
        IndexRejected, ApiError: when the server refuses for reasons of its own; the step fails and is done again.
    """
    return merge([_chunk(client, chunk, moved) for chunk in batched(actions, CHUNK)])


def _chunk(client: Elasticsearch, actions: Sequence[Action], moved: Callable[[str], str | None]) -> Written:
    done, known, refused = [], [], []
    for _ in range(MOST_MOVES):
        again = []
        for action, outcome in _outcomes(client, actions):
            key, status, error = action["_id"], outcome["status"], outcome.get("error")
            if status < HTTPStatus.MULTIPLE_CHOICES:
                done.append(key)
            elif _came_late(action, status, error):
                known.append(key)
            elif refused_for_moving(error):
                index = moved(action["_index"])
                if index is None:
                    raise IndexRejected(key, _reason(error))
                again.append({**action, "_index": index})
            elif status != HTTPStatus.NOT_FOUND or action["_op_type"] != "delete":
                if status not in DOCUMENT_FAULTS:
                    # The server's trouble and not the document's: the step fails and is done again.
                    raise IndexRejected(key, _reason(error))
                refused.append((key, _reason(error)))
        if not again:
            return Written(done=tuple(done), known=tuple(known), refused=tuple(refused))
        actions = again
    raise IndexRejected(actions[0]["_id"], f"{actions[0]['_index']} moved {MOST_MOVES} times in one bulk")


def _came_late(action: Action, status: int, error: object) -> bool:
    """Whether a document was there already, or is no longer the version (in the index) that a condition names."""
    if "if_seq_no" in action:
        return status == HTTPStatus.CONFLICT or refused_for_moving(error)
    return status == HTTPStatus.CONFLICT and action["_op_type"] == "create"


def _outcomes(client: Elasticsearch, actions: Iterable[Action]) -> Iterator[tuple[Action, _Outcome]]:
    """Every action with its outcome; those that a busy server put off are sent again, and in the end told as they are."""
    waiting = [(action, _lines(action)) for action in actions]
    for pause in (*PAUSES, None):
        busy = []
        for part in _requests(waiting):
            outcomes = _sent(client, b"".join(lines for _, lines in part), len(part))
            for one, outcome in zip(part, outcomes, strict=True):
                if pause is not None and outcome["status"] in BUSY:
                    busy.append(one)
                else:
                    yield one[0], outcome
        if not busy or pause is None:
            return
        time.sleep(pause)
        waiting = busy


def _sent(client: Elasticsearch, operations: bytes, count: int) -> Iterator[_Outcome]:
    """One request's outcomes; a request that is refused as a whole is the outcome of each of its actions."""
    try:
        answer = client.bulk(operations=operations, filter_path=_TOLD)  # type: ignore[arg-type]
    except ApiError as fault:
        if fault.status_code not in (*BUSY, *DOCUMENT_FAULTS):
            raise
        return repeat(_Outcome(status=fault.status_code, error=str(fault)), count)
    return (outcome for item in answer["items"] for outcome in item.values())


def _requests(lines: Iterable[tuple[Action, bytes]]) -> Iterator[list[tuple[Action, bytes]]]:
    """Actions in as few requests as their size allows."""
    request: list[tuple[Action, bytes]] = []
    size = 0
    for one in lines:
        if request and size + len(one[1]) > CHUNK_BYTES:
            yield request
            request, size = [], 0
        request.append(one)
        size += len(one[1])
    if request:
        yield request


def _lines(action: Action) -> bytes:
    """An action as the server reads it: a line that says what to do where and, unless it deletes, a line of JSON."""
    operation = action["_op_type"]
    where = orjson.dumps({operation: {name: value for name, value in action.items() if name not in _BODY}})
    if operation == "delete":
        return where + b"\n"
    body = {"doc": action["doc"]} if operation == "update" else action["_source"]
    return b"%b\n%b\n" % (where, body if isinstance(body, bytes) else orjson.dumps(body))


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


def _reason(error: object) -> str:
    if isinstance(error, dict):
        cause = error.get("caused_by", {}).get("reason", "")
        return f"{error.get('type')}: {error.get('reason')} {cause}".strip()
    return str(error)
