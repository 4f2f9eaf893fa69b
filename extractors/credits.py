"""Which agency a text credits: "(Yonhap)", "Reuters", "KCNA said, via ...", trailing source lines; several languages.

Decides from the words only. Who published the text is not asked: an agency's own page credits the agency as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

# Agency ids and the names texts credit them by. Short Latin acronyms (AP, DPA) count only in upper case.
AGENCIES: dict[str, tuple[str, ...]] = {
    "yonhap": ("Yonhap", "Yonhap News Agency", "Yonhap News", "연합뉴스", "聯合ニュース", "韩联社", "韓聯社", "Ёнхап"),
    "newsis": ("Newsis", "뉴시스"),
    "news1": ("News1", "뉴스1"),
    "kcna": ("KCNA", "Korean Central News Agency", "조선중앙통신", "朝鮮中央通信", "朝中社", "ЦТАК"),
    "reuters": ("Reuters", "Thomson Reuters", "로이터", "로이터통신", "ロイター", "路透社", "Рейтер", "Рейтерс", "رويترز"),
    "ap": ("AP", "Associated Press", "The Associated Press", "AP통신", "美联社", "Ассошиэйтед Пресс"),
    "afp": ("AFP", "Agence France-Presse", "AFP통신", "AFP=時事", "法新社", "Франс Пресс", "أ ف ب"),
    "upi": ("UPI", "United Press International"),
    "dpa": ("dpa", "DPA", "Deutsche Presse-Agentur"),
    "efe": ("EFE", "Agencia EFE"),
    "ansa": ("ANSA",),
    "pap": ("PAP", "Polska Agencja Prasowa"),
    "tass": ("TASS", "ITAR-TASS", "ТАСС", "타스", "타스통신", "塔斯社", "タス通信"),
    "ria": ("RIA", "RIA Novosti", "РИА Новости", "リアノーボスチ"),
    "interfax": ("Interfax", "Интерфакс"),
    "interfax-ukraine": ("Interfax-Ukraine", "Interfax Ukraine", "Интерфакс-Украина", "Інтерфакс-Україна"),
    "ukrinform": ("Ukrinform", "Укринформ", "Укрінформ"),
    "unian": ("UNIAN", "УНИАН", "УНІАН"),
    "belta": ("BelTA", "БелТА"),
    "xinhua": ("Xinhua", "Xinhua News Agency", "新华社", "新華社", "신화통신"),
    "kyodo": ("Kyodo", "Kyodo News", "共同通信", "共同社", "교도통신"),
    "jiji": ("Jiji", "Jiji Press", "時事通信", "時事"),
    "cna": ("CNA", "Central News Agency", "中央社"),
    "anadolu": ("Anadolu", "Anadolu Agency", "Anadolu Ajansı"),
    "irna": ("IRNA",),
    "bloomberg": ("Bloomberg", "Bloomberg News"),
}  # fmt: skip

# Where a credit stands: the opening (a dateline such as "SEOUL, Aug. 20 (Yonhap) --") and the last lines.
OPENING = 320
CLOSING = 400
# What the name of an agency ends in and its credit leaves out.
_AGENCY_ENDING = re.compile(
    r"\s+(?:(?:International )?(?:News|Press|Wire) (?:Agency|Service)|News|Agency|Wire|통신사?)$"
)
# A shorter rest of a name ("AP", "N1") is found in brackets for many other reasons.
SHORTEST_NAME = 4


def find_credit(text: str, *, patterns: tuple[str, ...] = ()) -> str | None:
    """The id of the agency that `text` credits, or None.

    `patterns` are a publisher's own, tried first; their first group names the agency.
    """
    head, tail = text[:OPENING], text[-CLOSING:]
    for pattern in patterns:
        for part in (head, tail):
            if match := _compiled(pattern).search(part):
                named = match[1] if match.re.groups else match[0]
                return agency_id(named) or named.strip().casefold()
    for shape, part in ((_DATELINE, head), (_LEADING, head), (_TRAILING, tail), (_SOURCE_LINE, tail)):
        matches = list(shape.finditer(part))
        if matches:
            return agency_id(matches[-1 if part is tail else 0]["agency"])
    return None


def agency_id(name: str) -> str | None:
    """The id of an agency by any of its names, or None."""
    return _IDS.get(_folded(name))


def house_patterns(names: Iterable[str]) -> tuple[str, ...]:
    """Patterns for `find_credit` that know the houses an operator follows, by name.

    An agency is credited by its short name as well: "Example News Agency" as "Example". Agencies outside the table
    above are many, and the ones that matter to an operator are mostly on the operator's own list.
    """
    spelled = {name.strip() for name in names if name.strip()}
    spelled |= {short for name in spelled if len(short := _AGENCY_ENDING.sub("", name)) >= SHORTEST_NAME}
    if not spelled:
        return ()
    house = "|".join(re.escape(name) for name in sorted(spelled, key=lambda name: (-len(name), name)))
    return (
        rf"[(\[（【](?:[^()\[\]（）【】\n]{{0,30}}[=／/、,\s])?({house})[)\]）】]",
        rf"(?im:^\s*(?:with|source|출처|источник|джерело|来源|來源|出典)\s*[:：-]?\s*)({house})\b",
        rf"(?m:^\s*)({house})\s*\.?\s*\Z",
    )


def _folded(name: str) -> str:
    name = re.sub(r"\s+", " ", name).strip(" .,;:()[]-–—")
    return name if name.isupper() and len(name) <= 4 else name.casefold()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


_IDS = {_folded(name): agency for agency, names in AGENCIES.items() for name in names}
_NAME = "|".join(
    re.escape(n) for n in sorted({n for names in AGENCIES.values() for n in names}, key=len, reverse=True)
)
_AGENCY = rf"(?P<agency>{_NAME})"
# "(Yonhap) --", "(서울=연합뉴스)", "[AP]", "【ソウル時事】" near the beginning.
_DATELINE = re.compile(
    rf"[(\[（【](?:[^()\[\]（）【】\n]{{0,30}}[=／/、,\s])?{_AGENCY}(?:[=/,\s][^()\[\]（）【】\n]{{0,30}})?[)\]）】]"
)
# "MOSCOW, August 20. /TASS/." and "KYIV, Aug 20 - Reuters".
_LEADING = re.compile(rf"/{_AGENCY}/")
_TRAILING = re.compile(
    rf"[(\[（](?:[^()\[\]（）\n]{{0,24}}[\s/,;:·-])?{_AGENCY}(?:[\s/,;·-][^()\[\]（）\n]{{0,24}})?[)\]）]\s*\.?\s*$",
    re.MULTILINE,
)
_SOURCE_LINE = re.compile(
    rf"(?im:^\s*(?:source|sources|quelle|fuente|fonte|źródło|출처|来源|來源|出典|источник|джерело|via|with (?:reporting|inputs?|files) (?:by|from)|with agencies|mit material (?:von|der))\s*[:：-]?\s*)(?:the )?{_AGENCY}\b"
)
