"""How a figure stands: certain, denied, unconfirmed or a forecast; of now, or something to compare with."""

from __future__ import annotations

import re
from typing import Literal

Certainty = Literal["asserted", "denied", "unconfirmed", "forecast"]
Role = Literal["current", "comparison"]

_CLAUSE = re.compile(
    r"[;:()—–]|,(?!\d)|\b(?:while|whereas|but|although|though|compared|up from|down from|against|than)\b|[，、；]|(?:그러나|반면|하지만|지만)|(?:\sа\s|\sно\s|\sале\s)"
)

_DENIED = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|dismiss(?:ed|es)?|reject(?:ed|s)?|refut(?:ed|es)|rebut\w*|disput(?:ed|es)|no truth|not true|false|fake|fabricat\w*|untrue|did not|didn't|never|has not|have not|had not|baseless|groundless|unfounded|hoax)\b|"
    r"опроверг|отрица|отверг|не соответству|ложь|ложн|фейк|вымысел|спросту|запереч|неправд|вигадк|부인|일축|반박|사실이 아니|사실무근|거짓|허위|否认|否認|驳斥|不实|并未|從未|从未|否定|事実ではない",
    re.IGNORECASE,
)
_UNCONFIRMED = re.compile(
    r"\b(?:reportedly|allegedly|alleged|purported(?:ly)?|supposed(?:ly)?|unconfirmed|unverified|(?:could|can|cannot|have|has|had|were|was|been)(?: not|n't)? (?:be |been )?(?:yet )?(?:independently )?(?:verified|confirmed)|not (?:yet |been |be |independently )*(?:verified|confirmed)|"
    r"could not (?:be )?(?:independently )?(?:verify|confirm)|rumou?r\w*|(?:is|are|was|were) (?:believed|thought|feared|said|suspected|understood|rumou?red|presumed) to|believed (?:dead|killed|to be)|feared (?:dead|killed)|may have|might have|could have|appears? to have|apparently|"
    r"suspected|possibly|perhaps|unclear whether|claims? that could not|if confirmed|presumed)\b|"
    r"предположительно|якобы|неподтвержд|не подтвержд|по неподтвержденн|возможно|вероятно|по слухам|независимо подтвердить|неофициальн|нібито|ймовірно|непідтвердж|не підтвердж|можливо|за чутками|"
    r"미확인|확인되지 않|것으로 알려|알려졌|추정된|소문|전해졌|전해진|가능성이|未经证实|未經證實|据传|據傳|疑似|可能已|未确认|無法證實|无法证实|とみられ|未確認|とされる|可能性があ|確認されていない",
    re.IGNORECASE,
)
_FORECAST = re.compile(
    r"\b(?:will|would|'ll|shall|(?:is|are|was|were) (?:expected|set|due|likely|poised|about|going|scheduled|slated|planned|preparing|planning|projected|forecast) to|expected to|expects? (?:to|another|up|more|some|about|around|\d)|expect\w* (?=.{0,40}\bto\b)|"
    r"plan(?:s|ned|ning)? (?:to|on|for)|plans?|intend(?:s|ed)? to|prepar(?:es|ed|ing) to|prepar(?:es|ed|ing) (?:another|a further|\d)|could (?:reach|rise|grow|climb|exceed|be|send|swell|top|hit|increase|deploy)|may (?:reach|rise|grow|climb|exceed|send|be sent|soon|deploy|increase)|might (?:reach|rise|send|deploy)|by (?:the )?end of|"
    r"by (?:December|next|early|late|mid|year-end|spring|summer|autumn|winter|January|February|March|April|June|July|August|September|October|November)|forecast(?:s|ed)?|predict(?:s|ed)?|project(?:s|ed|ion)|next (?:week|month|year)|in the coming|to be (?:sent|deployed|delivered|exchanged|released|handed)|promis(?:ed|es) (?:to|another|a further|\d)|pledg(?:ed|es) (?:to|another|\d)|vow(?:ed|s) to|ready to send|aims? to|ahead of)\b|"
    r"планиру|намерен|будет|будут|ожида|прогноз|собира(?:ет|ют)ся|готовит|к концу|до конца|может достичь|могут|плану|має намір|мають намір|буде|очіку|збира|готу[єю]|до кінця|може сягн|можуть|"
    r"예정|계획|전망|예상|할 것|될 것|보낼|추가 파병할|내다봤|추진|이를 것|늘어날|预计|預計|将(?!军|领|近|士|官|校)|計劃|计划|拟|可能(?:会|將|将)|有望|予定|見通し|見込み|計画|予想|予測|派遣する方針",
    re.IGNORECASE,
)
_COMPARISON = re.compile(
    r"\b(?:compared (?:with|to)|in comparison|as against|versus|vs\.?|up from|down from|(?:rose|fell|increas\w+|decreas\w+|grew|jumped|climbed|dropped|declined|rising|falling|soared|surged|higher|lower) from|from (?=[\d,.]+ (?:a year|last|in (?:the )?(?:same|previous|prior)|the (?:year|month|week)))|"
    r"than the|earlier (?:years?|estimate\w*|figure\w*|assessment\w*|report\w*|count|tally|months?|this (?:year|month))|previous(?:ly)?|prior|the (?:year|month|week|day) before|(?:a|one|two|three|\w+) (?:year|month|week|decade)s? (?:earlier|before|ago)|last (?:year|month|summer|winter|spring|autumn|decade|quarter)(?=.{0,40}\b(?:compared|when|was|were|had)\b)?|"
    r"(?:same|corresponding|preceding|comparable) (?:period|month|months|quarter|time|week|stretch|half)|initial(?:ly)?|at (?:its|their|the) (?:peak|height)|in the past|historical\w*|used to|on average|annual(?:ly)? average|average of|averag(?:ed|es|ing)|pre-?(?:war|pandemic|invasion)|before the (?:war|invasion|pandemic|border closure)|once (?:numbered|stood)|"
    r"(?:had|was|were) (?:earlier|previously|initially)|until (?:now|then)|against (?=[\d,]+ (?:in|a|the|last))|a record(?: of)?|originally|in (?:all|the whole) of (?:19|20)\d\d|twice the|double the|half the)\b|"
    r"по сравнению|против (?=\d)|годом ранее|год назад|в прошлом году|за аналогичн|аналогичн\w+ период|ранее|прежде|предыдущ|раньше|первоначально|в среднем|до войны|порівняно|роком раніше|рік тому|минулого року|торік|раніше|попередн|спочатку|у середньому|до війни|"
    r"지난해|작년|전년|대비|비해|앞서|종전|이전|과거|예년|전년도|평균|당초|같은 기간|去年|同期|此前|以往|相比|之前|上年|平均|往年|昨年|前年|従来|これまで|以前|前回|比べ|同時期|当初",
    re.IGNORECASE,
)
_OLD_YEAR = re.compile(
    r"(?<![\d,.])(?:in|In|of|during|since the|throughout|for|в|у|за|року|году)?\s?((?:19|20)\d\d)(?:\s?年|년|\s?год|\s?р)?(?![\d,]\d)"
)
_CURRENT = re.compile(
    r"\b(?:now|so far|this year|currently|today|to date|latest|already|since)\b|сейчас|теперь|уже|сегодня|зараз|тепер|вже|올해|현재|지금|이번|今年|目前|现在|現在|今回",
    re.IGNORECASE,
)


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause of a sentence that holds start..end."""
    left, right = 0, len(text)
    for match in _CLAUSE.finditer(text):
        if match.end() <= start:
            left = match.start() if match[0][:1].isalpha() or match[0][:1] == " " else match.end()
        elif match.start() >= end:
            right = match.start()
            break
    return left, right


def certainty_of(text: str, start: int, end: int, *, denier: bool, reach: tuple[int, int]) -> Certainty:
    """The certainty a sentence gives the figure at start..end; `reach` is what its source's word covers."""
    left, right = clause(text, start, end)
    here = text[left:right]
    whole = text[reach[0] : reach[1]]
    if denier or _DENIED.search(here) or (_DENIED.search(text) and left == 0 and right >= len(text) - 1):
        return "denied"
    if _FORECAST.search(here):
        return "forecast"
    if _UNCONFIRMED.search(here) or (
        _UNCONFIRMED.search(whole)
        and re.search(r"verif|confirm|подтверд|확인|证实|確認", whole, re.IGNORECASE)
    ):
        return "unconfirmed"
    return "asserted"


def role_of(text: str, start: int, end: int, *, year: int | None) -> Role:
    """Whether the figure is what the text reports or what it compares with."""
    left, right = clause(text, start, end)
    here = text[left:right]
    if _COMPARISON.search(here) and not _CURRENT.search(here):
        return "comparison"
    years = [int(match[1]) for match in _OLD_YEAR.finditer(here)]
    if (
        years
        and max(years) < (year if year is not None else max(years))
        and not re.search(r"\bsince\b|부터|с начала|від|自", here)
    ):
        return "comparison"
    return "current"
