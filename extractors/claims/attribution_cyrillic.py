"""Sources in Russian and Ukrainian sentences: "по данным X", "X сообщил, что", "..., сообщил X", "в X назвали ложью"."""

from __future__ import annotations

import re

from extractors.claims.source import Source

# Verbs of saying that end alike: stems of the past (-л, -ла; -в, -ла) and of the present (-ет, -ют; -є, -ють).
_RU_PAST = (
    "сообщи|заяви|рассказа|сказа|утвержда|отмети|уточни|добави|подтверди|написа|переда|счита|оцени|доложи|призна|объяви|насчита|подсчита|отрица|подчеркну|указа|предупреди|"
    "поясни|зафиксирова|напомни|завери|констатирова|пообеща|пригрози|озвучи|прокомментирова|ответи|возрази|предположи|допусти|проинформирова|раскры|посетова|признава|"
    "обвини|засвидетельствова|объясни|перечисли|спрогнозирова|предсказа|осуди|резюмирова|пожалова|вспомни|описа"
)
_RU_PRESENT = (
    "сообща|заявля|утвержда|переда|счита|оценива|полага|отрица|прогнозиру|ожида|предполага|информиру|констатиру|докладыва|настаива|допуска|подтвержда|отмеча|"
    "признаё|уточня|указыва|напомина|свидетельству|рассказыва|уверя|опроверга|предупрежда|подчёркива|подчеркива|обеща|подозрева"
)
_UK_PAST = (
    "повідоми|заяви|розпові|сказа|стверджува|зазначи|уточни|дода|підтверди|написа|переда|оціни|допові|визна|оголоси|спростува|заперечи|наголоси|вказа|попереди|поясни|"
    "зафіксува|нагада|запевни|констатува|пообіця|озвучи|відпові|прокоментува|припусти|оприлюдни|розкри|підкресли|застере|проінформува|спрогнозува|підрахува|пригрози|звинувати|поскаржи|згада|описа"
)
_UK_PRESENT = (
    "повідомля|заявля|стверджу|переда|вважа|оціню|запереч|очіку|прогнозу|інформу|констату|наполяга|припуска|допуска|підтверджу|зазнача|визна|уточню|вказу|нагаду|розповіда|"
    "запевня|спростову|попереджа|підкреслю|обіця|підозрю"
)
_SAY = (
    rf"(?:(?:{_RU_PAST})л[аои]?|опроверг(?:л[аои])?|(?:{_RU_PRESENT})[ею]т|признают|пиш[еу]т|говорит(?:ся)?|говорят|"
    rf"(?:{_UK_PAST})(?:в|л[аои])|застеріг|(?:{_UK_PRESENT})ю?(?:є|ють)|запереч(?:ує|ують)|пиш(?:е|уть)|йдеться|свідчать|кажуть|каже)"
)
_DENYING = re.compile(r"опроверг|назва|отриц|отверг|спросту|спростову|запереч", re.IGNORECASE)
_VERB = re.compile(
    rf"(?<!\w){_SAY}(?!\w)(?=,?\s(?:что|що|о|об|про|как|як|в|у|не|,|\d|более|около|понад|близько|потер\w+|втрат\w+|лишь|только|лише|тільки|число|кількість|гибель|загибель|пленение|сообщения|повідомлення)|,|:\s)",
    re.IGNORECASE,
)
# "в посольстве назвали это вымыслом": who denies, in one breath with the denial.
_DENIAL = re.compile(
    r"(?P<who>(?:в(?:о)?|у)\s[^,.;\d]{3,50}?|[А-ЯІЇЄ][^,.;\d]{2,40}?)\s(?P<verb>назва(?:ли|л|ла|ло|в))\s(?:\S+\s){0,6}?(?:вымысл|ложь|фейк|неправд|вигадк|дезинформ|дезінформ|абсурд|чуш|провокац|брехн)",
)
_POST = re.compile(
    rf"(?:,|—|–|»,?\s—)\s(?:как|як|об этом|про це)?\s?(?P<verb>{_SAY})\s(?:в(?:о)?\s(?:среду|понедельник|вторник|четверг|пятницу|субботу|воскресенье)\s|у\s(?:середу|понеділок|вівторок|четвер|п'ятницю|суботу|неділю)\s)?(?:(?:во?|у)\s)?(?P<who>(?!что|що|о\s|об\s|про\s)[^.;,:]{{2,90}}?)(?=[.;:,]|$)",
    re.IGNORECASE,
)
# "Сбито 40 дронов, — Генштаб.": a headline's dash.
_DASH = re.compile(r"(?:,|»,?)\s[—–]\s(?P<who>[А-ЯІЇЄҐ][^.;,:—–]{2,60}?)\.?$")
_ACCORDING = re.compile(
    r"(?<!\w)(?:по\s(?:данным|словам|информации|оценк(?:е|ам)|сведениям|подсчетам|подсчётам|утверждению|версии|сообщени(?:ю|ям))|за\s(?:даними|словами|інформацією|оцінк(?:ою|ами)|підрахунками|версією|повідомленням)|"
    r"согласно(?:\sданным|\sоценк(?:е|ам)|\sинформации|\sдокладу|\sотчету)?|згідно\s(?:з|із)(?:\sданими|\sоцінками)?|со\sссылкой\sна|з\sпосиланням\sна|из\sдоклада|як\sповідом(?:ив|ила|или|ляє)|как\s(?:сообщ(?:ил[аи]?|ает|ают)|утвержда(?:ет|ют)|заяв(?:ил[аи]?|ляет|ляют)|пиш(?:ет|ут)|отмеча(?:ет|ют)|рассказал[аи]?)|як\s(?:стверджу(?:є|ють)|пиш(?:е|уть)|зазнача(?:є|ють)|розпов(?:ів|іла|іли)))\s"
    r"(?P<who>[^.;,:—]{2,90}?)(?=[.;,:—]|\s(?:в\sрезультате|погибл\w+|загинул\w+|потер\w+|за\s(?:сутки|неделю|добу|тиждень)|было|було|на\sфронте|в\sплен|около|более|понад|близько|не менее|до\s\d|\d)|$)",
    re.IGNORECASE,
)
# "по его словам": somebody named above.
_BY_HIM = re.compile(
    r"(?<!\w)(?:по|за)\s(?P<who>его|е[её]|их|його|її|їхніми|їх)\s(?:словам|данным|оценк(?:е|ам)|информации|сведениям|словами|даними|оцінкою|оцінками|інформацією)(?!\w)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?:он|она|они|він|вона|вони|там)", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:—–]\s|\s(?:а|но|однако|але|проте|тогда как|тоді як)\s")
