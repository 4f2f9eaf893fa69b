"""The content of the sample press: publishers, feeds and articles, read from the TOML files in `press/`.

Knows what is written and how old each article is; dates, addresses and pages are made by `printing` and `pages`.
A copy is not written twice: it names the article it was taken from, how much of it was kept and what was changed,
so that the truth about copies cannot drift from the text.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from extractors.errors import WirewatchError

PRESS = Path(__file__).parent / "press"

Kind = Literal["news", "bulletin", "opinion", "roundup", "anniversary", "feature", "filler", "off-topic"]
Special = Literal["robots", "missing", "consent", "paywall", "redirect"]


class PressFault(WirewatchError):
    """A content file is wrong: which, where, and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PressFeed:
    """One feed of a publisher. Empty `sections`: all of them."""

    path: str
    format: Literal["rss", "atom", "json"]
    title: str
    dates: Literal["offset", "zone-name", "local", "gmt"] = "offset"
    sections: tuple[str, ...] = ()
    full_text: bool = False
    tracking: str = ""
    most: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """The day of an event: the last on which it was `hour` o'clock in `zone`, `before` the epoch."""

    before: timedelta
    hour: int
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PressArticle:
    """One article as first published. `body` is blocks of text: paragraphs, `## ` subheads, `> ` quotes, `- ` items.

    `age` counts back from the epoch; an article of the second edition has `late` instead, counting back from the
    moment of `advance`. `second` is the text of the second edition, where it differs. `{event}`, `{day}`, `{date}` and
    the like in the text are filled in by `printing`.
    """

    key: str  # publisher/slug
    slug: str
    number: int
    title: str
    section: str
    body: tuple[str, ...]
    age: timedelta | None = None
    late: timedelta | None = None
    author: str | None = None
    photo: str | None = None
    summary: str
    keywords: tuple[str, ...] = ()
    kind: Kind = "news"
    topics: tuple[str, ...] = ()
    event: str | None = None
    copy_of: str | None = None
    happened: Happened | None = None  # when its event was
    told_age: timedelta  # of the article that was copied: its weekdays stay in the copy
    told_zone: str
    special: Special | None = None
    second: PressArticle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PressPublisher:
    """One fictional house: who it says it is, how its pages look, what it publishes."""

    key: str
    name: str
    family: str
    language: str
    zone: str
    tagline: str
    layout: str
    metadata: Literal["json-ld", "meta", "visible", "microdata"]
    pattern: str
    title_form: str = "{title}"
    nav: tuple[str, ...] = ()
    about: str = ""
    comments: tuple[tuple[str, str], ...] = ()
    comments_from: int = 0
    disallow: tuple[str, ...] = ()
    feeds: tuple[PressFeed, ...] = ()
    articles: tuple[PressArticle, ...] = ()
    extras: dict[str, str] = field(default_factory=dict)  # words for the layout


@cache
def load_press(folder: Path = PRESS) -> tuple[PressPublisher, ...]:
    """Every publisher, by file name.

    Raises:
        PressFault: when a file cannot be read, or a copy names an article that is not there.
    """
    tables = {path.stem: _read(path) for path in sorted(folder.glob("*.toml")) if path.stem != "truth"}
    events = _happened(folder / "truth.toml")
    originals = {
        f"{key}/{raw['slug']}": {**raw, "zone": table["zone"], "happened": events.get(raw.get("event", ""))}
        for key, table in tables.items()
        for raw in table.get("article", ())
    }
    return tuple(_publisher(key, table, originals) for key, table in tables.items())


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise PressFault(f"{path.name}: {fault}") from fault


def _happened(path: Path) -> dict[str, Happened]:
    events = _read(path)["event"] if path.exists() else []
    return {
        raw["key"]: Happened(before=timedelta(hours=when["before"]), hour=when["hour"], zone=when["zone"])
        for raw in events
        if (when := raw.get("happened"))
    }


def _publisher(key: str, table: dict[str, Any], originals: dict[str, dict[str, Any]]) -> PressPublisher:
    facts = {
        name: _frozen(value) for name, value in table.items() if name not in {"feed", "article", "extras"}
    }
    try:
        return PressPublisher(
            key=key,
            **facts,
            extras=table.get("extras", {}),
            feeds=tuple(PressFeed(**{k: _frozen(v) for k, v in raw.items()}) for raw in table["feed"]),
            articles=tuple(
                _article(key, number, raw, originals) for number, raw in enumerate(table.get("article", ()))
            ),
        )
    except (KeyError, TypeError) as fault:
        raise PressFault(f"{key}.toml: {fault}") from fault


def _article(
    publisher: str, number: int, raw: dict[str, Any], originals: dict[str, dict[str, Any]]
) -> PressArticle:
    body = _body(publisher, raw, originals)
    facts = {
        name: _frozen(raw[name])
        for name in ("author", "photo", "keywords", "kind", "topics", "event", "copy_of", "special")
        if name in raw
    }
    told = _first(f"{publisher}/{raw['slug']}", originals)
    for name in ("topics", "event", "kind"):
        if name in told and name not in facts:
            facts[name] = _frozen(told[name])
    first = PressArticle(
        key=f"{publisher}/{raw['slug']}",
        slug=raw["slug"],
        # Far enough apart to look like the numbers of a large house.
        number=20_114_003 + number * 137,
        title=raw["title"],
        section=raw["section"],
        body=body,
        age=timedelta(hours=raw["age"]) if "age" in raw else None,
        late=timedelta(minutes=raw["late"]) if "late" in raw else None,
        told_age=timedelta(hours=told.get("age", 0)),
        told_zone=told["zone"],
        happened=told["happened"],
        summary=raw.get("summary") or body[0],
        **facts,
    )
    if (first.age is None) == (first.late is None):
        raise PressFault(f"{first.key}: wants either `age` (hours) or `late` (minutes)")
    if "second" not in raw:
        return first
    changed = {**raw, **raw["second"]}
    del changed["second"]
    return _with_second(first, _article(publisher, number, changed, originals))


def _with_second(first: PressArticle, second: PressArticle) -> PressArticle:
    from dataclasses import replace

    return replace(first, second=second)


def _body(publisher: str, raw: dict[str, Any], originals: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    where = f"{publisher}/{raw['slug']}"
    if "copy_of" not in raw:
        return _blocks(raw["text"])
    original = originals.get(raw["copy_of"])
    if original is None:
        raise PressFault(f"{where}: copies {raw['copy_of']}, which is not there")
    if raw.get("second_of"):
        original = {**original, **original["second"]}
    blocks = list(_body(raw["copy_of"].partition("/")[0], original, originals))
    blocks = blocks[: raw.get("keep", len(blocks))]
    if "lead" in raw:
        blocks[0] = raw["lead"]
    for old, new in raw.get("changes", ()):
        if not any(old in block for block in blocks):
            raise PressFault(f"{where}: the change {old!r} finds nothing to change")
        blocks = [block.replace(old, new) for block in blocks]
    if "credit_line" in raw:
        blocks.append(raw["credit_line"])
    return tuple(blocks)


def _first(key: str, originals: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The article that a chain of copies began with."""
    while "copy_of" in originals[key]:
        key = originals[key]["copy_of"]
    return originals[key]


def _blocks(text: str) -> tuple[str, ...]:
    blocks = (" ".join(block.split()) for block in text.strip().split("\n\n"))
    return tuple(block for block in blocks if block)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
