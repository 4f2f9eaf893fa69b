"""The role of a figure: what the text reports, or what it compares with.

What stands right at the figure decides first (`comparisons`), then the words of its clause and the years they name.
"""

from __future__ import annotations

import re
from typing import Literal

from extractors.claims.comparisons import set_against
from extractors.claims.cues import Cue
from extractors.claims.place import Place, by_script, says

Role = Literal["current", "comparison"]

_COMPARISON = by_script(
    latin=(
        r"\b(?:compared (?:with|to)|in comparison|as against|versus|vs\.?|up from|down from|from (?=[\d,.]+ (?:a year|last|in (?:the )?(?:same|previous|prior)|"
        r"the (?:year|month|week)))|than the|(?:double|twice|triple|half|above|below|surpass\w*|exceed\w*|beat\w*|against) (?:the|its|last \w+'s)(?: previous|"
        r" earlier| old)? (?=\d)|(?:a|one) (?:day|night|week|month|quarter|season) (?:earlier|before|ago)|(?:two|three|four|five|six|\w+) (?:days|nights|"
        r"weeks) (?:earlier|before|ago)|last time|the last such|(?:previous|old|earlier|prior) (?:record|peak|high|low|total|figure|toll|wave|batch|estimate)|"
        r"in soviet times|earlier (?:years?|estimate\w*|figure\w*|assessment\w*|report\w*|count|tally|months?)|previous(?:ly)?|prior|"
        r"the (?:year|month|week|day) before|(?:a|one|two|three|\w+) (?:year|month|week|decade)s? (?:earlier|before|ago)|(?:than|from|against) last (?:year|"
        r"month|summer|winter|spring|autumn|decade|quarter)|(?:same|corresponding|preceding|comparable) (?:period|month|months|quarter|time|week|stretch|half)|"
        r"initial(?:ly)?|at (?:its|their|the) (?:peak|height)|(?:a|on a) (?:normal|typical|usual|ordinary|quiet) (?:day|night|week|month|year|season)|(?:yearly|annual|monthly|weekly|daily|usual|normal|long-term|historical|\w+-year) (?:average|norm|mean|median)|the (?:equivalent|comparable|corresponding) (?:figure|number|total)|in the past|historical\w*|used to|"
        r"pre-?(?:war|pandemic|invasion)|before the (?:war|invasion|pandemic|border closure)|once (?:numbered|stood|home to|had|held|counted)|(?:had|was|"
        r"were) (?:earlier|previously|initially)|until then|until (?:this|last) (?:spring|summer|autumn|winter|week|month)|until recently|against (?=(?:only |just |about |some )?[\d.,]+ (?:\w+ ){0,2}?(?:in|a|the|last)\b)|a record(?: of)?|originally|(?:began|started) (?:with|as|out|"
        r"at)|in (?:all|the whole) of (?:19|20)\d\d|twice the|double the|half the)\b"
    ),
    cyrillic=(
        r"по сравнению|против (?=\d)|проти (?=\d)|(?:неделю|месяц|квартал|год) назад|(?:тиждень|місяць|квартал|рік) тому|(?:неделей|месяцем|днем|годом|кварталом) (?:ранее|раньше)|в прошлый раз|за тот же период|(?:тижнем|місяцем|"
        r"днем|роком) раніше|минулого разу|за той самий період|торік|годом ранее|год назад|за аналогичн|аналогичн\w+ период|прежде|предыдущ|раньше|"
        r"первоначально|в среднем|до войны|порівняно|роком раніше|рік тому|попередн|спочатку|у середньому|до війни"
    ),
    asian=(
        r"전년|전주|전월|전분기|지난번|1년 전|대비|비해|종전|과거|예년|전년도|평균|당초|같은 기간|同期|上周|上月|上次|一年前|以往|相比|上年|平均|往年|前年|前月|前週|一年前|従来|前回|比べ|同時期|当初"
    ),
)
_OLD_YEAR = Cue(
    r"(?<![\d,.])(?:in|In|of|during|since the|throughout|for|в|у|за|року|году)?\s?((?:19|20)\d\d)(?:\s?年|년|\s?год|\s?р)?(?![\d,]\d)"
)
_CURRENT = by_script(
    latin=(r"\b(?:now|so far|this year|currently|today|to date|latest|already|since|alone|in all)\b"),
    cyrillic=(r"сейчас|теперь|уже|сегодня|зараз|тепер|вже"),
    asian=(r"올해|현재|지금|이번|今年|目前|现在|現在|今回"),
)
# What dates a figure, and compares only beside another figure.
_WEAK = by_script(
    latin=(
        r"\b(?:last (?:year|month|summer|winter|spring|autumn|decade|quarter)|(?:a|one|two|\w+) (?:year|month|week|day)s? ago|in (?:19|20)\d\d|previous(?:ly)?|"
        r"earlier|initially|on average|average of|averag(?:ed|es|ing)|usual(?:ly)?|normally|ordinarily)\b"
    ),
    cyrillic=(r"в прошлом году|ранее|накануне|напередодні|торік|минулого року|раніше"),
    asian=(r"지난해|작년|앞서(?! (?:밝|발표|보도|말|전))|이전에|去年|此前(?!声|称|表|说|宣|报)|昨年|以前"),
)
_SINCE = Cue(r"\bsince\b|부터|с начала|від|自|以来", re.IGNORECASE)
# Korean, Chinese and Japanese put "last year" right before its figure and "than" right after it.
ASIAN_REACH = 12
DIFFERENCE_REACH = 24
# "2022년 산불 때는 319채": a year before last, so far before its figure. What lasts since then is of now.
ASIAN_YEAR = 20
_YEAR_BEFORE = Cue(r"((?:19|20)\d\d)\s?[年년](?!.*(?:以来|以后|以後|から|부터|이후|이래))")
_DIFFERENCE = re.compile(r"(?:より|보다)\s?$")
_FIGURE = re.compile(r"[\d０-９]+(?![\d０-９]|\s?(?:[년월일年月日]|분기|季|四半期|半期))")
_THAN = re.compile(
    r"[)）]?\s?(?:から(?:約)?[\d一二三四五六七八九十]|에서\s?(?:약 ?)?\d|보다|에서 (?:늘|줄|증가|감소)|に比べ|より|から(?:増|減)|相比|的\d+倍)"
)


