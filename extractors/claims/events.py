"""What is said to have happened to what a figure counts: the nearest verb of a short list."""

from __future__ import annotations

from functools import lru_cache

from extractors.terms import TermIndex

# Code of the event -> the words that say so (as `extractors.terms` reads them). Conflicts are compared by the codes.
_EVENTS = {
    "killed": "kill*|dead|died|die|deaths|death|slain|fatalit*|погиб*|убит*|убил*|загин*|вбит*|사망|숨졌|숨진|전사|사살|阵亡|陣亡|死亡|打死|丧生|戦死|死者",
    "wounded": "wound*|injur*|hurt|ранен*|поранен*|부상|다쳤|受伤|负伤|負傷",
    "casualties": "casualt*|loss|losses|lost|потер*|втрат*|사상자|伤亡|死傷",
    "captured": "captur*|taken prisoner|took prisoner|POWs|POW|prisoners of war|prisoner{,s}|в плен|захва*|полон*|생포|포로|俘|捕虜|拘束",
    "exchanged": "exchang*|swap*|released|freed|обмен*|обмін*|звільн*|освобо*|교환|석방|송환|交换|释放|交換|解放",
    "deserted": "desert*|AWOL|abandon*|walked away|left their|дезертир*|самовольн*|самовільн*|탈영|이탈|逃兵|擅离|脱走|離脱",
    "defected": "defect*|asylum|changed sides|switched sides|перебеж*|перебіж*|탈북|귀순|망명|脱北|叛逃|亡命",
    "withdrawn": "withdr*|pull{ed,ing,s,} {out,back}|вывел*|вывод*|вивел*|вивод*|철수|撤出|撤军|撤退",
    "deployed": "deploy*|sent|send*|dispatch*|station*|shipped|arriv*|moved|rotated|отправ*|направ*|переброс*|прибы*|відправ*|перекин*|прибу*|파병|파견|배치|투입|派遣|部署|派出|抵达|派兵|送",
    "launched": "launch*|fired|fire|float*|landed|запус*|выпуст*|випуст*|발사|띄우|띄웠|살포|发射|發射|発射|飛ば",
    "shot_down": "shot down|downed|downing|intercept*|destroy*|сбит*|сбил*|перехва*|уничтож*|збит*|збил*|знищ*|격추|요격|파괴|击落|拦截|撃墜",
    "supplied": "suppl*|deliver*|provid*|transfer*|donat*|sold|sale{,s}|поставил*|постав*|переда*|надал*|제공|공급|지원|인도|提供|供应|交付|供与",
    "arrested": "arrest*|detain*|charged|sentenced|задержа*|арест*|затрима*|체포|구금|검거|逮捕|拘留",
    "displaced": "displac*|evacuat*|fled|бежен*|эвакуир*|евакую*|біжен*|대피|피란|疏散|流离|避難",
    "stolen": "stole*|theft{,s}|steal*|похит*|украл*|викра*|탈취|窃取|盗",
    "sanctioned": "sanction*|blacklist*|санкц*|제재|制裁",
    "trained": "trained|training|обуч*|навчан*|훈련|训练|訓練",
    "flew": "flew|fly|flown|travel*|range|altitude|пролет*|пролі*|비행|飞行|飛行|飛翔",
}
# A verb further away than this belongs to another figure.
REACH = 90


def event_of(sentence: str, start: int, end: int) -> str | None:
    """The code of the event nearest to the figure, or None; what follows the figure is a little nearer."""
    best: tuple[int, str] | None = None
    for first, last, code in _found(sentence):
        gap = first - end if first >= end else (start - last + 8 if last <= start else 0)
        if gap <= REACH and (best is None or gap < best[0]):
            best = gap, code
    return best[1] if best else None


@lru_cache(maxsize=32)
def _found(sentence: str) -> tuple[tuple[int, int, str], ...]:
    index = _index()
    return tuple((start, end, index.names[group]) for start, end, group in index.hits(sentence))


@lru_cache(maxsize=1)
def _index() -> TermIndex:
    return TermIndex({code: words.split("|") for code, words in _EVENTS.items()})
