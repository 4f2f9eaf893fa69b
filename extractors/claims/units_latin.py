"""What an English figure counts: the head noun of the phrase after it, adjectives and all."""

from __future__ import annotations

import re

from extractors.claims.cues import Cue
from extractors.claims.no_claims import DURATION
from extractors.claims.quantities import Quantity
from extractors.claims.unit import Unit

# A noun phrase after a figure is read this many words far: "1,500 North Korean special operation forces".
MOST_WORDS = 8


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that end a noun phrase.
_STOP = _words(
    """
    a an the of in on at to from by for with into onto over under near along across through during
    since until after before between among against about around as than that which who whom whose
    where when while but and or if because though although so nor yet is are was were be been being
    has have had do does did will would can could may might must should shall said say says told
    its his her their our my your this these those it he she they we there here also now then still
    just only even already recently within toward towards amid despite per via not no more less
    fewer according last next earlier later ago each every all both went goes gone came come left
    fled sent got took made went fell flew hit crossed reached landed remain remained aboard off up
    out down back away alone since overnight today yesterday tomorrow annually yearly monthly daily
    weekly total overall so
    """
)
_PARTICIPLES = _words(
    """
    killed dead wounded injured missing captured arrested detained hurt displaced freed released
    exchanged lost dead deployed hostage captive prisoner alive aboard unaccounted
    """
)
_IRREGULAR = _words(
    """
    people men women children troops personnel police dead wounded injured missing others
    servicemen servicewomen prisoners infantry cattle militiamen guardsmen crew staff aircraft
    artillery ammunition percent km kilometers kilometres km² tons tonnes miles metres meters feet
    kroner kronor crowns francs zloty zlotys lira liras rupees shekels riyals dirhams hryvnia
    hryvnias baht pesos reais rand yuan renminbi ringgit rupiah tenge lari forint hostages
    won dollars euros yen rubles roubles pounds cavalry marines fishermen hectares acres casualties
    deaths fatalities rohingya chinese japanese vietnamese portuguese sudanese lebanese taiwanese burmese
    nepalese congolese senegalese maltese swiss french british irish dutch spanish pow pows sailors recruits conscripts gunmen
    """
)
# Counted things that name no event: two sides, three reasons. And who says something is no figure either.
_ABSTRACT = _words(
    """
    side sides country countries nation nations korea koreas leader leaders ally allies neighbor
    neighbors neighbour neighbours government governments thing things reason reasons way ways part
    parts question questions issue issues point points step steps option options time source
    sources analyst analysts expert experts paragraph sentence word words hand hands state states
    superpowers powers world worlds factor factors goal goals aim aims condition conditions term
    terms stage stages phase phases front fronts generation generations half other another of
    thirds third quarter quarters more fifths lot bit degrees degree session sessions rounds-of
    page pages stories storeys story floors floor hemisphere dozen
    """
)
_ONE_COUNTS = _words(
    """
    soldier civilian officer person man woman child guard conscript pilot sailor marine diplomat
    missile drone tank rocket shell ship vessel boat plane aircraft helicopter prisoner defector
    policeman worker guardsman fisherman serviceman journalist militant rebel fighter deserter
    recruit explosion village villager
    """
)
_SAYS = re.compile(
    r"\s(?:\w+ly\s)?(?:said|says|say|told|claimed|added|confirmed|who spoke|who asked|briefed|familiar)\b"
)
_WORD = re.compile(r"[^\W\d_][\w'’]*(?:-[\w\x00]+)*|\d+(?:st|nd|rd|th)", re.UNICODE)
_OF = re.compile(r"\s(?:of (?:the|its|their|his|these|those|them|our)|of)\s(?=\w)", re.IGNORECASE)
# "citing two officials": who says something is no figure.
_CITED = Cue(r"\b(?:citing|quoting|told|cited by|said by|according to)\s$", re.IGNORECASE)
_SPEAKERS = _words(
    "officials sources diplomats lawmakers people commanders soldiers ministers men officers witnesses residents"
)
_MORE = re.compile(r"\s(?:more|fewer)(?=\s(?!than|were|was|are|have|had|died)[a-z])", re.IGNORECASE)
# "the 310 recorded in 2021": what was counted was said before.
_COUNTED = re.compile(
    r"\s(?:officially |so far )?(?:recorded|reported|counted|seen|registered|acknowledged|documented|logged)\b"
)
_THE = Cue(r"\bthe\s(?:some |about |nearly )?$", re.IGNORECASE)
_OR_SO = re.compile(r"\sor (?:so|more|fewer)(?=\s[a-z])")
_OF_THEM = re.compile(r"\sof (?:us|them|these|those|whom|which)\b", re.IGNORECASE)
_OF_A_NUMBER = re.compile(r"\s(?:out )?of (?:the |its |their |some |about |a total of )?\d", re.IGNORECASE)
_DEFINITE = Cue(
    r"(?:\b(?:the|these|those|his|her|their|its|our|all|other|both|first|last|next|every|another)\s)$",
    re.IGNORECASE,
)
_ATTRIBUTIVE = re.compile(r"-(?!strong\b|odd\b|plus\b|some\b)[a-zа-яіїє]", re.IGNORECASE)
_ENGLISH_MEASURES = re.compile(
    r"\s?(km/h|kph|mph|km|kilomet(?:er|re)s?|miles?|met(?:er|re)s?|mm|cm|kg|kilograms?|(?:metric )?tons?|tonnes?|feet|barrels|acres|hectares|square \w+)\b(?:\s?\([^)]*\))?",
    re.IGNORECASE,
)
_LOCATION = re.compile(
    r"\s?(?:\([^)]*\)\s?)?(?:from|north|south|east|west|away|off|inside|deep|outside|northeast|northwest|southeast|southwest|of the (?:border|coast|front)|long\b|wide\b|tall\b|high\b|behind)",
    re.IGNORECASE,
)
_FLIGHT = Cue(
    r"\b(?:fl(?:ew|y|ies|ying|ight|own)|travel\w*|rang(?:e|ing)|altitude|distance|apogee|cover\w+|soar\w*|reach\w*|advanc\w*|pushed|height)\b",
    re.IGNORECASE,
)


