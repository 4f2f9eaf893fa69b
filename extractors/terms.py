"""Terms: short written forms of words and phrases, and one automaton that finds thousands of them at once.

A term is written as an analyst would: `troops`, `trash balloon{,s}`, `дезертир*`, `deploy/v`. Terms are expanded
here, matched on a folded copy of the text that has exactly as many code points, and reported with offsets into
the text itself. What a term means is decided elsewhere.

* `{a,b}` alternatives; `*` at the end of a word: any ending; `/n` a regular English noun with its plural;
  `/v` a regular English verb with its forms; a term of capitals only (`POW`, `US`) matches capitals only;
  `^` before a Chinese, Japanese or Korean term: only at the start of a word. Words match whole, those of
  Chinese, Japanese and Korean anywhere. Punctuation and hyphens between words do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product, starmap
from math import prod

import ahocorasick_rs

# A term that expands to more than this is a mistake in its file.
MOST_FORMS = 400
# Tagging reads this much of a text: a 1 MB page costs no more than a long one (mean article: 6,000).
LONGEST_TEXT = 60_000

# A term is read when its file is checked and again when its groups are made: remembered between, loading took 1.2 s of
# processor instead of 2.4.
MOST_KEPT = 1 << 16

_NOT_WORD = re.compile(r"[^\w ]")
_BRACES = re.compile(r"\{([^{}]*)\}")
_CJK = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]")
_VOWELS = "aeiou"
# What a star at the end of a term stands for; in a folded text it ends at the next space.
_ANY_ENDING = re.compile(r"\w*(?!\w)")

Hit = tuple[int, int, int]  # start, end, number of the group
# Start, end, the groups found there as the bits of one integer, and the same by number (one may be named twice).
Mark = tuple[int, int, int, tuple[int, ...]]

_Groups = tuple[int, tuple[int, ...]]  # as bits, and by number
# What a literal asks for besides (its exact spelling, what must follow it), and the groups that ask for that.
_Literal = dict[tuple[str, re.Pattern[str] | None], dict[int, None]]
_Special = tuple[str, bool, Callable[[str, int], re.Match[str] | None] | None, _Groups]
# How far the literal's own padding moves start and end, its groups that need nothing verified, and the others.
_Read = tuple[int, int, _Groups | None, tuple[_Special, ...]]


class TermFault(ValueError):
    """A term cannot be read; the message says why."""


@lru_cache(maxsize=4)  # topics and mentions ask for the same text
def fold(text: str) -> str:
    """The text in lower case with spaces for punctuation, code point by code point."""
    lower = text.replace("İ", "i").lower().replace("ё", "е")
    return _NOT_WORD.sub(" ", lower)


def bits_of(groups: Iterable[int]) -> int:
    """The numbers of groups as the bits of one integer."""
    bits = 0
    for group in groups:
        bits |= 1 << group
    return bits


def is_cjk(text: str) -> bool:
    """Whether the text holds Chinese, Japanese or Korean characters."""
    return _CJK.search(text) is not None


def expand(term: str) -> tuple[str, ...]:
    """Every written form of a term, stars kept; raises `TermFault` when one cannot be read."""
    forms = _forms(term)
    for form in forms:
        _compiled(form)
    return forms


@lru_cache(maxsize=MOST_KEPT)
def _forms(term: str) -> tuple[str, ...]:
    # Counted before they are made: thirty pairs in braces would be a thousand million forms.
    _not_too_many(term, prod(match[1].count(",") + 1 for match in _BRACES.finditer(term)))
    out: list[str] = []
    for form in _braces(term):
        options = [_inflected(word) for word in form.split(" ")]
        _not_too_many(term, len(out) + prod(map(len, options)))
        out += [" ".join(choice) for choice in product(*options)]
    return tuple(dict.fromkeys(form.strip() for form in out if form.strip()))


def _not_too_many(term: str, number: int) -> None:
    if number > MOST_FORMS:
        raise TermFault(f"{term[:60]!r} expands to more than {MOST_FORMS} forms")


class TermIndex:
    """Groups of terms, found in one pass. Group names are given back as numbers (see `names`)."""

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        self.names: tuple[str, ...] = tuple(groups)
        found: dict[str, _Literal] = {}
        for number, name in enumerate(self.names):
            for term in groups[name]:
                for form in _forms(term):
                    literal, exact, tail = _compiled(form)
                    found.setdefault(literal, {}).setdefault((exact, tail), {})[number] = None
        shared: dict[_Read, _Read] = {}  # thousands of literals of one class are read alike
        self._literals = [shared.setdefault(read, read) for read in starmap(_read, found.items())]
        self._automaton = ahocorasick_rs.AhoCorasick(list(found) or ["\x00"])

    def __len__(self) -> int:
        return len(self._literals)

    def raw_hits(self, folded: str) -> Sequence[tuple[int, int, int]]:
        """The automaton's own hits on a folded text: the prefilter, nothing verified."""
        hits: Sequence[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(
            f" {folded} ", overlapping=True
        )
        return hits

    def hits(self, text: str) -> list[Hit]:
        """Every (start, end, group) in the text, by start, longest first."""
        found = {(start, -end, group) for start, end, _, groups in self.marks(text) for group in groups}
        return [(start, -end, group) for start, end, group in sorted(found)]

    def marks(self, text: str) -> list[Mark]:
        """Every (start, end) in the text that holds a term, in order, with its groups."""
        padded = f" {fold(text)} "
        next_space, whole = padded.find, len(padded)
        found: list[tuple[int, int, int, _Groups]] = []
        literals = self._literals
        for place, start, end in self._automaton.find_matches_as_indexes(padded, overlapping=True):
            lead, trail, plain, special = literals[place]
            first, last = start - lead, end - trail
            if plain is not None:
                found.append((first, last, len(found), plain))
            for exact, any_ending, tail, groups in special:
                stop = last
                if any_ending:
                    stop = (next_space(" ", end) if end < whole else whole) - 1
                elif tail is not None:
                    match = tail(padded, end)
                    if match is None:
                        continue
                    stop = match.end() - 1
                if not exact or text[first:stop] == exact:
                    found.append((first, stop, len(found), groups))
        found.sort()
        return _merged(found)


def _merged(found: Sequence[tuple[int, int, int, _Groups]]) -> list[Mark]:
    """One mark for each span, with all its groups in the order they were found."""
    marks: list[Mark] = []
    before = (-1, -1)
    for first, last, _, (bits, groups) in found:
        if (first, last) == before:
            _, _, others, named = marks[-1]
            marks[-1] = first, last, others | bits, named + groups
        else:
            before = first, last
            marks.append((first, last, bits, groups))
    return marks


def _read(literal: str, asked: _Literal) -> _Read:
    """How far the literal's own padding moves start and end, its groups that need nothing verified, and the others."""
    each = {key: (bits_of(numbers), tuple(numbers)) for key, numbers in asked.items()}
    plain = each.pop(("", None), None)
    special = tuple(
        (exact, tail is _ANY_ENDING, tail and tail.match, groups) for (exact, tail), groups in each.items()
    )
    return 0 if literal[0] == " " else 1, 2 if literal[-1] == " " else 1, plain, special


def _braces(term: str) -> list[str]:
    match = _BRACES.search(term)
    if match is None:
        if "{" in term or "}" in term:
            raise TermFault(f"{term!r} has a brace without its partner")
        return [term]
    head, tail = term[: match.start()], term[match.end() :]
    return [form for choice in match[1].split(",") for form in _braces(head + choice + tail)]


def _inflected(word: str) -> list[str]:
    if word.endswith("/n"):
        return _noun(word[:-2])
    if word.endswith("/v"):
        return _verb(word[:-2])
    return [word]


def _noun(word: str) -> list[str]:
    if word.endswith(("s", "x", "sh", "ch", "z")):
        return [word, word + "es"]
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return [word, word[:-1] + "ies"]
    return [word, word + "s"]


def _verb(word: str) -> list[str]:
    if word.endswith("e"):
        return [word, word + "s", word + "d", word[:-1] + "ing"]
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return [word, word[:-1] + "ies", word[:-1] + "ied", word + "ing"]
    third = word + ("es" if word.endswith(("s", "x", "sh", "ch", "z")) else "s")
    return [word, third, word + "ed", word + "ing"]


@lru_cache(maxsize=MOST_KEPT)
def _compiled(form: str) -> tuple[str, str, re.Pattern[str] | None]:
    """The literal for the automaton, the exact spelling where capitals count, what must follow the literal."""
    if form.isascii() and form.replace(" ", "").isalnum():  # most forms by far
        return f" {form.lower()} ", form if _all_capitals(form) else "", None
    anchored = form.startswith("^")
    bare = form.removeprefix("^")
    if not bare.strip("* "):
        raise TermFault(f"{form!r} is empty")
    exact = bare if _all_capitals(bare) else ""
    head, star, rest = bare.partition("*")
    folded = fold(head)
    if not folded.strip():
        raise TermFault(f"{form!r} starts with a star")
    asian = is_cjk(folded)
    lead = " " if anchored or not is_cjk(folded[:1]) else ""
    if not star:
        return lead + folded + ("" if asian and is_cjk(folded[-1:]) else " "), exact, None
    if not asian and len(folded.strip()) < 3:
        raise TermFault(f"{form!r}: at least three letters before a star")
    if not rest:
        return lead + folded, exact, _ANY_ENDING
    parts = [re.escape(fold(part)) for part in rest.split("*")]
    return lead + folded, exact, re.compile(r"\w*" + r"\w*".join(parts) + r"(?!\w)")


def _all_capitals(term: str) -> bool:
    return term.isascii() and term.isupper() and sum(map(str.isalpha, term)) > 1
