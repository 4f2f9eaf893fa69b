"""What words that prove nothing alone say together, in headline and lead: for a topic, or against it.

Every class of words (`words/signs.toml`, and the classes that rules share) has a weight for each topic
(`taxonomy/signs.json`, fitted by `python -m bench fit_signs`); the weights of the classes that are there add up. Where
the sum is high enough, the topic is tagged though no rule fired, and its evidence are the words that weigh most. Where it
is low enough, or the words speak of other matters than any topic's, a rule that fired there does not count.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Literal

from extractors.sentences import sentences
from extractors.taxonomy import Taxonomy, Topic
from extractors.taxonomy.signs import (
    AGAIN,
    AGAINST,
    ENOUGH,
    MATTERS,
    MATTERS_AT_LEAST,
    MOST_AGAIN,
    OTHER_MATTERS,
    SPOKEN,
)
from extractors.terms import Mark, bits_of
from extractors.topics.firing import Fired, Reading, Sentence, Span, status_in
from extractors.topics.status import NOT_COUNTED

Field = Literal["title", "text"]
# The languages that signs are written in; in others their words are chance ("die" in German).
LANGUAGES = frozenset({"en", "ko", "ru", "uk", "zh", "ja"})
# Signs are pooled over the headline and so many sentences: where a news text says what it is about.
LEAD = 3
# A sign that adds as much is evidence; there must be two of them, in different words. A reader is shown the heaviest, those of
# classes that were made to be signs before those of rules.
SHOWN = 0.5
FEWEST = 2
MOST = 4
# Classes that say whose matters these are, not what happened: they add up with the others, and are no evidence.
FRAME = frozenset(
    {"anchor", "context", "state", "state_servant", "government", "hard", "military", "mission", "side"}
    | {
        f"gazetteer.{kind}"
        for kind in ("country", "place", "force", "leader", "ministry", "agency", "organization")
    }
)


def weigh(reading: Reading, fired: Sequence[Fired], language: str | None) -> list[Fired]:
    """The firings that signs do not speak against, and what signs earn beyond them, sentence by sentence."""
    if language is not None and language not in LANGUAGES:
        return list(fired)
    window = lead(reading)
    seen = amounts(window)
    table = reading.taxonomy.signs
    scores, against = table.scores(seen)
    elsewhere = scores[MATTERS] < OTHER_MATTERS and not table.others.isdisjoint(seen)
    silenced = {
        topic: f"headline and lead speak of other matters: {scores[MATTERS]:.1f}"
        if elsewhere
        else f"signs speak against it: {score:.1f}"
        for topic, score in scores.items()
        if elsewhere or (score < AGAINST and against[topic] <= SPOKEN)
    }
    kept = [one for one in fired if not _silenced(one, silenced, reading)]
    if scores[MATTERS] < MATTERS_AT_LEAST:
        return kept
    known = {one.topic for one in kept}
    known |= {parent for topic in known for parent in reading.taxonomy.parents(topic)}
    for topic, score in scores.items():
        if score >= ENOUGH and topic != MATTERS and topic not in known:
            kept += _earned(reading.taxonomy.topics[topic], score, seen, window, reading)
    return kept


def _silenced(one: Fired, why: Mapping[str, str], reading: Reading) -> bool:
    """Whether a rule that fired in headline or lead does not count, for what signs say there."""
    reason = why.get(one.topic)
    if reason is None or not _leads(one.sentence):
        return False
    reading.set_aside(one, reason)
    return True


def lead(reading: Reading) -> list[Sentence]:
    """The sentences whose signs are pooled: the headline and the first of the text."""
    found = {(one.field, one.number): one for one in reading.sentences if _leads(one)}
    title = [(0, len(reading.title))] if reading.title else []
    text = sentences(reading.text)[:LEAD]
    return [
        *_with_signs("title", reading.title, title, found, reading.taxonomy),
        *_with_signs("text", reading.text[: text[-1][1] if text else 0], text, found, reading.taxonomy),
    ]


def amounts(window: Sequence[Sentence]) -> dict[int, float]:
    """How much of each group the sentences hold: 1 for its first word, a little for the next two."""
    words: dict[int, int] = {}
    for sentence in window:
        for group, spans in sentence.spans.items():
            words[group] = words.get(group, 0) + _apart(spans)
    return {group: 1 + AGAIN * min(number - 1, MOST_AGAIN) for group, number in words.items()}


def _with_signs(
    field: Field,
    content: str,
    spans: Sequence[Span],
    found: Mapping[tuple[Field, int], Sentence],
    taxonomy: Taxonomy,
) -> list[Sentence]:
    """The sentences at `spans`, with the signs in them beside the words of rules that were found."""
    held: list[list[Mark]] = [[] for _ in spans]
    starts = [start for start, _ in spans]
    for first, last, _, groups in taxonomy.sign_index.marks(content):
        numbers = tuple(taxonomy.sign_groups[group] for group in groups)
        held[max(0, bisect_right(starts, first) - 1)].append((first, last, bits_of(numbers), numbers))
    window = []
    for number, (start, end) in enumerate(spans):
        known = found.get((field, number))
        window.append(
            Sentence(
                field=field,
                number=number,
                start=start,
                end=end,
                marks=[*known.marks, *held[number]] if known else held[number],
                bits=known.bits if known else 0,
                dense=known.dense if known else False,
            )
        )
    return window


def _leads(sentence: Sentence) -> bool:
    return sentence.field == "title" or sentence.number < LEAD


def _earned(
    topic: Topic, score: float, seen: Mapping[int, float], window: Sequence[Sentence], reading: Reading
) -> list[Fired]:
    adds = [
        (sign.weight * seen[group], sign.name, group)
        for sign in topic.signs
        for group in sign.group.numbers
        if group in seen
    ]
    told = [
        (name, group)
        for added, name, group in sorted(adds, reverse=True)
        if added >= SHOWN and name not in FRAME
    ]
    shown = sorted(told, key=lambda one: not one[0].startswith("sign."))[:MOST]
    spans = _evidence([group for _, group in shown], window)
    if sum(len(found) for found in spans.values()) < FEWEST:
        return []
    parts = ", ".join(f"{name} {added:+.1f}" for added, name, _ in sorted(adds, reverse=True))
    firings = []
    for place, chosen in spans.items():
        status = status_in(reading, window[place], chosen)
        if status == "absent":
            return []
        firings.append(
            Fired(
                topic=topic.id,
                rule=f"{topic.id}/signs",
                weight=1,
                sentence=window[place],
                spans=tuple(sorted(chosen)),
                status=status,
                counts=status not in NOT_COUNTED,
                parts=f"{topic.signs_start:+.1f} {parts} = {score:.1f}",
            )
        )
    return firings


def _evidence(groups: Sequence[int], window: Sequence[Sentence]) -> dict[int, list[Span]]:
    """The first word of each group that no heavier one has taken, by the place of its sentence in the window."""
    chosen: dict[int, list[Span]] = {}
    for group in groups:
        for place, sentence in enumerate(window):
            free = [
                span
                for span in sentence.spans.get(group, ())
                if not any(span[0] < end and start < span[1] for start, end in chosen.get(place, ()))
            ]
            if free:
                chosen.setdefault(place, []).append(free[0])
                break
    return dict(sorted(chosen.items()))


def _apart(spans: Sequence[Span]) -> int:
    """How many of these spans lie apart from one another."""
    number, reached = 0, -1
    for start, end in sorted(spans):
        if start >= reached:
            number, reached = number + 1, end
    return number
