"""What a Russian or Ukrainian figure counts."""

from __future__ import annotations

import re

from extractors.claims.no_claims import DURATION
from extractors.claims.quantities import CHANGE_REACH, CHANGED_FROM, Quantity
from extractors.claims.unit import Unit

_WORD = re.compile(r"[^\W\d_][\w'’]*(?:-\w+)*")
_CYR_STOP = re.compile(
    r"^(?:в|во|на|из|от|до|по|к|с|со|за|у|и|а|но|что|как|для|о|об|был\w*|бул\w*|будут|будуть|з|із|зі|від|та|й|або|або|під|под|при|через|после|після|их|його|её|не|которые|який|які|лет|года)$",
    re.IGNORECASE,
)
# A figure whose noun was said before: "годом ранее сбили 26."
_BARE_AFTER = re.compile(
    r"\s*(?:[.,;!?)»\"]|$|—|\s(?:в|во|у|за|на|днём|днем|годом|месяцем|неделей|ранее|раньше|роком|місяцем|тижнем|раніше|торік|было|стало|погибли|ранены|загинули)(?!\w))"
)
# "пожаров было 312", "их стало 540": what was counted stands before the verb.
_WAS = re.compile(
    r"(\w{2,})\s(?:было|було|стало|составил[аои]?|достигл[аои]|насчитывал\w*|налічувал\w*|составляет|становить)\s(?:уже |вже |всего |лише |только |около |понад |близько |более )*$",
    re.IGNORECASE,
)
_THEY = frozenset({"их", "їх", "что", "що", "там", "это", "це", "число", "количество", "кількість"})
_CHANGED = re.compile(r"(?<!\w)(?:до|на|с|з|із|від|от|в|у)\s+$", re.IGNORECASE)
_NUMBER_OF = re.compile(
    r"(?:(?:числ|количеств|кількіст|кількост)\w*(?:\s(?:\w+[ыи]х\s)?(?P<whom>\w{3,}))?|потер|втрат)",
    re.IGNORECASE,
)
_OF_A_NUMBER = re.compile(r"\s(?:из|із|з)\s(?:(?:\w+\s)?\d|(?:них|которых|яких)\b)")
_CYR_MEASURE = re.compile(
    r"\s?(км(?:/ч)?|километр\w*|кілометр\w*|тонн?\w*|метр\w*|доллар\w*|долар\w*|руб\w*|евро|євро|вон\b|гривен\w*|гривн\w*|иен\w*)",
    re.IGNORECASE,
)
_CYR_FLIGHT = re.compile(
    r"(?:пролет|полет|дальност|рассто|высот|пролет|політ|пролет|відстан|дальн|висот|продвин|просун)",
    re.IGNORECASE,
)
_CYR_SAYS = re.compile(r"\s(?:сообщ|заяв|рассказ|сказал|повідом|розпов)")
_CYR_ABSTRACT = re.compile(
    r"^(?:сторон|стран|держав|країн|раз|раза|разів|источник|джерел|причин|вопрос|питан|глав|экспертов|процент|этап|часов|суток|сут|дн|годин)",
    re.IGNORECASE,
)


def cyrillic_unit(one: Quantity, text: str) -> Unit | None:  # noqa: PLR0911  (a ladder of refusals)
    after = text[one.end :]
    if one.money:
        return Unit(name=one.money, end=one.end)
    if DURATION.match(after) or re.match(r"-[а-яіїє]", after):
        return None
    if measure := _CYR_MEASURE.match(after):
        if measure[1].lower().startswith(("км", "кил", "кіл", "метр")) and not _CYR_FLIGHT.search(text):
            return None
        return Unit(name=measure[1].lower(), end=one.end + measure.end())
    words: list[tuple[str, int]] = []
    place = one.end
    for match in _WORD.finditer(text, place):
        if text[place : match.start()].strip(" \t«\"'") or len(words) >= 4 or _CYR_STOP.match(match[0]):
            break
        words.append((match[0], match.end()))
        place = match.end()
        if not re.search(r"(?:ых|их|ого|ими|ыми|ої|ий|ый|ние|ів-|ская|ские|ські)$", match[0]) or match[
            0
        ].lower().startswith(
            (
                "военнослуж",
                "раненых",
                "пленных",
                "военных",
                "військов",
                "поранених",
                "полонених",
                "погибш",
                "убитых",
                "вбитих",
                "загиблих",
            )
        ):
            break
    if not words:
        return _unnamed(one, text)
    name, end = words[-1]
    if (
        _CYR_ABSTRACT.match(name)
        or (one.spelled and _CYR_SAYS.match(text, end))
        or (
            one.low == 1
            and one.spelled
            and not re.match(
                r"(?:солдат|воен|боец|офицер|человек|ракет|військ|бо[єї]ць|особа|людина)", name, re.IGNORECASE
            )
        )
    ):
        return None
    return Unit(name=name.lower(), end=end)


def _unnamed(one: Quantity, text: str) -> Unit | None:
    """A figure without a noun: of others, of losses named before it, or of what another figure counts."""
    after = text[one.end :]
    if _OF_A_NUMBER.match(after):
        return Unit(name="", end=one.end)
    head = text[: one.start]
    if was := _WAS.search(head):
        return Unit(name="" if was[1].lower() in _THEY else was[1].lower(), end=one.end)
    if CHANGED_FROM.search(text, max(0, one.start - CHANGE_REACH), one.start):
        return Unit(name="", end=one.end)
    if (one.bounded or _CHANGED.search(head)) and (number := _NUMBER_OF.search(head)):
        return Unit(name=(number["whom"] or "").lower(), end=one.end)
    bare = one.low is not None and (one.low >= 2 or one.bounded) and _BARE_AFTER.match(after)
    return Unit(name="", end=one.end, sure=False) if bare else None
