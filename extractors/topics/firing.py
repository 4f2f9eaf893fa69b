"""Which rules fire in which sentence, which are vetoed, and with what status.

Reads title and text once through the taxonomy's automaton; everything after that looks only at sentences with hits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

from extractors.records import TopicTag
from extractors.sentences import sentences
from extractors.taxonomy import Pattern, Taxonomy, Topic
from extractors.terms import LONGEST_TEXT, Mark, is_cjk
from extractors.topics.status import NOT_COUNTED, names_old_year, status_of

# Chinese and Japanese say in one character what takes three letters elsewhere, Korean in one what takes two.
CJK_DENSITY = 2
# The gate may stand this many sentences before or after; the title is near everything.
GATE_REACH = 1
# For the title, so many sentences of the text are near.
LEAD_OF_TITLE = 2
# Weight a sentence must gather for a topic.
FIRES = 2
# A text where at least half of the sentences speak of sport, fiction, games or trade is about those: its hits do not
# count. One such sentence among many never silences a story.
GENRE_SHARE = 0.5
# In a text of so few sentences the headline says what the whole is about: sport, fiction, games, history.
FRAMED = 4

# Names that only news has; with a word of war beside one, a headline about chess is a metaphor.
NAMED = ("country", "place", "force", "leader")

Span = tuple[int, int]


# A tuple, as `Fired` is: an article made of hits has hundreds, and a frozen dataclass takes four times as long to make.
class Sentence(NamedTuple):
    """A sentence with hits: what was found in it and where (offsets into its field), in order."""

    field: Literal["title", "text"]
    number: int
    start: int
    end: int
    marks: Sequence[Mark]
    bits: int  # the groups found, as `taxonomy.Groups` has them
    dense: bool  # Chinese, Japanese or Korean: fewer characters a word

    def where(self, bits: int) -> list[Span]:
        """Where any of these groups stands."""
        return [(start, end) for start, end, here, _ in self.marks if here & bits]

    @property
    def spans(self) -> dict[int, list[Span]]:
        """Where each group stands."""
        spans: dict[int, list[Span]] = {}
        for start, end, _, groups in self.marks:
            for group in groups:
                spans.setdefault(group, []).append((start, end))
        return spans


class Fired(NamedTuple):
    """A rule that fired in a sentence. `counts` is false for what earns a mention at most."""

    topic: str
    rule: str
    weight: int
    sentence: Sentence
    spans: tuple[Span, ...]
    status: str
    counts: bool
    unless: frozenset[str] = frozenset()
    parts: str = ""  # of signs: what each weighs


@dataclass(frozen=True, slots=True, kw_only=True)
class Vetoed:
    """A rule whose words were there, and why it did not fire."""

    rule: str
    field: str
    sentence: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What `wirewatch tag --explain` shows."""

    tags: tuple[TopicTag, ...]
    fired: tuple[Fired, ...]
    vetoed: tuple[Vetoed, ...]


@dataclass(slots=True, kw_only=True)
class Reading:
    """Title and text after the automaton: the sentences with hits, in order, the title's first."""

    title: str
    text: str
    taxonomy: Taxonomy
    sentences: list[Sentence]
    sentence_count: int
    nearby: list[int]  # for each sentence, the groups in reach of its gate, as bits
    of_the_past: bool = False  # a short text under a headline about history
    off_topic: bool = False  # about sport, fiction, games or trade as a whole
    old_years: dict[tuple[str, int], bool] = field(default_factory=dict)
    vetoed: list[Vetoed] = field(default_factory=list)

    def set_aside(self, one: Fired, reason: str) -> None:
        """Note that a rule which fired does not count, and why; its first words stand for it."""
        place = one.sentence
        words = (self.title if place.field == "title" else self.text)[slice(*one.spans[0])]
        self.vetoed.append(
            Vetoed(rule=one.rule, field=place.field, sentence=place.number, reason=reason, text=words)
        )


def read(title: str, text: str, taxonomy: Taxonomy) -> Reading:
    """Find every word of every rule and put it into its sentence."""
    text = text[:LONGEST_TEXT]
    spans = sentences(text)
    found = _located("title", title, [(0, len(title))] if title else [], taxonomy)
    found += _located("text", text, spans, taxonomy)
    reading = Reading(
        title=title,
        text=text,
        taxonomy=taxonomy,
        sentences=found,
        sentence_count=len(spans),
        nearby=_nearby(found),
        of_the_past=len(spans) <= FRAMED and _of_the_past(title, found, taxonomy),
    )
    reading.off_topic = _genre(reading)
    return reading


def fire(reading: Reading, language: str | None) -> list[Fired]:
    """Every rule that fires, by sentence; which of them give way to another topic is decided in `yielding`."""
    fired: list[Fired] = []
    for place, sentence in enumerate(reading.sentences):
        if not sentence.bits & reading.taxonomy.trigger_bits:
            continue
        here: dict[str, list[Fired]] = {}
        for pattern in _candidates(sentence, reading.taxonomy):
            one = _try(pattern, sentence, place, reading, language)
            if one is not None:
                here.setdefault(one.topic, []).append(one)
        for several in here.values():
            if sum(one.weight for one in several) >= FIRES:
                fired += several
    return fired


