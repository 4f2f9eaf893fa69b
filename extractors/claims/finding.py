"""From sentences to claims: each figure that counts something, with its event, source, certainty, role and period."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from extractors.claims.attribution import source_for, sources
from extractors.claims.events import event_of
from extractors.claims.no_claims import NO_CLAIM
from extractors.claims.nominatives import nominative
from extractors.claims.periods import period_of
from extractors.claims.quantities import Quantity, quantities
from extractors.claims.source import Source
from extractors.claims.standing import certainty_of, role_of
from extractors.claims.unit import Unit
from extractors.claims.units import unit_of
from extractors.records import Claim, Evidence
from extractors.sentences import sentences
from extractors.terms import LONGEST_TEXT

# More figures than this in one article is a table; the first ones are kept.
MOST_CLAIMS = 120

_MAYBE = re.compile(
    r"\d|\bno\s|\bnot (?:a single|one)\b|[一二两兩三四五六七八九十百千万数數几幾][一-龥]|[가-힣]\s?명|\b(?:dozen|hundred|thousand|million|billion|scores|half a|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|one|t?we[ln]\w+|thirt\w+|f[io]\w+t\w+|sixt\w+|sevent\w+|eight\w+|ninet\w+)"
    r"|десят|сот|тысяч|тисяч|дв[аое]|дві|тр[иеёо]|четыр|чотир|пят|п.ят|шест|шіст|сем|сім|восем|вісім|девят|один|одна|полтор|ст[оа]\b|(?:수|몇)[십백천만]",
    re.IGNORECASE,
)
# A sentence that begins so goes on with what the one before said.
_GOES_ON = re.compile(
    r"(?:Another|Of (?:them|those|these|that)|They|The (?:figure|number|total|toll|rest|remaining|others?)|That|Those|These|A further|It|He|She|"
    r"At least another|More than half|Some of)\b"
)
_CJK = re.compile(r"[\uac00-\ud7a3\u3040-\u30ff\u4e00-\u9fff]")
_CYRILLIC = re.compile(r"[а-яіїє]{3}", re.IGNORECASE)

Field = Literal["title", "text"]


def find_claims(
    title: str, text: str, *, language: str | None, published_at: datetime | None = None
) -> tuple[Claim, ...]:
    """Every figure that title and text claim, in reading order."""
    del language  # the script of each sentence decides; an article may quote in another
    found = [*_of_field("title", title, published_at), *_of_field("text", text[:LONGEST_TEXT], published_at)]
    return tuple(found[:MOST_CLAIMS])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """One sentence on its way to claims; `before` is the last source named above it: where it starts, who."""

    field: Field
    content: str
    start: int
    text: str
    found: list[Source]
    before: tuple[int, Source] | None
    published_at: datetime | None


@dataclass(slots=True)
class _Known:
    """What the sentences so far have counted: the last unit named, and the figures given."""

    unit: str = ""
    values: set[tuple[float | None, float | None]] = field(default_factory=set)


def _of_field(field: Field, content: str, published_at: datetime | None) -> Iterator[Claim]:
    before: tuple[int, Source] | None = None
    known = _Known()
    for start, end in sentences(content):
        text = content[start:end]
        script = _script(text)
        found = sources(text, script)
        if _MAYBE.search(text):
            sentence = _Sentence(
                field=field,
                content=content,
                start=start,
                text=text,
                found=found,
                before=before,
                published_at=published_at,
            )
            yield from _of_sentence(sentence, script, known)
        named = [one for one in found if not one.pronoun]
        if named:
            before = start, named[-1]
        elif not found:
            before = None


def _of_sentence(sentence: _Sentence, script: str, known: _Known) -> Iterator[Claim]:
    masked = NO_CLAIM.sub(_blank, sentence.text)
    pairs = [(one, unit_of(one, masked, script)) for one in quantities(masked, script)]
    counting = [(one, unit) for one, unit in pairs if unit is not None]
    names = [unit.name for _, unit in counting if unit.sure and unit.name]
    for one, unit in counting:
        value = (one.low, one.high)
        if (unit.definite and value in known.values) or (not unit.sure and not (names or known.unit)):
            continue
        known.unit = unit.name or known.unit or (names[0] if names else "people")
        known.values.add(value)
        yield _claim(sentence, one, unit, unit.name or known.unit, several=len(counting) > 1)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"\d|[一二三四五六七八九十]", "\x00", match[0])


def _claim(sentence: _Sentence, one: Quantity, unit: Unit, name: str, *, several: bool) -> Claim:
    text = sentence.text
    source = source_for(sentence.found, one.number, one.end)
    attribution = _attribution(sentence, source)
    year = sentence.published_at.year if sentence.published_at else None
    return Claim(
        low=one.low,
        high=one.high,
        approximate=one.approximate or (one.low is None and one.high is None),
        unit=name,
        evidence=_evidence(sentence, sentence.start + one.start, sentence.start + max(unit.end, one.end)),
        event=event_of(text, one.number, unit.end),
        source=_tidy(nominative(attribution.text)) if attribution else None,
        certainty=certainty_of(
            text,
            one.start,
            unit.end,
            source=source,
        ),
        role=role_of(text, one.start, unit.end, year=year, several=several),
        period=period_of(text, one.number, sentence.published_at),
        attribution=attribution,
    )


def _attribution(sentence: _Sentence, source: Source | None) -> Evidence | None:
    """Where the source is named: here, or above when this sentence only says "it" or goes on."""
    if source is not None and not source.pronoun:
        return _evidence(sentence, sentence.start + source.start, sentence.start + source.end)
    named = [one for one in sentence.found if source and not one.pronoun and one.start < source.start]
    if named:
        return _evidence(sentence, sentence.start + named[-1].start, sentence.start + named[-1].end)
    if sentence.before is not None and (source is not None or _GOES_ON.match(sentence.text)):
        start, who = sentence.before
        return _evidence(sentence, start + who.start, start + who.end)
    if source is not None:
        return _evidence(sentence, sentence.start + source.start, sentence.start + source.end)
    return None


def _evidence(sentence: _Sentence, start: int, end: int) -> Evidence:
    piece = sentence.content[start:end]
    start += len(piece) - len(piece.lstrip())
    end = max(start, end - (len(piece) - len(piece.rstrip())))
    return Evidence(field=sentence.field, start=start, end=end, text=sentence.content[start:end])


def _tidy(name: str) -> str | None:
    return re.sub(r"\s+", " ", name).strip(" ,\"“”'«»") or None


def _script(text: str) -> str:
    if _CJK.search(text):
        return "asian"
    return "cyrillic" if _CYRILLIC.search(text) else "latin"
