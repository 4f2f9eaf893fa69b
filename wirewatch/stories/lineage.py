"""Which story of before each story of now is, when the articles were put into stories anew. Decides only.

A key goes where most of the story's articles go, and where several come together the oldest stays: the rule by which
two live stories are united. In this order:

1. A story that holds exactly the articles that one of before held is that story. A story that had been merged away
   and comes about again gets its old key back.
2. Of the stories of before whose articles went to one story for the most part, the oldest gives its key.
3. A story left without a key takes that of the story which most of its articles come from, if that one has no heir.
4. Else it gets a key of its own. A key that nobody took redirects to where most of its articles are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A story as it was. `gone`: it had been merged away, and this is what it held then."""

    story_key: str
    articles: frozenset[str]
    first_at: datetime
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """For each story of now the key it inherits, or None; and for each living key without an heir its new home."""

    keys: tuple[str | None, ...]
    homes: dict[str, int]  # story of before -> place of the story of now


def inherit(before: Sequence[Before], now: Sequence[frozenset[str]]) -> Lineage:
    """Match the stories of now with those of before; both are sets of articles, each article in one of them."""
    where = {article: place for place, articles in enumerate(now) for article in articles}
    homes = {story.story_key: _home(story, where) for story in before}
    keys: dict[int, str] = {}
    taken: set[str] = set()

    def give(story: Before, place: int | None) -> None:
        if place is not None and place not in keys and story.story_key not in taken:
            keys[place] = story.story_key
            taken.add(story.story_key)

    oldest = sorted(before, key=lambda story: (story.gone, story.first_at, story.story_key))
    for story in oldest:
        place = homes[story.story_key]
        if place is not None and now[place] == story.articles:
            give(story, place)
    living = [story for story in oldest if not story.gone]
    for story in living:
        give(story, homes[story.story_key])
    shares = _shares(living, where)
    for _, place, story in sorted(shares, key=lambda each: (-each[0], each[1], each[2].story_key)):
        give(story, place)
    return Lineage(
        keys=tuple(keys.get(place) for place in range(len(now))),
        homes={
            story.story_key: home
            for story in living
            if story.story_key not in taken and (home := homes[story.story_key]) is not None
        },
    )


def _home(story: Before, where: Mapping[str, int]) -> int | None:
    """Where most of a story's articles are now."""
    counts = Counter(where[article] for article in story.articles if article in where)
    return min(counts, key=lambda place: (-counts[place], place)) if counts else None


def _shares(living: Sequence[Before], where: Mapping[str, int]) -> list[tuple[int, int, Before]]:
    found = []
    for story in living:
        counts = Counter(where[article] for article in story.articles if article in where)
        found += [(count, place, story) for place, count in counts.items()]
    return found
