"""What a publisher's server holds at one moment: addresses, dates and feeds, made from the press and an epoch.

Pure: the epoch, the moment of the second edition and the addresses of the servers are arguments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from wirewatch.newsroom.press import Happened, PressArticle, PressFeed, PressPublisher

# How zones are written in dates by name, where a feed does that; readers often take them for UTC.
ZONE_NAMES = {"Asia/Seoul": "KST", "Europe/Moscow": "MSK", "Europe/Kyiv": "EET", "UTC": "GMT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One article at its address, dated, in the edition of the moment."""

    article: PressArticle  # the text in force
    url: str
    path: str
    published_at: datetime
    updated_at: datetime | None = None


def print_articles(
    publisher: PressPublisher,
    *,
    base: str,
    epoch: datetime,
    advanced_at: datetime | None,
    until: datetime | None = None,
) -> tuple[Printed, ...]:
    """The publisher's articles, newest first. `advanced_at` is None in the first edition.

    Nothing that appears after `until` is there.
    """
    printed = []
    for article in publisher.articles:
        if article.age is not None:
            at = epoch - article.age
        elif article.late is not None and advanced_at is not None:
            at = advanced_at - article.late
        else:
            continue
        if until is not None and at > until:
            continue
        second = article.second if advanced_at is not None else None
        path = address_path(publisher, article, at)
        told_at = epoch - article.told_age if article.age is not None else at
        printed.append(
            Printed(
                article=_dated(second or article, told_at, epoch, publisher.language),
                url=base + path,
                path=path,
                published_at=at,
                updated_at=advanced_at if second else None,
            )
        )
    return tuple(sorted(printed, key=lambda one: (one.published_at, one.article.key), reverse=True))


def address_path(publisher: PressPublisher, article: PressArticle, at: datetime) -> str:
    """Where the article stands; one that robots must leave alone stands below `/internal`."""
    local = at.astimezone(ZoneInfo(publisher.zone))
    path = publisher.pattern.format(
        date=local, slug=article.slug, number=article.number, section=article.section
    )
    path = quote(path, safe="/?=&")
    return f"/internal{path}" if article.special == "robots" else path


def feed_entries(feed: PressFeed, printed: tuple[Printed, ...]) -> tuple[Printed, ...]:
    """What of the printed articles stands in a feed, newest first."""
    chosen = [one for one in printed if not feed.sections or one.article.section in feed.sections]
    return tuple(chosen[: feed.most])


def print_feed(
    publisher: PressPublisher, feed: PressFeed, entries: tuple[Printed, ...], *, base: str
) -> tuple[bytes, str]:
    """The feed's body and content type."""
    if feed.format == "json":
        return _json_feed(publisher, feed, entries, base), "application/feed+json; charset=utf-8"
    if feed.format == "atom":
        return _atom(publisher, feed, entries, base).encode(), "application/atom+xml; charset=utf-8"
    return _rss(publisher, feed, entries, base).encode(), "application/rss+xml; charset=utf-8"


def entry_link(feed: PressFeed, one: Printed) -> str:
    """The address as the feed gives it: with its tracking, or through the publisher's redirect."""
    if one.article.special == "redirect":
        base = one.url.removesuffix(one.path)
        return f"{base}/go/{one.article.number}"
    return f"{one.url}{'&' if '?' in one.url else '?'}{feed.tracking}" if feed.tracking else one.url


def stamp(at: datetime, publisher: PressPublisher, style: str) -> str:
    """A date as the feed writes it; `local` has no zone, `zone-name` has one that many readers do not know."""
    local = at.astimezone(ZoneInfo(publisher.zone)).replace(microsecond=0)
    if style == "gmt":
        return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)
    if style == "local":
        return local.strftime("%Y-%m-%d %H:%M:%S")
    if style == "zone-name":
        return format_datetime(local).rpartition(" ")[0] + " " + ZONE_NAMES[publisher.zone]
    return format_datetime(local)


def iso(at: datetime, publisher: PressPublisher) -> str:
    """An ISO 8601 date with the publisher's offset."""
    return at.astimezone(ZoneInfo(publisher.zone)).replace(microsecond=0).isoformat()


_PLACE = re.compile(r"\{(event|day|date|month|year)(?:-(\d+))?\}")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")
_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTHS_RU = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip


def _dated(article: PressArticle, told_at: datetime, epoch: datetime, language: str) -> PressArticle:
    """The article with its days filled in, as seen where it was first written.

    `{event}` is the day of its event, the same in every report; `{day}` is the day it was written, `{day-1}` the one
    before, `{month-3}` three months before, `{year-40}` forty years.
    """
    told = told_at.astimezone(ZoneInfo(article.told_zone))
    event = _event_day(article.happened, epoch) if article.happened else told

    def fill(place: re.Match[str]) -> str:
        back = int(place[2] or 0)
        match place[1]:
            case "year":
                return str(told.year - back)
            case "month":
                return _MONTH_NAMES[(told.month - 1 - back) % 12]
            case "date" if language == "en":
                return f"{_MONTHS[told.month - 1]} {told.day}"
            case kind:
                return _day(event if kind == "event" else told - timedelta(days=back), language)

    return replace(
        article,
        title=_PLACE.sub(fill, article.title),
        summary=_PLACE.sub(fill, article.summary),
        body=tuple(_PLACE.sub(fill, block) for block in article.body),
    )


