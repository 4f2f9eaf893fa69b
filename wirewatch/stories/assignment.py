"""Which story an article belongs to that is no copy of another.

Decides from likeness and time only; copies follow their original without being asked (`copies`). Chaining is bounded:
the likeness is the mean over all articles of the story, the story is only open for some days around its articles, and
it holds a bounded number of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wirewatch.stories.likeness import heaviest, likeness

# An event is reported within days; what comes later is another event of the same actors.
STORY_WINDOW = timedelta(days=4)

# Mean likeness from which an article joins a story.
ALIKE = 0.16

# A story holds so many articles at most; the next one founds another and an alarm is raised.
MOST_ARTICLES = 1000

# Terms by which a story is found, and terms of its summed vector that are kept.
SEARCH_TERMS = 40
KEPT_TERMS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a story is found and judged by: the sum of its articles' vectors, how many, and its days."""

    story_key: str
    total: Mapping[str, float]
    members: int
    first_at: datetime
    last_at: datetime

    def with_article(self, vector: Mapping[str, float], at: datetime) -> Profile:
        """The profile with one more article."""
        total = dict(self.total)
        for term, weight in vector.items():
            total[term] = round(total.get(term, 0.0) + weight, 4)
        if len(total) > 2 * KEPT_TERMS:
            total = {term: total[term] for term in heaviest(total, KEPT_TERMS)}
        return replace(
            self,
            total=total,
            members=self.members + 1,
            first_at=min(self.first_at, at),
            last_at=max(self.last_at, at),
        )

    def joined(self, other: Profile) -> Profile:
        """This profile with another story's articles."""
        total = dict(self.total)
        for term, weight in other.total.items():
            total[term] = round(total.get(term, 0.0) + weight, 4)
        return replace(
            self,
            total=total,
            members=self.members + other.members,
            first_at=min(self.first_at, other.first_at),
            last_at=max(self.last_at, other.last_at),
        )

    def open_at(self, at: datetime) -> bool:
        """Whether an article of this time may join."""
        near = self.first_at - STORY_WINDOW <= at <= self.last_at + STORY_WINDOW
        return near and self.members < MOST_ARTICLES

    def search_terms(self) -> tuple[str, ...]:
        """The terms by which it is found, heaviest first."""
        return tuple(heaviest(self.total, SEARCH_TERMS))


def profile_of(story_key: str, vector: Mapping[str, float], at: datetime) -> Profile:
    """The profile of a story founded by one article."""
    return Profile(story_key=story_key, total={}, members=0, first_at=at, last_at=at).with_article(vector, at)


def choose_story(
    vector: Mapping[str, float], at: datetime, profiles: Iterable[Profile]
) -> tuple[Profile, float] | None:
    """The open story most like the article, with the likeness, or None when none is alike enough."""
    best: tuple[float, str, Profile] | None = None
    for profile in profiles:
        if not profile.open_at(at):
            continue
        score = likeness(vector, profile.total, profile.members)
        if score >= ALIKE and (best is None or (-score, profile.story_key) < best[:2]):
            best = (-score, profile.story_key, profile)
    return None if best is None else (best[2], -best[0])