def role_of(place: Place, *, year: int | None, several: bool) -> Role:
    """Whether the figure is what the text reports or what it compares with.

    "last year" alone dates a figure; beside another figure (`several`) it makes it the one compared with.
    """
    at_it = set_against(place.text, place.script, place.start, place.end)
    if at_it is not None:
        return "comparison" if at_it == "with" else "current"
    if place.script == "asian":
        compared = _asian_compared(place, year=year, several=several)
    else:
        compared = _compared(place, year=year, several=several)
    return "comparison" if compared else "current"


def _asian_compared(place: Place, *, year: int | None, several: bool) -> bool:
    text, start = place.text, place.start
    if _DIFFERENCE.search(text[max(0, start - DIFFERENCE_REACH) : start]):
        return False  # 昨年より40人少ない
    # A cue before another figure is that figure's.
    before = _FIGURE.split(text[max(place.left, start - ASIAN_REACH) : start])[-1]
    cued = _COMPARISON["asian"].pattern.search(before) or (several and _WEAK["asian"].pattern.search(before))
    years = [
        int(match[1]) for match in _YEAR_BEFORE.finditer(text, max(place.left, start - ASIAN_YEAR), start)
    ]
    of_old = several and year is not None and bool(years) and years[-1] < year - 1
    return bool(of_old or cued or _THAN.match(text, place.end))


def _compared(place: Place, *, year: int | None, several: bool) -> bool:
    if place.nearer(_COMPARISON, _CURRENT):
        return True
    years = _years(place, place.left, place.right)
    if year is not None and _is_newest(place, years, year):
        return False
    since = _SINCE.search(place.text, place.left, place.right)
    if (
        several
        and place.says(_WEAK)
        and not place.says(_CURRENT)
        and not (since and since.start() < place.start)
        and not says(_COMPARISON, place.text, place.script, 0, len(place.text))
    ):
        return True
    return bool(years) and year is not None and max(years) < year and not since


def _years(place: Place, start: int, end: int) -> list[int]:
    return [int(match[1]) for match in _OLD_YEAR.finditer(place.text, start, end)]


def _is_newest(place: Place, years: list[int], year: int) -> bool:
    """Whether the figure is of last year, others are older, and none is of now: "2,914 in 2009, 236 in 2024"."""
    others = _years(place, 0, len(place.text))
    newest = bool(years) and min(others) < max(years) == max(others) == year - 1
    return newest and not says(_CURRENT, place.text, place.script, 0, len(place.text))
