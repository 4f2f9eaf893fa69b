"""Where the articles of a story contradict one another, as sentences, and which of them deny or correct.

Only figures for one event in one unit are held against each other, and only the last word of each source: a toll that
one source raises over the day is an update, not a conflict.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wirewatch.stories.reports import order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractors.records import Claim
    from wirewatch.records import StoredArticle

# "About 1,000" and 1,050 do not contradict each other.
TOLERANCE = 0.1

_CORRECTION = re.compile(
    r"^\W*(?:correct(?:ion|ed|s)\b|refiles?\b|정정|바로잡|исправлен|уточнен|поправк|訂正|更正)", re.IGNORECASE
)
_DENIED = "denied"


@dataclass(frozen=True, slots=True)
class _Figure:
    claim: Claim
    source: str
    article_key: str

    @property
    def span(self) -> tuple[float, float]:
        low = self.claim.low if self.claim.low is not None else float("-inf")
        high = self.claim.high if self.claim.high is not None else float("inf")
        return (low * (1 - TOLERANCE), high * (1 + TOLERANCE)) if self.claim.approximate else (low, high)

    def agrees_with(self, other: _Figure) -> bool:
        return self.span[0] <= other.span[1] and other.span[0] <= self.span[1]


def conflicts(articles: Sequence[StoredArticle]) -> tuple[str, ...]:
    """A sentence for each event whose figures contradict each other or that one source denies."""
    sentences = []
    for (event, unit), figures in sorted(_figures(articles).items()):
        asserted = [figure for figure in figures if figure.claim.certainty != _DENIED]
        clash = _widest_clash(asserted)
        if clash:
            low, high = clash
            sentences.append(
                f"{event}: {_value(low.claim)} {unit} ({low.source}) against {_value(high.claim)} ({high.source})"
            )
        deniers = sorted({figure.source for figure in figures if figure.claim.certainty == _DENIED})
        if asserted and deniers:
            first = asserted[0]
            sentences.append(
                f"{event}: {_value(first.claim)} {unit} ({first.source}), denied by {', '.join(deniers)}"
            )
    return tuple(sentences)


def stances(articles: Sequence[StoredArticle]) -> tuple[str, ...]:
    """What articles of the story are: "denial", "correction"."""
    found = set()
    for article in articles:
        if any(tag.level == "primary" and tag.status == _DENIED for tag in article.topics):
            found.add("denial")
        if _CORRECTION.search(article.title):
            found.add("correction")
    return tuple(sorted(found))


def _figures(articles: Sequence[StoredArticle]) -> dict[tuple[str, str], list[_Figure]]:
    """The figures of each event and unit that still stand, earliest article first."""
    figures: defaultdict[tuple[str, str], list[_Figure]] = defaultdict(list)
    last: dict[tuple[str, str, str], str] = {}  # the article in which a source spoke of an event last
    for article in sorted(articles, key=order):
        for claim in article.claims:
            counts = claim.role == "current" and claim.certainty in {"asserted", _DENIED}
            if counts and claim.event and (claim.low is not None or claim.high is not None):
                source = claim.source or article.publisher
                figures[claim.event, claim.unit].append(_Figure(claim, source, article.article_key))
                last[claim.event, claim.unit, source] = article.article_key
    return {
        key: [each for each in said if last[*key, each.source] == each.article_key]
        for key, said in figures.items()
    }


def _widest_clash(figures: Sequence[_Figure]) -> tuple[_Figure, _Figure] | None:
    """The two figures that are furthest apart, if they are of one thing and cannot both be true."""
    best: tuple[float, _Figure, _Figure] | None = None
    for low in figures:
        for high in figures:
            distance = high.span[0] - low.span[1]
            if distance > 0 and (best is None or distance > best[0]) and _of_one_thing(low, high, figures):
                best = (distance, low, high)
    return best[1:] if best else None


def _of_one_thing(one: _Figure, other: _Figure, figures: Sequence[_Figure]) -> bool:
    """Whether two figures speak of the same: an article that gives both by itself speaks of two things.

    Within one article only figures of two named sources are held against each other. Between two articles neither may
    have a figure that agrees with the other's: "2,800 more, 13,800 in all" does not contradict "13,800".
    """
    if one.claim.period != other.claim.period or one.source == other.source:
        return False
    if one.article_key == other.article_key:
        return one.claim.source is not None and other.claim.source is not None
    return not any(
        (each.article_key == one.article_key and each.agrees_with(other))
        or (each.article_key == other.article_key and each.agrees_with(one))
        for each in figures
    )


def _value(claim: Claim) -> str:
    about = "about " if claim.approximate else ""
    if claim.low is not None and claim.high is not None:
        same = claim.low == claim.high
        return about + (_number(claim.low) if same else f"{_number(claim.low)} to {_number(claim.high)}")
    return (
        f"{about}at least {_number(claim.low)}"
        if claim.low is not None
        else f"{about}at most {_number(claim.high)}"
    )


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
