"""Where the articles of a story contradict one another, as sentences, and which of them deny or correct.

Only figures for one event in one unit are held against each other, and only the last word of each source: a toll that
one source raises over the day is an update, not a conflict.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wirewatch.stories.figures import DENIED, figures_of, standing, widest_clash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractors.records import Claim
    from wirewatch.records import StoredArticle

_CORRECTION = re.compile(
    r"^\W*(?:correct(?:ion|ed|s)\b|refiles?\b|정정|바로잡|исправлен|уточнен|поправк|訂正|更正)", re.IGNORECASE
)


def conflicts(articles: Sequence[StoredArticle]) -> tuple[str, ...]:
    """A sentence for each event whose figures contradict each other or that one source denies."""
    sentences = []
    for (event, unit), said in sorted(figures_of(articles).items()):
        figures = standing(said)
        asserted = [figure for figure in figures if figure.claim.certainty != DENIED]
        clash = widest_clash(asserted)
        if clash:
            low, high = clash
            sentences.append(
                f"{event}: {told_value(low.claim)} {unit} ({low.source}) against {told_value(high.claim)} ({high.source})"
            )
        deniers = sorted({figure.source for figure in figures if figure.claim.certainty == DENIED})
        if asserted and deniers:
            first = asserted[0]
            sentences.append(
                f"{event}: {told_value(first.claim)} {unit} ({first.source}), denied by {', '.join(deniers)}"
            )
    return tuple(sentences)


def stances(articles: Sequence[StoredArticle]) -> tuple[str, ...]:
    """What articles of the story are: "denial", "correction"."""
    found = set()
    for article in articles:
        if any(tag.level == "primary" and tag.status == DENIED for tag in article.topics):
            found.add("denial")
        if _CORRECTION.search(article.title):
            found.add("correction")
    return tuple(sorted(found))


def told_value(claim: Claim) -> str:
    """A claim's value in words: "about 300", "at least 5", "10 to 12"."""
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
