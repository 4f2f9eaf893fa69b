"""Where the sentences of a text begin and end, in code points.

One splitter for English, Korean, Russian, Ukrainian, Chinese and Japanese: a line end always ends a sentence,
a full stop does where no abbreviation, initial or number explains it. It never changes the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

Span = tuple[int, int]

# One set of characters first, of which `re` finds the next in no time: 0.07 ms for 6,000 characters in place of 0.5.
_END = re.compile(
    r"[\n。！？.!?…](?:(?<=\n)\n*|(?<=[。！？])[。！？]*[」』”’）)\"']*|(?<=[.!?…])[.!?…]*[\"”’»)\]」』]*(?=\s|[가-힣「『“]|$))"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“«'’-])(?:[A-ZА-ЯІЇЄ]|[A-Z]\.[A-Z]|[A-Z]\.[A-Z]\.[A-Z]|"
    r"Mr|Mrs|Ms|Dr|Prof|Gen|Maj|Lt|Col|Capt|Sgt|Brig|Adm|Cmdr|Sen|Rep|Gov|Pres|Jr|Sr|St|Mt|No|Nos|vs|etc|approx|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|Inc|Ltd|Co|Corp|e\.g|i\.e|"
    r"г|гг|им|тыс|млн|млрд|руб|ул|стр|т\.д|т\.п|т\.е|др|проф|ген|обл|р|рр|ім|грн|див)$"
)
_STARTS_LOW = re.compile(r"\s+[a-zа-яіїєґ]")
# An unpunctuated wall of text still yields pieces that a rule can look at.
LONGEST_SENTENCE = 1_200


@lru_cache(maxsize=4)  # topics and claims ask for the same text
def sentences(text: str) -> tuple[Span, ...]:
    """Spans of the sentences, without the white space around them; they never overlap."""
    spans: list[Span] = []
    start = 0
    for match in _END.finditer(text):
        if text[match.start()] == "." and _continues(text, start, match):
            continue
        _add(spans, text, start, match.end())
        start = match.end()
    _add(spans, text, start, len(text))
    return tuple(spans)


def sentence_of(starts: list[int], offset: int) -> int:
    """The number of the sentence that holds `offset`, given the starts of all."""
    return max(0, bisect_right(starts, offset) - 1)


def _continues(text: str, start: int, match: re.Match[str]) -> bool:
    before = text[max(start, match.start() - 8) : match.start()]
    if _ABBREVIATION.search(before):
        # "in the U.S. The army" ends a sentence, "the U.S. Army" can not be told: keep it whole.
        return True
    return _STARTS_LOW.match(text, match.end()) is not None


def _add(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    while right - left > LONGEST_SENTENCE:
        cut = text.rfind(" ", left + LONGEST_SENTENCE // 2, left + LONGEST_SENTENCE)
        cut = cut if cut > left else left + LONGEST_SENTENCE
        spans.append((left, cut))
        left = cut
    if right > left:
        spans.append((left, right))
