"""English verbs of saying, by how surely a form of one speaks.

A form that is nothing but a verb speaks wherever it has a subject ("the army said"). One that is a noun or an adjective as
well ("claims", "noted") speaks only before what is said or at the end of its clause. Who counts, shows or pledges does a
deed that is told of: where somebody else says the sentence, it is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from extractors.claims.cues import Cue

Kind = Literal["word", "deed"]


class Verb(NamedTuple):
    """A verb of saying as it stands in a sentence."""

    start: int
    end: int
    written: str
    kind: Kind
    turn: bool = False  # a turn of phrase, no single verb
    quoted: tuple[int, int] | None = None  # "quoted the premier as saying": the premier


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_IRREGULAR = {
    "say": ("says", "said"),
    "tell": ("tells", "told"),
    "write": ("writes", "wrote"),
    "think": ("thinks", "thinks"),
    "foresee": ("foresees", "foresaw"),
    "admit": ("admits", "admitted"),
    "forecast": ("forecasts", "forecast"),
    "swear": ("swears", "swore"),
}  # fmt: skip; who thought is no source: "I thought he was joking"
_VERBS_ONLY = _words(
    """
    say tell allege insist admit write argue testify declare explain assert recall recount contend
    complain reply specify clarify underline emphasise emphasize reiterate affirm proclaim inform
    acknowledge concede disclose reveal deny reject refute maintain predict foresee reckon believe
    suspect assess calculate conclude confirm announce warn add caution lament respond retort
    stress dismiss swear think rebuff rebut repudiate debunk doubt hint
    """
)
_NOUNS_TOO = _words(
    """
    claim report estimate note
    """
)
_RARELY = _words(
    """
    state comment remark answer counter forecast guess judge hope fear post repeat mention dispute brief tweet
    """
)
_DEEDS = _words(
    """
    show suggest indicate pledge promise vow expect record document detect track register verify
    tally list count accuse summon cite observe boast demand propose request threaten
    """
)
# Pasts that are adjectives, or tell of other things, as often: what is said must follow.
_DOUBTFUL = _words(
    """
    noted feared hoped stated estimated judged mentioned posted repeated answered forecast
    guessed countered commented remarked believed alleged suspected detected disputed
    """
)


def _forms(base: str) -> tuple[str, str]:
    """The third person and the past of a verb."""
    if base in _IRREGULAR:
        return _IRREGULAR[base]
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ies", f"{base[:-1]}ied"
    third = f"{base}es" if base.endswith(("s", "sh", "ch", "x")) else f"{base}s"
    return third, f"{base}d" if base.endswith("e") else f"{base}ed"


def _all(bases: Iterable[str]) -> frozenset[str]:
    return frozenset(form for base in bases for form in (base, *_forms(base)))


def _past(bases: Iterable[str]) -> frozenset[str]:
    return frozenset(_forms(base)[1] for base in bases)


_DEED_NOUNS = _words(
    """
    show record document track register list count counts records documents tracks lists
    demand demands demanded propose proposes proposed request requests requested
    """
)
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(_all(_VERBS_ONLY) | _all(_NOUNS_TOO) | _all(_RARELY), "word"),
    **dict.fromkeys(_all(_DEEDS), "deed"),
}
_PLAIN = _all(_VERBS_ONLY)
# Forms that speak only where what is said follows or the clause ends; and those that need a "that".
_UNSURE = (_all(_NOUNS_TOO) - _past(_NOUNS_TOO)) | _DOUBTFUL | _DEED_NOUNS
_BARE = _VERBS_ONLY | _NOUNS_TOO | _RARELY | _DEEDS
_BASES = _NOUNS_TOO | _RARELY | _DEEDS
_NEEDS_THAT = _all(_RARELY) - _past(_RARELY)
# Third persons that are plural nouns as well.
_THIRDS = frozenset(_forms(base)[0] for base in _NOUNS_TOO | _RARELY)
# What is denied is called so: generals are dismissed too.
CLAIM_WORDS = (
    r"(?:that|reports?|claims?|alleg\w+|accus\w+|suggest\w+|rumou?rs?|figures?|numbers?|tolls?|talk|stor(?:y|ies)|ideas?|notions?|charges?|asserti\w+|speculation|statements?|estimates?|"
    r"counts?|information|accounts?|versions?|nonsense|false|untrue|propaganda|fake|baseless|fabricat\w+|fiction|lies|absurd|exaggerat\w+|inflated|misleading|invent\w+)"
)
# Who dismisses or rejects speaks of what somebody claims.
_REFUSES = _all(("dismiss", "reject", "deny"))
_A_CLAIM_NEXT = re.compile(
    rf"\s(?:(?:it|this|that|these|any|having|\w+ing)\b|"
    rf"(?!\w+ (?:entry|access|visas?|permission|bail|asylum|parole|entrance|leave)\b)[^.;]{{0,90}}?\b{CLAIM_WORDS}\b)|\s?[.,;”\"]|$"
)
# "..., officials fear.", "officials fear 300 died"
_THOUGHTS = _words("fear fears hope hopes guess reckon")
_CLAUSE_ENDS = re.compile(r"[.,;”\"]|$")
_WORDS = re.compile(r"(?<![\w-])[A-Za-z]+(?![\w-])")
# What is said begins so, or the clause ends.
_SAID_NEXT = re.compile(
    r"\s(?:that|to have|it|he|she|they|there|this|its|their|his|her|[$€£]?\d[\d.,]*|more|fewer|less|at|about|around|roughly|some|nearly|almost|up|as|only|just|the|an?|between|"
    r"no|over|under|dozens|hundreds|thousands|two|three|four|five|six|seven|eight|nine|ten|casualties|losses|total|Russia\w*|North)\b|\son\s(?:X|VK|Telegram|Facebook|Twitter|Instagram|Weibo|TikTok|Truth Social|social media)\b|\s?(?:[.,;”\"]|$)"
)
_FIGURE_NEXT = re.compile(
    r"\s(?:that|\d|more|fewer|at|about|around|some|nearly|almost|up|as (?:many|few|much)|over|only|two|three|four|five|six|seven|eight|nine|ten)"
)
# "reported to barracks", "stated by": nobody says anything.
_OTHERWISE = re.compile(r"\s(?:by(?! (?:tele)?phone| e-?mail| text| video| letter| radio| satellite)|for)\b")
_REPORTED_TO = re.compile(
    r"(?:report(?:s|ed)?\sto|brief(?:ed)?\s(?:on|about)|informed\s(?:of|about))\b", re.IGNORECASE
)
# Before a verb these make it a passive, an infinitive or a noun.
_NO_SUBJECT = re.compile(
    r"\b(?:the|a|an|its|their|his|her|of|no|any|such|these|those|some|(?<!had )(?<!has )(?<!have )earlier|new|to|on|with|by|for|from|be|been|being|was|were|is|"
    r"are|not|never|independently|may|might|can|must|should|every|each|another)\s$|(?:['’]s?|n['’]t)\s$|"
    r"\b(?:be|been|being|was|were|is|are)\s\w+ly\s$|\ball\s$",
    re.IGNORECASE,
)
# "rejected reports that 40 died", "denying claims of": what is rejected, no verb of its own.
_OBJECT_OF = _words(
    """
    amid despite about over after following denying rejecting dismissing disputing refuting confirming
    contradicting citing answering recent conflicting unconfirmed persistent by with or
    """
)
_SPEAKERS = _words("it he she they who which also")
# "a rebel claim that ...": one thing, so no verb of many; "analysts at the institute claim" is one.
_ONE_THING = re.compile(
    r"(?<!\bat )(?<!\bof )(?<!\bin )(?<!\bfor )(?<!\bfrom )(?<!\bwith )(?<!\bby )\b(?:a|an|the|its|their|his|her|one|another|any)\s[a-z-]*[a-rt-z]\s$",
    re.IGNORECASE,
)
_MODAL = re.compile(r"\b(?:will|would|could|shall|did|does|do|let|help)\s(?:also\s)?$", re.IGNORECASE)
# "according to police estimates", "citing army reports".
_FIGURES_OF = Cue(r"\b(?:according to|citing|based on|compiled from)\s[^,;]*$", re.IGNORECASE)
# Turns of phrase that say: the group `whom` is who is made to speak.
_PHRASES = Cue(
    r"(?<![\w-])(?:(?P<word>neither confirm(?:s|ed)? nor den(?:y|ies|ied)|sp(?:eaks?|oke) of|(?:purport|seem|appear|claim)(?:s|ed)? to (?:show|depict|confirm|indicate)|holds? that|held that|(?:call|ask|push)(?:s|es|ed)? for(?=\s(?:up to |about |some |another |at least |an extra |an? )?(?:\d|dozens|hundreds|thousands|two|three|four|five|six|seven|eight|nine|ten)\b)|"
    r"(?:called|branded|labell?ed|described)(?=\s[^.;]{3,90}?\b(?:nonsense|absurd|lies?|fiction|invented|inventions?|fabricat\w+|propaganda|fake|false|"
    r"exaggerat\w+|untrue|bogus|groundless|baseless|fantasy)\b)|"
    r"puts?(?=\s[^.;]{2,90}?\s(?:at|between|above|below|near|around|as high as)\s)|"
    r"(?:gave|gives|set|sets)(?=\s(?:an?|the|its|their)\s(?:\w+\s){0,3}?(?:toll|figure|number|count|total|tally|estimate)\b)|"
    r"(?<=itnesses )saw|(?<=esidents )saw|(?<=eporters )saw|(?<!were )(?<!was )(?<!been )(?<!be )(?<!are )f(?:ound|inds?)(?=,? that\b|\s?(?:[.,;”\"]|$)))"
    r"|(?:was |were |is |are |been )?(?:widely )?(?:quoted|cited|reported)(?: (?!as\b)(?P<whom>[^,;.\"”]{3,60}?))? as (?:saying|telling|stating|claiming|estimating|"
    r"warning|admitting|confirming|denying|promising|putting|suggesting))(?![\w-])"
)


def verbs(text: str) -> Iterator[Verb]:
    """The verbs and phrases of a sentence that say something, in order."""
    found = [*_single(text), *_turns(text)]
    yield from sorted(found, key=lambda one: one.start)


def speaks(word: str) -> bool:
    """Whether a word is a form of a verb of saying."""
    return _KINDS.get(word.lower()) == "word"


def _single(text: str) -> Iterator[Verb]:
    for match in _WORDS.finditer(text):
        word = match[0].lower()
        kind = _KINDS.get(word)
        if kind is None:
            continue
        start, end = match.span()
        # The patterns of what stands before a verb are two words long.
        near = text.rfind(" ", 0, max(0, text.rfind(" ", 0, max(0, start - 1)))) + 1
        if word not in _PLAIN and not match[0].islower():
            continue  # "Galaxy Note 10"
        if _says_nothing(word, text, end):
            continue
        if word in _BARE and _MODAL.search(text, near, start):
            continue
        if _is_noun(word, text, near, start):
            continue
        if (
            _NO_SUBJECT.search(text, near, start)
            or _OTHERWISE.match(text, end)
            or _REPORTED_TO.match(text, start)
            or _FIGURES_OF.search(text, 0, start)
        ):
            continue
        yield Verb(start=start, end=end, written=word, kind=kind)


def _says_nothing(word: str, text: str, end: int) -> bool:
    """Whether what follows is nothing that the word could say: "the states", "dismissed 12 generals"."""
    if word in _NEEDS_THAT:
        ends = word in _THOUGHTS and (_CLAUSE_ENDS.match(text, end) or _FIGURE_NEXT.match(text, end))
        return not (ends or text.startswith(" that ", end))
    if word in _REFUSES:
        return _A_CLAIM_NEXT.match(text, end) is None
    if word in _DEED_NOUNS and not _FIGURE_NEXT.match(text, end):
        return True
    return word in _UNSURE and not _SAID_NEXT.match(text, end)


def _is_noun(word: str, text: str, near: int, start: int) -> bool:
    """Whether what may be a verb is a noun there: "a rebel claim", "rejected reports", "amid claims"."""
    if word in _BASES:
        return _ONE_THING.search(text, near, start) is not None
    if word not in _THIRDS:
        return False
    before = text[near:start].lower().split()
    if not before or before[-1] in _SPEAKERS:
        return False
    return before[-1] in _OBJECT_OF or any(one in _PLAIN for one in before)


def _turns(text: str) -> Iterator[Verb]:
    for match in _PHRASES.finditer(text):
        whom = match["whom"]
        by = whom is not None and whom.startswith("by ")
        yield Verb(
            start=match.start(),
            end=match.end(),
            written=match[0].lower(),
            kind="word",
            turn=True,
            quoted=match.span("whom") if whom is not None and not by else None,
        )
