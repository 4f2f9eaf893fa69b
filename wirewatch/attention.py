"""Which stories analysts pinned (they come first) or muted (they are left out of lists and digests).

Decides only, from corrections and the stories at hand: no store, no clock. A decision follows its articles: when a
re-clustering gives them to another story, that story is pinned or muted instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wirewatch.corrections import Correction

KINDS = ("pin", "mute")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Keys of the pinned and of the muted stories; no story is both."""

    pinned: frozenset[str] = frozenset()
    muted: frozenset[str] = frozenset()


UNDECIDED = Attention()


def attention(corrections: Iterable[Correction], stories: Mapping[str, Sequence[str]]) -> Attention:
    """What is pinned and muted among `stories` (key -> article keys). Of several decisions the latest counts."""
    story_of = {article: key for key, articles in stories.items() for article in articles}
    standing: dict[str, str] = {}
    for decision in sorted(corrections, key=lambda one: (one.made_at, one.correction_key)):
        if decision.kind in KINDS and decision.withdrawn_at is None:
            story = _meant(decision, stories, story_of)
            if story is not None:
                standing[story] = decision.kind
    return Attention(
        pinned=frozenset(key for key, kind in standing.items() if kind == "pin"),
        muted=frozenset(key for key, kind in standing.items() if kind == "mute"),
    )


def _meant(
    decision: Correction, stories: Mapping[str, Sequence[str]], story_of: Mapping[str, str]
) -> str | None:
    """The story a decision is about now: the one it names, else the one that took over most of its articles.

    A muted story that was merged into a larger one does not mute it: what others wrote there was never looked at.
    """
    if decision.story_key in stories:
        return decision.story_key
    now = [story_of[article] for article in decision.articles if article in story_of]
    heir = max(sorted(set(now)), key=now.count, default=None)
    if heir is None or 2 * now.count(heir) <= len(decision.articles):
        return None
    if decision.kind == "mute" and 2 * now.count(heir) < len(stories[heir]):
        return None
    return heir
