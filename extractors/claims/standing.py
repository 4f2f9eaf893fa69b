"""How a figure stands: certain, denied, unconfirmed or a forecast; of now, or something to compare with."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Literal

from extractors.claims.source import Source

Certainty = Literal["asserted", "denied", "unconfirmed", "forecast"]
Role = Literal["current", "comparison"]

_CLAUSE = re.compile(
    r"[;:()—–]|,(?!\d)|\b(?:while|whereas|but|although|though|compared|against|than)\b|\band (?=(?:expects?|plans?|intends?|hopes?|aims?|will|would|has|have|had)\s|(?:(?:another|about|some|around|over|only|a further|at least) )*\d[\d,.]* (?:\w+ ){0,3}?(?:were|was|are|is|will|had|have|would)\s)|[，、；]|(?:그러나|반면|하지만|지만|으나)|(?:\sа\s|\sно\s|\sале\s|\sпротив\s(?=\d)|\sпроти\s(?=\d)|\sпо сравнению\s|\sпорівняно\s)"
)

_FINITE = re.compile(
    r"\b(?:were|was|are|is|had|have|has|\w+ed|came|went|left|fell|fled|took|lost|got|will|would)\b"
)
_WORD = re.compile(r"[^\W\d_]{2}")
_DENIES = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|dismiss(?:ed|es)?|reject(?:ed|s)?|refut(?:ed|es)|rebut\w*|disput(?:ed|es))\b|опроверг|отрица|отверг|спросту|запереч|부인|일축|반박|否认|否認|驳斥|否定"
)
_NEGATED = re.compile(
    r"\b(?:no truth|not true|false(?:ly)?|fake|fabricat\w*|untrue|did not|didn't|never (?:sent|happened|occurred|took place|supplied|existed|fired|had|lost|crossed|deployed)|(?:has|have|had|was|were|is|are) not(?! (?:yet |immediately |so far |publicly )*(?:commented|responded|said|answered|disclosed|replied|spoken|named|given|reported)\b)(?! (?:yet |been |be |independently )*(?:verified|confirmed|clear|known))|hasn't|haven't|wasn't|weren't|baseless|groundless|unfounded|hoax|nonsense|absurd|a lie|lies|fiction|invented|exaggerat\w*|bogus|made up|(?:was|were|is|are) wrong (?:to say|that|when)|pure fantasy|incorrect)\b|"
    r"не соответству|ложь|ложн|фейк|вымысел|неправд|вигадк|사실이 아니|사실무근|거짓|허위|不实|並未|并未|从未|事実ではない"
)
_UNCONFIRMED = re.compile(
    r"\b(?:reportedly|allegedly|alleged|purported(?:ly)?|supposed(?:ly)?|unconfirmed|unverified|(?:could|can|have|has|had|were|was)(?: not|n't) (?:be |been )?(?:yet )?(?:be |been )?(?:independently )?(?:verified|confirmed)|cannot be (?:independently )?(?:verified|confirmed)|no independent (?:confirmation|verification)|without (?:evidence|giving evidence|providing evidence)|not (?:yet |been |be |independently )*(?:verified|confirmed)|"
    r"could not (?:be )?(?:independently )?(?:verify|confirm)|rumou?r\w*|(?:is|are|was|were) (?:believed|thought|feared|said|suspected|understood|rumou?red|presumed) to|believed (?:dead|killed|to be)|feared (?:dead|killed)|(?:may|might|could) have|(?:may|might|could) be \w+ing|(?:may|might) already|appears? to have|apparently|"
    r"suspected|(?:the|a|any|its|their) (?:reported|claimed|alleged|supposed|purported) \w+|(?:it|that) (?:is|was) (?:thought|believed|feared|rumou?red|said|understood) that|neither confirm\w* nor den\w+|(?:declined|refused) to confirm|would not confirm|(?:thought|believed|feared|presumed|rumou?red) to (?:have|be)|it was not possible to (?:verify|check)|no way (?:to|of) (?:verify|check)\w*|no confirmation|awaiting confirmation|unofficial(?:ly)?|possibly|perhaps|unclear whether|claims? that could not|if confirmed|presumed)\b|"
    r"предположительно|(?<!\w)мог(?:ли|ла|ло)\s|(?<!\w)міг\s|якобы|неподтвержд|не подтвержд|по неподтвержденн|возможно|вероятно|по слухам|независимо подтвердить|неофициальн|нібито|ймовірно|непідтвердж|не підтвердж|можливо|за чутками|"
    r"미확인|확인되지 않|것으로 알려|알려졌|추정된|소문|전해졌|전해진|가능성이|未经证实|未經證實|据传|據傳|疑似|可能已|未确认|無法證實|无法证实|とみられ|未確認|とされる|可能性があ|確認されていない"
)
_FORECAST = re.compile(
    r"\b(?:will|would|'ll|shall|(?:is|are|was|were) to (?!blame\b)\w+|(?:is|are|was|were) (?:expected|set|due|likely|poised|about|going|scheduled|slated|planned|preparing|planning|projected|forecast) to|(?:is|are|was|were) (?:also )?due\b|expected to|expects? (?:to|another|up|more|some|about|around|\d[\d.,]*)|expect\w* (?=.{0,40}\bto\b)|"
    r"plan(?:s|ned|ning)? (?:to|on|for)|plans?|intend(?:s|ed)? to|prepar(?:es|ed|ing) to|prepar(?:es|ed|ing) (?:another|a further|\d[\d.,]*)|(?:could|may|might) (?:also |still |soon |eventually |yet )?(?!(?:not|have|hear|see|afford|only|say|tell|confirm|verify|recall|remember|count|already|be (?:seen|heard|counted|found|verified|confirmed|identified|reached|\w+ing))\b)[a-z]+|by (?:the )?end of (?:the|this|next|20)|"
    r"by (?:december|next|early|late|mid|year-end|spring|summer|autumn|winter|january|february|march|april|june|july|august|september|october|november)|forecast(?:s|ed)?|predict(?:s|ed)?|project(?:s|ed|ion)|next (?:week|month|year)|in the coming|to be (?:sent|deployed|delivered|exchanged|released|handed)|promis(?:ed|es|ing) (?:to|another|a further|\d[\d.,]*)|pledg(?:ed|es|ing) (?:to|another|\d[\d.,]*)|vow(?:ed|s) to|ready to send|aims? to|ahead of)\b|"
    r"планиру|намерен|будет|будут|ожида|прогноз|собира(?:ет|ют)ся|готовит|к концу|до конца|может достичь|могут|(?<!\w)(?:може|может) (?!быть|бути)|плану|має намір|мають намір|буде|очіку|збира|готу[єю]|переда(?:дут|дуть|ст)|отправ(?:ят|ит)\b|прибудут|постав(?:ят|ит)\b|вернут\b|пришл[её]т|направ(?:ят|ит)\b|відправ(?:ить|лять)|прибуд(?:е|уть)|постав(?:ить|лять)|надішл|направ(?:ить|лять)|отрима(?:є|ють)|закупит|купит\b|купят\b|постро(?:ит|ят)\b|произвед[еу]т|выпуст(?:ит|ят)\b|получ(?:ит|ат)\b|увелич(?:ит|ат)\b|сократ(?:ит|ят)\b|размест(?:ит|ят)\b|призов[еу]т|вывед[еу]т|верн[еу]т\b|освобод(?:ит|ят)\b|обменя[ею]т|выдел(?:ит|ят)\b|приобрет[еу]т|выплат(?:ит|ят)\b|начн[еу]т|примут\b|состав(?:ит|ят)\b|превыс(?:ит|ят)\b|достигн[еу]т|побуду(?:є|ють)|вироб(?:ить|лять)|випуст(?:ить|ять)|збільш(?:ить|ать)|розміст(?:ить|ять)|мобілізу(?:є|ють)|вивед(?:е|уть)|поверн(?:е|уть)\b|звільн(?:ить|ять)|обміня(?:є|ють)|виділ(?:ить|ять)|придба(?:є|ють)|виплат(?:ить|ять)|почн(?:е|уть)|досягн(?:е|уть)|перевищ(?:ить|ать)|\w{3,}тим(?:е|уть)\b|наступн\w+ (?:тижня|місяця|року)|на следующей неделе|в следующем|до кінця|може сягн|можуть|"
    r"예정|기로 (?:했|합의|결정)|방침|다음 주|다음 달|내달|내년|계획|전망|예상|할 것|될 것|보낼|추가 파병할|내다봤|추진|될 수 있|할 수 있|이를 것|늘어날|可能(?:会|將|将|在|再)|下周|下月|明年|预计|預計|将(?!军|领|近|士|官|校)|計劃|计划|拟|可能(?:会|將|将)|有望|来週|来月|来年|予定|見通し|見込み|計画|予想|予測|派遣する方針"
)
_COMPARISON = re.compile(
    r"\b(?:compared (?:with|to)|in comparison|as against|versus|vs\.?|up from|down from|from (?=[\d,.]+ (?:a year|last|in (?:the )?(?:same|previous|prior)|the (?:year|month|week)))|"
    r"than the|(?:double|twice|triple|half|above|below|surpass\w*|exceed\w*|beat\w*|against) (?:the|its|last \w+'s)(?: previous| earlier| old)? (?=\d)|(?:a|one) (?:day|night|week|month|quarter|season) (?:earlier|before|ago)|(?:two|three|four|five|six|\w+) (?:days|nights|weeks) (?:earlier|before|ago)|last time|the last such|(?:previous|old|earlier|prior) (?:record|peak|high|low|total|figure|toll|wave|batch|estimate)|in soviet times|earlier (?:years?|estimate\w*|figure\w*|assessment\w*|report\w*|count|tally|months?|this (?:year|month))|previous(?:ly)?|prior|the (?:year|month|week|day) before|(?:a|one|two|three|\w+) (?:year|month|week|decade)s? (?:earlier|before|ago)|(?:than|from|against) last (?:year|month|summer|winter|spring|autumn|decade|quarter)|"
    r"(?:same|corresponding|preceding|comparable) (?:period|month|months|quarter|time|week|stretch|half)|initial(?:ly)?|at (?:its|their|the) (?:peak|height)|in the past|historical\w*|used to|on average|annual(?:ly)? average|average of|averag(?:ed|es|ing)|pre-?(?:war|pandemic|invasion)|before the (?:war|invasion|pandemic|border closure)|once (?:numbered|stood|home to|had|held|counted)|"
    r"(?:had|was|were) (?:earlier|previously|initially)|until then|against (?=[\d,]+ (?:in|a|the|last))|a record(?: of)?|originally|(?:began|started) (?:with|as|out|at)|in (?:all|the whole) of (?:19|20)\d\d|twice the|double the|half the)\b|"
    r"по сравнению|против (?=\d)|проти (?=\d)|(?:неделей|месяцем|днем|годом|кварталом) (?:ранее|раньше)|в прошлый раз|за тот же период|(?:тижнем|місяцем|днем|роком) раніше|минулого разу|за той самий період|торік|годом ранее|год назад|за аналогичн|аналогичн\w+ период|прежде|предыдущ|раньше|первоначально|в среднем|до войны|порівняно|роком раніше|рік тому|попередн|спочатку|у середньому|до війни|"
    r"전년|전주|전월|전분기|지난번|1년 전|대비|비해|종전|과거|예년|전년도|평균|당초|같은 기간|同期|上周|上月|上次|一年前|以往|相比|上年|平均|往年|前年|前月|前週|一年前|従来|前回|比べ|同時期|当初"
)
_OLD_YEAR = re.compile(
    r"(?<![\d,.])(?:in|In|of|during|since the|throughout|for|в|у|за|року|году)?\s?((?:19|20)\d\d)(?:\s?年|년|\s?год|\s?р)?(?![\d,]\d)"
)
_CURRENT = re.compile(
    r"\b(?:now|so far|this year|currently|today|to date|latest|already|since)\b|сейчас|теперь|уже|сегодня|зараз|тепер|вже|올해|현재|지금|이번|今年|目前|现在|現在|今回"
)


# "up from 196", "fell from 1,047 to 229": the figure right after is the one compared with.
_FROM = re.compile(
    r"\b(?:up|down|ris\w+|rose|fell|fall\w*|grew|grown|gr[oe]w\w*|jump\w+|climb\w+|dropp?\w*|declin\w+|increas\w+|decreas\w+|surg\w+|soar\w*|shrank|shrunk|cut|reduced|higher|lower)"
    r"(?: \w+)? from (?:about |some |around |nearly |just |only |more than |over |the )?$|[\d,.]+(?:\s\w+){0,2},\sfrom\s(?:about |some |just |only |around |nearly |over |more than )?$",
    re.IGNORECASE,
)
# "rose to 2,150 in 2024 from 1,430": the figure it came to.
_TO = re.compile(
    r"\b(?:ris\w+|rose|fell|fall\w*|gr[oe]w\w*|jump\w+|climb\w+|dropp?\w*|declin\w+|increas\w+|decreas\w+|surg\w+|soar\w*|shrank|shrunk)(?: \w+)? to (?:about |some |around |nearly |just |only |more than |over )?$",
    re.IGNORECASE,
)
# What dates a figure, and compares only beside another figure.
_WEAK = re.compile(
    r"\b(?:last (?:year|month|summer|winter|spring|autumn|decade|quarter)|(?:a|one|two|\w+) (?:year|month|week|day)s? ago|in (?:19|20)\d\d|previous(?:ly)?|earlier|initially)\b|"
    r"в прошлом году|ранее|накануне|напередодні|торік|минулого року|раніше|지난해|작년|앞서|이전에|去年|此前|昨年|以前"
)
_SINCE = re.compile(r"\bsince\b|부터|с начала|від|自|以来", re.IGNORECASE)
_ASIAN = re.compile(r"[\uac00-\ud7a3\u3040-\u30ff\u4e00-\u9fff]")
# Korean, Chinese and Japanese put "last year" right before its figure and "than" right after it.
ASIAN_REACH = 12
_DIFFERENCE = re.compile(r"(?:より|보다)\s?$")
_FIGURE = re.compile(r"[\d０-９]+(?![\d０-９]|\s?[년월일年月日])")
_THAN = re.compile(
    r"\s?(?:から(?:約)?[\d一二三四五六七八九十]|에서\s?(?:약 ?)?\d|보다|에서 (?:늘|줄|증가|감소)|に比べ|より|から(?:増|減)|相比|的\d+倍)"
)


_VERIFY = re.compile(r"verif|confirm|evidence|подтверд|підтвердж|확인|证实|證實|確認")
_SURE_FORECAST = re.compile(r"\bwill\b|\bexpected to\b|예정|будут|будет|будуть|буде")


# Who predicts, foretells all that is said; "not forty" denies its figure.
_PREDICTS = re.compile(
    r"expects?|predict|forecast|ожида|очіку|прогноз|전망|예상|내다봤|预测|预计|予測|予想", re.IGNORECASE
)
_NOT = re.compile(
    r"(?:\b(?:not|that no|was no|were no|been no)|(?<!\w)(?:а )?не|(?<!\w)ані|不是|并非)\s*$", re.IGNORECASE
)
# An adverb between commas doubts the clause it stands in: "Minsk, allegedly, sent 300".
_ASIDE = re.compile(
    r",\s(?:reportedly|allegedly|apparently|possibly|perhaps|supposedly|предположительно|возможно|вероятно|якобы|по слухам|ймовірно|можливо|імовірно|нібито),\s?$",
    re.IGNORECASE,
)


# Doubt said first holds for the sentence; and reports, posts and rumours confirm nothing.
_INTRODUCED = re.compile(
    r"\s*(?:reportedly|allegedly|apparently|according to unconfirmed|unconfirmed|по неподтвержд|по слухам|предположительно|возможно|вероятно|за непідтвердж|за чутками|ймовірно|можливо|"
    r"未经证实|未經證實|据传|據傳|未確認|미확인|확인되지 않)",
    re.IGNORECASE,
)
_HEARSAY = re.compile(
    r"\s*(?:(?:some|local|several|social media|unconfirmed|early|initial|first|conflicting)\s)*(?:reports|posts|rumou?rs|accounts|footage|videos?)\b",
    re.IGNORECASE,
)


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause of a sentence that holds start..end."""
    left, right = 0, len(text)
    for match in _CLAUSE.finditer(text):
        if match[0].startswith("and") and not _FINITE.search(text, left, match.start()):
            continue  # "12 trucks and 30 tanks will be sent": one clause
        if match.end() <= start:
            left = match.start() if match[0][:1].isalpha() or match[0][:1] == " " else match.end()
        elif match.start() >= end:
            right = match.start()
            break
    if text[max(0, left - 1) : left] == "(" and not _WORD.search(text, left, right):
        return clause(text, left - 1, left - 1)[0], right  # "a third of what they were in 2019 (24,500)"
    return left, right


