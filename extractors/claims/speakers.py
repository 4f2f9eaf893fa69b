"""Who speaks in a sentence: named here, above where it says "it" or goes on, or below where a quotation ends.

A sentence without any source breaks the thread: what stands above it says nothing of what stands below.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple

from extractors.claims.attribution import sources
from extractors.claims.source import Source
from extractors.records import Evidence

# A pronoun is resolved this many sentences back.
LOOK_BACK = 4
# A sentence that begins so goes on with what the one before said.
_GOES_ON = re.compile(
    r"(?:(?:Another|Of (?:them|those|these|that)|They|The (?:figure|number|total|toll|rest|remaining|others?)|That|Those|These|A further|It|He|She|"
    r"At least another|More than half|Some of)|(?:Ещ[её]|Из них|Среди них|Остальн\w+|Он[аи]?|Также|Ще|З них|Серед них|Решт\w+|Він|Вона|Вони|Також)|"
    r"(?:이 가운데|이 중|이중|나머지|또|이들은?|그는|그녀는|그중))\b|其中|另有|另外|其余|此外|このうち|うち|さらに|残る|また"
)
# "Ukraine's air force downed 47 drones, it said": who acts is who says it. Only bodies that speak.
_SUBJECT = re.compile(
    r"\s*(?P<who>(?:[A-Z][\w'’.-]*|[Tt]he|[a-z]+)(?:\s[\w'’.-]+){0,5}?\s?(?:force|army|navy|ministry|agency|police|service|command|guard|staff|government|council|group|TV|television|media|radio|broadcaster|newspaper|channel|militia|rebels|junta|office|union|department|embassy|"
    r"military|committee|commission|prosecutors?|administration|watchdog|coalition|fleet|brigade))\s(?=[a-z])"
)
_CJK = re.compile(r"[\uac00-\ud7a3\u3040-\u30ff\u4e00-\u9fff]")
_CYRILLIC = re.compile(r"[а-яіїєА-ЯІЇЄ]{3}")
# A quotation goes on from the sentence above, or into the one below, where who speaks is named.
_OPENS_QUOTE = re.compile(r"\s*[\"“«„「]")
_QUOTE_MARK = re.compile(r"[\"“”«»„「」]")
_LEFT_OPEN = re.compile(r"[“«„「][^”»」]*$|^[^\"]*\"(?:[^\"]*\"[^\"]*\")*[^\"]*$")
_SAID_SO = re.compile(
    r"[^.]{0,40}(?:이렇게|이같이|이와 같이|这样|如此|このように|(?<!\w)так (?:сказа|заяви|описа|розпові|рассказа))"
)
Field = Literal["title", "text"]


class Sentence(NamedTuple):
    """One sentence on its way to claims, with the spans of those right above it."""

    field: Field
    content: str
    start: int
    text: str
    above: tuple[tuple[int, int], ...]
    below: tuple[int, int] | None
    script: str
    published_at: datetime | None


def attribution_of(sentence: Sentence, source: Source | None) -> Evidence | None:
    """Where the source is named: here, or above when this sentence only says "it" or goes on."""
    if source is not None and not source.pronoun:
        return evidence_at(sentence, sentence.start + source.start, sentence.start + source.end)
    named = [
        one
        for one in sources_in(sentence.text, sentence.script)
        if source and not one.pronoun and one.start < source.start
    ]
    if named:
        return evidence_at(sentence, sentence.start + named[-1].start, sentence.start + named[-1].end)
    if source is not None and (subject := _SUBJECT.match(sentence.text)) and subject.end() <= source.start:
        return evidence_at(
            sentence, sentence.start + subject.start("who"), sentence.start + subject.end("who")
        )
    goes_on = source is not None or _GOES_ON.match(sentence.text) or _quotes_on(sentence)
    before = _before(sentence) if goes_on else None
    if before is not None:
        start, who = before
        return evidence_at(sentence, start + who.start, start + who.end)
    if source is not None:
        return evidence_at(sentence, sentence.start + source.start, sentence.start + source.end)
    return _below(sentence)


def _quotes_on(sentence: Sentence) -> bool:
    """Whether a sentence is a quotation, and so is the one right above."""
    if not sentence.above or not _OPENS_QUOTE.match(sentence.text):
        return False
    return _QUOTE_MARK.search(sentence.content, *sentence.above[-1]) is not None


def _below(sentence: Sentence) -> Evidence | None:
    """Who is named below as the speaker of a quotation that begins here: "'We lost 30. They lost 9,' Oda said."."""
    if sentence.below is None or not _OPENS_QUOTE.match(sentence.text):
        return None
    start, end = sentence.below
    text = sentence.content[start:end]
    if not (_LEFT_OPEN.search(sentence.text) or _SAID_SO.match(text)):
        return None
    named = [one for one in sources_in(text, script_of(text)) if not one.pronoun]
    return evidence_at(sentence, start + named[-1].start, start + named[-1].end) if named else None


def _before(sentence: Sentence) -> tuple[int, Source] | None:
    """The last source named above, and where its sentence starts; a sentence without any source breaks the thread."""
    for start, end in reversed(sentence.above):
        text = sentence.content[start:end]
        found = sources_in(text, script_of(text))
        named = [one for one in found if not one.pronoun]
        if named:
            return start, named[-1]
        if not found:
            return None
    return None


@lru_cache(maxsize=32)
def sources_in(text: str, script: str) -> tuple[Source, ...]:
    return tuple(sources(text, script))


def evidence_at(sentence: Sentence, start: int, end: int) -> Evidence:
    piece = sentence.content[start:end]
    start += len(piece) - len(piece.lstrip())
    end = max(start, end - (len(piece) - len(piece.rstrip())))
    return Evidence(field=sentence.field, start=start, end=end, text=sentence.content[start:end])


def script_of(text: str) -> str:
    if text.isascii():
        return "latin"
    if _CJK.search(text):
        return "asian"
    return "cyrillic" if _CYRILLIC.search(text) else "latin"
