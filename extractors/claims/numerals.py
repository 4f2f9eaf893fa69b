"""How numbers are written: 1,500 and 1.5 million, twelve hundred, 12 тысяч, полторы тысячи, 1만2000, 三千, 数百.

A `Numerals` finds and reads the numbers of one family of scripts. Vague words ("dozens") read as None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Number(NamedTuple):
    """A number as written; `value` is None for a vague word."""

    value: float | None
    start: int
    end: int
    spelled: bool = False
    money: str | None = None
    percent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Numerals:
    """The numbers of a family of scripts: where they are, what they say, what joins two into a range."""

    pattern: re.Pattern[str]  # for text in lower case
    read: Callable[[re.Match[str]], Number | None]
    link: re.Pattern[str]  # group `weak`: joins only after "between" or "from"
    between: re.Pattern[str]
    scale_of: Callable[[str], float]


_DIGITS = r"\d{1,3}(?:[,  ']\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"

# ------------------------------------------------------------------ Latin
_UNITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {
    "dozen": 12, "hundred": 100, "thousand": 1_000, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "k": 1_000, "m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "bln": 1e9, "tn": 1e12, "tln": 1e12, "trln": 1e12,
}  # fmt: skip
_WORD = "|".join(sorted(_UNITS, key=len, reverse=True))
_SCALE = "dozen|hundred|thousand|million|billion|trillion"
_VAGUE = (
    r"(?:tens|hundreds|dozens|scores|thousands|millions|billions) of (?:thousands|millions|billions)|"
    r"(?:several|a few|many|some few|a couple of) (?:dozen|hundred|thousand|million|billion)s?|"
    r"(?:dozens|scores|hundreds|thousands|millions|billions)"
)
# "No soldiers crossed": none of these is a figure too.
_NONE_OF = (
    "soldiers?|troops|servicemen|officers?|guards?|people|civilians?|defectors?|conscripts?|sailors?|prisoners?|missiles?|drones?|balloons?|"
    "defections|desertions|launches|casualties|deaths|injuries|fatalities|men|personnel|aircraft|ships?|vessels?"
)
_CURRENCY = r"us\$|a\$|c\$|\$|€|£|¥|₩|₽"
# How words of number begin: looked at first, for most words are others.
_FIRST_LETTERS = r"one|tw|thi|thr|tho|fou|fort|fi|si|se|ei|ni|te|el|hu|do|mi|bi|tr|qu"
_FIRST_WORDS = (
    rf"(?:a\s(?:and\s)?)?(?:{_FIRST_LETTERS})|a\s(?:few|couple)|sc|no\s|not\s|half|many\s|some\sfew"
)
_LATIN = re.compile(
    rf"(?=[\d$€£¥₩₽]|\b(?:us\$|[ac]\$|{_FIRST_WORDS}))(?:(?<![\w.,/:-])(?P<cur>{_CURRENCY})?\s?(?P<num>{_DIGITS})(?![\d:/])"
    rf"(?:(?:\s|-)?(?P<scale>{_SCALE}|mn|mln|bn|bln|tn|tln|trln)\b|(?P<short>[km])\b)?"
    rf"(?P<pct>\s?(?:%|percentage points?\b|per ?cent\b))?"
    rf"|(?P<vague>\b(?:{_VAGUE})\b)"
    rf"|(?P<zero>\b(?:no|not a single|not one)(?=\s(?:\w+\s){{0,2}}?(?:{_NONE_OF})\b))"
    rf"|(?P<half>\b(?P<part>half|(?:a |three |three-)?quarters?) (?:of )?(?:a|an) (?P<halfscale>{_SCALE})\b|\b(?P<halfunit>{_WORD}|a) and a half (?P<halfscale2>{_SCALE})\b)"
    rf"|(?P<words>\b(?:(?:a|{_WORD})(?:[\s-](?:and\s)?(?:{_WORD}|{_SCALE}))*)\b)(?P<pct2>\s?(?:%|per ?cent\b))?)"
)
_MONEY = {
    "$": "USD",
    "US$": "USD",
    "A$": "AUD",
    "C$": "CAD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₩": "KRW",
    "₽": "RUB",
}


_BETWEEN_DIGITS = re.compile("[,  ']")
_PARTS = {"half": 0.5, "three quarters": 0.75, "three-quarters": 0.75}


def _read_latin(match: re.Match[str]) -> Number | None:
    if match["num"]:
        return _read_latin_digits(match)
    start, end = match.span()
    if match["words"]:
        value = _spelled(match["words"].lower())
        if value is None:
            return None
        return Number(value=value, start=start, end=end, spelled=True, percent=bool(match["pct2"]))
    if match["vague"]:
        return Number(value=None, start=start, end=end, spelled=True)
    if match["zero"]:
        return Number(value=0, start=start, end=end)
    scale = _SCALES[(match["halfscale"] or match["halfscale2"]).lower()]
    unit = (match["halfunit"] or "").lower()
    whole = 0.0 if match["halfscale"] else float(_UNITS.get(unit, 1))
    part = _PARTS.get(match["part"] or "half", 0.25)
    return Number(value=(whole + part) * scale, start=start, end=end, spelled=True)


def _read_latin_digits(match: re.Match[str]) -> Number | None:
    written, currency = match["num"], match["cur"]
    scale = match["scale"] or match["short"]
    if match["short"] == "m" and not currency:
        return None  # metres, or a model
    value = float(written if written.isdigit() else _BETWEEN_DIGITS.sub("", written))
    return Number(
        value=_tidy(value * _SCALES[scale] if scale else value),
        start=match.start() + (len(match[0]) - len(match[0].lstrip())),
        end=match.end(),
        money=_MONEY.get(currency.upper()) if currency else None,
        percent=bool(match["pct"]),
    )


def _spelled(words: str) -> float | None:
    total, current = 0.0, 0.0
    parts = [part for part in words.replace("-", " ").split() if part != "and"]
    if parts == ["a"]:
        return None
    if parts[0] == "a" and (len(parts) < 2 or parts[1] not in _SCALES):
        return None
    for part in parts:
        if part == "a":
            current = 1
        elif part in _UNITS:
            current += _UNITS[part]
        elif part in {"hundred", "dozen"}:
            current = max(current, 1) * _SCALES[part]
        else:
            total += max(current, 1) * _SCALES[part]
            current = 0
    return total + current


def _latin_scale(written: str) -> float:
    match = re.search(rf"({_SCALE}|bn|bln|mn|mln|tn|tln|trln)$", written.strip().lower())
    return _SCALES[match[1]] if match else 1


LATIN = Numerals(
    pattern=_LATIN,
    read=_read_latin,
    link=re.compile(r"\s?(?:-|–|—|~|to|or)\s?|(?P<weak>\s(?:and)\s)"),
    between=re.compile(r"(?:between|from)\s+$", re.IGNORECASE),
    scale_of=_latin_scale,
)

# ------------------------------------------------------------------ Cyrillic
_CYRILLIC_WORDS: dict[str, float] = {}
for _forms, _value in (
    ("один одна одного одну одним однієї", 1), ("два две двух двум двоих двое двумя дві двох двом двоє", 2), ("три трех трем трое троих трьох троє тремя трьома трьом", 3),
    ("четыре четырех четверо четверых чотири чотирьох четырем четырьмя чотирма четверо", 4), ("пять пяти пятеро пятерых п'ять п'яти п’ять п’яти п'ятьох п’ятьох п'ятеро", 5),
    ("шесть шести шестеро шестерых шість шести шістьох", 6), ("семь семи семеро семерых сім семи сімох", 7), ("восемь восьми восьмеро вісім восьми вісьмох восьмеро", 8),
    ("девять девяти дев'ять дев’ять дев'яти", 9), ("десять десяти десятеро десятьох", 10), ("одиннадцать одиннадцати одинадцять", 11),
    ("двенадцать двенадцати дванадцять дванадцяти", 12), ("тринадцать тринадцати тринадцять", 13), ("четырнадцать четырнадцати чотирнадцять", 14),
    ("пятнадцать пятнадцати п'ятнадцять п’ятнадцять", 15), ("шестнадцать шестнадцати шістнадцять", 16), ("семнадцать семнадцати сімнадцять", 17),
    ("восемнадцать восемнадцати вісімнадцять", 18), ("девятнадцать девятнадцати дев'ятнадцять дев’ятнадцять", 19), ("двадцать двадцати двадцять двадцяти", 20),
    ("тридцать тридцати тридцять тридцяти", 30), ("сорок сорока", 40), ("пятьдесят пятидесяти п'ятдесят п’ятдесят п'ятдесяти", 50),
    ("шестьдесят шестидесяти шістдесят", 60), ("семьдесят семидесяти сімдесят", 70), ("восемьдесят восьмидесяти вісімдесят", 80),
    ("девяносто девяноста дев'яносто дев’яносто", 90), ("сто ста сотню сотня сотни", 100), ("двести двухсот двісті двохсот", 200), ("триста трехсот трьохсот", 300),
    ("четыреста четырехсот чотириста", 400), ("пятьсот пятисот п'ятсот п’ятсот", 500), ("шестьсот шестисот шістсот", 600), ("семьсот семисот сімсот", 700),
    ("восемьсот восьмисот вісімсот", 800), ("девятьсот девятисот дев'ятсот", 900), ("полтора полторы полутора півтори півтора", 1.5),
    ("полсотни півсотні пів-сотні", 50), ("полтысячи півтисячі", 500), ("полмиллиона півмільйона", 500_000), ("дюжина дюжину дюжины", 12), ("десяток десятка", 10),
):  # fmt: skip
    for _form in _forms.split():
        _CYRILLIC_WORDS[_form] = _value
        _CYRILLIC_WORDS[re.sub("(?<=[тч]р)е(?=[хм])|(?<=тыр)е(?=[хм])", "ё", _form)] = _value
_CYR_SCALE = r"тысяч(?:ах|ами|ам|[аиуе])?|тисяч(?:ах|ами|ам|[аиіу])?|тыс\.?|тис\.?|миллион(?:ов|ах|ами|ам|а|ы)?|мільйон(?:ів|ах|ами|ам|а|и)?|млн\.?|миллиард(?:ов|а|ы)?|мільярд(?:ів|а|и)?|млрд\.?|сот(?:ен|ни)|десятк(?:ов|ів)"
_CYR_VAGUE = r"(?:(?:несколько|кілька|нескольких|кількох)\s+)?(?:десятк[аиі]|десятками|десятків|десятков|сотн[иіяю]|сотнями|сотен|тысячи|тысячами|тисячі|тисячами|миллионы|мільйони)(?:\s+(?:тысяч|тисяч))?|(?:несколько|кілька|нескольких|кількох)\s+(?:тысяч|тисяч|сотен|десятков|десятків)"
# "около тысячи" is a thousand; without such a word "тысячи" are some thousands.
_CYR_ABOUT_ONE = "|".join(
    rf"(?<={word}\s)(?:тысячи|сотни|миллиона|тисячі|сотні|мільйона)(?!\s(?:тысяч|тисяч)|\w)"
    for word in [
        "около",
        "более",
        "больше",
        "свыше",
        "менее",
        "меньше",
        "порядка",
        "близько",
        "більше",
        "менше",
        "майже",
        "до",
    ]
)
_CYR_WORD = "|".join(sorted((re.escape(w) for w in _CYRILLIC_WORDS), key=len, reverse=True))
# How words of number begin, and the vague ones: looked at first, for most words are others.
_CYR_FIRST = "".join(sorted({word[0] for word in _CYRILLIC_WORDS} | set("нктмсдп")))
_CYRILLIC_RE = re.compile(
    rf"(?=[\d$€£¥₩₽uac]|\s\d|(?<!\w)[{_CYR_FIRST}])(?:(?<![\w.,/:-])(?P<cur>{_CURRENCY})?\s?(?P<num>\d{{1,3}}(?:[  ,.]\d{{3}})+(?!\d)|\d+(?:[.,]\d+)?)(?![\d:/])(?:[\s ]?(?P<scale>{_CYR_SCALE})(?!\w))?"
    rf"(?P<pct>\s?(?:%|процент\w*|відсотк\w*))?"
    rf"|(?P<some>{_CYR_ABOUT_ONE})"
    rf"|(?P<vague>(?<!\w)(?:{_CYR_VAGUE})(?!\w))"
    rf"|(?P<half>(?<!\w)(?:пол|пів)\s(?P<halfscale>сотні|тысячи|тисячі|миллиона|мільйона|миллиарда|мільярда)(?!\w))"
    rf"|(?P<words>(?<!\w)(?:(?:{_CYR_WORD})(?:\s(?:{_CYR_WORD}))*(?:\s(?:{_CYR_SCALE}))?(?:\s(?:{_CYR_WORD}))*|(?:тысяча|тысячу|тысячи|тисяча|тисячу|миллион|мільйон))(?!\w)))"
)


def _cyrillic_factor(word: str) -> float:
    word = word.lower()
    if word.startswith(("тыс", "тис")):
        return 1_000
    if (word.startswith(("мил", "міл")) and "ард" not in word) or word.startswith("млн"):
        return 1e6
    if word.startswith(("млрд", "миллиард", "мільярд")):
        return 1e9
    if word.startswith("сот"):
        return 100
    return 10 if word.startswith("десят") else 1


def _read_cyrillic(match: re.Match[str]) -> Number | None:
    start = match.start() + (len(match[0]) - len(match[0].lstrip()))
    if match["vague"]:
        return Number(value=None, start=match.start(), end=match.end(), spelled=True)
    if match["some"]:
        return Number(value=_cyrillic_factor(match["some"]), start=start, end=match.end(), spelled=True)
    if match["half"]:
        value = _cyrillic_factor(match["halfscale"]) / 2
        return Number(value=value, start=start, end=match.end(), spelled=True)
    if match["words"]:
        total = current = 0.0
        for token in match["words"].lower().split():
            if token in _CYRILLIC_WORDS:
                current += _CYRILLIC_WORDS[token]
            else:
                total += max(current, 1) * _cyrillic_factor(token)
                current = 0
        return Number(value=_tidy(total + current), start=start, end=match.end(), spelled=True)
    written = match["num"]
    if re.fullmatch(r"\d{1,3}(?:[  ,.]\d{3})+", written):
        value = float(re.sub(r"\D", "", written))
    else:
        value = float(written.replace(",", "."))
    value *= _cyrillic_factor(match["scale"]) if match["scale"] else 1
    return Number(
        value=_tidy(value),
        start=start,
        end=match.end(),
        money=_MONEY.get(match["cur"] or ""),
        percent=bool(match["pct"]),
    )


def _cyrillic_scale(written: str) -> float:
    match = re.search(rf"({_CYR_SCALE})$", written.strip().lower())
    return _cyrillic_factor(match[1]) if match else 1


CYRILLIC = Numerals(
    pattern=_CYRILLIC_RE,
    read=_read_cyrillic,
    link=re.compile(r"\s?(?:-|–|—|~)\s?|(?P<weak>\s(?:до|и|и до|та|і)\s)|\s(?:или|либо|або|чи)\s"),
    between=re.compile(r"(?:\bот|\bс|между|\bвід|\bз|між)\s+$", re.IGNORECASE),
    scale_of=_cyrillic_scale,
)

# ------------------------------------------------------------------ Chinese, Japanese, Korean
_HAN = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "兩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_SINO = {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9}
_PLACES = {"十": 10, "百": 100, "千": 1_000, "십": 10, "백": 100, "천": 1_000}
_MYRIADS = {"万": 1e4, "萬": 1e4, "만": 1e4, "亿": 1e8, "億": 1e8, "억": 1e8, "兆": 1e12, "조": 1e12}
_MYRIAD_OF_MYRIADS = re.compile("[万萬][亿億]")
_NATIVE = {
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10, "열한": 11, "열두": 12,
    "열세": 13, "열네": 14, "열다섯": 15, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50,
}  # fmt: skip
_KO_COUNTER = r"명|사람|발|대|척|개|건|차례|기|정|곳|문|번|마리|가구"
_NATIVE_FIRST = "".join(sorted({word[0] for word in _NATIVE}))
_ASIAN_RE = re.compile(
    # How all that follows begins: looked at first, for most characters are others.
    rf"(?=[\d$€£¥₩U수몇數数几幾上成十一二两兩三四五六七八九百千万〇零일이삼사오육칠팔구십백천만{_NATIVE_FIRST}])"
    r"(?:(?P<vague>(?:수|몇)\s?(?:십|백|천|만)(?:\s?만)?(?=\s?여?\s?(?:명|발|대|개|척|기|건|톤|곳|차례|[가-힣]))|[数數几幾](?:十|百|千|万|萬)(?:万|萬)?|[上成](?:百上)?[百千]|十数|数(?=人|名|機|発|隻))"
    rf"|(?P<native>(?<![가-힣])(?:{'|'.join(sorted(_NATIVE, key=len, reverse=True))})(?=\s?(?:{_KO_COUNTER})(?![가-힣]*기자)))"
    r"|(?P<cur>US\$|\$|€|£|¥|₩)?(?P<num>(?<![\d.A-Za-z/:\-])(?:\d[\d,]*(?:\.\d+)?\s?[천백십千百]?\s?(?:(?:[万萬][亿億]|[만억조万萬亿億兆])\s?)?)(?:(?<=[만억조천백万萬亿億兆千百\s])\d[\d,]*\s?[천백십千百]?\s?(?:[만억万萬亿億]\s?)?)*(?:(?<=[만억조万萬亿億])\s?[일이삼사오육칠팔구][천백십])*)(?P<pct>\s?(?:%|퍼센트|％|パーセント))?"
    r"|(?P<han>(?<![一-龥])[一二两兩三四五六七八九十百千〇零][一二两兩三四五六七八九十百千万萬亿億〇零]*(?=[名人枚架辆輛艘发發门門次起公吨噸美個个座处位機台隻件回発キトドカ多余餘]))"
    r"|(?P<han4>(?<![第初之前头頭后後每各其这這那一二两兩三四五六七八九十百千万〇\d])[二两兩三四五六七八九](?=[名枚架辆輛艘]))"
    r"|(?P<han3>(?<![第初之一二两三四五六七八九十百千万〇\d])[一二两三四五六七八九十百千万][一二两三四五六七八九十百千万亿〇零]+(?=[名人枚架辆輛艘发發门門次起公吨噸座处艇機台隻件回発多余餘美公元]))"
    r"|(?P<han2>(?:(?<=[了有的约約超过逾近至少达近，、。」は が]))[一二两兩三四五六七八九十百千〇零][一二两兩三四五六七八九十百千万萬亿億〇零]*(?=[名人枚架辆輛艘发發门門次起吨噸個个位機台隻件回発多余餘]))"
    r"|(?P<sino>(?<![가-힣])[일이삼사오육칠팔구]?[십백천만](?:[일이삼사오육칠팔구십백천만]*)(?=\s?여?\s?(?:명|발|대|척|개|톤|건))))"
)


def _asian_value(written: str) -> float | None:
    """Digits and numerals mixed: 1만2000, 3천, 1万2千, 一千五百."""
    total, section, current, digits = 0.0, 0.0, 0.0, ""
    seen = False
    written = _MYRIAD_OF_MYRIADS.sub("兆", written)
    for char in written.replace(",", "").replace(" ", "").replace(" ", "") + "\0":
        if (char.isdigit() and char.isascii()) or (char == "." and digits):
            digits += char
            seen = True
            continue
        if digits:
            current, digits = float(digits.rstrip(".")), ""
        if char in _HAN:
            current = current * 10 + _HAN[char] if current and char in "零〇" else _HAN[char]
            seen = True
        elif char in _SINO:
            current = _SINO[char]
            seen = True
        elif char in _PLACES:
            section += (current or 1) * _PLACES[char]
            current, seen = 0, True
        elif char in _MYRIADS:
            total += (section + current or 1) * _MYRIADS[char]
            section, current, seen = 0, 0, True
    return _tidy(total + section + current) if seen else None


def _read_asian(match: re.Match[str]) -> Number | None:
    written = match[0]
    start = match.start() + (len(written) - len(written.lstrip()))
    end = match.end() - (len(written) - len(written.rstrip()))
    if match["vague"]:
        return Number(value=None, start=start, end=end, spelled=True)
    if match["native"]:
        return Number(value=float(_NATIVE[match["native"]]), start=start, end=end, spelled=True)
    body = match["num"] or match["han"] or match["han3"] or match["han2"] or match["han4"] or match["sino"]
    value = _asian_value(body)
    if value is None:
        return None
    return Number(
        value=value,
        start=start,
        end=end,
        spelled=match["num"] is None,
        money=_MONEY.get(match["cur"] or ""),
        percent=bool(match["pct"]),
    )


def _asian_scale(written: str) -> float:
    for char in reversed(written.strip()):
        if char in _MYRIADS:
            return _MYRIADS[char]
        if char in _PLACES:
            return _PLACES[char]
    return 1


ASIAN = Numerals(
    pattern=_ASIAN_RE,
    read=_read_asian,
    link=re.compile(
        r"\s?(?:~|∼|〜|～|-|–|—|至|到|から|에서)\s?(?P<weak>(?!))?|\s?여?\s?(?:명|人|名|발|개|대|기|척|문|톤|キロ|機|個|台|隻)\s?(?:~|∼|〜|～|-|至|到|から|에서|부터)\s?"
    ),
    between=re.compile(r"(?!)"),
    scale_of=_asian_scale,
)


def _tidy(value: float) -> float:
    """1.3 * 1e9 without its rounding dust."""
    return value if value.is_integer() else round(value, 6)