def _candidates(sentence: Sentence, taxonomy: Taxonomy) -> dict[Pattern, None]:
    """The rules whose every slot has a word in the sentence, by the place of their first trigger."""
    bits = sentence.bits
    triggers = taxonomy.trigger_bits
    tried: set[int] = set()
    found: dict[Pattern, None] = {}
    for _, _, here, groups in sentence.marks:
        if not here & triggers:
            continue
        for group in _among(groups, triggers):
            if group in tried:
                continue
            tried.add(group)
            for pattern in taxonomy.by_trigger[group]:
                for slot in pattern.others:
                    if not slot & bits:
                        break
                else:
                    found[pattern] = None
    return found


@lru_cache(maxsize=1 << 14)  # 24,426 written forms share 3,514 sets of groups
def _among(groups: tuple[int, ...], bits: int) -> tuple[int, ...]:
    """The groups that are in `bits`, each once."""
    return tuple(group for group in dict.fromkeys(groups) if bits >> group & 1)


def _nearby(found: list[Sentence]) -> list[int]:
    """The groups of each sentence, its neighbours and the title; of the title, those of the lead. As bits."""
    body = [one for one in found if one.field == "text"]
    title = [one.bits for one in found if one.field == "title"]
    above = title[0] if title else 0
    lead = 0
    for one in body[: LEAD_OF_TITLE + 1]:
        lead |= one.bits if one.number <= LEAD_OF_TITLE else 0
    near = [above | lead for _ in title]
    for place, one in enumerate(body):
        bits = above
        for other in body[max(0, place - GATE_REACH) : place + GATE_REACH + 1]:
            if abs(other.number - one.number) <= GATE_REACH:
                bits |= other.bits
        near.append(bits)
    return near


def _located(
    field_name: Literal["title", "text"], content: str, spans: Sequence[Span], taxonomy: Taxonomy
) -> list[Sentence]:
    marks: list[list[Mark]] = [[] for _ in spans]
    held = [0] * len(spans)
    ends = [start for start, _ in spans[1:]]
    ends.append(len(content) + 1)
    number = 0
    for mark in _unmasked(taxonomy.index.marks(content), taxonomy.class_bits["mask"]):
        while mark[0] >= ends[number]:
            number += 1
        marks[number].append(mark)
        held[number] |= mark[2]
    return [
        Sentence(
            field_name, number, start, end, marks[number], held[number], is_cjk(content[start : start + 40])
        )
        for number, (start, end) in enumerate(spans)
        if marks[number]
    ]


def _unmasked(marks: list[Mark], mask: int) -> list[Mark]:
    """The marks that are not inside a masking phrase: "border collie" takes its border out of play."""
    covered = {place for start, end, here, _ in marks if here & mask for place in range(start, end)}
    if not covered:
        return marks
    return [
        mark for mark in marks if not mark[2] & mask and not (mark[0] in covered and mark[1] - 1 in covered)
    ]


def _genre(reading: Reading) -> bool:
    """Whether the text as a whole is about sport, fiction, games or trade."""
    veto, scene, hard = (reading.taxonomy.class_bits[name] for name in ("veto", "scene", "hard"))
    everything = 0
    for one in reading.sentences:
        everything |= one.bits
    if not everything & (veto | scene):
        return False
    war = bool(everything & hard)
    if any(_of_war(one, reading.taxonomy) for one in reading.sentences if one.field == "text"):
        asked = [
            one for one in reading.sentences if one.field == "text"
        ]  # "A chess game over Kursk" is a metaphor
        total = reading.sentence_count
    else:
        asked = reading.sentences
        total = reading.sentence_count + bool(reading.title)
    if reading.sentence_count <= FRAMED and any(
        one.field == "title" and (one.bits & veto or (one.bits & scene and not war)) for one in asked
    ):
        return True
    if reading.sentence_count < FRAMED and any(
        one.field == "text" and one.number == 0 and one.bits & veto for one in asked
    ):
        return True
    off = sum(1 for one in asked if one.bits & veto or (not war and one.bits & scene and not one.bits & hard))
    return off > 0 and off >= total * GENRE_SHARE


def _of_war(sentence: Sentence, taxonomy: Taxonomy) -> bool:
    """Whether a sentence has a word of war and the name of a state, place, force or leader, and nothing of a genre."""
    bit = taxonomy.class_bits
    if not sentence.bits & bit["hard"] or sentence.bits & (bit["veto"] | bit["scene"]):
        return False
    return any(sentence.bits & bit[f"gazetteer.{kind}"] for kind in NAMED)


