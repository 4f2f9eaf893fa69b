"""How alike two articles are that tell of one event in other words.

An article is weighed by its opening (headline twice and the first words: what the event is stands there, what follows
is background that unrelated stories share) and by the names in it. Both are TF-IDF vectors; the likeness of an article
to a story is the *mean* over the story's articles, which the sum of their vectors gives in one product.

Full text, maximum instead of mean, and either half alone all measured lower (facts sheet on stories, section 3).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractors.fingerprints import is_telling, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OPENING_WORDS = 120
TITLE_TIMES = 2

# Of the likeness, the part that words decide; names decide the rest.
WORDS_SHARE = 0.6

# Names that are found without a word list: runs of capitalised words inside a sentence.
_NAME = re.compile(
    r"(?<![.!?…:»”\"]\s)(?<!^)\b[^\W\d_a-zа-яё]\w+(?:[ -][^\W\d_a-zа-яё]\w+){0,3}", re.MULTILINE
)
_LONGEST_FOR_NAMES = 4000  # code points: names of the background begin further down

_WORD, _NAMED = "w ", "n "


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """What an article is weighed by: words of its opening and names, each with how often."""

    words: dict[str, int]
    names: dict[str, int]

    def terms(self) -> Iterable[str]:
        """Everything that counts for document frequencies."""
        yield from (_WORD + word for word in self.words)
        yield from (_NAMED + name for name in self.names)


@dataclass(slots=True, kw_only=True)
class TermCounts:
    """In how many articles each term was, of how many."""

    articles: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, bag: Bag) -> None:
        """Count one more article."""
        self.articles += 1
        self.counts.update(bag.terms())

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a term."""
        return math.log((self.articles + 1) / (self.counts.get(term, 0) + 0.5))


def bag_of(title: str, text: str, names: Iterable[str] = ()) -> Bag:
    """What an article is weighed by; `names` are those known from elsewhere (mentions)."""
    opening = tokens(title) * TITLE_TIMES + tokens(text[: OPENING_WORDS * 12])[:OPENING_WORDS]
    words = Counter(word for word in opening if is_telling(word))
    found = Counter(name.casefold() for name in _NAME.findall(f"{title}\n{text[:_LONGEST_FOR_NAMES]}"))
    found.update(name.casefold() for name in names)
    return Bag(words=dict(words), names=dict(found))


def weigh(bag: Bag, counts: TermCounts) -> dict[str, float]:
    """The vector of an article: its product with another article's vector is their likeness, 0 to 1."""
    vector = _unit(bag.words, _WORD, counts, WORDS_SHARE)
    vector.update(_unit(bag.names, _NAMED, counts, 1 - WORDS_SHARE))
    return vector


def likeness(vector: Mapping[str, float], total: Mapping[str, float], members: int) -> float:
    """The mean likeness of an article to the articles whose vectors sum to `total`."""
    if not members:
        return 0.0
    return sum(weight * total[term] for term, weight in vector.items() if term in total) / members


def heaviest(vector: Mapping[str, float], most: int) -> list[str]:
    """The terms that weigh most, heaviest first."""
    return sorted(vector, key=lambda term: (-vector[term], term))[:most]


def plain(term: str) -> str:
    """A term as a reader knows it."""
    return term[2:]


def _unit(bag: Mapping[str, int], prefix: str, counts: TermCounts, share: float) -> dict[str, float]:
    weights = {
        prefix + term: (1 + math.log(times)) * max(0.0, counts.rarity(prefix + term))
        for term, times in bag.items()
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    scale = math.sqrt(share) / length if length else 0.0
    return {term: weight * scale for term, weight in weights.items() if weight > 0}
