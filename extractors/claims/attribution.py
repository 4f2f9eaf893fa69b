"""Who is said to say it: the sources of a sentence and how far the word of each reaches.

Clause by clause: "A said 300 had been killed, while B put the number at 1,000" has two sources with a half each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractors.claims.attribution_asian import asian_sources
from extractors.claims.attribution_words import (
    ACCORDING,
    BARE_REPORT,
    BOUNDARY,
    COLON,
    CYRILLIC_ACCORDING,
    CYRILLIC_DENIAL,
    CYRILLIC_POST,
    CYRILLIC_VERB,
    DENYING,
    LEADING,
    PRONOUN,
    TRAILING,
    VERB,
)
from extractors.claims.source import Source

# Name from, to; verb from, to; "pre" (who, then what), "post" (what, then who) or "chain" (citing).
Mark = tuple[int, int, int, int, str]


def sources(text: str, script: str) -> list[Source]:
    """Every attribution of a sentence, in order."""
    if script == "latin":
        return list(_latin(text))
    if script == "cyrillic":
        return list(_cyrillic(text))
    return asian_sources(text)


def source_for(found: Sequence[Source], start: int, end: int) -> Source | None:
    """Whose word covers the figure at start..end: the narrowest reach that holds it."""
    holding = [
        one
        for one in found
        if one.covers[0] <= start and end <= one.covers[1] and not one.start <= start < one.end
    ]
    return min(holding, key=lambda one: one.covers[1] - one.covers[0]) if holding else None


def _latin(text: str) -> Iterator[Source]:
    marks = sorted([*_said(text), *_according(text)], key=lambda one: one[0])
    speaking = [mark for mark in marks if mark[4] != "chain" and text[mark[0] : mark[1]].strip()]
    for place, (start, end, verb_start, verb_end, kind) in enumerate(speaking):
        following = speaking[place + 1] if place + 1 < len(speaking) else None
        if kind == "post":
            said_before = [mark[3] for mark in speaking[:place] if mark[4] == "post"]
            left = max([0, *said_before, *_breaks(text, 0, start)])
            covers = (left, following[0] if following else len(text))
        else:
            covers = (start, _reach(text, verb_end, following))
        verb = text[verb_start:verb_end]
        yield Source(
            start=start,
            end=end,
            covers=covers,
            verb=verb,
            verb_end=verb_end,
            denies=DENYING.search(verb) is not None,
            pronoun=PRONOUN.fullmatch(text[start:end].strip()) is not None,
        )


def _reach(text: str, verb_end: int, following: Mark | None) -> int:
    """How far the word of who speaks first goes, when another speaks after."""
    if following is None:
        return len(text)
    return following[0] if following[4] == "pre" else _split_before(text, verb_end, following[0])


def _split_before(text: str, left: int, right: int) -> int:
    """Where the clause of a following "..., B said" begins: at the last strong break before it."""
    breaks = _breaks(text, left, right)
    return breaks[-1] if breaks else right


def _breaks(text: str, left: int, right: int) -> list[int]:
    return [
        match.start()
        for match in re.finditer(r"(?:;|,? (?:while|whereas|but|although)\b)", text[:right])
        if match.start() >= left
    ]


# "the reports that ...", "no claims": nouns that look like verbs.
_NOUN_BEFORE = re.compile(
    r"\b(?:the|a|an|its|their|his|her|of|no|any|such|these|those|some|earlier|new|media|to|on|with|by|for|from|be|been|being|was|were|is|are|not|independently)\s$|['’]s\s$",
    re.IGNORECASE,
)


_MEDIA = re.compile(r"\bmedia\s$", re.IGNORECASE)
_ALWAYS_VERB = frozenset({"said", "says", "say", "reported", "claimed", "announced", "showed", "put", "puts"})


def _is_noun(text: str, verb: re.Match[str]) -> bool:
    before = text[: verb.start()]
    if _MEDIA.search(before) and verb[0].lower() in _ALWAYS_VERB:
        return False
    return _NOUN_BEFORE.search(before) is not None


# "according to police estimates": a noun too.
_FIGURES_OF = re.compile(r"\b(?:according to|citing|based on|compiled from)\s[^,;]*$", re.IGNORECASE)
# "Reuters, citing two officials, reported": who cites is who says it.
_CITING = re.compile(r",\s(?:citing|quoting)\s[^,;]+,\s*$", re.IGNORECASE)


def _said(text: str) -> Iterator[Mark]:
    latest: tuple[int, int] | None = None
    for match in VERB.finditer(text):
        inverted = re.match(
            r"\s(?!that\b|it\b|they\b|he\b|she\b|there\b|on\b|in\b|at\b|more\b|about\b|some\b|nearly\b|only\b|no\b|\d)",
            text[match.end() :],
        )
        before = text[: match.start()].rstrip()
        if (
            before.endswith((",", '"', "”", "’", "'"))
            and inverted
            and match[0].lower().split()[-1]
            in {"said", "says", "added", "reported", "wrote", "announced", "confirmed"}
            and not _appositive(text, match.start())
        ):
            start = match.end() + 1
            end = _name_end(text, start)
            if end > start and re.match(
                r"[A-Z]|the |a |an |one |two |its |his |her |their |local |state |military |officials|officers|analysts|witnesses|residents|police|intelligence|defen[cs]e ",
                text[start:end],
            ):
                yield start, end, match.start(), match.end(), "post"
                continue
        span = _subject(text, match.start())
        if span is None and before.endswith(" and") and latest is not None:
            span = latest  # "the ministry rejects this and admits ..."
        if span is None or _is_noun(text, match) or _FIGURES_OF.search(text[: match.start()]):
            continue
        latest = span
        start, end = span
        kind = (
            "post"
            if text[:start].rstrip().endswith((",", "”", '"', "—", "–")) and _ends_clause(text, match.end())
            else "pre"
        )
        yield start, end, match.start(), match.end(), kind


def _ends_clause(text: str, place: int) -> bool:
    """Whether nothing is said after the verb, as in: 300 died, the ministry said on Friday."""
    rest = text[place:]
    if text[:place].endswith("told"):
        return re.match(r"\s(?:(?!\bthat\b)[^,;:]){2,70}(?:$|[,.;])", rest) is not None
    return (
        re.match(
            r"(?:\s(?:on|in|at|during|late|early|earlier|yesterday|today|this|last|to|by|via|through|without|citing|after|as)\b[^,;]*|\s(?:reporters?|journalists?|lawmakers|parliament|Reuters|AFP|Yonhap|AP)\b[^,;]*|\s(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b[^,;]*)*\s*(?:[.,;!?]|$|[\"”])",
            rest,
        )
        is not None
    )


# "Figures released by the ministry show ...": so few words before it, and who says it opens the sentence.
FEW_WORDS = 3
_DIGIT = re.compile(r"\d")
_UNSAID = re.compile(r"\b(?:not|never|yet to be|not been|not yet been)\s$", re.IGNORECASE)
_ENDS_IN_PRONOUN = re.compile(r"\s(it|he|she|they)$")


# "against 90 in its previous report", "nearly double the 700 officially": nobody speaks there.
_NOBODY = re.compile(
    r"(?:against|in|of|from|to|with|at|by|than|nearly|almost|double|twice|half|compared|more|fewer|less|up|down|over|under|above|below|for|on)\s|.*\d[\d,.]*(?:\s\w+ly)?$",
    re.IGNORECASE,
)


def _subject(text: str, verb: int) -> tuple[int, int] | None:
    """The noun phrase before a verb: back to the break before it, appositions in commas kept."""
    end = len(text[:verb].rstrip())
    if citing := _CITING.search(text[:end]):
        end = citing.start()
    end = len(TRAILING.sub("", text[:end]))
    head = text[:end]
    appositive = head.endswith(",")
    if appositive:
        end -= 1
        head = head[:-1]
    start = 0
    breaks = [match.end() for match in BOUNDARY.finditer(head)]
    commas = [match.end() for match in re.finditer(r",[\"”]?\s+", head)]
    if breaks:
        start = breaks[-1]
    inner = [place for place in commas if place > start]
    if inner:
        if appositive or _apposition(head[inner[-1] :]):
            start = (
                inner[-2]
                if len(inner) > 1 and not _apposition_name(head[start : inner[0]])
                else (
                    inner[-1] if not appositive and not _apposition_name(head[start : inner[-1]]) else start
                )
            )
        else:
            start = inner[-1]
    if last_word := _ENDS_IN_PRONOUN.search(text, start, end):
        return last_word.start(1), end  # "down from the 4,100 it counted"
    lead = LEADING.match(text, start, end)
    start = lead.end() if lead else start
    name = text[start:end]
    if (
        not name.strip()
        or _NOBODY.match(name)
        or len(name) > 180
        or not re.search(r"\w", name)
        or re.fullmatch(
            r"(?:which|who|that|as|and|to|be|been|was|were|is|are|not|it is|often|being)",
            name.strip(),
            re.IGNORECASE,
        )
    ):
        return None
    return start, end


def _appositive(text: str, verb: int) -> bool:
    """Whether the comma before a verb closes an apposition: "Kim, a spokesman, said"."""
    before = text[:verb].rstrip()
    return before.endswith(",") and before.count(",") >= 2 and _apposition(before[:-1].rsplit(",", 1)[-1])


def _apposition(piece: str) -> bool:
    return (
        re.match(
            r"\s*(?:a|an|the|who|which|whose|its|his|her|one of|head of|chief of|spokes\w+|director|commander|minister|governor)\b",
            piece,
        )
        is not None
        and False
    ) or re.match(
        r"\s*(?:who|which|whose|head of|chief of|spokes\w+ (?:for|of)|director of|commander of)\b", piece
    ) is not None


def _apposition_name(piece: str) -> bool:
    """Whether a piece is a name that an apposition may follow: capitalised words only."""
    words = piece.strip(' ,"“”').split()
    return (
        bool(words)
        and len(words) <= 6
        and all(word[:1].isupper() or word in {"of", "the", "al", "de"} for word in words)
    )


def _name_end(text: str, start: int) -> int:
    match = re.compile(
        r"[,;.:!?\"”](?=\s|$)|\s(?:on|in)(?=\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun|\d|a\b|an\b|its\b|his\b|her\b|their\b|condition|state (?:radio|television)|Telegram|Twitter|X\b|Facebook|the\s(?:past|last|first|early|late|morning|evening|year|report|statement|same|day|eve|record)))|(?<!study)(?<!report)(?<!survey)(?<!analysis)(?<!paper)(?<!review)(?<!inquiry)(?<!investigation)(?<!tally)(?<!count)\sby\b|\s(?:late|early|during|at a|after|as|who|while|but|and|citing|adding|to reporters|told|when|before|via|shows?|showed|puts?|suggests?|indicates?|says?|said|that|has|have|had|was|were|is|are|would|will)\b"
    ).search(text, start)
    end = match.start() if match else len(text)
    # "a spokesman for X, Lt. Col. Y" keeps its abbreviations
    while (
        match
        and text[match.start()] == "."
        and re.search(
            r"(?:Gen|Col|Lt|Maj|Capt|Dr|Mr|Ms|Mrs|U\.S|U\.N|Adm|Brig|Sgt|Jr)$", text[start : match.start()]
        )
    ):
        match = re.compile(r"[,;.](?=\s|$)").search(text, match.end())
        end = match.start() if match else len(text)
    return end


def _according(text: str) -> Iterator[Mark]:
    for match in ACCORDING.finditer(text):
        start = match.end()
        end = _name_end(text, start)
        if end <= start:
            continue
        before = text[: match.start()].strip(' "“(')
        cites = re.match(r"(?:citing|quoting|cited|quoted)", match[0].strip(" ,"), re.IGNORECASE) is not None
        if cites and (VERB.search(text[: match.start()]) or VERB.match(text[end:].lstrip(", "))):
            yield start, end, match.start(), match.end(), "chain"
            continue
        if _UNSAID.search(text[: match.start()]):
            continue
        first = not before or (len(before.split()) <= FEW_WORDS and not _DIGIT.search(before))
        yield start, end, match.start(), match.end(), ("pre" if first else "post")
    if colon := COLON.match(text):
        yield colon.start("who"), colon.end("who"), colon.end("who"), colon.end(), "pre"
    for match in BARE_REPORT.finditer(text):
        yield match.start("who"), match.end("who"), match.start("verb"), match.end("verb"), "pre"


def _cyrillic(text: str) -> Iterator[Source]:
    found: list[Source] = []
    for match in CYRILLIC_ACCORDING.finditer(text):
        start, end = match.start("who"), match.end("who")
        first = not text[: match.start()].strip(' «—-"')
        found.append(
            Source(
                start=start, end=end, covers=(0, len(text)) if not first else (end, len(text)), verb=match[0]
            )
        )
    found += [
        Source(
            start=match.start("who"),
            end=match.end("who"),
            covers=(0, len(text)),
            verb=match["verb"],
            denies=True,
        )
        for match in CYRILLIC_DENIAL.finditer(text)
    ]
    for match in CYRILLIC_POST.finditer(text):
        start, end = match.start("who"), match.end("who")
        found.append(
            Source(
                start=start,
                end=end,
                covers=(0, len(text)),
                verb=match["verb"],
                denies=DENYING.search(match["verb"]) is not None,
            )
        )
    for match in CYRILLIC_VERB.finditer(text):
        if any(one.covers[1] == match.start() or one.start <= match.start() <= one.end for one in found):
            continue
        head = text[: match.start()].rstrip()
        breaks = [
            m.end() for m in re.finditer(r"[,;:—–]\s|\s(?:а|но|однако|але|проте|тогда как|тоді як)\s", head)
        ]
        start = breaks[-1] if breaks else 0
        name = head[start:]
        if re.fullmatch(
            r"\s*(?:как|як|что|що|об этом|про це|также|також|он|она|они|він|вона|вони)?\s*",
            name,
            re.IGNORECASE,
        ):
            continue
        following = [
            m.start()
            for m in re.finditer(r";|,\s(?:а|но|однако|але|проте|тогда как|тоді як|в то время как)\s", text)
            if m.start() > match.end()
        ]
        found.append(
            Source(
                start=start,
                end=start + len(name),
                covers=(start, following[0] if following else len(text)),
                verb=match[0],
                denies=DENYING.search(match[0]) is not None,
            )
        )
    yield from sorted(found, key=lambda one: one.start)