# A bare distance counts where something that flies is spoken of.
_MISSILE = Cue(
    r"\b(?:missiles?|projectiles?|rockets?|drones?|shells?|balloons?|warheads?|debris)\b", re.IGNORECASE
)
# "Crossings fell from 1,047 to 229": what changes is what is counted.
_CHANGED = Cue(
    r"\b(\w+[^s]s|personnel|people)\s(?:(?:at|in|to|of|from|across|among|by)\s(?:[\w'’-]+\s){1,4}?)?(?:(?:have |had |has )?(?:rose|risen|fell|fallen|grew|grown|jumped|climbed|dropped|declined|increased|decreased|surged|soared|shrank|doubled|tripled)\b[^.;]{0,40}?(?:from|to|at)\s(?:[\d,.]+ to )?|"
    r"(?:have |had |has )?(?:reached|hit|stood at|came to|totall?ed|numbered|amounted to)\s)(?:about |some |nearly |over |more than |around |just )?$",
    re.IGNORECASE,
)
# "Seoul believes 14,000 went"
_MOVED = re.compile(
    r"\s(?:went|came|fled|left|arrived|crossed|joined|escaped|enlisted|volunteered|returned)\b"
)
# "the remaining 5 go", "thought to number 70": a figure that stands for what was named before it.
_STANDS_FOR = Cue(r"\b(?:the (?:remaining|other|last|first)|to number) (?:about |some )?$", re.IGNORECASE)
_RATE = re.compile(
    r"\s(?:a|per|each|every)\s(?:day|week|month|year)\b|\s(?:annually|monthly|daily|weekly)\b", re.IGNORECASE
)
_BARE_AFTER = re.compile(
    r"\s?(?:[.,;!?)”\"]|$|\s(?:more\s|others?\s)?(?:were|was|are|is|have|had|remain\w*|wounded|killed|dead|died|injured|missing|captured|aboard|it|they|he|she|in|last|this|that|a|per|today|now|yesterday|then|overnight|still|also|came|went|fled|escaped|survived|drowned|returned|marched|"
    r"annually|did|do|from|by|on|at|since|during|respectively|and|or|of|to|so|the|before|earlier|previously|reported|counted|recorded|through|over|under|who|claimed|estimated|listed|given|between|while|but|as|with|when|more|others?|doing so|did so)\b|\s[a-z]{2,}ed(?=[,.;”\"]|$|\s(?:in|on|at|by|from|last|this|a)\b))",
    re.IGNORECASE,
)
# "nine had since come back": what a bare word of number does tells it from "the first two".
_DID = re.compile(
    r"\s(?:more |others? )?(?:have|had|were|are|was|died|survived|escaped|fled|drowned|remain\w*|returned|came back|did not|listed|reported|recorded|counted|named|doing so|did so|since|more(?! than)|hostage|captive|prisoner)\b",
    re.IGNORECASE,
)
# "it had killed 12.": people, whatever they are.
_STRUCK = Cue(
    r"\b(?:kill|wound|injur|captur|arrest|detain)(?:ed|ing)\s(?:another |a further |all )?$", re.IGNORECASE
)
# "Another 11 died."
_FELL = re.compile(r"\s(?:died|drowned|perished|defected|deserted|surrendered|survived)\b")
_TALLY = Cue(
    r"\b(?:held|holds?|compared (?:with|to)|versus|up from|down from|counted|recorded|reported|confirmed|detected|registered|spotted|hosted|spoke of|speaks of|speak of|said it was|says it was|put (?:it|the \w+) at|gave back|handed (?:back|over)|freed|released|lost|sank|took|retook|retaken|rescued|saved|intercepted|downed|shot down|destroyed|sent)\s(?:only |just |another )?$",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"\s?(?:[.,;!?)”\"]|$|\s(?:last|this|on|in|at|a|the|and|but|near|after|when|aboard)\b)"
)
_PEOPLE_DID = Cue(
    r"\s(?:have|had|were|are|has|was)\s(?:since |already |also |been )*(?:marched|attended|died|drowned|perished|vanished|disappeared|survived|resigned|volunteered|fallen|fled|turned out|gathered|joined|killed|wounded|injured|hurt|displaced|captured|deserted|"
    r"defected|enlisted|protested|arrived|left|crossed|surrendered|arrested|detained|missing|dead|evacuated|taken part|signed up|come back|returned|taken|freed|homeless)\b",
    re.IGNORECASE,
)
# A word or two: "world war", "Resolution".
NEAR = 24
_BARE_NOT = Cue(
    r"(?:\b(?:i['’]m|i am|(?:s?he|who)(?:['’]s| is| was)|phase|group|number|no|article|point|chapter|page|room|section|level|part|version|day|week|aged?|top|world war|highway|route|channel|brigade|battalion|regiment|unit|score|at age|measured|measuring|magnitude|magnitude of|richter)\.?|(?-i:(?!(?:Another|Only|Just|Some|About|Nearly|Almost|Roughly|All|Those|These|Of|In|By|But|And|So|Still|The|Its|Their|Today|Now|Further|Yet|Meanwhile|Overall)\b)[A-Z]\w+)[ -]|[-–/:#])\s?$",
    re.IGNORECASE,
)


