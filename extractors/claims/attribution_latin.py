"""Sources in English sentences: who says it before the verb, after it, in the middle, or in a noun ("the army's count of").

Clause by clause: "A said 300 had been killed, while B put the number at 1,000" has two sources with a half each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from extractors.claims.cues import Cue
from extractors.claims.names_latin import (
    CITING,
    COUNTED,
    LONGEST_NAME,
    RELATIVE,
    closes_apposition,
    name_end,
    subject,
)
from extractors.claims.place import clause
from extractors.claims.saying_latin import Verb, speaks, verbs
from extractors.claims.source import Source

# "Figures released by the ministry show ...": so few words before it, and who says it opens the sentence.
FEW_WORDS = 3
_DENYING = re.compile(
    r"\b(?:den(?:y|ies|ied)|called(?! for)|branded|labell?ed|described|dismiss\w*|reject\w*|refut\w*|rebut\w*|rebuff\w*|repudiat\w*|debunk\w*|disput\w*)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?:it|he|she|they|who|which|the (?:agency|ministry|official|spokes\w+|statement|report|group|source|officer|service))",
    re.IGNORECASE,
)
# "said its governor, Aleksei Somov;": the name goes with the office.
_OFFICE_NAMED = Cue(r",\s[A-Z][\w'’.-]+(?:\s(?:[A-Z][\w'’.-]+|al|de|da|van|von|bin)){1,3}(?=\s?[,.;”\"]|$)")
# "Asked about 15 arrests, the embassy said there had been none": who answers speaks of what was asked.
_ANSWERS = Cue(
    r"[\s\"“]*(?:When )?(?:Asked|Questioned|Pressed|Challenged|Responding|Reacting|Replying|Commenting|Contradicting|Denying|Rejecting|Dismissing|Disputing)\b"
)
_RELATIVE_FIGURE = re.compile(rf"{COUNTED}\s(?:(?:that|which|whom|who)\s)?$")
_APPOSED = Cue(
    r",\san?\s(?:number|figure|claim|toll|allegation|charge|report|account|assertion|accusation|estimate)\s(?:that\s|which\s)?$"
)
# "..., with state radio saying that"
_WITH = Cue(
    r",\swith\s(?P<who>[^,;]{3,60}?)\s(?P<verb>saying|reporting|claiming|warning|adding|announcing|confirming|denying)\b"
)
# A strong break between two who speak.
_BREAK = Cue(r";|,? (?:while|whereas|but|although)\b")
_ACCORDING = Cue(
    r"(?:according to|as per|,\s?per|\bin the words of|as reported by|reported by|(?:was|were) told by|as stated by|confirmed by|cited by|denied by|dismissed by|rejected by|disputed by|refuted by|said by(?! (?:tele)?phone| e-?mail| text| video| letter| radio| satellite)|published by|released by|estimated by|in a statement by|"
    r"based on (?:data|figures|estimates) (?:from|by)|figures from|data from|citing|quoting|by the (?:count|estimate|reckoning|tally) of|in the view of|attributed to|compiled by|counted by|given by|issued by|announced by|put forward by|alleged by|provided by|verified by|documented by)\s+",
    re.IGNORECASE,
)
_WHO_IS = re.compile(r"(?<=[a-z])\swho\s[^,.;:\d\"”]{3,50}(?=[,.;\"”]|$)")
_PER = Cue(r"^Per (?=the |an? )")
# A headline that begins with who says it, then a colon.
_COLON = Cue(
    r"\s*(?!(?:Update|Updated|Breaking|Live|Exclusive|Watch|Analysis|Explainer|Opinion|Video|Photos|Note|Correction|Factbox)\b)(?P<who>(?:[A-Z][\w.'’-]*|of|the|and|army|ministry|police|officials|spy|agency|source|sources|chief|minister|lawmaker|report)(?:\s(?:[A-Z][\w.'’-]*|of|the|and|army|ministry|police|officials|spy|agency|sources?|chief|minister|lawmaker|report|general|staff|intelligence)){0,5}):\s"
)
# "By Seoul's own count 300 ..."
_BY_COUNT = Cue(
    r"\b[Bb]y\s(?P<who>[\w.-]+(?:\s[\w.-]+){0,5}?['’]s)\s(?P<verb>(?:own\s)?(?:count|estimate|reckoning|tally|account|figures))\b"
)
# "Dr. Lopes, suspects the count is": no name stands there.
_GOES_ON_TO_BE = re.compile(r"\s(?:is|are|was|were|has|have|had|will|would)\b")
_DIGIT = re.compile(r"\d")
_UNSAID = re.compile(r"\b(?:not|never)(?: yet)?(?: been)?(?: \w+ly)?\s$|\byet to be\s$", re.IGNORECASE)
# "told reporters", "they thought it": never before the name of who speaks.
_NEVER_INVERTED = frozenset(
    {"told", "tell", "tells", "informed", "briefed", "believed", "thought", "say", "claim", "report", "think"}
)
_NAME_NEXT = re.compile(
    r"\s(?!(?:that|it|they|he|she|there|on|in|at|to|with|by|after|before|as|when|because|what|why|how|who|more|about|some|nearly|only|no|so|yes|this|these|those)\b|\d)"
)
_NAME_LIKE = re.compile(
    r"[A-Z]|(?:[a-z-]+\s){1,4}[A-Z]|the |a |an |one |two |its |his |her |their |local |state |military |officials|officers|analysts|witnesses|residents|police|intelligence|defen[cs]e "
)
_TOLD_SOMEBODY = re.compile(r"\s(?:(?!\bthat\b)[^,;:]){2,70}(?:$|[,.;])")
_NOTHING_SAID = re.compile(
    r"(?:\s(?:on|in|at|during|late|early|earlier|yesterday|today|this|last|to|by|via|through|without|citing|after|as)\b[^,;]*|"
    r"\s(?:reporters?|journalists?|lawmakers|parliament|Reuters|AFP|Yonhap|AP)\b[^,;]*|\s(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b[^,;]*)*\s*(?:[.,;!?]|$|[\"”])"
)
_REPORT_OF = Cue(
    r"['’]s?\s(?:(?!of\b|that\b)[\w-]+\s){0,2}?(?:claim|count|estimate|tally|toll|figure|report|account|assertion|assessment)\s(?:of|that|was|is|stood at|stands at)\s|"
    r"\b(?:claims?|reports?|estimates?|figures|data|accounts?|assertions?|allegations?|assessments?|statements?)\s(?:made\s|given\s)?(?:by|from)\s(?P<whom>(?!the (?:past|last|same)\b)[\w.'’-]+(?:\s(?!that\b|of\b)[\w.'’-]+){0,4}?)\s(?:that|of|puts?|shows?|suggests?|indicates?)\s"
)
_POSSESSOR = re.compile(
    r"(?:\b(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir)\s(?:(?!and\b|that\b|of\b)[\w.-]+\s){0,3}?[\w.-]+|(?:[A-Z][\w.-]*\s){0,4}[A-Z][\w.-]*|\b[\w-]+)$"
)


class _Mark(NamedTuple):
    """A name and what makes it speak. "pre": who, then what; "post": what, then who."""

    start: int
    end: int
    verb_start: int
    verb_end: int
    order: str
    deed: bool = False
    left: int | None = None  # where the words begin that stand before the name and are theirs too


def latin_sources(text: str) -> list[Source]:
    """Every attribution of an English sentence, in order."""
    marks = sorted([*_said(text), *_according(text)], key=lambda one: one.start)
    speaking = [one for one in marks if text[one.start : one.end].strip()]
    return [*(_source(text, speaking, place) for place in range(len(speaking))), *_nouns(text)]


def _source(text: str, speaking: list[_Mark], place: int) -> Source:
    mark = speaking[place]
    following = next((one for one in speaking[place + 1 :] if _takes_over(text, mark, one)), None)
    verb = text[mark.verb_start : mark.verb_end]
    answers = place == 0 and mark.order == "pre" and _ANSWERS.match(text) is not None
    left = 0 if answers else (mark.start if mark.left is None or place else mark.left)
    return Source(
        start=mark.start,
        end=mark.end,
        covers=_after(text, speaking, place, following)
        if mark.order == "post"
        else (left, _reach(text, mark, following)),
        verb=verb,
        verb_end=mark.verb_end,
        denies=_DENYING.search(verb) is not None,
        pronoun=_PRONOUN.fullmatch(text[mark.start : mark.end].strip()) is not None,
        deed=mark.deed,
        answers=answers,
    )


def _takes_over(text: str, mark: _Mark, other: _Mark) -> bool:
    """Whether `other` speaks for itself: a deed told of in the same clause does not end the word of who tells it."""
    return mark.deed or not other.deed or bool(_breaks(text, mark.verb_end, other.start))


def _after(text: str, speaking: list[_Mark], place: int, following: _Mark | None) -> tuple[int, int]:
    """What a "..., A said" covers: all before it that no other has said, to where the next one speaks."""
    mark = speaking[place]
    others = [one for one in speaking[:place] if not one.deed]
    left = max([0, *(one.verb_end for one in others if one.order == "post")])
    if others:
        left = max([left, *_breaks(text, others[-1].verb_end, mark.start)])
    return left, following.start if following else len(text)


def _reach(text: str, mark: _Mark, following: _Mark | None) -> int:
    """How far the word of who speaks first goes, when another speaks after."""
    if following is None:
        return len(text)
    if following.order == "pre":
        return following.start if following.start > mark.start else following.verb_start
    breaks = _breaks(text, mark.verb_end, following.start)
    return breaks[-1] if breaks else following.start


def _breaks(text: str, left: int, right: int) -> list[int]:
    return [match.start() for match in _BREAK.finditer(text, left, right)]


def _said(text: str) -> Iterator[_Mark]:
    latest: tuple[int, int] | None = None
    for verb in verbs(text):
        mark = _inverted(text, verb)
        if mark is None:
            span = verb.quoted or subject(text, verb.start)
            if (
                latest is not None
                and text[: verb.start].rstrip().endswith(" and")
                and (span is None or span[0] <= latest[0])
            ):
                span = latest  # "the ministry rejects this and admits ..."
            if span is None:
                continue
            latest = span
            order = "post" if verb.quoted is None and _stands_last(text, span[0], verb) else "pre"
            mark = _Mark(
                start=span[0],
                end=span[1],
                verb_start=verb.start,
                verb_end=verb.end,
                order=order,
                deed=verb.kind == "deed",
                left=_counted_before(text, span[0]),
            )
        yield mark


def _counted_before(text: str, start: int) -> int | None:
    """Where the figure stands of which the name at `start` speaks in a relative clause."""
    if _APPOSED.search(text, 0, start):
        return 0
    relative = _RELATIVE_FIGURE.search(text, max(0, start - LONGEST_NAME), start)
    return relative.start() if relative and not speaks(relative["noun"]) else None


def _inverted(text: str, verb: Verb) -> _Mark | None:
    """Who is named after the verb, as in: 300 died, said General Oda."""
    before = text[: verb.start].rstrip()
    if (
        verb.turn
        or verb.kind == "deed"
        or not before.endswith((",", '"', "”", "’", "'"))
        or verb.written in _NEVER_INVERTED
        or not _NAME_NEXT.match(text, verb.end)
        or closes_apposition(before)
        or CITING.search(text, 0, len(before))
        or RELATIVE.search(text, 0, len(before))
    ):
        return None
    start = verb.end + 1
    end = name_end(text, start)
    if (named := _OFFICE_NAMED.match(text, end)) and text[start : start + 1].islower():
        end = named.end()
    if (
        end <= start
        or _GOES_ON_TO_BE.match(text, end)
        or not (verb.written in {"said", "says"} or _NAME_LIKE.match(text, start, end))
    ):
        return None
    return _Mark(start=start, end=end, verb_start=verb.start, verb_end=verb.end, order="post")


def _stands_last(text: str, start: int, verb: Verb) -> bool:
    before = text[:start].rstrip().removesuffix(" as")
    return before.endswith((",", "”", '"', "—", "–")) and _ends_clause(text, verb.end)


def _ends_clause(text: str, place: int) -> bool:
    """Whether nothing is said after the verb, as in: 300 died, the ministry said on Friday."""
    if text[:place].endswith("told"):
        return _TOLD_SOMEBODY.match(text, place) is not None
    return _NOTHING_SAID.match(text, place) is not None


def _according(text: str) -> Iterator[_Mark]:
    for match in (*_ACCORDING.finditer(text), *_PER.finditer(text)):
        start = match.end()
        end = name_end(text, start)
        if end <= start:
            continue
        if match[0].lower().startswith(("figures", "data")) and _says_next(text, end):
            continue  # "data from the ministry show": the data speak
        if who := _WHO_IS.match(text, end):
            end = who.end()
        before = text[: match.start()].strip(' "“(')
        cites = match[0].strip(" ,").lower().startswith(("citing", "quoting", "cited", "quoted"))
        if cites and (any(verbs(text[: match.start()])) or _says_next(text, end)):
            continue  # whom another cites
        if _UNSAID.search(text[: match.start()]):
            continue
        first = not before or (len(before.split()) <= FEW_WORDS and not _DIGIT.search(before))
        yield _Mark(
            start=start,
            end=end,
            verb_start=match.start(),
            verb_end=match.end(),
            order="pre" if first else "post",
            deed=match[0].lower().startswith(("given", "issued", "announced", "put forward", "alleged")),
        )
    if colon := _COLON.match(text):
        yield _Mark(
            start=colon.start("who"),
            end=colon.end("who"),
            verb_start=colon.end("who"),
            verb_end=colon.end(),
            order="pre",
        )
    for match in _WITH.finditer(text):
        yield _Mark(
            start=match.start("who"),
            end=match.end("who"),
            verb_start=match.start("verb"),
            verb_end=match.end("verb"),
            order="pre",
        )
    for match in _BY_COUNT.finditer(text):
        yield _Mark(
            start=match.start("who"),
            end=match.end("who"),
            verb_start=match.start("verb"),
            verb_end=match.end("verb"),
            order="post" if match.start() and _NOTHING_SAID.match(text, match.end()) else "pre",
        )


def _says_next(text: str, place: int) -> bool:
    """Whether a verb follows at once: "Reuters, citing two officials, reported"."""
    begin = place + len(text[place:]) - len(text[place:].lstrip(", "))
    return any(one.start == begin for one in verbs(text))


def _nouns(text: str) -> Iterator[Source]:
    """Whose word a noun of saying is: "the rebels' claim of 40 dead", "an estimate by the institute of 300"."""
    for match in _REPORT_OF.finditer(text):
        name = match if match["whom"] else _POSSESSOR.search(text[: match.start()])
        if name is None:
            continue
        start, end = name.span("whom" if match["whom"] else 0)
        covers = (match.end(), clause(text, "latin", match.end(), match.end())[1])
        yield Source(start=start, end=end, covers=covers, verb=match[0], verb_end=match.end(), deed=True)
