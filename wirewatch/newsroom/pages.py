"""The HTML of the sample press: an article in its publisher's layout, front and section pages, the consent wall.

Only words and markup; what is published when is decided in `printing`.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from wirewatch.newsroom.press import PressPublisher
from wirewatch.newsroom.printing import Printed, iso

LAYOUTS = Path(__file__).parent / "layouts"

# Words a minute, for the "min read" line; characters a minute for Korean.
READING_SPEED = {"en": 220, "ru": 180, "ko": 500}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dates:
    """What a layout says about time and length."""

    iso: str
    visible: str
    updated_iso: str | None
    updated_visible: str | None
    year: int
    minutes: int
    comments: int
    short: str


def article_page(publisher: PressPublisher, one: Printed, printed: tuple[Printed, ...], *, base: str) -> str:
    """One article with everything around it."""
    if one.article.special == "consent":
        return _render("consent.html", p=publisher, w=_words(publisher.language))
    others = [other for other in printed if other.path != one.path and other.article.special is None]
    turn = one.article.number // 137 % max(1, len(others))
    dates = _dates(publisher, one)
    return _render(
        f"{publisher.layout}.html",
        p=publisher,
        a=one.article,
        one=one,
        w=_words(publisher.language),
        dates=dates,
        base=base,
        linked=_linked_data(publisher, one, dates, base) if publisher.metadata == "json-ld" else None,
        others=others[turn:] + others[:turn],
        popular=others[:5],
    )


def front_page(publisher: PressPublisher, printed: tuple[Printed, ...], *, heading: str | None = None) -> str:
    """The list of everything: the front page, and a section page under another heading."""
    return _render(
        "front.html",
        p=publisher,
        w=_words(publisher.language),
        heading=heading or f"{publisher.name} – {publisher.tagline}",
        printed=[one for one in printed if one.article.special is None],
        year=printed[0].published_at.year if printed else 2026,
    )


def static_file(name: str) -> bytes:
    """A style sheet or picture of the layouts."""
    return (LAYOUTS / name).read_bytes()


def visible_date(at: datetime, publisher: PressPublisher) -> str:
    """The date as readers of that language write it."""
    local = at.astimezone(ZoneInfo(publisher.zone))
    if publisher.language == "ko":
        half = "오전" if local.hour < 12 else "오후"
        return (
            f"{local.year}.{local.month:02d}.{local.day:02d}. {half} {(local.hour - 1) % 12 + 1}:{local:%M}"
        )
    if publisher.language == "ru":
        return f"{local.day} {_MONTHS_RU[local.month - 1]} {local.year}, {local:%H:%M}"
    zone = {"Asia/Seoul": " KST", "Europe/London": "", "UTC": " GMT"}.get(publisher.zone, f" {local:%Z}")
    return f"{local.day} {local:%B} {local.year}, {local:%H:%M}{zone}"


_MONTHS_RU = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip


def _dates(publisher: PressPublisher, one: Printed) -> _Dates:
    text = " ".join(one.article.body)
    length = len(text) if publisher.language == "ko" else len(text.split())
    comments = len(publisher.comments)
    return _Dates(
        iso=iso(one.published_at, publisher),
        visible=visible_date(one.published_at, publisher),
        updated_iso=iso(one.updated_at, publisher) if one.updated_at else None,
        updated_visible=visible_date(one.updated_at, publisher) if one.updated_at else None,
        year=one.published_at.year,
        minutes=max(1, round(length / READING_SPEED[publisher.language])),
        comments=one.article.number // 137 % (comments + 1) if comments else 0,
        short=one.article.summary[:200],
    )


def _linked_data(publisher: PressPublisher, one: Printed, dates: _Dates, base: str) -> Markup:
    article = one.article
    record: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "OpinionNewsArticle" if article.kind == "opinion" else "NewsArticle",
        "headline": article.title,
        "datePublished": dates.iso,
        "dateModified": dates.updated_iso or dates.iso,
        "inLanguage": publisher.language,
        "articleSection": article.section,
        "mainEntityOfPage": one.url,
        "image": f"{base}/static/photo.svg",
        "author": {"@type": "Person", "name": article.author}
        if article.author
        else {"@type": "Organization", "name": publisher.name},
        "publisher": {"@type": "NewsMediaOrganization", "name": publisher.name, "url": base},
        "isAccessibleForFree": article.special != "paywall",
    }
    # The text is ours and holds no markup; `</` is split so that it could not end the script element.
    return Markup(json.dumps(record, ensure_ascii=False).replace("</", "<\\/"))  # noqa: S704


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(LAYOUTS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(name: str, **facts: Any) -> str:
    page: str = _environment().get_template(name).render(**facts)
    return page


@cache
def _words(language: str) -> dict[str, Any]:
    words: dict[str, Any] = tomllib.loads((LAYOUTS / "words.toml").read_text(encoding="utf-8"))[language]
    return words
