"""How alike two articles are that tell of one event in other words.

An article is weighed by its opening (headline twice and the first words: what the event is stands there, what follows
is background that unrelated stories share) and by the names in it. Both are TF-IDF vectors; the likeness of an article
to a story is the *mean* over the story's articles, which the sum of their vectors gives in one product.

What each part is worth, B-cubed F1 on full texts / snippets / short reports, measured side by side while choosing and
before stories were united: stems, parts of names and single words at half weight .990 / .869 / .890; without stems
.990 / .872 / .875; without the parts of names .995 / .869 / .874; single words at full weight .982 / .861 / .837.
`python -m bench events` gives what they make together today.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from extractors.fingerprints import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OPENING_WORDS = 120
TITLE_TIMES = 2

# Of the likeness, the part that words decide; names decide the rest. All is the words' where there are no names.
WORDS_SHARE = 0.6

# A word that only one article has cannot make it like any other, it only thins the rest out. It is kept at half weight,
# because the next article may have it, and left out of the length, which is not less than half the full one.
SINGLE_WEIGHT = 0.5
LEAST_LENGTH = 0.5

# Which words are rare cannot be known from a dozen articles: likeness counts by N / (N + this). Without it, in the sample
# newsroom with its eleven Russian articles, three denials by one ministry ran together. On snippets 0 / 4 / 8 / 12 give
# .888 / .891 / .891 / .887; full texts and reports do not change.
FEW_ARTICLES = 4

# In bare titles the words of the event are also the frequent ones ("Bitcoin" in a hundred titles of a day), so rarity
# counts for less there: exponent .3 gives .83 where 1 gives .56.
TITLE_RARITY = 0.3
# With fewer words of text than this, an article is a bare title.
FEWEST_TEXT_WORDS = 10

# Words are compared by their beginnings: "taper" and "tapering". Six letters measured best with five; a Korean word
# loses its particle instead.
STEM = 6
_PARTICLES = frozenset("은는이가을를에의도로와과만")
# Words whose stems are remembered: a day's news has about so many different ones.
WORDS_KNOWN = 50_000
_HANGUL = re.compile("[\uac00-\ud7a3]")

# Names that are found without a word list: runs of capitalised words inside a sentence.
_NAME = re.compile(
    r"(?<![.!?…:»”\"]\s)(?<!^)\b[^\W\d_a-zа-яё]\w+(?:[ -][^\W\d_a-zа-яё]\w+){0,3}", re.MULTILINE
)
_LONGEST_FOR_NAMES = 4000  # code points: names of the background begin further down
_NAME_PART = 4  # letters that a part of a name has to count by itself

_WORD, _NAMED, _SCRIPT = "w ", "n ", "s "

# The closed classes: words that say how, not what. Shorter than three letters counts as one of them anyway.
_SMALL_WORDS = """
the and but for nor yet that this these those there here with from into onto over under about after before between
during through against without within upon was were are been being have has had having does did will would can could
should may might must shall not than then too very just also only even more most less least much many some any each
every all both few other another same own who whom whose which what when where why how his her hers him she its they
them their theirs you your yours our ours out off down now still again like while because since until via amid among
per one two first last new says said say get gets got make makes made take takes back
что как это для или его она они был была было были быть при под над без так тоже также уже ещё еще только если чтобы
после перед между когда где кто чем все всё этот эта эти тот том того который которая которые их ему ней нас вас
"""
_SMALL = frozenset(_SMALL_WORDS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """What an article is weighed by: words of its opening and names, each with how often; or only a title."""

    words: dict[str, int]
    names: dict[str, int]
    script: str = ""
    title_only: bool = False

    def terms(self) -> Iterable[str]:
        """Everything that counts for document frequencies; articles are counted by script along with it."""
        yield _SCRIPT + self.script
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

    def take_out(self, bag: Bag) -> None:
        """Count one article less."""
        self.articles -= 1
        self.counts.subtract(bag.terms())

    def among(self, script: str) -> int:
        """How many articles of this script there were: a Russian word is rare among Russian articles or not at all."""
        return self.counts.get(_SCRIPT + script, 0)


def bag_of(title: str, text: str, names: Iterable[str] = ()) -> Bag:
    """What an article is weighed by; `names` are those known from elsewhere (mentions)."""
    body = tokens(text[: OPENING_WORDS * 12])[:OPENING_WORDS]
    title_only = len(body) < FEWEST_TEXT_WORDS
    words = Counter(filter(None, map(_counted, tokens(title) * TITLE_TIMES + body)))
    found: Counter[str] = Counter()
    if not title_only:  # every word of a headline may be capitalised
        for name in (*_NAME.findall(f"{title}\n{text[:_LONGEST_FOR_NAMES]}"), *names):
            found.update(_with_parts(name.casefold()))
    return Bag(words=dict(words), names=dict(found), script=script_of(words), title_only=title_only)


def script_of(words: Mapping[str, int]) -> str:
    """The script that most of the words are in: "hangul", "han", "cyrillic", ... by the names Unicode gives."""
    scripts: Counter[str] = Counter()
    for word, times in words.items():
        if word[0].isalpha():
            scripts[unicodedata.name(word[0], "?").partition(" ")[0].lower()] += times
    return scripts.most_common(1)[0][0] if scripts else ""


def stem(word: str) -> str:
    """The part of a word that its forms share."""
    if word[0].isdigit():
        return word
    if _HANGUL.match(word):
        return word[:-1] if len(word) > 2 and word[-1] in _PARTICLES else word
    return word[:STEM]


def weigh(bag: Bag, counts: TermCounts) -> dict[str, float]:
    """The vector of an article: its product with another article's vector is their likeness, about 0 to 1."""
    words = WORDS_SHARE if bag.names and bag.words else 1.0
    rarity = TITLE_RARITY if bag.title_only else 1.0
    seen = _Seen(counts=counts.counts, articles=counts.among(bag.script), exponent=rarity)
    vector = _unit(bag.words, _WORD, seen, words)
    vector.update(_unit(bag.names, _NAMED, seen, 1 - WORDS_SHARE if bag.words else 1.0))
    trust = math.sqrt(seen.articles / (seen.articles + FEW_ARTICLES))
    return {term: weight * trust for term, weight in vector.items()}


