"""Feed XML that is not well-formed -> what can be had of it, by feedparser.

Entries are cut apart first, so that one broken entry costs nothing but itself: what is well-formed on its own is read as
usual, the rest goes to feedparser one by one. A last entry that is cut off is held back: the next poll has it whole.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

import feedparser
from lxml import etree

from extractors.feeds.raw import Link, RawEntry, RawFeed
from extractors.feeds.trees import read_tree
from extractors.records import Fault

_ROOT = re.compile(r"<([A-Za-z][\w.:-]*)((?:\s[^<>]{0,4000})?)>")
_OPENING = re.compile(r"<((?:[A-Za-z][\w.-]{0,20}:)?(?:item|entry))(?=[\s>/])[^<>]{0,2000}>", re.IGNORECASE)
_DC_DATE = re.compile(r"(</?)dc:date\b", re.IGNORECASE)
# feedparser keeps elements it does not know under their name: that is how the source of a date survives it.
_MARKED = "dc:wirewatchdate"
# One entry of more than this is no entry; feedparser takes seconds for a megabyte of tag soup.
_LONGEST_ENTRY = 200_000
_HEAD = 100_000
# feedparser reads 1,500 entries a second; a feed in which more are broken is read in part.
_MOST_BROKEN = 500
_CUT_OFF = Fault(kind="truncated", detail="the last entry is cut off and held back")


def read_loose(text: str, *, cap: int) -> tuple[RawFeed, tuple[Fault, ...]]:
    """What can be had of a document that is not well-formed, and what was wrong."""
    pieces, cut_off = _entry_pieces(text)
    root = _ROOT.search(text)
    if cut_off and not pieces:
        head = text[: _OPENING.search(text).start()]  # type: ignore[union-attr]
        return _all_by_feedparser(head[:_LONGEST_ENTRY], cap), (_CUT_OFF,)
    if not pieces or root is None:
        # No entry to be seen: its head is enough to say what it is, and whether it hides entries under odd names.
        return _all_by_feedparser(text[:_HEAD], cap), (Fault(kind="malformed", detail="not well-formed XML"),)
    opening, closing = _frame(text[: text.find(pieces[0])], root)
    faults = []
    feed, entries = RawFeed(), list[RawEntry]()
    broken = 0
    for piece in pieces[:cap]:
        document = f"{opening}{piece}{closing}"
        try:
            part = read_tree(document, cap=4, keep_last=False)
        except etree.XMLSyntaxError:
            broken += 1
            if broken > _MOST_BROKEN or len(piece) > _LONGEST_ENTRY:
                continue
            part = _by_feedparser(document)
            for entry in part.entries:
                entry.faults.append("malformed-entry")
        feed = feed if feed.kind and feed.title else part
        entries.extend(part.entries)
    if broken:
        faults.append(
            Fault(kind="malformed", detail=f"{broken} of {len(pieces)} entries are not well-formed XML")
        )
    if cut_off:
        faults.append(_CUT_OFF)
    if not faults:
        faults.append(Fault(kind="malformed", detail="not well-formed XML outside the entries"))
    feed.entries = entries
    feed.total = len(pieces)
    return feed, tuple(faults)


def _entry_pieces(text: str) -> tuple[list[str], bool]:
    """The entries as text, and whether a last one is cut off."""
    pieces: list[str] = []
    at, low = 0, text.lower()
    while (opened := _OPENING.search(text, at)) is not None:
        if opened.group().endswith("/>"):
            at = opened.end()
            continue
        name = opened.group(1)
        end = low.find(f"</{name.lower()}", opened.end())
        end = end if text.find(">", end) > 0 else -1
        following = _OPENING.search(text, opened.end())
        if end < 0 and following is None:
            return pieces, True
        if following is not None and (end < 0 or following.start() < end):
            # Never closed, but the next one opens: close it there.
            pieces.append(f"{text[opened.start() : following.start()]}</{name}>")
            at = following.start()
            continue
        pieces.append(f"{text[opened.start() : end]}</{name}>")
        at = end + len(name) + 2
    return pieces, False


def _frame(head: str, root: re.Match[str]) -> tuple[str, str]:
    """What stands around each entry to make it a document: the root with its namespaces, the channel's fields if they parse."""
    name = root.group(1)
    opening = f"<{name}{root.group(2).rstrip('/')}>"
    if name.lower().rpartition(":")[2] in {"rss", "channel"}:
        whole = head[root.start() :] if "<channel" in head.lower() else f"{opening}<channel>"
        closing = "</channel></rss>" if name.lower() != "channel" else f"</{name}>"
        if _parses(f"{whole}{closing}"):
            return whole, closing
        inner = "" if name.lower() == "channel" else "<channel>"
        return f"{opening}{inner}", closing
    whole, closing = head[root.start() :], f"</{name}>"
    return (whole, closing) if _parses(f"{whole}{closing}") else (opening, closing)


