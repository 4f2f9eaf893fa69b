"""A page's bytes as an Article, with how each field was obtained, or as Rejected with the reason.

Never raises, whatever the bytes. Knows no site: what is particular about one comes in as `publisher` and `learned_lines`.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from extractors.credits import find_credit
from extractors.languages import detect_language
from extractors.markup import read_markup
from extractors.records import Article, Entry, FoundDate, Page, Publisher, Rejected

# trafilatura logs an error for every odd page; the verdict says it already.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

# Characters of body below which a page has no article.
LEAST_TEXT = 80


def extract_article(
    page: Page,
    *,
    entry: Entry | None = None,
    publisher: Publisher | None = None,
    learned_lines: frozenset[str] = frozenset(),
    now: datetime,
) -> Article | Rejected:
    """The article of `page`, or why there is none.

    `learned_lines` are lines that recur across the publisher's pages: they are no part of an article.
    """
    try:
        return _extract(page, entry, publisher, learned_lines, now)
    except Exception as fault:  # noqa: BLE001
        # The last resort the house allows here: three parsers read bytes of strangers, and one page that
        # breaks one of them must end as a verdict like any other.
        return Rejected(
            url=page.final_url, reason="unparsable", detail=f"{type(fault).__name__}: {fault}"[:300]
        )


def _extract(
    page: Page, entry: Entry | None, publisher: Publisher | None, learned: frozenset[str], now: datetime
) -> Article | Rejected:
    from trafilatura import bare_extraction

    url = page.final_url or page.url
    if not page.body.strip():
        return Rejected(url=url, reason="empty", detail="no bytes")
    markup = read_markup(page.body, charset=page.charset, content_type=page.content_type)
    if markup is None:
        return Rejected(url=url, reason="not-html", detail="no element could be parsed")
    found = bare_extraction(
        markup.tree, url=url, fast=True, include_comments=False, with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )  # fmt: skip
    document = None if isinstance(found, dict) else found
    text = (
        "\n".join(line for line in (document.text or "").splitlines() if line.strip() not in learned)
        if document
        else ""
    )
    title = (document.title if document else None) or (entry.title if entry else None)
    if len(text) < LEAST_TEXT or not title or document is None:
        return Rejected(url=url, reason="too-little-text", detail=f"{len(text)} characters of body")
    return Article(
        url=url,
        title=title,
        raw_title=title,
        text=text,
        language=detect_language(text, publisher.language if publisher else None),
        authors=tuple(a.strip() for a in (document.author or "").split(";") if a.strip()),
        published=_day(document.date, publisher, now),
        site_name=document.sitename,
        image=document.image,
        credit=find_credit(text, patterns=publisher.credit if publisher else ()),
        provenance=(("text", "trafilatura"), ("title", "trafilatura"), ("published", "trafilatura")),
    )


def _day(day: str | None, publisher: Publisher | None, now: datetime) -> FoundDate | None:
    if not day:
        return None
    zone = ZoneInfo(publisher.zone) if publisher and publisher.zone else UTC
    at = datetime.combine(datetime.fromisoformat(day), time(), zone).astimezone(UTC)
    return None if at > now else FoundDate(at=at, raw=day, source="meta", zone="day")
