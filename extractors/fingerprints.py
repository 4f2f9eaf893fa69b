"""A text made comparable: word tokens, word shingles, winnowed fingerprints, and the true overlap of two texts.

Decides nothing about sameness: which overlap makes a copy is decided in `wirewatch.stories`.

* tokens: case-folded NFKC words; a number with its separators is one token; scripts written without spaces (Han, kana,
  Thai, ...) give overlapping pairs of characters, so that a shingle of them is as telling as three words.
* shingles: hashes of three tokens in a row. Longer shingles lose truncated and edited copies (five tokens found a third
  of the pairs that three find).
* fingerprints: the least hash of each window of eight shingles (winnowing). Two texts that share eleven words in a row
  share a fingerprint, so containment survives, which MinHash and bottom-k lose.
"""

from __future__ import annotations

import re
import unicodedata
from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING
from zlib import crc32

from extractors.records import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

# Part of every value: values of another tokenizer or hash can never be taken for ours. Raise it with any change to
# `tokens`, `SHINGLE` or the hash.
VERSION = "a3"

SHINGLE = 3
WINDOW = 8

# About 40 values per 180 words; a text of 1,800 words still keeps every one. Beyond, the window widens: the values of a
# wide window are a subset of those of a narrow one, so texts of any two lengths stay comparable.
MOST_VALUES = 400

# The longest text compared, in code points: three times the longest article seen, and what keeps a 1 MB page cheap.
LONGEST_TEXT = 200_000

# Han, kana and Hangul: two characters are a word there.
_FIRST_OF_SYLLABLES = "\u1100"

_BYTES = 6  # of a hash: 48 bits, 8 characters in base 64
_MASK = (1 << 8 * _BYTES) - 1
_FACTORS = (0x9E3779B97F4B, 0xC2B2AE3D27D5, 0x165667B19E37)  # odd and different: the order of words counts

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # kana, Han
)
_TOKEN = re.compile(rf"\d+(?:[.,:/]\d+)*|[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text's words and shingle hashes in order, and what of them is compared.

    `hashes[n]` is the shingle that begins at `words[n]`. `telling` are the words that say what a text is about
    (not the little words any two texts share), numbers included; `numbers` are those with digits.
    """

    words: tuple[str, ...]
    hashes: tuple[int, ...]
    shingles: frozenset[int]
    telling: frozenset[str]
    numbers: frozenset[str]


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of a text; the empty text has no values and a shingle count of 0."""
    words = tokens(text)
    hashes = _shingle_hashes(words)
    return Fingerprint(
        text_hash=VERSION + blake2b(" ".join(words).encode(), digest_size=15).hexdigest(),
        values=tuple(_value(chosen) for chosen in _winnow(hashes)),
        shingle_count=len(set(hashes)),
    )


def read_text(text: str, *, without: AbstractSet[str] = frozenset()) -> Reading:
    """A text ready to be compared, with the passages taken out whose fingerprints are in `without`."""
    words = tokens(text)
    hashes = _shingle_hashes(words)
    if without:
        kept = _kept(hashes, len(words), without)
        if len(kept) < len(words):
            words = [words[place] for place in kept]
            hashes = _shingle_hashes(words)
    telling = frozenset(filter(is_telling, set(words)))
    return Reading(
        words=tuple(words),
        hashes=tuple(hashes),
        shingles=frozenset(hashes),
        telling=telling,
        numbers=frozenset(word for word in telling if word[0].isdigit()),
    )


def is_telling(word: str) -> bool:
    """Whether a token says what a text is about: a number, or long enough not to be one of the little words."""
    return len(word) >= (2 if word[0] >= _FIRST_OF_SYLLABLES else 4) or word[0].isdigit()


def shingles(text: str) -> frozenset[int]:
    """The hashes of all shingles of a text, for `overlap`."""
    return frozenset(_shingle_hashes(tokens(text)))


def overlap(first: frozenset[int], second: frozenset[int]) -> tuple[float, float]:
    """(Jaccard index, share of the smaller set that the larger contains) of two shingle sets."""
    smaller = min(len(first), len(second))
    if not smaller:
        return 0.0, 0.0
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared), shared / smaller


def tokens(text: str) -> list[str]:
    """The words of a text in order, made comparable."""
    text = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).casefold()
    found = _TOKEN.findall(text)
    if _UNSPACED_RUN.search(text) is None:
        return found
    words: list[str] = []
    for token in found:
        if len(token) > 1 and _UNSPACED_RUN.match(token):
            words.extend(token[at : at + 2] for at in range(len(token) - 1))
        else:
            words.append(token)
    return words


def _kept(hashes: list[int], length: int, without: AbstractSet[str]) -> list[int]:
    """The places of the words outside the passages that begin and end with an unwanted fingerprint.

    Every window holds a fingerprint, so the words between two unwanted ones with no other between are unwanted
    too, and so is the little that precedes the first or follows the last fingerprint of the text.
    """
    chosen = set(_winnow(hashes))
    unwanted = chosen.intersection(_number(value) for value in without if value.startswith(VERSION))
    if not unwanted:
        return list(range(length))
    marks = [(place, number in unwanted) for place, number in enumerate(hashes) if number in chosen]
    cut = bytearray(length)
    for at, (place, bad) in enumerate(marks):
        if not bad:
            continue
        first, last = at == 0, at + 1 == len(marks)
        start = max(0, place - WINDOW) if first else marks[at - 1][0] if marks[at - 1][1] else place
        end = place + SHINGLE + (WINDOW if last else 0)
        cut[start:end] = b"\1" * (min(end, length) - start)
    return [place for place in range(length) if not cut[place]]


def _shingle_hashes(words: Sequence[str]) -> list[int]:
    """A hash per shingle, made of its words' hashes: a text repeats words more than shingles.

    A word's hash is a checksum: who makes two words collide makes texts look more alike that he could copy anyway.
    """
    if not words:
        return []
    made = {word: crc32(word.encode()) for word in set(words)}
    numbers = [made[word] for word in words]
    if len(words) < SHINGLE:
        return [sum(number * factor for number, factor in zip(numbers, _FACTORS, strict=False)) & _MASK]
    one, two, three = _FACTORS
    return [
        (first * one + second * two + third * three) & _MASK
        for first, second, third in zip(numbers, numbers[1:], numbers[2:], strict=False)
    ]


def _value(number: int) -> str:
    return VERSION + b2a_base64(number.to_bytes(_BYTES, "big"), newline=False).decode()


def _number(value: str) -> int:
    return int.from_bytes(a2b_base64(value.removeprefix(VERSION)), "big")


def _winnow(hashes: list[int]) -> list[int]:
    """The rightmost least hash of each window, each once, in order of place."""
    window = WINDOW
    while True:
        chosen = _minima(hashes, window)
        if len(chosen) <= MOST_VALUES:
            return chosen
        window = max(window + 1, window * len(chosen) // MOST_VALUES)


def _minima(hashes: list[int], window: int) -> list[int]:
    if len(hashes) <= window:
        return [min(hashes)] if hashes else []
    chosen: dict[int, None] = {}
    least, place = -1, -1
    for end in range(window - 1, len(hashes)):
        start = end - window + 1
        if place < start:
            least = min(hashes[start : end + 1])
            place = end - hashes[start : end + 1][::-1].index(least)
        elif hashes[end] <= least:
            least, place = hashes[end], end
        else:
            continue
        chosen[least] = None
    return list(chosen)