def likeness(vector: Mapping[str, float], total: Mapping[str, float], members: int) -> float:
    """The mean likeness of an article to the articles whose vectors sum to `total`."""
    return product(vector, total) / members if members else 0.0


def product(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The scalar product of two vectors, exactly rounded: the same for any order of their terms."""
    return math.fsum(one[term] * other[term] for term in one.keys() & other.keys())


def heaviest(vector: Mapping[str, float], most: int) -> list[str]:
    """The terms that weigh most, heaviest first."""
    terms: Iterable[str] = vector
    if len(vector) > most > 0:  # only the heavy ones are worth putting in order
        least = sorted(vector.values(), reverse=True)[most - 1]
        terms = [term for term, weight in vector.items() if weight >= least]
    return sorted(terms, key=lambda term: (-vector[term], term))[:most]


def plain(term: str) -> str:
    """A term as a reader knows it."""
    return term[2:]


@lru_cache(maxsize=WORDS_KNOWN)
def _counted(word: str) -> str | None:
    """What a word counts as; None for the little words."""
    return stem(word) if _counts(word) else None


def _counts(word: str) -> bool:
    if word[0].isdigit() or _HANGUL.match(word) or ord(word[0]) >= 0x2E80:
        return True
    return len(word) >= 3 and word not in _SMALL


def _with_parts(name: str) -> Iterable[str]:
    yield name
    parts = name.replace("-", " ").split()
    if len(parts) > 1:
        yield from (part for part in parts if len(part) >= _NAME_PART)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    counts: Mapping[str, int]
    articles: int
    exponent: float


def _unit(bag: Mapping[str, int], prefix: str, seen: _Seen, share: float) -> dict[str, float]:
    vector: dict[str, float] = {}
    common = single = 0.0
    for term, times in bag.items():
        articles = seen.counts.get(prefix + term, 0)
        rarity = math.log((seen.articles + 1) / (articles + 0.5))
        if rarity <= 0:
            continue
        weight = (1 + math.log(times)) * rarity**seen.exponent
        if articles < 2:
            single += weight * weight
            vector[prefix + term] = weight * SINGLE_WEIGHT
        else:
            common += weight * weight
            vector[prefix + term] = weight
    length = max(math.sqrt(common), LEAST_LENGTH * math.sqrt(common + single))
    scale = math.sqrt(share) / length if length else 0.0
    return {term: weight * scale for term, weight in vector.items()}
