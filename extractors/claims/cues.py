"""Cues: patterns that are run only on sentences that hold a piece of text they cannot match without.

Most sentences hold none of the words most patterns look for. What a pattern needs ("according to", "so far" or
"to date") is read off the pattern itself; one automaton finds the needs of all of them in one pass over a sentence.
A cue finds what its pattern finds, but for letters of old print that only IGNORECASE equates (ſ and s).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from re import _parser  # type: ignore[attr-defined]  # what `re.compile` itself reads patterns with
from typing import Any

import ahocorasick_rs

# Alternatives of one piece of a pattern beyond this number are not spelled out.
MOST_SPELLED = 160
# A set of characters larger than this ("any digit") is no need.
MOST_CHARACTERS = 8
# The same sentence is asked by one pattern after the other.
SENTENCES = 64

_cues: list[Cue] = []  # grows while modules are imported


class Cue:
    """A compiled pattern with what it needs. `where` may narrow the search, as `pos` and `endpos` of `re` do.

    Cues are constants of modules: what a sentence holds is remembered for those that exist when it is first asked.
    """

    __slots__ = ("_bit", "_finditer", "_match", "_search", "pattern")

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = re.compile(pattern, flags)
        self._search, self._match = self.pattern.search, self.pattern.match
        self._finditer = self.pattern.finditer
        self._bit = 1 << len(_cues)
        _cues.append(self)

    def may_match(self, text: str) -> bool:
        """Whether the text holds anything the pattern needs."""
        return bool(self._bit & _held(text))

    def search(self, text: str, *where: int) -> re.Match[str] | None:
        """What the pattern's own `search` gives."""
        return self._search(text, *where) if self._bit & _held(text) else None

    def match(self, text: str, *where: int) -> re.Match[str] | None:
        """What the pattern's own `match` gives."""
        return self._match(text, *where) if self._bit & _held(text) else None

    def finditer(self, text: str, *where: int) -> Iterable[re.Match[str]]:
        """What the pattern's own `finditer` gives."""
        return self._finditer(text, *where) if self._bit & _held(text) else ()


def needs_of(pattern: str, flags: int = 0) -> frozenset[str]:
    """Pieces of text, in lower case, of which each match (or what it looks ahead to) holds one; empty where none is known."""
    exact, needed = _sequence(_parser.parse(pattern, flags))
    best = _better(needed, exact)
    return frozenset(
        one for one in best or () if not any(other in one for other in best or () if other != one)
    )


@lru_cache(maxsize=SENTENCES)
def lowered(text: str) -> str:
    """The text in lower case, code point by code point, with one letter for ё and е."""
    return text.replace("İ", "i").lower().replace("ё", "е")


@lru_cache(maxsize=SENTENCES)
def _held(text: str) -> int:
    """The cues, as bits, that find something they need in a sentence."""
    screen, bits, held = _screen(len(_cues))
    for place, _, _ in screen.find_matches_as_indexes(lowered(text), overlapping=True):
        held |= bits[place]
    return held


@lru_cache(maxsize=1)
def _screen(_size: int) -> tuple[ahocorasick_rs.AhoCorasick, Sequence[int], int]:
    """The automaton of all needs, the cues that each is a need of, and the cues that need nothing. Made when first asked."""
    bits: dict[str, int] = {}
    always = 0
    for number, cue in enumerate(_cues):
        needs = needs_of(cue.pattern.pattern, cue.pattern.flags)
        always |= 0 if needs else 1 << number
        for need in needs:
            bits[need] = bits.get(need, 0) | 1 << number
    return ahocorasick_rs.AhoCorasick(list(bits)), tuple(bits.values()), always


_Spelled = frozenset[str] | None


def _sequence(parsed: Iterable[tuple[Any, Any]]) -> tuple[_Spelled, _Spelled]:
    """Of pieces in a row: all they can match where that is a short list, and the best of what they need."""
    needed: _Spelled = None
    run: frozenset[str] = frozenset({""})
    whole = True
    for operator, argument in parsed:
        exact, inside = _piece(str(operator), argument)
        needed = _better(needed, inside)
        if exact is not None and len(exact) * len(run) <= MOST_SPELLED:
            run = frozenset(one + other for one, other in product(run, exact))
            continue
        whole = False
        needed = _better(needed, run)
        run = exact if exact is not None else frozenset({""})
    return (run if whole else None), _better(needed, run)


def _piece(operator: str, argument: Any) -> tuple[_Spelled, _Spelled]:  # noqa: PLR0911  (one a kind)
    """The same of one piece; what is not known here needs nothing."""
    nothing: frozenset[str] = frozenset({""})
    match operator, argument:
        case "LITERAL", code:
            return frozenset({lowered(chr(code))}), None
        case "IN", choices:
            return _characters(choices), None
        case "BRANCH", (_, branches):
            return _branches([_sequence(branch) for branch in branches])
        case "SUBPATTERN", (_, _, _, inner):
            return _sequence(inner)
        case "ATOMIC_GROUP", inner:
            return _sequence(inner)
        case (("MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT"), (least, most, inner)):
            exact, needed = _sequence(inner)
            if most == 1:
                spelled = exact if least else (None if exact is None else exact | nothing)
                return spelled, needed if least else None
            return None, _better(needed, exact) if least else None
        case "ASSERT", (_, inner):
            exact, needed = _sequence(inner)
            return nothing, _better(needed, exact)
        case (("ASSERT_NOT" | "AT"), _):
            return nothing, None
    return None, None


def _characters(choices: Iterable[tuple[Any, Any]]) -> _Spelled:
    found: list[str] = []
    for operator, argument in choices:
        if str(operator) == "LITERAL":
            found.append(chr(argument))
        elif str(operator) == "RANGE" and argument[1] - argument[0] < MOST_CHARACTERS:
            found += map(chr, range(argument[0], argument[1] + 1))
        else:
            return None
    if len(found) > MOST_CHARACTERS:
        return None
    return frozenset(map(lowered, found))


def _branches(parts: Sequence[tuple[_Spelled, _Spelled]]) -> tuple[_Spelled, _Spelled]:
    exact: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()
    spelled = True
    for one, inside in parts:
        best = _better(inside, one)
        if best is None:
            return _joined(parts), None
        needed |= best
        spelled = spelled and one is not None
        exact |= one or frozenset()
    return (exact if spelled and len(exact) <= MOST_SPELLED else None), needed


def _joined(parts: Sequence[tuple[_Spelled, _Spelled]]) -> _Spelled:
    if any(one is None for one, _ in parts):
        return None
    exact = frozenset().union(*(one or () for one, _ in parts))
    return exact if len(exact) <= MOST_SPELLED else None


def _better(one: _Spelled, other: _Spelled) -> _Spelled:
    """The rarer of two needs: the one whose shortest piece is longer."""
    return max((one, other), key=_worth) if _worth(one) or _worth(other) else None


def _worth(spelled: _Spelled) -> tuple[int, int] | tuple[()]:
    if not spelled:
        return ()
    shortest = min(_length(one) for one in spelled)
    return (shortest, -len(spelled)) if shortest > 1 else ()


def _length(piece: str) -> int:
    """How much a piece says: a letter of ours is in every sentence, a Chinese one or a sign is not."""
    bare = piece.strip()
    return len(bare) + (bool(bare) and not bare[0].isalpha()) + any(char > "\u2fff" for char in bare)
