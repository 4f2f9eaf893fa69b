"""What is true of the sample press, for tests to compare with: events, copies, independent reports, topics.

What an article is about is written beside its text; which reports of an event are independent of each other is
written in `press/truth.toml`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from wirewatch.newsroom.press import PRESS, Kind, PressFault, Special, load_press


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueEvent:
    """One thing that happened, and who reported it.

    `reports` holds one group a truly independent report: the article keys that share text or house. `late` articles
    are in there as well; they are served only in the second edition.
    """

    key: str
    about: str
    topics: tuple[str, ...]
    reports: tuple[tuple[str, ...], ...]
    conflict: str | None = None
    in_digest: bool = True

    @property
    def articles(self) -> tuple[str, ...]:
        """Every article of the event."""
        return tuple(key for group in self.reports for key in group)

    def independent_reports(self, *, of: frozenset[str]) -> int:
        """How many independent reports are among the articles given."""
        return sum(1 for group in self.reports if of.intersection(group))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueArticle:
    """What is true of one article; `topics` are those of level primary or secondary, without parents."""

    key: str
    publisher: str
    language: str
    kind: Kind
    topics: tuple[str, ...]
    event: str | None
    copy_of: str | None
    special: Special | None
    late: bool
    revised: bool


@cache
def true_events() -> tuple[TrueEvent, ...]:
    """The events of the sample.

    Raises:
        PressFault: when the events and the articles do not agree.
    """
    table = tomllib.loads((PRESS / "truth.toml").read_text(encoding="utf-8"))
    events = tuple(
        TrueEvent(
            key=raw["key"],
            about=raw["about"],
            topics=tuple(raw["topics"]),
            reports=tuple(tuple(group) for group in raw["reports"]),
            conflict=raw.get("conflict"),
            in_digest=raw.get("in_digest", True),
        )
        for raw in table["event"]
    )
    listed = {article: event.key for event in events for article in event.articles}
    written = {article.key: article.event for article in true_articles() if article.event is not None}
    if listed != written:
        odd = sorted(set(listed.items()) ^ set(written.items()))
        raise PressFault(f"truth.toml and the articles disagree on: {odd}")
    return events


@cache
def true_articles() -> tuple[TrueArticle, ...]:
    """Every article of the sample, late ones included."""
    return tuple(
        TrueArticle(
            key=article.key,
            publisher=publisher.key,
            language=publisher.language,
            kind=article.kind,
            topics=article.topics,
            event=article.event,
            copy_of=article.copy_of,
            special=article.special,
            late=article.late is not None,
            revised=article.second is not None,
        )
        for publisher in load_press()
        for article in publisher.articles
    )