_NEXT_CLAUSE = re.compile(r";|,\s(?:а|но|однако|але|проте|тогда как|тоді як|в то время как)\s")
_NO_NAME = re.compile(r"\s*(?:как|як|что|що|об этом|про це|также|також)?\s*", re.IGNORECASE)


def cyrillic_sources(text: str) -> list[Source]:
    """Every attribution of a Russian or Ukrainian sentence, in order."""
    found = [_according(text, match) for match in _ACCORDING.finditer(text)]
    found += [
        Source(
            start=match.start("who"), end=match.end("who"), covers=(0, len(text)), verb=match[0], pronoun=True
        )
        for match in _BY_HIM.finditer(text)
    ]
    found += [
        Source(
            start=match.start("who"),
            end=match.end("who"),
            covers=(0, len(text)),
            verb=match["verb"],
            denies=pattern is _DENIAL or _DENYING.search(match["verb"]) is not None,
        )
        for pattern in (_DENIAL, _POST)
        for match in pattern.finditer(text)
    ]
    if not found and (dash := _DASH.search(text)):
        found.append(Source(start=dash.start("who"), end=dash.end("who"), covers=(0, dash.start()), verb="—"))
    for match in _VERB.finditer(text):
        if not any(one.covers[1] == match.start() or one.start <= match.start() <= one.end for one in found):
            found += _before(text, match)
    return sorted(found, key=lambda one: one.start)


def _according(text: str, match: re.Match[str]) -> Source:
    start, end = match.span("who")
    first = not text[: match.start()].strip(' «—-"')
    return Source(start=start, end=end, covers=(end, len(text)) if first else (0, len(text)), verb=match[0])


def _before(text: str, verb: re.Match[str]) -> list[Source]:
    """Who stands before the verb, back to the last break."""
    head = text[: verb.start()].rstrip()
    start = max((match.end() for match in _CLAUSE.finditer(head)), default=0)
    name = head[start:]
    if _NO_NAME.fullmatch(name):
        return []
    following = _NEXT_CLAUSE.search(text, verb.end() + 1)
    return [
        Source(
            start=start,
            end=start + len(name),
            covers=(start, following.start() if following else len(text)),
            verb=verb[0],
            denies=_DENYING.search(verb[0]) is not None,
            pronoun=_PRONOUN.fullmatch(name.strip()) is not None,
        )
    ]
