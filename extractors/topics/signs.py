"""Which topics weak evidence earns together: words of which none proves a topic, in headline and lead.

Every class of words (`words/signs.toml`) has a weight for each topic (`taxonomy/signs.json`, fitted by
`python -m bench fit_signs`); the weights of the classes that are there add up. Where the sum is high enough, the topic is
tagged, and its evidence are the words that weigh most. Rules go first: signs speak only of topics for which no rule
fired or gave way.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Literal

from extractors.sentences import sentences
from extractors.taxonomy import Taxonomy, Topic
from extractors.taxonomy.signs import AGAIN, ENOUGH, MOST_AGAIN
from extractors.terms import Mark, bits_of
from extractors.topics.firing import Fired, Reading, Sentence, Span, status_in
from extractors.topics.status import NOT_COUNTED

Field = Literal["title", "text"]
# Signs are pooled over the headline and so many sentences: where a news text says what it is about.
LEAD = 3
# A sign that adds as much is evidence; there must be two of them, in different words. A reader is shown the heaviest.
SHOWN = 0.5
FEWEST = 2
MOST = 4


def weigh(reading: Reading, fired: Sequence[Fired]) -> list[Fired]:
    """What the signs earn beyond the rules that fired: one firing for each sentence that holds evidence."""
    anchor = reading.taxonomy.class_bits["anchor"]
    if reading.off_topic or not any(one.bits & anchor for one in reading.sentences if _leads(one)):
        return []
    window = lead(reading)
    seen = amounts(window)
    known = {one.topic for one in fired} | reading.gave_way
    known |= {parent for topic in known for parent in reading.taxonomy.parents(topic)}
    found: list[Fired] = []
    for topic, score in _scores(seen, reading.taxonomy).items():
        if score >= ENOUGH and topic not in known:
            found += _earned(reading.taxonomy.topics[topic], score, seen, window, reading)
    return found


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


def _scores(seen: Mapping[int, float], taxonomy: Taxonomy) -> dict[str, float]:
    """The log-odds of every topic that anything seen says something of."""
    scores: dict[str, float] = {}
    for group, amount in seen.items():
        for topic, weight in taxonomy.by_sign.get(group, ()):
            scores[topic] = scores.get(topic, taxonomy.topics[topic].signs_start) + weight * amount
    return scores


def _earned(
    topic: Topic, score: float, seen: Mapping[int, float], window: Sequence[Sentence], reading: Reading
) -> list[Fired]:
    if any((topic.veto.bits | topic.veto_nearby.bits) & one.bits for one in window):
        return []
    adds = [
        (sign.weight * seen[group], sign.name, group)
        for sign in topic.signs
        for group in sign.group.numbers
        if group in seen
    ]
    shown = [(name, group) for added, name, group in sorted(adds, reverse=True)[:MOST] if added >= SHOWN]
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
