"""Bytes at a feed's address -> entries and faults: RSS, RDF, Atom, JSON Feed, news sitemaps and sitemap indexes.

Pure: no network and no clock. What is no feed at all (a page, a consent wall, a bot challenge, nothing) is
`FeedUnreadable` with a reason that starts with a stable word; everything else gives every entry that can be had.

Order: encoding (`charsets`), frame (`repairs`), then the reader of the format (`trees`, `loose`, `jsonfeed`, `sitemaps`),
then judgement (`entries`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from extractors.errors import FeedUnreadable
from extractors.feeds.charsets import decode
from extractors.feeds.entries import judged
from extractors.feeds.jsonfeed import read_json
from extractors.feeds.loose import read_loose
from extractors.feeds.repairs import mended, without_frame
from extractors.feeds.sitemaps import read_sitemap
from extractors.feeds.trees import read_tree
from extractors.records import Fault, FeedDocument

if TYPE_CHECKING:
    from datetime import datetime

    from extractors.feeds.raw import RawFeed

__all__ = ["ENTRY_CAP", "find_feed_links", "read_feed"]

# Entries taken from one reading of one feed: the busiest real feeds hold 500; more is an archive or an attack.
ENTRY_CAP = 2_000

_FEED_ROOT = re.compile(
    r"<(?:[A-Za-z][\w.-]{0,30}:)?(rss|rdf|feed|channel|urlset|sitemapindex)\b", re.IGNORECASE
)
_HTML_ROOT = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_CHALLENGE = re.compile(
    r"just a moment|checking your browser|cf-challenge|challenge-platform|attention required|captcha|access denied|are you a robot|ddos protection|request blocked",
    re.IGNORECASE,
)
_CONSENT = re.compile(r"before you continue|consent|cookie wall|privacy settings|gdpr", re.IGNORECASE)
_LOGIN = re.compile(r"""type=["']password["']|sign in|log in|login""", re.IGNORECASE)
_HEAD = 3_000  # characters within which a document shows what it is


def read_feed(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    zone: str | None = None,
    now: datetime,
    distrust_ids: bool = False,
) -> FeedDocument:
    """The entries and faults of a feed's bytes.

    `zone` is the publisher's, for dates that name none. `distrust_ids`: earlier readings showed that ids do not stay.

    Raises:
        FeedUnreadable: no feed at all. `reason` starts with "empty", "blocked", "consent", "login", "html", "json",
            "sitemap" or "unknown".
    """
    text, faults = decode(body, content_type)
    start = text[:_HEAD].lstrip("\ufeff \t\r\n")
    if not text.strip("\ufeff\x00 \t\r\n"):
        raise FeedUnreadable(url, "empty: the body is empty")
    if start[:1] in "{[":
        try:
            raw, more = read_json(text.lstrip("\ufeff \t\r\n"), cap=ENTRY_CAP)
        except (ValueError, RecursionError) as fault:
            raise FeedUnreadable(url, f"json: {fault}") from None
        return judged(
            _capped(raw, more_faults := [*faults, *more]),
            more_faults,
            url=url,
            zone=zone,
            now=now,
            distrust_ids=distrust_ids,
        )
    _refuse_pages(text, url)
    framed, entities, frame_faults = without_frame(text)
    found = [*faults, *frame_faults]
    raw = _read_xml(framed, entities, url, found)
    return judged(_capped(raw, found), found, url=url, zone=zone, now=now, distrust_ids=distrust_ids)


def find_feed_links(page: str, url: str) -> tuple[str, ...]:
    """The feeds a page names in `<link rel=alternate>`, made absolute, in their order."""
    from lxml import html

    from extractors.urls import absolute_url

    kinds = (
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/json",
        "application/rdf+xml",
    )
    try:
        tree = html.fromstring(page.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return ()
    found = []
    for link in tree.iter("link"):
        if (
            "alternate" in (link.get("rel") or "").lower()
            and (link.get("type") or "").lower().split(";")[0] in kinds
        ):
            address = absolute_url(link.get("href") or "", url)
            if address and address not in found:
                found.append(address)
    return tuple(found)


def _read_xml(framed: str, entities: dict[str, str], url: str, found: list[Fault]) -> RawFeed:
    sitemap = (root := _FEED_ROOT.search(framed)) is not None and root.group(1).lower() in {
        "urlset",
        "sitemapindex",
    }
    try:
        return _well_formed(framed, url, found, sitemap=sitemap)
    except etree.XMLSyntaxError:
        text, faults = mended(framed, entities)
        found.extend(faults)
    try:
        return _well_formed(text, url, found, sitemap=sitemap)
    except etree.XMLSyntaxError as fault:
        if sitemap:
            raise FeedUnreadable(url, f"sitemap: not well-formed: {fault}") from None
    raw, more = read_loose(text, cap=ENTRY_CAP)
    found.extend(more)
    return raw


def _well_formed(text: str, url: str, found: list[Fault], *, sitemap: bool) -> RawFeed:
    if not sitemap:
        return read_tree(text, cap=ENTRY_CAP)
    try:
        raw, faults = read_sitemap(text, cap=ENTRY_CAP)
    except ValueError as fault:
        raise FeedUnreadable(url, f"sitemap: {fault}") from None
    found.extend(faults)
    return raw


def _capped(raw: RawFeed, found: list[Fault]) -> RawFeed:
    """At most the cap; of a feed that lists its oldest entries first, the end."""
    if raw.total <= ENTRY_CAP:
        return raw
    found.append(
        Fault(kind="too-many-entries", detail=f"{raw.total} entries; the newest {ENTRY_CAP} are read")
    )
    if len(raw.entries) > ENTRY_CAP:
        first, last = (
            next((text for _, text in entry.dates), "") for entry in (raw.entries[0], raw.entries[-1])
        )
        from extractors.dates import read_date

        began, ended = (read_date(text, source="feed") if text else None for text in (first, last))
        oldest_first = began is not None and ended is not None and began.at < ended.at
        raw.entries = raw.entries[-ENTRY_CAP:] if oldest_first else raw.entries[:ENTRY_CAP]
    return raw


def _refuse_pages(text: str, url: str) -> None:
    """Raise for what is no feed: an HTML page of whatever kind, or bytes of another sort."""
    head = text[:_HEAD]
    feed, page = _FEED_ROOT.search(text[:100_000]), _HTML_ROOT.search(head)
    if feed is not None and (page is None or feed.start() < page.start()):
        return
    if page is None:
        kind = (
            "unknown: neither XML nor JSON nor HTML"
            if "<" not in head
            else "unknown: XML without a feed in it"
        )
        raise FeedUnreadable(url, kind)
    if _CHALLENGE.search(text[:20_000]):
        raise FeedUnreadable(url, "blocked: a bot challenge or block page instead of the feed")
    if _CONSENT.search(head):
        raise FeedUnreadable(url, "consent: a consent page instead of the feed")
    if _LOGIN.search(text[:20_000]):
        raise FeedUnreadable(url, "login: a login page instead of the feed")
    raise FeedUnreadable(url, "html: a page instead of the feed")