def _parses(document: str) -> bool:
    try:
        etree.fromstring(
            document.encode("utf-8"), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        )
    except (etree.XMLSyntaxError, ValueError):
        return False
    return True


def _all_by_feedparser(text: str, cap: int) -> RawFeed:
    feed = _by_feedparser(text)
    feed.total = len(feed.entries)
    del feed.entries[cap:]
    return feed


def _by_feedparser(document: str) -> RawFeed:
    marked = _DC_DATE.sub(lambda match: f"{match.group(1)}{_MARKED}", document)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = feedparser.parse(
                b"<?xml version='1.0' encoding='utf-8'?>" + marked.encode("utf-8"),
                response_headers={"content-type": "application/xml; charset=utf-8"},
                sanitize_html=False,
                resolve_relative_uris=False,
            )
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
        OverflowError,
    ):
        # feedparser raises these on hostile references and attributes (feedparser#599): this entry is lost, no other.
        return RawFeed()
    channel = parsed.feed
    return RawFeed(
        kind=parsed.version or "",
        title=_plain(channel, "title"),
        language=_plain(channel, "language"),
        home=_plain(channel, "link"),
        entries=[_adapted(entry) for entry in parsed.entries],
    )


def _adapted(entry: Any) -> RawEntry:
    raw = RawEntry(
        id=_plain(entry, "id"), id_is_link=bool(_plain(entry, "guidislink")), title=_plain(entry, "title"), summary=_plain(entry, "summary"),
    )  # fmt: skip
    for link in dict.get(entry, "links", ()):
        if href := dict.get(link, "href"):
            raw.links.append(
                Link(href=href, rel=dict.get(link, "rel") or "alternate", type=dict.get(link, "type"))
            )
    if origin := _plain(entry, "feedburner_origlink"):
        raw.links.insert(0, Link(href=origin, rel="original"))
    for key, source in (
        ("published", "published"),
        ("dc_wirewatchdate", "dc:date"),
        ("wirewatchdate", "dc:date"),
        ("created", "created"),
    ):
        if text := _plain(entry, key):
            raw.dates.append((source, text))
    if text := _plain(entry, "updated"):
        raw.updates.append(("updated", text))
    raw.content = (
        max((dict.get(part, "value", "") for part in dict.get(entry, "content", ())), key=len, default=None)
        or None
    )
    raw.authors = [name for author in dict.get(entry, "authors", ()) if (name := dict.get(author, "name"))]
    raw.categories = [term for tag in dict.get(entry, "tags", ()) if (term := dict.get(tag, "term"))]
    source = dict.get(entry, "source", {})
    raw.source_name, raw.source_url = dict.get(source, "title"), dict.get(source, "href")
    return raw


def _plain(record: Any, key: str) -> Any:
    """A value as stored: feedparser's own lookup answers `updated` with `published` and warns."""
    value = dict.get(record, key)
    return value.strip() or None if isinstance(value, str) else value
