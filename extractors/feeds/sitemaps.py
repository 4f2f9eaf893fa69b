"""News sitemaps -> entries; sitemap indexes -> the sitemaps they name, newest first.

A sitemap without news is refused: it lists every page a site ever had, and none of them as news.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from lxml import etree

from extractors.feeds.raw import Link, RawEntry, RawFeed
from extractors.records import Fault

_MOST_SITEMAPS = 500


def read_sitemap(text: str, *, cap: int) -> tuple[RawFeed, tuple[Fault, ...]]:
    """What a news sitemap or a sitemap index says.

    Raises:
        ValueError: a sitemap without any news.
        etree.XMLSyntaxError: not well-formed, and nothing could be read before the fault.
    """
    feed = RawFeed()
    children: list[tuple[str, str]] = []
    plain = 0
    faults: list[Fault] = []
    parsing = etree.iterparse(
        BytesIO(text.encode("utf-8")), events=("start", "end"), encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for event, element in parsing:
            name = _local(element)
            if event == "start":
                feed.kind = feed.kind or ("sitemap-index" if name == "sitemapindex" else "sitemap-news")
            elif name == "url":
                plain += not _keep(feed, _entry(element), cap)
                element.clear()
            elif name == "sitemap":
                children.append((_child(element, "lastmod") or "", _child(element, "loc") or ""))
                element.clear()
    except etree.XMLSyntaxError as fault:
        if not feed.entries and not children:
            raise
        faults.append(Fault(kind="truncated", detail=f"read up to the fault: {fault}"))
    if feed.kind != "sitemap-index" and not feed.entries:
        raise ValueError("a sitemap without news entries")
    if plain:
        faults.append(Fault(kind="not-news", detail=f"{plain} addresses without a news entry left out"))
    newest_first = sorted(children, key=lambda child: child[0], reverse=True)
    feed.sitemaps = tuple(dict.fromkeys(loc for _, loc in newest_first if loc))[:_MOST_SITEMAPS]
    return feed, tuple(faults)


def _keep(feed: RawFeed, entry: RawEntry | None, cap: int) -> bool:
    if entry is None:
        return False
    feed.total += 1
    if len(feed.entries) < cap:
        feed.entries.append(entry)
    return True


def _entry(element: Any) -> RawEntry | None:
    news = next((child for child in element if _local(child) == "news"), None)
    loc = _child(element, "loc")
    if news is None or not loc:
        return None
    raw = RawEntry(links=[Link(href=loc)], title=_child(news, "title"))
    if date := _child(news, "publication_date"):
        raw.dates.append(("news:publication_date", date))
    if date := _child(element, "lastmod"):
        raw.updates.append(("updated", date))
    publication = next((child for child in news if _local(child) == "publication"), None)
    if publication is not None:
        raw.language, raw.source_name = _child(publication, "language"), _child(publication, "name")
    if keywords := _child(news, "keywords"):
        raw.categories = [word.strip() for word in keywords.split(",") if word.strip()][:50]
    return raw


def _child(element: Any, name: str) -> str | None:
    return next(((child.text or "").strip() or None for child in element if _local(child) == name), None)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
