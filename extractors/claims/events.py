"""What is said to have happened to what a figure counts: the nearest verb of a short list."""

from __future__ import annotations

import re

# Code of the event -> what says so. The codes are what conflicts are compared by.
_EVENTS = {
    "killed": r"\bkill\w*|\bdead\b|\bdied\b|\bdeaths?\b|\bslain\b|fatalit|погиб|убит|убил|загин|вбит|사망|숨졌|숨진|전사|사살|阵亡|陣亡|死亡|打死|丧生|戦死|死者",
    "wounded": r"wound|injur|\bhurt\b|ранен|поранен|부상|다쳤|受伤|负伤|負傷",
    "casualties": r"casualt|\bloss(?:es)?\b|потер|втрат|사상자|伤亡|死傷",
    "captured": r"captur|taken prisoner|took prisoner|\bPOWs?\b|prisoners? of war|взят\w* в плен|в плен|захва|полон|생포|포로|俘|捕虜|拘束",
    "exchanged": r"exchang|\bswap|released|freed|обмен|обмін|звільн|освобо|교환|석방|송환|交换|释放|交換|解放",
    "deserted": r"desert|AWOL|abandon\w*|walked away|дезертир|самовольн|самовільн|탈영|이탈|逃兵|擅离|脱走|離脱",
    "defected": r"defect|asylum|перебеж|перебіж|탈북|귀순|망명|脱北|叛逃|亡命",
    "withdrawn": r"withdr|pull\w* (?:out|back)|вывел|вывод|вивел|вивод|철수|撤出|撤军|撤退",
    "deployed": r"deploy|\bsent\b|\bsend\w*|dispatch|station\w*|shipped|arriv|moved|отправ|направ|переброс|прибы|відправ|перекин|прибу|파병|파견|배치|투입|派遣|部署|派出|抵达|派兵|送",
    "launched": r"launch|fired|\bfire\b|float|test-fir|запус|выпуст|випуст|발사|띄우|띄웠|살포|发射|發射|発射|飛ば",
    "shot_down": r"shot down|down(?:ed|ing)|intercept|destroy|сбит|сбил|перехва|уничтож|збит|збил|знищ|격추|요격|파괴|击落|拦截|撃墜",
    "supplied": r"suppl|deliver|provid|transfer|donat|\bsold\b|\bsale|поставил|постав|переда|надал|제공|공급|지원|인도|提供|供应|交付|供与",
    "arrested": r"arrest|detain|charged|sentenced|задержа|арест|затрима|체포|구금|검거|逮捕|拘留|拘束",
    "displaced": r"displac|evacuat|\bfled\b|бежен|эвакуир|евакую|біжен|대피|피란|疏散|流离|避難",
    "stolen": r"stole|theft|steal|похит|украл|викра|탈취|窃取|盗",
    "sanctioned": r"sanction|blacklist|санкц|제재|制裁",
    "trained": r"train(?:ed|ing)|обуч|навчан|훈련|训练|訓練",
    "flew": r"\bflew\b|\bfly|\bflown|travel|\brange\b|altitude|пролет|пролі|비행|飞行|飛行|飛翔",
}
_PATTERN = re.compile("|".join(f"(?P<{code}>{words})" for code, words in _EVENTS.items()), re.IGNORECASE)
# A verb further away than this belongs to another figure.
REACH = 90


def event_of(sentence: str, start: int, end: int) -> str | None:
    """The code of the event nearest to the figure, or None."""
    best: tuple[int, str] | None = None
    for match in _PATTERN.finditer(sentence):
        gap = (
            match.start() - end
            if match.start() >= end
            else (start - match.end() + 8 if match.end() <= start else 0)
        )
        if gap <= REACH and (best is None or gap < best[0]):
            best = gap, str(match.lastgroup)
    return best[1] if best else None
