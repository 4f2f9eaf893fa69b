"""What a Korean, Chinese or Japanese figure counts: its counter."""

from __future__ import annotations

import re

from extractors.claims.quantities import Quantity
from extractors.claims.unit import Unit

_ASIAN_UNIT = re.compile(
    r"\s?여?\s?(?P<unit>명|사람|인(?=\s|이|은|을|의|가|$)|발|대(?!대|사|표|통|한|북|남|외|응|규|비|형|부|원|화)|척|개(?!월|년|국|발|혁|최|시|입)(?:국|소)?|건|차례|회(?!의|담|견|동|복)|기(?!자|간|관|존|준|록|술|지)|정(?!부|상|도|보|권|책)|문(?!제|서)|곳|톤|t\b|km|㎞|킬로미터|킬로|마리|가구|자루|장(?=\s|[을이은의였에로,.])|채(?=\s|[가를는의였에로나만도,.])|세대|달러|원(?!산|칙|인)|위안|엔|루블|유로|배럴|번|상자|컨테이너|"
    r"多?余?餘?(?:名|人|枚|架|辆|輛|艘|发|發|门|門|次|起|公里|千米|吨|噸|美元|欧元|元|日元|卢布|个(?!月)|個(?!月)|座|处|處|位|套|具|只|只气球|箱|集装箱|件|台|支|批)|(?:死|伤|傷)(?=\d|[，。、]|$)|"
    r"余?(?:名|人|発|機|台|両|隻|件|回|キロ(?:メートル)?|トン|ドル|円|ユーロ|個|基|門|丁|ルーブル|ウォン|か所|カ所|本))"
)
_KO_DISTANCE = re.compile(r"(?:비행|날아|사거리|고도|거리|飞行|射程|高度|飛|距離)")


def asian_unit(one: Quantity, text: str) -> Unit | None:  # noqa: PLR0911  (a ladder of refusals)
    after = text[one.end :]
    if one.money:
        return Unit(name=one.money, end=one.end)
    match = _ASIAN_UNIT.match(after)
    if match is None:
        return None
    unit = match["unit"]
    end = one.end + match.end()
    if unit in {
        "km",
        "㎞",
        "킬로미터",
        "킬로",
        "公里",
        "千米",
        "キロ",
        "キロメートル",
    } and not _KO_DISTANCE.search(text):
        return None
    if unit in {"次", "回", "회", "번"} and one.low is not None and one.low < 2:
        return None
    if unit == "人" and re.match(r"(?:称|说|表示|民|権|口|们|は|が話)", text[end:]) and one.low == 1:
        return None
    if unit in {"个", "個", "개"} and re.match(r"(?:国家|國家|国|사단|方面)", text[end:]):
        return None
    return Unit(name=unit.strip("多余餘"), end=end)
