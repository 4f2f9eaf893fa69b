"""Which story an article belongs to that is no copy of another.

Decides from likeness and time only; copies follow their original without being asked (`copies`). Chaining is bounded:
the likeness is the mean over all articles of the story, the story is only open for some days around its articles, and
it holds a bounded number of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import sqrt

from wirewatch.stories.likeness import heaviest, likeness, product

# An event is reported within days; what comes later is another event of the same actors.
STORY_WINDOW = timedelta(days=4)

# However it goes on, a story ends after so long: what drifts along from there is another.
LONGEST_STORY = timedelta(days=14)

# Mean likeness from which an article joins a story; bare titles share less. .22 and .24 measure alike (.990/.872/.896
# and 1.0/.877/.906 on full texts, snippets, reports), so do .15 and .2 for titles.
ALIKE = 0.24
ALIKE_TITLES = 0.2

# An article leaves a story that readers know only when it is clearly less alike: below this share of what is otherwise
# enough. Each new article shifts the weights of words: the sample's second edition takes its land-border report from .298
# to .264, where ALIKE is .24.
STAYS = 0.8

# Two stories are one when their mean vectors point the same way (cosine). The first articles of an event found two
# stories easily, and titles of one event many: uniting lifts titles from .74 to .83 and short reports from .866 to .896.
UNITED = 0.42
UNITED_TITLES = 0.2

# A house rarely reports one event in two texts of its own, and often two events of the same actors on one day. An
# article is that much harder to put beside another of its house: times the likeness otherwise enough. On snippets 1 / 1.5 /
# 1.8 / 2 give .879 / .888 / .892 / .888; full texts and reports do not change; the sample's mixed stories go.
SAME_HOUSE = 1.8

# A story holds so many articles at most; the next one founds another and an alarm is raised.
MOST_ARTICLES = 1000

# With all its copies a story holds so many articles at most: it is read and told whole whenever one more comes, and its
# document grows by about 150 bytes an article. Further copies of the one text go into a continuation, with an alarm.
MOST_HELD = 3000

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
    titles_only: bool = False
    houses: frozenset[str] = frozenset()

    def with_article(
        self, vector: Mapping[str, float], at: datetime, *, title_only: bool, house: str
    ) -> Profile:
        """The profile with one more article, of the publisher family or publisher `house`."""
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
            titles_only=title_only and (self.titles_only or not self.members),
            houses=self.houses | {house},
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
            titles_only=self.titles_only and other.titles_only,
            houses=self.houses | other.houses,
        )

    def open_at(self, at: datetime) -> bool:
        """Whether an article of this time may join."""
        near = self.first_at - STORY_WINDOW <= at <= self.last_at + STORY_WINDOW
        short = max(self.last_at, at) - min(self.first_at, at) <= LONGEST_STORY
        return near and short and self.members < MOST_ARTICLES

    def search_terms(self) -> tuple[str, ...]:
        """The terms by which it is found, heaviest first."""
        return tuple(heaviest(self.total, SEARCH_TERMS))

    def length(self) -> float:
        """The length of the summed vector."""
        return sqrt(sum(weight * weight for weight in self.total.values()))

    def outline(self) -> dict[str, float]:
        """The heaviest terms of the mean vector's direction: what their products leave out is little."""
        length = self.length()
        return {term: self.total[term] / length for term in self.search_terms()} if length else {}


def profile_of(
    story_key: str, vector: Mapping[str, float], at: datetime, *, title_only: bool, house: str
) -> Profile:
    """The profile of a story founded by one article."""
    empty = Profile(story_key=story_key, total={}, members=0, first_at=at, last_at=at)
    return empty.with_article(vector, at, title_only=title_only, house=house)


def choose_story(
    vector: Mapping[str, float],
    at: datetime,
    profiles: Iterable[Profile],
    *,
    title_only: bool,
    house: str,
    told_in: AbstractSet[str] = frozenset(),
) -> Profile | None:
    """The open story most like the article, or None when none is alike enough.

    In the stories of `told_in` readers have met it already: there less is enough.
    """
    enough = ALIKE_TITLES if title_only else ALIKE
    best: tuple[float, str, Profile] | None = None
    for profile in profiles:
        if not profile.open_at(at):
            continue
        score = likeness(vector, profile.total, profile.members)
        same_house = SAME_HOUSE if house in profile.houses and not title_only else 1.0
        if score < enough * same_house * (STAYS if profile.story_key in told_in else 1.0):
            continue
        if best is None or (-score, profile.story_key) < best[:2]:
            best = (-score, profile.story_key, profile)
    return None if best is None else best[2]


def one_story(one: Profile, other: Profile) -> float | None:
    """The cosine of two stories' vectors, if they are so alike that they are one story."""
    first, last = min(one.first_at, other.first_at), max(one.last_at, other.last_at)
    apart = max(one.first_at, other.first_at) - min(one.last_at, other.last_at)
    if apart > STORY_WINDOW or last - first > LONGEST_STORY or one.members + other.members > MOST_ARTICLES:
        return None
    lengths = one.length() * other.length()
    cosine = product(one.total, other.total) / lengths if lengths else 0.0
    titles = one.titles_only and other.titles_only
    same_house = not titles and bool(one.houses & other.houses)
    enough = UNITED_TITLES if titles else UNITED * (SAME_HOUSE if same_house else 1.0)
    return cosine if cosine >= enough else None
