"""What right before and right behind a figure makes it the one compared with, or the one that something is compared with.

"Up from 300", "twice last year's 120", "from 26,000 to 37,500", "the most since 2019, when 1,047 came": the first figure
is set beside another. "236, the most since 2019" and "640, up from 300": the first figure is the news.
"""

from __future__ import annotations

import re
from typing import Literal

from extractors.claims.cues import Cue

# So far before a figure, and behind it, the words stand that compare it.
BEFORE, AFTER = 90, 60
# A figure so near the start of its sentence is nobody's reported word.
FIRST_WORDS = 20

_ABOUT = (
    r"(?:(?:about|some|around|nearly|almost|roughly|just|only|barely|over|more than|fewer than|less than|at least|an estimated|the|a mere|mere|"
    r"as (?:few|many|much) as)\s){0,2}"
)
# A number as it is written, for the other side of a comparison.
_NUMBER = r"(?:[$€£]?\d[\d.,]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|a hundred|zero|none)"
_CHANGE = (
    r"(?:ris(?:e|en|es|ing)|rose|rais\w+|f[ae]ll(?:s|en|ing)?|gr[eo]w\w*|jump\w*|climb\w*|dropp?\w*|declin\w*|increas\w*|decreas\w*|surg\w+|soar\w*|shr[aiu]nk\w*|expand\w*|"
    r"reduc\w+|lower\w*|cut\w*|boost\w*|lift\w*|swell\w*|swollen|swelled|slid\w*|slow\w*|doubl\w+|tripl\w+|halv\w+|plung\w+|sank|sunk|plummet\w*|went|gone|eas\w+|edg\w+|ballooned|dwindled|up|down)"
)
_UNIT = r"(?:\s[\w%-]+){0,5}?"
_PAST = r"(?:(?:last|previous|preceding|prior) (?:year|month|week|night|day|season|quarter|decade|spring|summer|autumn|winter|time)|yesterday)"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"

