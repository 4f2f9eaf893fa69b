"""Figures in a sentence: digits, words and both mixed, in six languages, with their bounds.

Reads what stands there ("more than 1,500", "1만2000여", "от 10 до 12 тысяч", "数百"); whether a figure counts anything
is decided by `extractors.claims.units`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from extractors.claims.cues import Cue
from extractors.claims.numerals import ASIAN, CYRILLIC, LATIN, Numerals

# "more than", "at least" ... stand at most this many characters before their figure.
BOUND_REACH = 34
# "rose from 196 to 236" are two figures, no range.
CHANGED_FROM = Cue(
    r"\b(?:rose|risen|rising|fell|fallen|falling|grew|grown|growing|jump\w+|climb\w+|dropp\w+|drop|declin\w+|increas\w+|decreas\w+|surg\w+|soar\w*|shrank|shrunk|cut|reduc\w+|rais\w+|lower\w+|expand\w*|boost\w*|lift\w*|slow\w*|plung\w+|sank)"
    r"(?:\s[\w'’]+){0,4}? from (?:about |some |around )?$|"
    r"(?:выр[оа]с\w*|увелич\w+|сокра[тщ]\w+|сниз\w+|упал\w*|подня\w+|зр[оі]с\w*|збільш\w+|скоро[тч]\w+|знизи\w+|зменш\w+)\s(?:\S+\s){0,3}?(?:с|со|з|із|від|от)\s$",
    re.IGNORECASE,
)


# 196人から236人に増えた, 196명에서 236명으로 늘었다: no range either.
_CHANGED_TO = re.compile(
    r"\s?(?:人|名|명|개|대|件|機|発)?(?:に|へ|으로|로)\s?(?:増|減|上(?:が|昇)|下|急|늘|줄|급증|증가|감소|올|떨어)"
)


# So far before a figure the verb of change stands; "from 3 to 5 million" is in millions, "from 800,000 to 1 million" is not.
CHANGE_REACH = 60
MOST_SCALED = 1000
_CHANGED_TO_CYRILLIC = Cue(
    r"(?:выр[оа]с\w*|возр[оа]с\w*|увелич\w+|сокра[тщ]\w+|сниз\w+|упал\w*|подня\w+|дове[лд]\w*|зр[оі]с\w*|збільш\w+|скоро[тч]\w+|зменш\w+|впа\w+|знизи\w+)\s(?:\S+\s){0,4}?до\s+$",
    re.IGNORECASE,
)


class Quantity(NamedTuple):
    """A figure: `start` counts its bound words in, `number` is where the figure itself begins, `end` where it ends.

    Both bounds None is a vague word. `spelled` tells "three" from "3"; `money` names a currency written with it.
    """

    low: float | None
    high: float | None
    approximate: bool
    start: int
    number: int
    end: int
    spelled: bool = False
    money: str | None = None
    percent: bool = False
    bounded: bool = False


@dataclass(frozen=True, kw_only=True)
class _Bounds:
    """What makes a figure a bound, before or after it."""

    lower: Cue
    upper: Cue
    about: Cue
    lower_after: re.Pattern[str]
    upper_after: re.Pattern[str]
    about_after: re.Pattern[str]
    ends: tuple[str, ...] = ("",)  # how every bound before a figure ends: looked at first, it is quick

    @cached_property
    def kinds(self) -> tuple[tuple[Cue, re.Pattern[str], Mapping[str, Any]], ...]:
        """The kinds of bounds: words before, words after, and what of the figure they change."""
        return (
            (self.lower, self.lower_after, {"high": None}),
            (self.upper, self.upper_after, {"low": None}),
            (self.about, self.about_after, {"approximate": True}),
        )


_LATIN_BOUNDS = _Bounds(
    lower=Cue(
        r"\b(?:(?:(?:well|far|slightly|just|a little) )?(?:(?<!no )(?<!not )(?<!never )more than|(?<!protested )(?<!protests )(?<!protest )(?<!dispute )(?<!arrested )(?<!row )(?<!clash )(?<!clashes )(?<!clashed )(?<!concern )(?<!concerns )(?<!anger )(?<!charged )(?<!questioned )(?<!summoned )(?<!fined )(?<!sued )(?<!talks )(?<!flew )(?<!handed )(?<!handing )(?<!turned )(?<!turning )over|above|beyond|in excess of|upwards? of|north of)|"
        r"at least|(?:no|not) (?:fewer|less) than|a minimum of|minimum of|exceed(?:ed|s|ing)?|surpass(?:ed|es|ing)?|"
        r"topp?(?:ed|s|ing)|pass(?:ed|es) the|starting at)(?: an estimated| some)?\s+$",
        re.IGNORECASE,
    ),
    upper=Cue(
        r"(?:(?:just |slightly |well )?(?:fewer than|less than|under|below)|up to|as many as|as much as|as high as|nearly|almost|"
        r"(?:no|not|never) more than|at most|a maximum of|maximum of|close to|approaching|just shy of|nearing)(?: an estimated| some)?\s+$",
        re.IGNORECASE,
    ),
    about=Cue(
        r"(?:\babout|around|some|roughly|approximately|an estimated|estimated|circa|ca\.|approx\.?|in the region of|in the order of|"
        r"on the order of|somewhere around|or so)(?: some| an estimated)?\s+$|~\s?$",
        re.IGNORECASE,
    ),
    lower_after=re.compile(
        r"\s*(?:or more\b|\+|plus\b|and counting\b|at (?:the )?(?:very )?least\b)", re.IGNORECASE
    ),
    upper_after=re.compile(r"\s*(?:or fewer\b|or less\b|at (?:the )?(?:most|best)\b)", re.IGNORECASE),
    about_after=re.compile(r"\s*(?:or so\b|-odd\b|odd\b|-some\b)", re.IGNORECASE),
    ends=(
        *(
            "than",
            "over",
            "above",
            "beyond",
            "of",
            "least",
            "exceed",
            "ed",
            "s",
            "ing",
            "the",
            "at",
            "to",
            "as",
            "nearly",
            "almost",
            "under",
        ),
        *(
            "below",
            "most",
            "about",
            "around",
            "some",
            "roughly",
            "approximately",
            "circa",
            "ca.",
            "approx",
            "approx.",
            "so",
            "~",
            "minimum",
            "maximum",
        ),
    ),
)
_CYRILLIC_BOUNDS = _Bounds(
    lower=Cue(
        r"(?:более(?: чем)?|больше(?: чем)?|свыше|не менее(?: чем)?|не меньше(?: чем)?|как минимум|минимум|по меньшей мере|по крайней мере|"
        r"превы(?:сил\w*|шает|сит)|понад|більше(?: ніж| як)?|більш(?: ніж| як)|щонайменше|не менше(?: ніж)?|принаймні|мінімум|"
        r"перевищ\w+|хотя бы)\s+$",
        re.IGNORECASE,
    ),
    upper=Cue(
        r"(?:\bдо|почти|не более(?: чем)?|не больше(?: чем)?|менее(?: чем)?|меньше(?: чем)?|максимум|без малого|чуть меньше|"
        r"майже|не більше(?: ніж)?|менше(?: ніж)?|менш(?: ніж| як)|щонайбільше)\s+$",
        re.IGNORECASE,
    ),
    about=Cue(
        r"(?:около|примерно|приблизительно|порядка|ориентировочно|где-то|близко|близько|приблизно|орієнтовно|десь|біля)\s+$",
        re.IGNORECASE,
    ),
    lower_after=re.compile(
        r"\s*(?:и более\b|и больше\b|с лишним\b|або більше\b|і більше\b|\+)", re.IGNORECASE
    ),
    upper_after=re.compile(r"\s*(?:и менее\b|або менше\b)", re.IGNORECASE),
    about_after=re.compile(r"(?!)"),
    ends=(
        *(
            "чем",
            "более",
            "больше",
            "свыше",
            "менее",
            "меньше",
            "минимум",
            "мере",
            "ает",
            "сит",
            "ил",
            "ила",
            "или",
            "ило",
            "бы",
            "до",
            "почти",
        ),
        *(
            "максимум",
            "малого",
            "около",
            "примерно",
            "приблизительно",
            "порядка",
            "ориентировочно",
            "где-то",
            "близко",
        ),
        *(
            "понад",
            "ніж",
            "як",
            "більш",
            "більше",
            "менш",
            "менше",
            "принаймні",
            "мінімум",
            "майже",
            "близько",
            "приблизно",
            "орієнтовно",
            "десь",
        ),
        *("біля", "ив", "ить", "ує", "ують"),
    ),
)
_ASIAN_BOUNDS = _Bounds(
    lower=Cue(
        r"(?:최소|적어도|최소한|至少有?|超过|超過|逾|超|多于|不少于|不下|少なくとも|最低でも|최소 약)\s?$"
    ),
    upper=Cue(
        r"(?:최대|최다|거의|많게는|最多|多达|多達|高达|高達|近|将近|將近|不到|少于|不足|至多|最大|最大で|最高で|ほぼ)\s?$"
    ),
    about=Cue(r"(?:약|대략|한|어림잡아|约|約|大约|大約|大概|左右|およそ|おおよそ|推定|추산)\s?$"),
    lower_after=re.compile(
        r"\s?(?:여?\s?(?:명|인|발|개|대|척|기|건|톤|곳|차례|회|km|㎞|킬로미터|달러|원|%|퍼센트)?\s?(?:이상|(?:을|를|이|가) 넘(?:는|게|은|을|었|겼|어서|어섰|어선|고|으)|을 웃|를 웃|을 초과|를 초과|을 돌파|를 돌파|넘는|넘게)|"
        r"(?:名|人|枚|架|辆|艘|发|门|次|起|公里|吨|美元|機|台|隻|件|回|キロ|トン|ドル|円|発|個|名以上)?(?:\w{0,4})(?:以上|を超え|を上回|超の|超が|超に|超を))"
    ),
    upper_after=re.compile(
        r"\s?(?:명|인|발|개|대|척|기|건|톤|곳)?\s?(?:이하|미만|에 못 미|에 육박|에 이르)|"
        r"(?:名|人|枚|架|辆|艘|发|門|門|次|機|台|隻|件|回|キロ|トン|個)?(?:以下|未満|に迫|近く)"
    ),
    about_after=re.compile(
        r"\s?(?:여\s?(?:명|인|발|개|대|척|기|건|톤|곳|차례|회|만|㎞|km|가구|문|정|[가-힣]))|\s?(?:명|인|발|개|대|척|기|건|톤|곳|차례|회)?\s?(?:가량|정도|안팎|내외|쯤|남짓)|"
        r"(?:多|余|餘|來|来)(?:名|人|枚|架|辆|艘|发|门|次|起|公里|吨|个|個|座|处|美元|万)|(?:名|人|枚|架|辆|艘|个)?(?:左右|上下)|"
        r"(?:人|名|機|台|隻|件|回|発|個)?(?:ほど|程度|前後|余り|あまり|余)"
    ),
)


def figures(text: str, script: str) -> list[Quantity]:
    """The figures alone, without bounds or ranges: enough to see whether any may count something."""
    return list(_cores(text, _of_script(script)[0]))


def quantities(text: str, script: str, found: list[Quantity] | None = None) -> list[Quantity]:
    """The figures of a sentence in order, ranges joined, bounds read; `found` is what `figures` gave for this text."""
    numerals, bounds = _of_script(script)
    cores = list(_cores(text, numerals)) if found is None else found
    return [_bounded(one, text, bounds) for one in _ranges(cores, text, numerals)]


def _of_script(script: str) -> tuple[Numerals, _Bounds]:
    if script == "latin":
        return LATIN, _LATIN_BOUNDS
    return (CYRILLIC, _CYRILLIC_BOUNDS) if script == "cyrillic" else (ASIAN, _ASIAN_BOUNDS)


# Full-width digits read as digits; every replacement is one code point for one.
_ASCII = str.maketrans("０１２３４５６７８９．，％İ", "0123456789.,%i")


def _cores(text: str, numerals: Numerals) -> Iterator[Quantity]:
    end = 0
    lower = text.lower() if text.isascii() else text.translate(_ASCII).lower()
    for match in numerals.pattern.finditer(lower):
        if match.start() < end:
            continue
        read = numerals.read(match)
        if read is None:
            continue
        end = read.end
        yield Quantity(
            low=read.value,
            high=read.value,
            approximate=read.value is None,
            start=read.start,
            number=read.start,
            end=read.end,
            spelled=read.spelled,
            money=read.money,
            percent=read.percent,
        )


def _ranges(cores: list[Quantity], text: str, numerals: Numerals) -> list[Quantity]:
    """Neighbours joined by "to", "-", "~" become one figure with two bounds."""
    joined: list[Quantity] = []
    skip = False
    for one, other in zip(cores, [*cores[1:], None], strict=False):
        if skip:
            skip = False
            continue
        link = numerals.link.fullmatch(text[one.end : other.start]) if other is not None else None
        if (
            other is None
            or link is None
            or one.low is None
            or other.low is None
            or (one.percent != other.percent and one.percent)
        ):
            joined.append(one)
            continue
        if _CHANGED_TO.match(text, other.end):
            joined.append(one)
            continue
        if CHANGED_FROM.search(text, max(0, one.start - CHANGE_REACH), one.start):
            scale = numerals.scale_of(text[other.start : other.end])
            same = scale > 1 and one.low * scale < other.low * scale and one.low < MOST_SCALED
            joined.append(one._replace(low=one.low * scale, high=one.low * scale) if same else one)
            continue
        between = numerals.between.search(text[max(0, one.start - 14) : one.start])
        if link["weak"] is not None and between is None:
            joined.append(one)
            continue
        low, high = one.low, other.low
        scale = numerals.scale_of(text[other.start : other.end])
        if scale > 1 and low < high / scale * 10 and low * scale <= high:
            low *= scale
        if low >= high:
            joined.append(one)
            continue
        start = one.start - len(between[0]) if between else one.start
        joined.append(
            other._replace(
                low=low,
                high=high,
                start=max(0, start),
                number=one.start,
                money=one.money or other.money,
                bounded=True,
            )
        )
        skip = True
    return joined


def _bounded(one: Quantity, text: str, bounds: _Bounds) -> Quantity:
    if one.low != one.high:
        about = bounds.about.search(text, max(0, one.start - BOUND_REACH), one.start)
        return one._replace(approximate=about is not None)
    before = max(0, one.start - BOUND_REACH), one.start
    words = text[slice(*before)].rstrip().lower().endswith(bounds.ends)
    after = text[one.end : one.end + 24]
    for before_bound, after_bound, change in bounds.kinds:
        if words and (match := before_bound.search(text, *before)):
            if _CHANGED_TO_CYRILLIC.search(text, *before):
                return one  # "выросло до 44": to, not up to
            return one._replace(start=match.start(), bounded=True, **change)
        if after_bound.match(after) and not _OF_THE_PAST.search(text, *before):
            return one._replace(bounded=True, **change)
    return one


# "先月の3隻を上回った": more than a figure of the past, which stays what it was.
_OF_THE_PAST = Cue(
    r"(?:先月|先週|前月|前週|前年|前回|昨年|去年|지난달|지난주|지난해|작년|전년|전월|上月|上个月|上周|上次|上年|지난 [가-힣]{1,6}의)[^，。、,.]{0,8}$"
)
