"""The place of a figure in its sentence: its clause, and the cues that stand there."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple

from extractors.claims.cues import Cue, lowered

# Cues of one family of scripts; a sentence is searched for those of its own.
# Cues of one family of scripts; a sentence is searched for those of its own.
Cues = dict[str, Cue]


def by_script(*, latin: str, cyrillic: str, asian: str) -> Cues:
    return {"latin": Cue(latin), "cyrillic": Cue(cyrillic), "asian": Cue(asian)}


_CLAUSE = by_script(
    latin=(
        r"[;:()—–]|,(?!\d)(?!\s(?:leaving|bringing|taking|raising|lifting|pushing|cutting|reducing|worth)\b)|\b(?:while|whereas|but|although|though|compared|against|than|versus|vs)\b|\b(?:in|during|by|after) which\b|(?<!said )(?<!says )\bthat (?=(?:is|are|was|were) (?:to|due|expected|set|scheduled)\b)|\band (?=(?:expects?|predicts?|forecasts?|foresees?|wants?|promises?|pledges?|could|may|might|should|plans?|intends?|hopes?|aims?|will|would|has|"
        r"have|had)\s|(?:(?:another|about|some|around|over|only|a further|at least) )*\d[\d,.]* (?:\w+ ){0,3}?(?:were|was|are|is|will|had|have|would)\s)"
    ),
    cyrillic=(
        r"[;:()–]|,(?!\d)|—(?!\s(?:около |лишь |всего |близько |лише )?\d)|(?:\sа\s|\sно\s|\sале\s|\sпротив\s(?=\d)|\sпроти\s(?=\d)|\sпо сравнению\s|\sпорівняно\s)"
    ),
    asian=(r"[;:()—–]|,(?!\d)|[，、；]|(?:그러나|반면|하지만|지만|으나)|[”\"](?:이?라)?(?:며|면서)\s"),
)
_FINITE = re.compile(
    r"\b(?:were|was|are|is|had|have|has|\w+ed|came|went|left|fell|fled|took|lost|got|puts?|says?|will|would)\b"
)
_WORD = re.compile(r"[^\W\d_]{2}")


class Place(NamedTuple):
    """Where a figure stands: its span in the sentence, and that of its clause."""

    text: str
    script: str
    start: int
    end: int
    left: int
    right: int

    def says(self, cues: Cues) -> bool:
        """Whether a cue stands in the clause of the figure."""
        return says(cues, self.text, self.script, self.left, self.right)

    def nearer(self, cues: Cues, others: Cues) -> bool:
        """Whether the clause has one of `cues`, and has it nearer to the figure than any of `others`."""
        gap = self._gap(cues)
        return gap < math.inf and gap < self._gap(others)

    def _gap(self, cues: Cues) -> float:
        gaps = (
            first - self.end if first >= self.end else self.start - last
            for first, last in _spans(cues[self.script], self.text)
            if self.left <= first and last <= self.right
        )
        return min(gaps, default=math.inf)


def place_of(text: str, script: str, start: int, end: int) -> Place:
    """The place of the figure at start..end of a sentence."""
    left, right = clause(text, script, start, end)
    return Place(text=text, script=script, start=start, end=end, left=left, right=right)


def clause(text: str, script: str, start: int, end: int) -> tuple[int, int]:
    """The clause of a sentence that holds start..end."""
    left, right = 0, len(text)
    for first, last in _spans_as_written(_CLAUSE[script], text):
        written = text[first:last]
        if written.startswith("and") and not _FINITE.search(text, left, first):
            continue  # "12 trucks and 30 tanks will be sent": one clause
        if last <= start:
            left = first if written[:1].isalpha() or written[:1] == " " else last
        elif first >= end:
            right = first
            break
    if text[max(0, left - 1) : left] == "(" and not _WORD.search(text, left, right):
        # As in: a third of what they were in 2019 (24,500).
        return clause(text, script, left - 1, left - 1)[0], right
    return left, right


def says(cues: Cues, text: str, script: str, start: int, end: int) -> bool:
    """Whether a cue stands wholly in text[start:end]; the sentence is searched once for each cue."""
    found = _spans(cues[script], text)
    return bool(found) and any(start <= first and last <= end for first, last in found)


@lru_cache(maxsize=64)
def _spans(cue: Cue, text: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for match in cue.pattern.finditer(lowered(text))) if cue.may_match(text) else ()


@lru_cache(maxsize=8)
def _spans_as_written(cue: Cue, text: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for match in cue.finditer(text))