# The figure right behind is the one compared with.
_LATIN = Cue(
    r"(?:"
    # more than double the 3,900, three times last year's 9, a fivefold rise on the 1,900
    rf"\b(?:double|twice|triple|treble|quadruple|\w+ times|\w+fold (?:rise|increase|jump|surge|drop|fall) (?:on|from|over)|up on|down on|rise on|increase on|drop on)"
    rf"\s(?:{_ABOUT}(?:the|its|their|that|those)\s|(?:the\s)?{_PAST}['’]s\s)(?:\w+\s){{0,2}}?"
    # short of the 500, rather than the 12 of last week
    rf"|\b(?:short of|shy of|rather than|instead of|as opposed to|unlike|in contrast (?:to|with)|compared (?:with|to)|versus)\s(?:the|its|their|{_PAST}['’]s)\s{_ABOUT}(?:\w+\s)?"
    rf"|,\sagainst\s{_ABOUT}"
    rf"|\b(?:compared (?:with|to)|as against|versus|vs\.?|as opposed to)\s{_ABOUT}"
    rf"|\b(?:(?:more|fewer|less|higher|lower|larger|bigger) than|above|below|over|under|beyond|exceed\w*|surpass\w*|beat\w*|passed|topp\w+|eclips\w+|equall?\w*|match\w*)\s(?:the\s)?{_PAST}['’]s\s(?:\w+\s){{0,2}}?"
    # the most since 2019, when 1,047 came; the quietest month since May 2021 (17); unlike in 2022, when 65 took part
    rf"|\b(?:\w{{3,}}est|most|least|best|worst|record|not)\b[^.;]{{0,50}}?\bsince\b[^.;,]{{0,40}}?(?:\s\(|,?\s(?:when|with|which)\s[^.;,]{{0,40}}?)"
    rf"|\b(?:unlike|than)\s(?:in\s)?(?:\w+\s)?(?:19|20)\d\d(?:,?\s(?:when|with)\s[^.;,]{{0,40}}?|\s\()"
    # the previous record, set a week earlier, was 273
    rf"|\b(?:the|its|their|his|her)\s(?:previous|earlier|old|prior|last|former)\s(?:record|high|low|peak|total|toll|figure|number|best|mark|tally|count|estimate)\b[^.;]{{0,40}}?\s(?:was|stood at|had been)\s{_ABOUT}"
    # twice as many as the 2021 blaze, which burned 115
    rf"|\b(?:as (?:many|much|high|large) as|(?:more|fewer|less|higher|lower|worse) than)\s(?:in\s)?[^.;,]{{3,40}}?,\s(?:when|which|who)\s[^.;,]{{0,40}}?"
    r")$",
    re.IGNORECASE,
)
# "up from 196", "fell from 1,047 to 229": the figure right after is the one compared with.
_UP_FROM = Cue(
    r"\b(?:up|down|ris\w+|rose|fell|fall\w*|grew|grown|gr[oe]w\w*|jump\w+|climb\w+|dropp?\w*|declin\w+|increas\w+|decreas\w+|surg\w+|soar\w*|shrank|shrunk|cut|reduced|higher|lower)"
    r"(?: \w+)? from (?:about |some |around |nearly |just |only |more than |over |the )?$|[\d,.]+(?:\s\w+){0,2},\sfrom\s(?:about |some |just |only |around |nearly |over |more than )?$",
    re.IGNORECASE,
)
# "from 900 tankers a month" compares when a "to 300" follows; "to 41,000 shells from 90,000" does.
_FROM = Cue(rf"\bfrom {_ABOUT}$", re.IGNORECASE)
_CHANGED_FROM = Cue(rf"\b{_CHANGE}\b[^.;]{{0,50}}?\bfrom {_ABOUT}$", re.IGNORECASE)
_TO_FROM = Cue(
    rf"\b{_CHANGE}\s(?:[^.;]{{0,30}}?\s)?to {_ABOUT}{_NUMBER}{_UNIT} from {_ABOUT}$", re.IGNORECASE
)
_TO_ANOTHER = Cue(rf"{_UNIT}(?:\s\([^)]*\))?,? to {_ABOUT}{_NUMBER}(?![-\w])", re.IGNORECASE)
# "after 45 in June", "after 14 had been reported on Monday"
_AFTER = Cue(rf"\bafter {_ABOUT}$", re.IGNORECASE)
_AN_EARLIER_TIME = Cue(
    rf"{_UNIT}\s(?:in (?:all|the (?:whole|previous|prior|first|same)|Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec|(?:19|20)\d\d)|(?:the|a) (?:year|month|week|day|night|season|quarter) (?:before|earlier|ago)|"
    rf"(?:on|the) (?:{_WEEKDAY}|previous|preceding)|{_PAST}|had been)\b"
)
# "On Monday it had stood at 2,600": what was so before, unless somebody's words are told.
_HAD = Cue(
    r"(?:(?<!said )(?<!says )(?<!that )(?<!added )(?<!adding )(?<!saying )\b(?:it|they|there|the (?:figure|number|toll|count|tally|total|average)) had (?:(?:only|already|earlier|previously|never|once)\s)?"
    r"(?:stood at|been(?: at)?|numbered|totall?ed|averaged|come to)|"
    rf"\b(?:on {_WEEKDAY}|(?:the|a) (?:day|week|month|year) (?:before|earlier)|earlier|previously|at first),? (?:it|they|he|she|\w+ \w+) had (?:reported|counted|given|put \w+(?: \w+)? at|recorded|listed|spoken of))"
    rf"\s{_ABOUT}$",
    re.IGNORECASE,
)
# "Five others had been killed on the same road in April"
_OTHERS_HAD = Cue(
    rf"(?:[Aa]nother |[Aa] further )?[\w,]+\s(?:others|more)(?:\s[a-z]+)?\shad (?:already |also )?(?:been|died|drowned|fled|left|gone)\b[^.;,]{{0,60}}?\b(?:in (?:(?:early|mid|late)[ -])?(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)|{_PAST}|earlier|(?:the|a) (?:day|week|month|year) (?:before|earlier)|in (?:19|20)\d\d)"
)
# "rose to 2,150 in 2024 from 1,430": the figure it came to.
_ROSE_TO = Cue(
    r"\b(?:ris\w+|rose|fell|fall\w*|gr[oe]w\w*|jump\w+|climb\w+|dropp?\w*|declin\w+|increas\w+|decreas\w+|surg\w+|soar\w*|shrank|shrunk)(?: \w+)? to (?:about |some |around |nearly |just |only |more than |over )?$",
    re.IGNORECASE,
)
# "slowed to 4.2 percent from 5.1": what it came to.
_TO = Cue(rf"\b{_CHANGE}\b[^.;]{{0,40}}?\bto {_ABOUT}$", re.IGNORECASE)
_FROM_TO = Cue(
    rf"\b{_CHANGE}\b[^.;]{{0,40}}?\bfrom {_ABOUT}{_NUMBER}(?:\s[\w%-]+){{0,6}}?,? to {_ABOUT}$", re.IGNORECASE
)
_FROM_ANOTHER = Cue(rf"{_UNIT},? from {_ABOUT}{_NUMBER}(?![-\w])", re.IGNORECASE)
# "up 37% on the same period": by how much it changed.
_BY = Cue(rf"\b(?:{_CHANGE}|by) {_ABOUT}$", re.IGNORECASE)
_ON_WHAT = Cue(
    r"(?:\s(?:percent|points?))?(?:,? (?:more|fewer|less|higher|lower))?\s(?:on|from|over|than|compared)\b"
)
# Something is set beside the figure right before these words, which is the news then.
_SET_BESIDE = Cue(
    rf"{_UNIT}(?:(?:\s(?:in|this|last) \w+)?,?\s(?:(?:more than|nearly|almost|about|well)\s)?(?:(?:up|down) (?:sharply |slightly |\w+ percent )?from|(?:up|down|higher|lower) (?:on|than)|compared (?:with|to)|as against|versus|vs\.?|(?:double|twice|triple|\w+ times) (?:the|its|their|last|as many|as much)|"
    rf"a \w+fold)\b|(?:\s(?:in|this|last) \w+)?,\s(?:(?:the|its|their|a)\s(?:\w+\s){{0,2}}?(?:\w{{3,}}est\b|record\b)|against {_ABOUT}\d))",
    re.IGNORECASE,
)

