"""The name of who speaks, in English: where it begins before a verb of saying, and where it ends behind one."""

from __future__ import annotations

import re

from extractors.claims.cues import Cue

# A name longer than this, or of more words in capitals, is a clause that was misread.
LONGEST_NAME = 180
MOST_NAME_WORDS = 6
# "The 250 coffins that smugglers say they saw", "the 300 soldiers Kyiv says it captured".
COUNTED = r"\d[\d,.]*(?:\s[a-z-]+){0,3}?\s(?P<noun>(?!as\b|was\b|is\b|has\b|this\b|its\b|plus\b|versus\b)[a-z-]*(?:s|men|people|children))"
_REDUCED_RELATIVE = re.compile(
    rf"{COUNTED}\s(?P<who>(?:the|its|his|her|their)\s[a-z-]+(?:\s[a-z-]+)?|[A-Z][\w.’'-]+(?:\s[A-Z][\w.’'-]+){{0,3}}|it|he|she|they)$"
)
# "..., a number the commander dismissed": of what stands before.
_A_CLAIM = Cue(
    r"\s*an?\s(?:number|figure|claim|toll|allegation|charge|report|account|assertion|accusation|estimate)\s(?:that\s|which\s)?(?=(?:the|its|his|her|their|[A-Z]))"
)
# What may stand between the name and its verb.
_TRAILING = re.compile(
    r"(?:\s+(?:has|have|had|also|later|earlier|then|further|itself|himself|herself|meanwhile|however|would|will|could|not|did|does|do|again|since|still|now|already|even|only|just|"
    r"(?!(?:family|assembly|ally|rally|monthly|weekly|daily|supply|anomaly)\b)[a-z]+ly|"
    r"on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today|in a statement|in a briefing|in a report|in an interview))+$"
)
# What starts a clause before the name.
_BOUNDARY = re.compile(
    r"(?:[;:(—–]|\([^()]{2,30}\)\s?(?:--|-)\s|\s--?\s|[!?…][\"”’]?\s|\.[\"”’]\s|[\"“”](?=[\s])|\b(?:that|while|whereas|but|although|though|because|since|after|when|and|which|as|if|so|yet|where|until)\s(?!well\b|of\b))\s*"
)
_LEADING = re.compile(
    r"\s*(?:(?:But|And|However|Meanwhile|Still|Yet|Earlier|Later|Separately|Also|On|In|Last|This|While|Although|As|Then|Now|Instead|Nevertheless|Nonetheless|Overall)\b,?\s+)"
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+|(?:week|month|year|Monday),?\s+)?|\s+|[\"“”'‘’(]+",
)
# "Reuters, citing two officials, reported"; "an official, who asked not to be named because ..., said".
CITING = Cue(r",\s(?:citing|quoting)\s[^,;]+,\s*$", re.IGNORECASE)
RELATIVE = Cue(
    r",\s(?:who|whose|whom|which|speaking|asking|published|released|conducted|commissioned|based|led)\s[^;:]*,\s*$"
)
_APPOSITION = re.compile(
    r"\s*(?:who|which|whose|head of|chief of|spokes\w+ (?:for|of)|director of|commander of)\b"
)
_PAIR = re.compile(
    r"(?P<before>[,”\"]\s)(?!(?:was|were|is|are|has|had|killing|leaving|wounding|it|he|she|they)\b)[A-Za-z][\w.'’-]*(?:\s(?!(?:was|were|is|are|has|had|have|to|that)\b)[\w.'’-]+){0,4}\s$"
)
# "Russian and Ukrainian officials confirmed": who speaks, in two words.
_FIRST_OF_TWO = re.compile(
    r"\s*(?:(?:the|local|senior|two|three|several)\s)?[A-Z]?(?!\w+ed\s)[\w'’.-]+(?:\s(?!\w+ed\s|rose|fell|left|came|went|is|are|was|were|has|had)[\w'’.-]+)?\s",
    re.IGNORECASE,
)
_ENDS_IN_PRONOUN = re.compile(r"\s(it|he|she|they)$")
# "against 90 in its previous report", "nearly double the 700 officially": nobody speaks there.
_NOBODY = re.compile(
    r"(?:against|in|of|from|to|with|at|by|than|contrary to|despite|regardless of|what|whatever|nearly|almost|double|twice|half|compared|more|fewer|less|up|down|over|under|above|below|for|on)\s|.*\d[\d,.]*(?:\s\w+ly)?$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"I|we|you|which|who|that|as|and|to|if|once|unless|whether|be|been|was|were|is|are|not|it is|often|being",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(
    r"[,;.:!?\"”](?=\s|$)|\s(?:on|in)(?=\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun|\d|a\b|an\b|its\b|his\b|her\b|their\b|condition|state (?:radio|television)|"
    r"Telegram|Twitter|X\b|Facebook|the\s(?:past|last|first|early|late|morning|evening|year|report|statement|same|day|eve|record)))|"
    r"(?<!study)(?<!report)(?<!survey)(?<!analysis)(?<!paper)(?<!review)(?<!inquiry)(?<!investigation)(?<!tally)(?<!count)(?<!seen)(?<!compiled)(?<!obtained)(?<!released)(?<!published)(?<!reviewed)(?<!gathered)\sby\b|"
    r"\s(?:late|early|during|at a|after|as|who|while|but|and(?!\s[A-Z])|citing|adding|to reporters|told|when|before|via|shows?|showed|puts?|suggests?|indicates?|says?|said|that|has|have|had|was|were|is|are|would|will)\b|\sto\s(?:have|be|want|favou?r|seek|plan|support|oppose|consider)\b"
)
_STOPS = re.compile(r"[,;.](?=\s|$)")
_SHORTENED = re.compile(r"(?:Gen|Col|Lt|Maj|Capt|Dr|Mr|Ms|Mrs|U\.S|U\.N|Adm|Brig|Sgt|Jr)$")


