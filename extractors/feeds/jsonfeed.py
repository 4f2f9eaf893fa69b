"""JSON Feed 1.0 and 1.1 -> what it says. A document cut off in its items gives the whole ones before the cut."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from extractors.feeds.raw import Link, RawEntry, RawFeed
from extractors.records import Fault

_ITEMS = re.compile(r'"items"\s*:\s*\[')


def read_json(text: str, *, cap: int) -> tuple[RawFeed, tuple[Fault, ...]]:
    """What a JSON Feed says.

    Raises:
        ValueError: it is no JSON Feed; the message says what it is.
    """
    faults: tuple[Fault, ...] = ()
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        document = {
            "version": "https://jsonfeed.org/" if "jsonfeed.org" in text[:2_000] else "",
            "items": _whole_items(text, cap),
        }
        if not document["items"]:
            raise ValueError(f"broken JSON: {fault}") from None
        faults = (Fault(kind="truncated", detail=f"broken JSON ({fault}); what follows is held back"),)
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise ValueError("JSON, but no feed: it has no items")  # noqa: TRY004 - what the bytes hold, not what we were called with
    if "jsonfeed.org" not in str(document.get("version", "")) and not any(
        _looks_like_item(item) for item in items[:5]
    ):
        raise ValueError("JSON, but no feed: its items have neither url nor content")
    feed = RawFeed(
        kind="json", title=_str(document.get("title")), language=_str(document.get("language")), home=_str(document.get("home_page_url")),
        self_link=_str(document.get("feed_url")), hub=_hub(document.get("hubs")), total=len(items),
    )  # fmt: skip
    for item in [*items[:cap], *(items[cap:][-cap:])]:
        if isinstance(item, dict):
            feed.entries.append(_entry(item, feed.language))
    return feed, faults


def _entry(item: dict[str, Any], language: str | None) -> RawEntry:
    raw = RawEntry(
        id=_str(item.get("id")), title=_str(item.get("title")), summary=_str(item.get("summary")),
        content=_str(item.get("content_html")) or _str(item.get("content_text")), language=_str(item.get("language")) or language,
    )  # fmt: skip
    raw.id_is_link = bool(raw.id and raw.id.startswith(("http://", "https://")))
    if (address := _str(item.get("url"))) or (address := _str(item.get("external_url"))):
        raw.links.append(Link(href=address))
    if date := _str(item.get("date_published")):
        raw.dates.append(("date_published", date))
    if date := _str(item.get("date_modified")):
        raw.updates.append(("updated", date))
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    raw.authors = [
        name
        for author in authors or ()
        if (name := _str(author.get("name") if isinstance(author, dict) else author))
    ]
    tags = item.get("tags")
    raw.categories = [name for tag in tags if (name := _str(tag))] if isinstance(tags, list) else []
    return raw


def _whole_items(text: str, cap: int) -> list[Any]:
    start = _ITEMS.search(text)
    items: list[Any] = []
    if start is None:
        return items
    at, decoder = start.end(), json.JSONDecoder()
    while len(items) < cap:
        at += len(re.compile(r"[\s,]*").match(text, at).group())  # type: ignore[union-attr]
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return items
        items.append(item)
    return items


def _looks_like_item(item: Any) -> bool:
    return isinstance(item, dict) and bool(
        {"url", "content_html", "content_text", "external_url"} & item.keys()
    )


def _hub(hubs: Any) -> str | None:
    first = hubs[0] if isinstance(hubs, list) and hubs else None
    return _str(first.get("url")) if isinstance(first, dict) else None


def _str(value: Any) -> str | None:
    """Text, or a number as text (ids and epoch dates come as numbers); None for all else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None