_CYRILLIC_CHANGE = r"(?:вырос|возрос|увелич|расшир|подня|снизи|сниже|сократ|сокращ|упа[лв]|уменьш|замедли|ускори|зріс|зрос|збільш|розшир|підня|знизи|зниже|скорот|скороч|впа[лв]|зменш|наріс)\w*"
_CYRILLIC_ABOUT = (
    r"(?:(?:около|примерно|почти|более|свыше|лишь|всего|только|уже|близько|майже|понад|лише|тільки)\s)?"
)
_CYRILLIC = Cue(
    r"(?:"
    # вдвое больше прошлогодних шести тысяч; чем 40 годом ранее; вместо прежних 30
    r"(?<!\w)(?:прошлогодн|прошломесячн|позапрошлогодн|прежн|тогдашн|январск|февральск|мартовск|апрельск|майск|июньск|июльск|августовск|сентябрьск|октябрьск|ноябрьск|декабрьск|"
    r"торішн|минулорічн|позаторішн|колишн|тодішн|січнев|лютнев|березнев|квітнев|травнев|червнев|липнев|серпнев|вереснев|жовтнев|листопадов|груднев)(?:их|ими|ым|им|ого|ої|ой|ою|ий|ые|ие|і)\s"
    rf"|(?<!\w)(?:вместо|замість|(?<!более )(?<!менее )(?<!больше )(?<!меньше )чем|(?<!більш )(?<!менш )(?<!більше )(?<!менше )ніж|по сравнению с|порівняно з|порівняно із|в отличие от|на відміну від)\s{_CYRILLIC_ABOUT}"
    # год назад — 2,3 млн
    rf"|(?<!\w)(?:год|месяц|неделю|квартал|годом|месяцем|неделей|рік|місяць|тиждень|роком|місяцем|тижнем)\s(?:назад|тому|ранее|раньше|раніше)(?:,?\s(?:—|–|было|була|було|были|були|их было|їх було|составлял\w*|сообщалось о|говорили о|повідомляли про))*\s{_CYRILLIC_ABOUT}"
    r")$",
    re.IGNORECASE,
)
_CYRILLIC_FROM = Cue(
    rf"(?<!\w){_CYRILLIC_CHANGE}\s(?:\S+\s){{0,4}}?(?:с|со|з|із|від|от)\s{_CYRILLIC_ABOUT}$", re.IGNORECASE
)
_CYRILLIC_TO = Cue(rf"(?:\s[\w%-]+){{0,4}}?\s(?:до)\s{_CYRILLIC_ABOUT}\w", re.IGNORECASE)