def _of_the_past(title: str, found: list[Sentence], taxonomy: Taxonomy) -> bool:
    """Whether the headline speaks of history: a year long gone, a museum, an anniversary."""
    heads = [one for one in found if one.field == "title"]
    return names_old_year(title, 0, len(title)) or any(
        one.bits & taxonomy.class_bits["status.historical"] for one in heads
    )


def _out_of_domain(sentence: Sentence, taxonomy: Taxonomy) -> Span | None:
    """The words that make a sentence one about sport, fiction, games or trade; scenes do so only without a word of war."""
    bit = taxonomy.class_bits
    if sentence.bits & bit["veto"]:
        return sentence.where(bit["veto"])[0]
    if sentence.bits & bit["scene"] and not sentence.bits & bit["hard"]:
        return sentence.where(bit["scene"])[0]
    return None


def _try(
    pattern: Pattern,
    sentence: Sentence,
    place: int,
    reading: Reading,
    language: str | None,
) -> Fired | None:
    if pattern.languages and language is not None and language not in pattern.languages:
        return None
    content = reading.title if sentence.field == "title" else reading.text
    within = pattern.within // CJK_DENSITY if sentence.dense else pattern.within
    spans = _closest(pattern, sentence, within)
    if spans is None:
        return None
    veto = _veto(pattern, sentence, place, reading)
    if veto is None:
        status = status_in(reading, sentence, spans)
        if status != "absent":
            return Fired(
                topic=pattern.topic,
                rule=pattern.rule,
                weight=pattern.weight,
                sentence=sentence,
                spans=spans,
                status=status,
                counts=status not in NOT_COUNTED,
                unless=pattern.unless,
            )
        veto = "said to be absent"
    words = content[min(start for start, _ in spans) : max(end for _, end in spans)]
    reading.vetoed.append(
        Vetoed(rule=pattern.rule, field=sentence.field, sentence=sentence.number, reason=veto, text=words)
    )
    return None


def status_in(reading: Reading, sentence: Sentence, spans: Sequence[Span]) -> str:
    """What a sentence says of the event whose words are `spans`."""
    content = reading.title if sentence.field == "title" else reading.text
    status = _cued(sentence, content, spans, reading)
    return "historical" if reading.of_the_past and status == "asserted" else status


def _cued(sentence: Sentence, content: str, spans: Sequence[Span], reading: Reading) -> str:
    key = (sentence.field, sentence.number)
    old = reading.old_years.get(key)
    if old is None:
        old = reading.old_years[key] = names_old_year(content, sentence.start, sentence.end)
    if not sentence.bits & reading.taxonomy.status_bits:
        return "historical" if old else "asserted"
    return status_of(content, sentence.marks, spans, reading.taxonomy.class_bits, old=old)


def _closest(pattern: Pattern, sentence: Sentence, within: int) -> tuple[Span, ...] | None:
    """One span a slot, all within reach of the trigger; the first trigger that has them all."""
    others = [sentence.where(slot) for slot in pattern.others]
    for trigger in sentence.where(pattern.slots[0].bits):
        chosen = [trigger]
        first, last = trigger
        for slot in others:
            least, nearest = within + 1, None
            for span in slot:
                start, end = span
                gap = start - last if start >= last else (first - end if first >= end else 0)
                if (
                    gap < least
                    and not _overlap(span, chosen)
                    and (not pattern.ordered or start >= chosen[-1][1])
                ):
                    least, nearest = gap, span
            if nearest is None:
                break
            chosen.append(nearest)
        else:
            return tuple(sorted(chosen))
    return None


def _overlap(span: Span, chosen: list[Span]) -> bool:
    start, end = span
    return any(start < last and first < end for first, last in chosen)


def _veto(pattern: Pattern, sentence: Sentence, place: int, reading: Reading) -> str | None:
    """Why the rule must not fire here, or None."""
    topic = reading.taxonomy.topics[pattern.topic]
    for groups, name in ((pattern.veto, "the rule's veto"), (topic.veto, "the topic's veto")):
        if groups.bits & sentence.bits:
            return f"{name}: {_words(reading, sentence, sentence.where(groups.bits)[0])}"
    if pattern.guarded and (span := _out_of_domain(sentence, reading.taxonomy)):
        return f"out of domain: {_words(reading, sentence, span)}"
    if pattern.guarded and reading.off_topic:
        return "out of domain: most of the text"
    return _around(pattern, topic, reading.nearby[place])


def _around(pattern: Pattern, topic: Topic, near: int) -> str | None:
    """Why the title and the sentences beside do not let the rule fire, or None."""
    if topic.veto_nearby.bits & near:
        return "the topic's veto nearby"
    if pattern.nearby.bits and not pattern.nearby.bits & near:
        return "no word of the rule's nearby"
    if pattern.gated and topic.gate.bits and not topic.gate.bits & near:
        return "no word of the gate nearby"
    return None


def _words(reading: Reading, sentence: Sentence, span: Span) -> str:
    content = reading.title if sentence.field == "title" else reading.text
    return content[span[0] : span[1]]
