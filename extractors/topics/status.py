"""What a sentence says of an event: that it happened, or that it is denied, planned, demanded, supposed, past, played.

Decided from cue words of the taxonomy (`words/status.toml`) and where they stand relative to the rule's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from extractors.terms import Mark

Span = tuple[int, int]

# These never raise a topic above a mention; "absent" is not even that.
NOT_COUNTED = frozenset({"historical"})
# "no sign of any ...": a word of absence holds for what follows this closely (characters).
ABSENCE_REACH = 28
# A denial or a demand holds for the whole sentence; a plan or a doubt for what is near.
PLAN_REACH = 90

# The first that applies holds; history and denial speak for the whole sentence.
_WHOLE = 10_000
_ORDER = (
    ("historical", _WHOLE),
    ("denied", _WHOLE),
    ("demanded", PLAN_REACH),
    ("exercise", PLAN_REACH),
    ("planned", PLAN_REACH),
    ("hypothetical", PLAN_REACH),
)

# A word of absence does not reach into the next clause.
_BREAK = re.compile(r"[;:,]")

# Years this far back are history in any news text; a later year may be this story's own. A set of characters comes
# first, of which `re` finds the next in no time.
_OLD_YEAR = re.compile(
    r"[12](?<![\d,.].)(?:(?<=1)\d\d\d|(?<=2)00\d)(?![\d,]|\s*(?:soldiers|troops|people|men|km|명))"
)


def status_of(
    content: str, marks: Sequence[Mark], spans: Sequence[Span], class_bits: Mapping[str, int], *, old: bool
) -> str:
    """The status of the event whose words are `spans`; `old`: its sentence names a year long gone."""
    first, last = min(s for s, _ in spans), max(e for _, e in spans)

    def cues(name: str) -> list[Span]:
        bit = class_bits[f"status.{name}"]
        return [(start, end) for start, end, here, _ in marks if here & bit]

    def near(name: str, reach: int) -> bool:
        return any(first - reach <= e and s <= last + reach for s, e in cues(name))

    if any(
        0 <= first - e <= ABSENCE_REACH and not _BREAK.search(content, e, first) for _, e in cues("absent")
    ):
        return "absent"
    if old:
        return "historical"
    for name, reach in _ORDER:
        if near(name, reach):
            return name
    return "asserted"


def names_old_year(content: str, start: int, end: int) -> bool:
    """Whether content[start:end] names a year that is history in any news text."""
    return _OLD_YEAR.search(content, start, end) is not None