_ASIAN = Cue(
    r"(?:"
    # 1年前の30万人, 한 해 전 800억 원, 三个月前的
    r"(?:(?:\d+|[一二三四五六七八九十半数数]|한|두|석|세|몇)\s?(?:年|か月|カ月|ヶ月|個月|个月|개월|년|해|달)\s?(?:前|전)(?:에는?|の|的|は|には|때)?\s?)"
    # 较二月的331架次
    r"|(?:较|較|比|高于|低于)(?:(?!多|少|增|减|減|升|降|超)[^，。、\d])*(?:的|期|年|月|周)"
    # 由30起升至50起
    r"|(?:从|由|從)(?:约|大约)?"
    r")(?:약|約|约)?\s?$"
)
# 先月の2隻を上回った
_ASIAN_PAST = Cue(r"(?:지난달|지난주|先月|先週|上个月|上個月|上周|上週|지난 [가-힣]{1,6}의)[^，。、,.]{0,8}$")
_ASIAN_TOPPED = Cue(r"(?:[을를]\s(?:크게\s)?(?:웃|밑|넘)|보다|を(?:大きく|大幅に)?(?:上|下)回|を超|相比|更)")
_ASIAN_FROM = Cue(r"(?:从|由|從)(?:约|大约)?$")
_ASIAN_TO = Cue(r"[^，。、；]{0,6}?(?:增|升|降|减|減|跌|涨|漲|扩|擴|提高|上调|下调)")

Compared = Literal["with", "beside"]


def set_against(text: str, script: str, start: int, end: int) -> Compared | None:
    """Whether the figure at start..end is what another is compared "with", or has another set "beside" it."""
    before, after = (max(0, start - BEFORE), start), (end, end + AFTER)
    if script == "asian":
        with_it = _is_with_asian(text, before, after)
    elif script == "cyrillic":
        with_it = bool(
            _CYRILLIC.search(text, *before)
            or (_CYRILLIC_FROM.search(text, *before) and _CYRILLIC_TO.match(text, *after))
        )
    else:
        with_it = bool(
            _LATIN.search(text, *before)
            or _HAD.search(text, *before)
            or _UP_FROM.search(text, *before)
            or (_FROM.search(text, *before) and _is_left(text, before, after))
            or (start <= FIRST_WORDS and _OTHERS_HAD.match(text, start, after[1]))
            or (_AFTER.search(text, *before) and _AN_EARLIER_TIME.match(text, *after))
        )
        if not with_it and _is_news(text, before, after):
            return "beside"
    return "with" if with_it else None


def _is_news(text: str, before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Whether the figure is what it came to, or what another is set beside."""
    return bool(
        _ROSE_TO.search(text, *before)
        or _FROM_TO.search(text, *before)
        or (_FROM_ANOTHER.match(text, *after) and _TO.search(text, *before))
        or (_ON_WHAT.match(text, *after) and _BY.search(text, *before))
        or _SET_BESIDE.match(text, *after)
    )


def _is_left(text: str, before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Whether what changed came from the figure to another."""
    return bool(
        _TO_FROM.search(text, *before)
        or (_CHANGED_FROM.search(text, *before) and _TO_ANOTHER.match(text, *after))
    )


def _is_with_asian(text: str, before: tuple[int, int], after: tuple[int, int]) -> bool:
    if _ASIAN_PAST.search(text, *before) and _ASIAN_TOPPED.match(text, *after):
        return True
    if not _ASIAN.search(text, *before):
        return False
    return not _ASIAN_FROM.search(text, *before) or _ASIAN_TO.match(text, *after) is not None
