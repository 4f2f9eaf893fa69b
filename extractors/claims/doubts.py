"""Words that make hearsay of a claim just made.

"The claim could not be independently verified." They stand behind the figure, in its sentence or the next; what they
speak of is the claim, not some other matter ("reports of more dead could not be confirmed" leaves the first toll as it is).
"""

from __future__ import annotations

import re
from functools import lru_cache

from extractors.claims.cues import Cue

_CHECK = r"(?:verif|confirm|corroborat|substantiat|authenticat|check)"
_CLAIM = r"(?:claims?|reports?|figures?|numbers?|tolls?|accounts?|allegations?|assertions?|statements?|information|tally|count|estimates?|details|data|this|that|it|them|these|those|either|any of)"
_LATIN = Cue(
    rf"\b{_CLAIM}\b(?!\s(?:of|that|about|on)\s(?:more|further|other|additional|new|another)\b)[^.;]{{0,60}}?\b(?:(?:could|can|has|have|had|was|were|is|are|did|does)(?: not|n['’]t)|cannot|impossible|yet to|never|un(?:able|likely))\b[^.;]{{0,40}}?{_CHECK}|"
    rf"\b(?:(?:could|can|has|have|had|was|were|is|are|did|does)(?: not|n['’]t)|cannot|unable|impossible|no way|not possible|yet)\b(?: \w+){{0,4}}? {_CHECK}\w* (?:\w+ ){{0,3}}?{_CLAIM}\b|"
    rf"\b{_CLAIM}\b[^.;]{{0,40}}? (?:remains?|is|are|was|were) (?:still )?(?:unverified|unconfirmed|unproven|disputed)\b|"
    r"\bno independent (?:confirmation|verification|evidence)\b|\b(?:gave|offered|provided|produced|presented|cited) no (?:evidence|proof)\b|\bwithout (?:offering|giving|providing|citing) (?:any )?(?:evidence|proof)\b",
    re.IGNORECASE,
)
_CYRILLIC = Cue(
    r"независим\w+ (?:источник\w* )?(?:подтвержд|проверк)\w*[^.;]{0,40}?(?:нет|не )|(?:нет|отсутству\w+)[^.;]{0,20}независим\w+ подтвержд|"
    r"(?:не (?:удалось|удаётся|удается|смогл\w+|может|могут|представляется возможным)|невозможно|нельзя)[^.;]{0,40}?(?:подтвердить|проверить|верифицировать)|"
    r"(?:проверить|подтвердить)[^.;]{0,60}?(?:невозможно|не (?:удалось|удаётся|удается|представляется))|"
    r"(?:данн\w+|информаци\w+|сведени\w+|цифр\w*|заявлени\w+|утверждени\w+|числ\w+)[^.;]{0,40}? (?:не|пока не) (?:был\w* )?(?:независимо |официально )?(?:подтвер|провер)|"
    r"незалежн\w+ (?:джерел\w* )?(?:підтвердж|перевірк)\w*[^.;]{0,40}?(?:нема|не )|(?:немає|відсутн\w+)[^.;]{0,20}незалежн\w+ підтвердж|"
    r"(?:не (?:вдалося|вдається|змогл\w+|може|можуть)|неможливо)[^.;]{0,40}?(?:підтвердити|перевірити)|(?:перевірити|підтвердити)[^.;]{0,60}?(?:неможливо|не (?:вдалося|вдається))|"
    r"(?:дан\w+|інформаці\w+|відомост\w+|цифр\w*|заяв\w+|твердженн\w+)[^.;]{0,40}? (?:не|поки не) (?:бул\w* )?(?:незалежно |офіційно )?(?:підтвер|перевір)",
    re.IGNORECASE,
)
_ASIAN = Cue(
    r"(?:확인|검증|입증)(?:은 |이 |을 |도 )?(?:되지|할 수 없|하지 못|이 어렵|이 불가능|된 바 없|되진)|진위(?:는|를|가)?[^.]{0,12}(?:확인|불분명)|"
    r"(?:尚未|未予|不予|无法|無法|未能|没有|沒有|未经|未經|未获|未獲|难以|難以)[^。；]{0,10}(?:证实|證實|核实|核實|确认|確認|验证|驗證|查证|查證)|"
    r"(?:確認|検証)(?:は|も|が)?(?:されていない|できていない|できない|が取れていない|は取れていない|できなかった)|裏付け(?:は|が)(?:ない|取れ|得られ)|真偽は不明"
)
_PATTERNS = {"latin": _LATIN, "cyrillic": _CYRILLIC, "asian": _ASIAN}


@lru_cache(maxsize=64)
def doubt_at(text: str, script: str) -> int | None:
    """Where a sentence says that a claim could not be checked, or None."""
    match = _PATTERNS[script].search(text)
    return match.start() if match else None