def _event_day(happened: Happened, epoch: datetime) -> datetime:
    return (epoch - happened.before).astimezone(ZoneInfo(happened.zone)) - timedelta(hours=happened.hour)


def _day(day: datetime, language: str) -> str:
    if language == "ko":
        return f"{day.day}일"
    if language == "ru":
        return f"{day.day} {_MONTHS_RU[day.month - 1]}"
    return _WEEKDAYS[day.weekday()]


def _rss(publisher: PressPublisher, feed: PressFeed, entries: tuple[Printed, ...], base: str) -> str:
    items = "".join(_rss_item(publisher, feed, one) for one in entries)
    newest = max((one.updated_at or one.published_at for one in entries), default=None)
    built = f"<lastBuildDate>{stamp(newest, publisher, feed.dates)}</lastBuildDate>" if newest else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/">\n<channel>\n'
        f"<title>{escape(feed.title)}</title>\n<link>{base}/</link>\n"
        f"<description>{escape(publisher.tagline)}</description>\n<language>{publisher.language}</language>\n"
        f'<atom:link href="{base}{feed.path}" rel="self" type="application/rss+xml"/>\n'
        f"<ttl>15</ttl>\n{built}\n{items}</channel>\n</rss>\n"
    )


def _rss_item(publisher: PressPublisher, feed: PressFeed, one: Printed) -> str:
    article = one.article
    creator = f"<dc:creator>{escape(article.author)}</dc:creator>" if article.author else ""
    content = f"<content:encoded>{escape(_as_html(article.body))}</content:encoded>" if feed.full_text else ""
    return (
        f"<item>\n<title>{escape(article.title)}</title>\n<link>{escape(entry_link(feed, one))}</link>\n"
        f'<guid isPermaLink="false">{publisher.key}-{article.number}</guid>\n'
        f"<pubDate>{stamp(one.published_at, publisher, feed.dates)}</pubDate>\n"
        f"<category>{escape(article.section)}</category>\n{creator}"
        f"<description>{escape(_short(article.summary))}</description>\n{content}</item>\n"
    )


def _atom(publisher: PressPublisher, feed: PressFeed, entries: tuple[Printed, ...], base: str) -> str:
    newest = max((one.updated_at or one.published_at for one in entries), default=None)
    items = "".join(_atom_entry(publisher, feed, one) for one in entries)
    updated = f"<updated>{iso(newest, publisher)}</updated>\n" if newest else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{publisher.language}">\n'
        f"<title>{escape(feed.title)}</title>\n<id>{base}{feed.path}</id>\n{updated}"
        f'<link rel="self" href="{base}{feed.path}"/>\n<link rel="alternate" type="text/html" href="{base}/"/>\n'
        f"<author><name>{escape(publisher.name)}</name></author>\n{items}</feed>\n"
    )


def _atom_entry(publisher: PressPublisher, feed: PressFeed, one: Printed) -> str:
    article = one.article
    author = f"<author><name>{escape(article.author)}</name></author>\n" if article.author else ""
    content = f'<content type="html">{escape(_as_html(article.body))}</content>\n' if feed.full_text else ""
    return (
        f"<entry>\n<title>{escape(article.title)}</title>\n<id>{escape(one.url)}</id>\n"
        f'<link rel="alternate" type="text/html" href={quoteattr(entry_link(feed, one))}/>\n'
        f"<published>{iso(one.published_at, publisher)}</published>\n"
        f"<updated>{iso(one.updated_at or one.published_at, publisher)}</updated>\n{author}"
        f"<category term={quoteattr(article.section)}/>\n"
        f"<summary>{escape(_short(article.summary))}</summary>\n{content}</entry>\n"
    )


def _json_feed(publisher: PressPublisher, feed: PressFeed, entries: tuple[Printed, ...], base: str) -> bytes:
    document: Mapping[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": f"{base}/",
        "feed_url": f"{base}{feed.path}",
        "language": publisher.language,
        "items": [_json_item(publisher, feed, one) for one in entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _json_item(publisher: PressPublisher, feed: PressFeed, one: Printed) -> dict[str, Any]:
    article = one.article
    item: dict[str, Any] = {
        "id": f"{publisher.key}-{article.number}",
        "url": entry_link(feed, one),
        "title": article.title,
        "summary": _short(article.summary),
        "date_published": iso(one.published_at, publisher),
        "tags": [article.section],
    }
    if one.updated_at is not None:
        item["date_modified"] = iso(one.updated_at, publisher)
    if article.author:
        item["authors"] = [{"name": article.author}]
    if feed.full_text:
        item["content_html"] = _as_html(article.body)
    return item


def _short(summary: str, most: int = 240) -> str:
    if len(summary) <= most:
        return summary
    return summary[:most].rpartition(" ")[0].rstrip(",;:") + "…"


def _as_html(body: tuple[str, ...]) -> str:
    return "".join(f"<p>{escape(block.removeprefix('## ').removeprefix('> '))}</p>" for block in body)
