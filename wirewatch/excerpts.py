"""A few words out of a text, whole: its opening sentences, a quotation that fits; one clean line each."""

from __future__ import annotations

import re
import unicodedata

from extractors.sentences import sentences

# Two sentences of news English are 250 characters at the median; a reader decides within them whether to open it.
LONGEST_OPENING = 300
# Shorter than this is a dateline or a crosshead rather than news; the next sentence is taken with it.
LONG_ENOUGH = 100
# Openings are looked for here; the rest of a long text need not be split for them.
_BEGINNING = 4_000
# Joiners that Persian, Hindi and emoji are spelled with; every other invisible character goes.
_ENDED = re.compile(r"[.!?…。！？][\"'”’»)\]」』]*\Z")
_JOINERS = "\u200c\u200d"


def opening(text: str, *, title: str = "", longest: int = LONGEST_OPENING) -> str:
    """The first sentence or two that are not the title again, cut at a word if they are too long.

    A line without an end ("Published 20 November, 19:11") is no sentence; a dateline is one too short to stop at.
    """
    beginning = text[:_BEGINNING]
    lines = [clean(beginning[start:end]) for start, end in sentences(beginning)]
    lines = [line for line in lines if not title or _bare(line) != _bare(clean(title))]
    found = ""
    for line in [line for line in lines if _ENDED.search(line)] or lines:
        longer = f"{found} {line}".strip()
        if found and (len(longer) > longest or len(found) >= LONG_ENOUGH):
            break
        found = longer
    return shortened(found, longest)


def shortened(text: str, longest: int) -> str:
    """The text, or its beginning up to a word's end and an ellipsis; never longer than `longest`."""
    text = clean(text)
    if len(text) <= longest:
        return text
    cut = longest - 1
    at_word = text.rfind(" ", longest // 2, cut + 1)
    cut = at_word if at_word > 0 else cut
    while cut > 0 and unicodedata.combining(text[cut]):
        cut -= 1
    return text[:cut].rstrip(" ,;:-–—") + "…"


def quoted(text: str, longest: int) -> str:
    """The words in quotation marks."""
    return f"“{shortened(text, longest)}”"


def clean(text: str) -> str:
    """One line: no control characters or noncharacters, no invisible direction marks that would turn the rest of it around."""
    kept = (" " if _breaks(character) else character for character in text if not _hidden(character))
    return " ".join("".join(kept).split())


def _bare(text: str) -> str:
    return text.strip(" .").casefold()


def _breaks(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Zl", "Zp", "Zs"}


def _hidden(character: str) -> bool:
    if unicodedata.category(character) in {"Cf", "Cs"}:
        return character not in _JOINERS
    # The 66 noncharacters (Unicode 23.7), which HTML does not allow; their category is that of all unassigned ones.
    return ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef"