def certainty_of(
    text: str, start: int, end: int, *, source: Source | None, doubted: bool = False
) -> Certainty:
    """The certainty a sentence gives the figure at start..end; `doubted` when words behind it say that nobody could check.

    Who says a figure does not unsay it: a denial by somebody else leaves it unconfirmed, one by the source denies it.
    """
    left, right = clause(text, start, end)
    reach = source.covers if source else (0, len(text))
    unverified = _says(_UNCONFIRMED, text, *reach) and _says(_VERIFY, text, *reach)
    if _NOT.search(text[:start]) or (source is not None and source.denies and not unverified):
        return "denied"
    named = text[source.start : source.end] if source is not None else ""
    if (
        unverified
        or _ASIDE.search(text[:left])
        or _INTRODUCED.match(text)
        or _HEARSAY.match(named)
        or (_says(_UNCONFIRMED, text, left, right) and not _says(_SURE_FORECAST, text, left, right))
    ):
        return "unconfirmed"
    governs = source.verb_end if source is not None and source.verb_end <= start else left
    if _says(_DENIES, text, max(left, governs), right):
        return "unconfirmed" if source is not None else "denied"
    negated = _says(_NEGATED, text, max(left, governs), right)
    foretold = source is not None and _PREDICTS.search(source.verb) is not None
    if negated:
        return "denied"
    if foretold or _says(_FORECAST, text, left, right):
        return "forecast"
    return "unconfirmed" if doubted else "asserted"


