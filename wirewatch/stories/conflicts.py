"""Where the articles of a story contradict one another, as sentences, and which of them deny or correct.

Only figures for one event in one unit are held against each other, and only the last word of each source: a toll that
one source raises over the day is an update, not a conflict.
"""

from __future__ import annotations

import re
from collections import defaultdict
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


def conflicts(articles: Sequence[StoredArticle]) -> tuple[str, ...]:
    """A sentence for each event whose figures contradict each other or that one source denies."""
    sentences = []
    for (event, unit), said in sorted(_figures(articles).items()):
        asserted = {source: claim for source, claim in said.items() if claim.certainty != _DENIED}
        clash = _widest_clash(asserted)
        if clash:
            low, high = clash
            sentences.append(
                f"{event}: {_value(asserted[low])} {unit} ({low}) against {_value(asserted[high])} ({high})"
            )
        deniers = sorted(source for source, claim in said.items() if claim.certainty == _DENIED)
        if asserted and deniers:
            source, claim = next(iter(sorted(asserted.items())))
            sentences.append(f"{event}: {_value(claim)} {unit} ({source}), denied by {', '.join(deniers)}")
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


def _figures(articles: Sequence[StoredArticle]) -> dict[tuple[str, str], dict[str, Claim]]:
    """The last figure of each source, by event and unit."""
    figures: defaultdict[tuple[str, str], dict[str, Claim]] = defaultdict(dict)
    for article in sorted(articles, key=order):
        for claim in article.claims:
            counts = claim.role == "current" and claim.certainty in {"asserted", _DENIED}
            if counts and claim.event and (claim.low is not None or claim.high is not None):
                figures[claim.event, claim.unit][claim.source or article.publisher] = claim
    return figures


def _widest_clash(said: dict[str, Claim]) -> tuple[str, str] | None:
    """The sources of the two figures that are furthest apart, if they cannot both be true."""
    best: tuple[float, str, str] | None = None
    for low in sorted(said):
        for high in sorted(said):
            most, least = _span(said[low])[1], _span(said[high])[0]
            if most < least and (best is None or least - most > best[0]):
                best = (least - most, low, high)
    return best[1:] if best else None


def _span(claim: Claim) -> tuple[float, float]:
    low = claim.low if claim.low is not None else float("-inf")
    high = claim.high if claim.high is not None else float("inf")
    return (low * (1 - TOLERANCE), high * (1 + TOLERANCE)) if claim.approximate else (low, high)


def _value(claim: Claim) -> str:
    about = "about " if claim.approximate else ""
    if claim.low is not None and claim.high is not None:
        same = claim.low == claim.high
        return about + (f"{claim.low:,g}" if same else f"{claim.low:,g} to {claim.high:,g}")
    return f"{about}at least {claim.low:,g}" if claim.low is not None else f"{about}at most {claim.high:,g}"
