"""From sentences to claims: each figure that counts something, with its event, source, certainty, role and period."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

import ahocorasick_rs

from extractors.claims.attribution import source_for
from extractors.claims.cues import Cue
from extractors.claims.doubts import doubt_at
from extractors.claims.events import event_of
from extractors.claims.no_claims import NO_CLAIM
from extractors.claims.nominatives import nominative
from extractors.claims.periods import period_of
from extractors.claims.place import place_of
from extractors.claims.quantities import Quantity, figures, quantities
from extractors.claims.roles import role_of
from extractors.claims.speakers import (
    LOOK_BACK,
    Field,
    Sentence,
    attribution_of,
    evidence_at,
    script_of,
    sources_in,
)
from extractors.claims.standing import certainty_of
from extractors.claims.unit import Unit
from extractors.claims.units import unit_of
from extractors.records import Claim
from extractors.sentences import sentence_of, sentences
from extractors.terms import LONGEST_TEXT

# More figures than this in one article is a table; the first ones are kept.
MOST_CLAIMS = 120
# "Ten officials said": more than so many are a figure, not the name of who speaks.
MOST_SPEAKERS = 10
# Beginnings of written numbers: a sentence without any of these, or a digit, claims no figure.
_NUMBER_WORDS = (
    "dozen hundred thousand million billion scores twent thirt forty fift sixt sevent eight ninet eleven twelve fourteen десят сот тысяч тисяч два две двум двух дві дво "
    "три трех трем троих трьох трое трёх трём четверо четверы четыр чотир пять пят шест шіст семь семи сем сім восем вісім девят один одна полтор півтор полсот півсот полмил півмільй полтыс півтис сто сорок девяно дюжин нескольк кільк дев'ят дев’ят п'ят п’ят"
)
_NONE = (
    " no soldier",
    " no troops",
    " no north korean",
    " no russian",
    " no civilian",
    " no casualties",
    " no one was killed",
    " no missile",
    " no drone",
    " no balloon",
    " no guards",
    " no officers",
    " no deaths",
    " no injuries",
    " no prisoners",
    " no defect",
    " no desert",
    " not a single",
    " not one",
)
_ASIAN_NUMBERS = "一二两兩三四五六七八九十百千万数數几幾"
_KOREAN_NUMBERS = (
    "한",
    "두",
    "세",
    "네",
    "섯",
    "곱",
    "덟",
    "홉",
    "열",
    "스무",
    "른",
    "흔",
    "쉰",
    "십",
    "백",
    "천",
    "만",
    "여",
)
_DIGIT = re.compile(r"\d+")
_NUMERAL = re.compile(r"\d|[一二三四五六七八九十]")
_FIGURE_LEFT = re.compile(r"[^\W_]")
# A result of a game: nothing in such a sentence is news of a figure.
_MATCH_RESULT = Cue(
    r"\b(?:beat|beats|defeated|drew|thrashed|edged|won|lost)\b[^.;]{0,60}\b\d{1,3}[-–:]\d{1,3}\b(?!,)"
)
# Quotation marks that a name keeps in pairs only: газета «Зауралье».
_QUOTES = (("«", "»"), ("“", "”"), ('"', '"'), ("'", "'"))


def find_claims(
    title: str, text: str, *, language: str | None, published_at: datetime | None = None
) -> tuple[Claim, ...]:
    """Every figure that title and text claim, in reading order."""
    del language  # the script of each sentence decides; an article may quote in another
    found = [*_of_field("title", title, published_at), *_of_field("text", text[:LONGEST_TEXT], published_at)]
    return _no_surer(found[:MOST_CLAIMS])


def _no_surer(found: list[Claim]) -> tuple[Claim, ...]:
    """A figure first given as unconfirmed grows no surer by being repeated flatly, without a source, in the same article."""
    doubted: set[tuple[float | None, float | None]] = set()
    claims = []
    for one in found:
        value = (one.low, one.high)
        if one.certainty == "unconfirmed":
            doubted.add(value)
        restated = one.certainty == "asserted" and one.source is None and value in doubted
        claims.append(replace(one, certainty="unconfirmed") if restated else one)
    return tuple(claims)


@dataclass(slots=True)
class _Known:
    """What the sentences so far have counted: the last unit named, and the figures given."""

    unit: str = ""
    values: set[tuple[float | None, float | None]] = field(default_factory=set)
    counted: tuple[tuple[int, int] | None, frozenset[str]] = (
        None,
        frozenset(),
    )  # the last sentence with figures, and their units


def _of_field(field: Field, content: str, published_at: datetime | None) -> Iterator[Claim]:
    known = _Known()
    spans = sentences(content)
    starts = [start for start, _ in spans]
    lower = " " + content.replace("İ", "i").lower()
    hits = {sentence_of(starts, start) for _, start, _ in _numbers().find_matches_as_indexes(lower)}
    hits |= {sentence_of(starts, match.start()) for match in _DIGIT.finditer(content)}
    for number in sorted(hits if spans else ()):
        start, end = spans[number]
        text = content[start:end]
        script = script_of(text)
        sentence = Sentence(
            field=field,
            content=content,
            start=start,
            text=text,
            above=spans[max(0, number - LOOK_BACK) : number],
            below=spans[number + 1] if number + 1 < len(spans) else None,
            script=script,
            published_at=published_at,
        )
        yield from _of_sentence(sentence, known)


@lru_cache(maxsize=1)
def _numbers() -> ahocorasick_rs.AhoCorasick:
    """Finds where a number may be written out: at the start of a word, or anywhere in Chinese, Japanese, Korean."""
    words = [f"{before}{word}" for word in _NUMBER_WORDS.split() for before in ' \n"“«(-‘']
    words += [
        f"{before}{word}{after}"
        for word in ("half a", "two", "three", "four", "five", "six", "seven", "nine", "ten", "one")
        for before in ' \n"“(-'
        for after in " -.,;"
    ]
    korean = [
        f"{number} {counter}"
        for number in _KOREAN_NUMBERS
        for counter in ("명", "사람", "발", "대", "척", "개")
    ]
    return ahocorasick_rs.AhoCorasick(
        [
            *words,
            *_NONE,
            *_ASIAN_NUMBERS,
            *korean,
            *(one.replace(" ", "") for one in korean),
            "수십",
            "수백",
            "수천",
            "수만",
            "몇",
        ]
    )


def _of_sentence(sentence: Sentence, known: _Known) -> Iterator[Claim]:
    counting = _counting(sentence.text, sentence.script)
    if any(_may_be_speakers(one) for one, _ in counting):
        speakers = [one.start for one in sources_in(sentence.text, sentence.script)]
        counting = [pair for pair in counting if not _of_speakers(pair[0], speakers)]
    if not counting or _MATCH_RESULT.search(sentence.text):
        return
    names = [unit.name for _, unit in counting if unit.sure and unit.name]
    above, last = known.counted
    beside = last if sentence.above and above == sentence.above[-1] else frozenset()
    for one, unit in counting:
        value = (one.low, one.high)
        if (unit.definite and value in known.values) or (not unit.sure and not (names or known.unit)):
            continue
        known.unit = unit.name or known.unit or (names[0] if names else "people")
        known.values.add(value)
        name = unit.name or known.unit
        several = len(counting) > 1 or name in beside
        yield _claim(sentence, one, unit, name, several=several)
    known.counted = (sentence.start, sentence.start + len(sentence.text)), frozenset(names)


def _counting(text: str, script: str) -> list[tuple[Quantity, Unit]]:
    """The figures of a sentence that count something, once dates, ages and the like are masked."""
    found = figures(text, script)
    counting = _with_units(quantities(text, script, found), text, script)
    if not counting:
        return []  # most sentences with a digit: dates, years, names
    if script != "asian" and not _DIGIT.search(text):
        return counting
    masked = NO_CLAIM[script].sub(_blank, text)
    if masked == text:
        return counting
    return _with_units(quantities(masked, script, _still_whole(found, masked)), masked, script)


def _with_units(found: list[Quantity], text: str, script: str) -> list[tuple[Quantity, Unit]]:
    pairs = [(one, unit_of(one, text, script)) for one in found]
    return [(one, unit) for one, unit in pairs if unit is not None]


def _still_whole(found: list[Quantity], masked: str) -> list[Quantity] | None:
    """The figures that no mask touched; None when one was cut in two, and the rest of it must be read anew."""
    touched = [one for one in found if "\x00" in masked[one.start : one.end]]
    if any(_FIGURE_LEFT.search(masked, one.start, one.end) for one in touched):
        return None
    return [one for one in found if one not in touched] if touched else found


def _may_be_speakers(one: Quantity) -> bool:
    return one.spelled and one.low is not None and one.low <= MOST_SPEAKERS


def _of_speakers(one: Quantity, speakers: list[int]) -> bool:
    """Whether a small number opens the name of a source and counts who speaks: "three Western officials said"."""
    return _may_be_speakers(one) and any(0 <= one.start - start <= 1 for start in speakers)


def _blank(match: re.Match[str]) -> str:
    return _NUMERAL.sub("\x00", match[0])


def _claim(sentence: Sentence, one: Quantity, unit: Unit, name: str, *, several: bool) -> Claim:
    text = sentence.text
    source = source_for(sources_in(sentence.text, sentence.script), one.number, one.end)
    attribution = attribution_of(sentence, source)
    year = sentence.published_at.year if sentence.published_at else None
    place = place_of(text, sentence.script, one.start, unit.end)
    role = role_of(place, year=year, several=several)
    return Claim(
        low=one.low,
        high=one.high,
        approximate=one.approximate or (one.low is None and one.high is None),
        unit=name,
        evidence=evidence_at(sentence, sentence.start + one.start, sentence.start + max(unit.end, one.end)),
        event=event_of(text, one.number, unit.end),
        source=_tidy(nominative(attribution.text)) if attribution else None,
        certainty=certainty_of(place, source=source, role=role, doubted=_doubted(sentence, one.end)),
        role=role,
        period=period_of(text, one.number, sentence.published_at),
        attribution=attribution,
    )


def _doubted(sentence: Sentence, place: int) -> bool:
    """Whether words behind the figure, here or in the sentence below, say that the claim could not be checked."""
    here = doubt_at(sentence.text, sentence.script)
    if here is not None:
        return here >= place
    if sentence.below is None:
        return False
    below = sentence.content[slice(*sentence.below)]
    return doubt_at(below, script_of(below)) is not None


def _tidy(name: str) -> str | None:
    name = " ".join(name.split()).strip(" ,")
    for left, right in _QUOTES:
        if left not in name and right not in name:
            continue
        if name.count(left) != name.count(right) or (left == right and name.count(left) % 2):
            name = name.strip(left + right)
    return name or None