def role_of(text: str, start: int, end: int, *, year: int | None, several: bool) -> Role:
    """Whether the figure is what the text reports or what it compares with.

    "last year" alone dates a figure; beside another figure (`several`) it makes it the one compared with.
    """
    left, right = clause(text, start, end)
    here = text[left:right]
    if _FROM.search(text[:start]):
        return "comparison"
    if _ASIAN.search(here):
        compared = _asian_compared(text, start, end, left, several=several)
    elif _TO.search(text[:start]):
        return "current"
    else:
        compared = _compared(text, (left, right), (start, end), year=year, several=several)
    return "comparison" if compared else "current"


def _asian_compared(text: str, start: int, end: int, left: int, *, several: bool) -> bool:
    if _DIFFERENCE.search(text[max(0, start - 4) : start]):
        return False  # 昨年より40人少ない
    # A cue before another figure is that figure's.
    before = _FIGURE.split(text[max(left, start - ASIAN_REACH) : start])[-1]
    cued = _COMPARISON.search(before) or (several and _WEAK.search(before))
    return bool(_THAN.match(text, end) or cued)


def _compared(
    text: str, within: tuple[int, int], figure: tuple[int, int], *, year: int | None, several: bool
) -> bool:
    if _nearer(_COMPARISON, _CURRENT, text, within, figure):
        return True
    if (
        several
        and _nearer(_WEAK, _CURRENT, text, within, figure)
        and not _says(_COMPARISON, text, 0, len(text))
    ):
        return True
    here = text[slice(*within)]
    years = [int(match[1]) for match in _OLD_YEAR.finditer(here)]
    return bool(years) and year is not None and max(years) < year and not _SINCE.search(here)


def _nearer(
    cue: re.Pattern[str], other: re.Pattern[str], text: str, within: tuple[int, int], figure: tuple[int, int]
) -> bool:
    """Whether a clause has `cue`, and has it nearer to its figure than `other`."""
    return _gap(cue, text, within, figure) < _gap(other, text, within, figure)


def _gap(cue: re.Pattern[str], text: str, within: tuple[int, int], figure: tuple[int, int]) -> float:
    gaps = (
        first - figure[1] if first >= figure[1] else figure[0] - last
        for first, last in _cues(cue, text)
        if within[0] <= first and last <= within[1]
    )
    return min(gaps, default=math.inf)


def _says(cue: re.Pattern[str], text: str, start: int, end: int) -> bool:
    """Whether a cue stands wholly in text[start:end]; the sentence is searched once for each cue."""
    return any(start <= first and last <= end for first, last in _cues(cue, text))


@lru_cache(maxsize=64)
def _cues(cue: re.Pattern[str], text: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for match in cue.finditer(text.replace("İ", "i").lower().replace("ё", "е")))