# "the 2,500-strong brigade", "a 4,000-man force".
_HEADS = Cue(r"-(?:strong|man|person|soldier|troop)\b| strong(?=[.,;])", re.IGNORECASE)
# "one in five soldiers": a share.
_SHARE = Cue(r"\sin (?:every )?(?:two|three|four|five|six|seven|eight|nine|ten|20|100)\b", re.IGNORECASE)
_SHARE_OF = Cue(r"\b(?:one|two|three|\d) in (?:every )?$", re.IGNORECASE)
# "a crew of 143": what holds so many is what is counted.
_GROUP_OF = Cue(
    r"\b(crew|force|garrison|contingent|convoy|column|fleet|crowd|population|workforce|staff|team|unit|group|army|corps|brigade|battalion|camp|community|flotilla|caravan|arsenal|stockpile|toll)"
    r"\s(?:\w+ing\s)?of\s$",
    re.IGNORECASE,
)
# What stands for something named before: "the toll rose to 45", "they numbered about 45".
_COMES_TO = Cue(
    r"\b(?:numbered|to number|totall?ed|stood at|stands at|amounted to|puts? (?:[\w'’-]+ ){1,6}at)\s(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
_TOTAL = Cue(
    r"\b(?:number of|numbers?|crowd|turnout|attendance|contingent|population|toll|total|tally|count|figure|strength|estimate|deaths|losses|casualties|defections|desertions)\b",
    re.IGNORECASE,
)
_REACHES = Cue(r"(?:exceed|surpass|topp|reach)\w*\s", re.IGNORECASE)
TOTAL_REACH = 80
GROUP_REACH = 40
MOST_OF_SHARE = 100
# "arrivals at Oda climbed to 2,700": so far before the figure stands what changed.
CHANGE_REACH = 90
# No pattern of what stands right before a figure is longer.
BEFORE = 60


def latin_unit(one: Quantity, text: str) -> Unit | None:  # noqa: PLR0911  (a ladder of refusals)
    """What an English figure counts, or None when it counts nothing we keep."""
    after = text[one.end :]
    if one.money:
        return Unit(name=one.money, end=one.end) if one.low != 1 else None
    if heads := _HEADS.match(text, one.end):
        if heads[0] == " strong":
            return Unit(name="people", end=heads.end())
        return _phrase(one, text, heads.end())
    group = _GROUP_OF.search(text, max(0, one.start - GROUP_REACH), one.start)
    if group and _BARE_AFTER.match(after):
        return Unit(name=group[1].lower(), end=one.end)
    if (one.low or 0) <= MOST_OF_SHARE and (
        _SHARE.match(text, one.end) or _SHARE_OF.search(text, *_before(one.start))
    ):
        return None
    if DURATION.match(after) or (
        _ATTRIBUTIVE.match(after) and not after.lower().startswith(("-north", "-south"))
    ):
        return None
    if measure := _ENGLISH_MEASURES.match(text, one.end):
        return _measured(measure, text)
    unit = _phrase(one, text, one.end)
    if unit is None:
        return _nounless(one, text)
    if one.spelled and one.low is not None and one.low <= 12 and _DEFINITE.search(text, *_before(one.number)):
        return unit._replace(definite=True)
    return unit


def _before(place: int) -> tuple[int, int]:
    """Where the words right before a place are, which a pattern that ends there needs."""
    return max(0, place - BEFORE), place


def _measured(measure: re.Match[str], text: str) -> Unit | None:
    """Distances of what flies, weights, and any measure of something ("60 km of trenches")."""
    name = measure[1].lower()
    if name in {"mm", "cm", "kph", "mph", "km/h"} or measure[0].startswith("-"):
        return None
    if not text.startswith(" of ", measure.end()):
        flies = _FLIGHT.search(text) is not None and not _LOCATION.match(text, measure.end())
        if name.startswith(("kg", "kilogram")):
            return None
        if name[:2] in {"km", "ki", "mi", "me", "fe"} and not flies and not _MISSILE.search(text):
            return None
    return Unit(name=_plural(name), end=measure.end())


def _nounless(one: Quantity, text: str) -> Unit | None:
    """A figure without a noun: what changed by it, or what another figure counts."""
    if changed := _CHANGED.search(text, max(0, one.start - CHANGE_REACH), one.start):
        return Unit(name=changed[1].lower(), end=one.end)
    yearly = one.bounded and _RATE.match(text, one.end) is not None
    counted = _COUNTED.match(text, one.end) is not None and _THE.search(text, *_before(one.start)) is not None
    struck = (
        _STRUCK.search(text, *_before(one.start)) is not None and _CLAUSE_END.match(text, one.end) is not None
    )
    low = one.low or 0
    people = (low >= 20 and (_PEOPLE_DID.match(text, one.end) or _moved(one, text))) or (
        low > 1 and _FELL.match(text, one.end)
    )
    stands_for = low > 2 and not one.spelled and _STANDS_FOR.search(text, *_before(one.start)) is not None
    sure = yearly or counted or struck or bool(people)
    return Unit(name="", end=one.end, sure=sure) if sure or stands_for or _bare(one, text) else None


def _moved(one: Quantity, text: str) -> bool:
    return (
        _MOVED.match(text, one.end) is not None
        and _BARE_NOT.search(text, max(0, one.start - NEAR), one.start) is None
    )


def _bare(one: Quantity, text: str) -> bool:
    """Whether a figure without a noun may count what another one names: "12 died and 34 were wounded"."""
    if (
        one.low is not None
        and one.high in {one.low, None}
        and (
            one.low < 2
            or (
                one.spelled
                and one.low < 13
                and not one.bounded
                and not _DID.match(text, one.end)
                and not _tallied(one, text)
            )
        )
    ):
        return False
    return (
        _BARE_AFTER.match(text, one.end) is not None
        and _BARE_NOT.search(text, max(0, one.start - NEAR), one.start) is None
    )


def _tallied(one: Quantity, text: str) -> bool:
    """Whether a bare word of number ends what was counted, as in: the police counted two."""
    return (
        _TALLY.search(text, *_before(one.start)) is not None and _CLAUSE_END.match(text, one.end) is not None
    )


def _phrase(one: Quantity, text: str, begin: int) -> Unit | None:
    """The head noun of the phrase that begins at `begin`."""
    place = begin
    if more := _MORE.match(text, place) or _OR_SO.match(text, place):
        place = more.end()
    if one.low == one.high == 1 and (_OF_THEM.match(text, place) or _OF_A_NUMBER.match(text, place)):
        return None  # "one of them", "one of 21 officers": no figure of its own
    if _OF_THEM.match(text, place) or _OF_A_NUMBER.match(text, place):
        return Unit(name="", end=place)
    if of := _OF.match(text, place):
        if (
            of[0].strip().lower() != "of"
            and one.low is not None
            and text[place:].lower().startswith(" of them")
        ):
            return Unit(name="", end=place)
        place = of.end() - 1
    words: list[tuple[str, int]] = []
    for match in _WORD.finditer(text, place):
        gap = text[place : match.start()]
        if gap.strip(" \t\"'“”‘’-") or len(words) >= MOST_WORDS:
            break
        word = match[0].lower().removesuffix("'s").removesuffix("’s").rstrip("'’")
        if word in _STOP or (words and _ends_phrase(words[-1][0], word)):
            break
        words.append((word, match.end()))
        place = match.end()
    return _head(one, text, words, begin)


def _ends_phrase(last: str, word: str) -> bool:
    """Whether `word` says what happened to the plural noun `last` rather than going on with the noun phrase."""
    happened = word.endswith(("ed", "ing"))
    if last in _IRREGULAR:
        return happened or word in _PARTICIPLES
    if not last.endswith("s"):
        return False
    return word in _PARTICIPLES or (not last.endswith(("ss", "us")) and (happened or word.endswith("ly")))


def _head(one: Quantity, text: str, words: list[tuple[str, int]], begin: int) -> Unit | None:  # noqa: PLR0911  (a ladder of refusals)
    if not words:
        return Unit(name="", end=begin) if _elliptic(one, text) else None
    plural = [
        pair
        for pair in words
        if pair[0] in _IRREGULAR
        or (pair[0].endswith("s") and not pair[0].endswith(("ss", "us", "ous", "is")))
        or (pair[0].endswith("men") and len(pair[0]) > 5)
    ]
    if words[0][0] in _PARTICIPLES:
        return Unit(name="", end=words[0][1])
    head = plural[-1] if plural else words[-1]
    if one.low == 1 and one.high in {1, None}:
        singular = next((pair for pair in words if pair[0] in _ONE_COUNTS), None)
        if singular is None or _SAYS.match(text, singular[1]):
            return None
        return Unit(name=singular[0], end=singular[1])
    if not plural and one.low is not None and not _elliptic(one, text) and not _HEADS.match(text, one.end):
        return None
    if _CITED.search(text, *_before(one.start)) and head[0] in _SPEAKERS:
        return None
    if head[0] in _ABSTRACT or (one.spelled and _SAYS.match(text, head[1])):
        return None
    if (
        one.spelled
        and head[0]
        in {"officials", "diplomats", "lawmakers", "people", "commanders", "soldiers", "ministers", "men"}
        and _SAYS.match(text, head[1])
    ):
        return None
    if head[0] == "times" and (
        one.spelled or re.match(r"\s(?:more|the|as|higher|larger|bigger|that|its)\b", text[head[1] :])
    ):
        return None
    return Unit(name=head[0], end=head[1])


def _elliptic(one: Quantity, text: str) -> bool:
    """Whether a bare figure stands for something named before: "the toll rose to 45"."""
    before = max(0, one.start - TOTAL_REACH), one.number
    if _COMES_TO.search(text, *before) or _TOTAL.search(text, *before):
        return True
    return one.bounded and _REACHES.search(text, one.start, one.number) is not None


def _plural(name: str) -> str:
    return {
        "kilometer": "km",
        "kilometers": "km",
        "kilometre": "km",
        "kilometres": "km",
        "ton": "tons",
        "mile": "miles",
        "kilogram": "kg",
        "kilograms": "kg",
    }.get(name, name)