def subject(text: str, verb: int) -> tuple[int, int] | None:
    """The noun phrase before a verb: back to the break before it, appositions in commas kept."""
    end = len(text[:verb].rstrip())
    for aside in (CITING, RELATIVE):
        if inside := aside.search(text, 0, end):
            end = inside.start()
    end = len(_TRAILING.sub("", text[:end]))
    head = text[:end]
    appositive = head.endswith(",")
    if appositive:
        end -= 1
        head = head[:-1]
    start = _name_start(head, appositive=appositive)
    if last_word := _ENDS_IN_PRONOUN.search(text, start, end):
        return last_word.start(1), end  # "down from the 4,100 it counted"
    if apposed := _A_CLAIM.match(text, start, end):
        return apposed.end(), end
    if relative := _REDUCED_RELATIVE.search(text, start, end):
        return relative.start("who"), end  # "the 300 soldiers Kyiv says it captured"
    lead = _LEADING.match(text, start, end)
    start = lead.end() if lead else start
    name = text[start:end].strip()
    if (
        len(name) > LONGEST_NAME
        or not re.search(r"\w", name)
        or _NOBODY.match(name)
        or _NO_NAME.fullmatch(name)
    ):
        return None
    return start, end


def _name_start(head: str, *, appositive: bool) -> int:
    """Where the name begins that ends where `head` does."""
    breaks = list(_BOUNDARY.finditer(head))
    if (
        breaks
        and breaks[-1][0].startswith("and")
        and "," not in head[breaks[-1].end() :]
        and (pair := _PAIR.search(head, 0, breaks[-1].start()))
    ):
        return pair.end("before")  # "..., residents and a rights group said"
    start = breaks[-1].end() if breaks else 0
    if breaks and breaks[-1][0].startswith("and"):
        above = breaks[-2].end() if len(breaks) > 1 else 0
        start = above if _FIRST_OF_TWO.fullmatch(head, above, breaks[-1].start()) else start
    inner = [match.end() for match in re.finditer(r",[\"”]?\s+", head) if match.end() > start]
    if not inner:
        return start
    if appositive or _APPOSITION.match(head, inner[-1]):
        if len(inner) > 1 and not _all_capitals(head[start : inner[0]]):
            return inner[-2]
        return start if appositive or _all_capitals(head[start : inner[-1]]) else inner[-1]
    return inner[-1]


def closes_apposition(before: str) -> bool:
    """Whether the comma before a verb closes an apposition: "Kim, spokesman for the fleet, said"."""
    return (
        before.endswith(",")
        and before.count(",") > 1
        and _APPOSITION.match(before[:-1].rsplit(",", 1)[-1]) is not None
    )


def _all_capitals(piece: str) -> bool:
    """Whether a piece is a name that an apposition may follow."""
    words = piece.strip(' ,"“”').split()
    small = {"of", "the", "al", "de"}
    return (
        bool(words)
        and len(words) <= MOST_NAME_WORDS
        and all(word[:1].isupper() or word in small for word in words)
    )


def name_end(text: str, start: int) -> int:
    """Where a name that begins at `start` ends."""
    match = _NAME_ENDS.search(text, start)
    while match and text[match.start()] == "." and _SHORTENED.search(text[start : match.start()]):
        match = _STOPS.search(text, match.end())  # "a spokesman for X, Lt. Col. Y" keeps its abbreviations
    return match.start() if match else len(text)
