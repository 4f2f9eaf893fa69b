"""Which topics an article is about, and the words that earned each.

One automaton finds every word of every rule; rules are then tried on the sentences that hold their trigger. A rule
asks for its words close together in one sentence, its topic's gate nearby, and no veto in the sentence. What is
denied, planned, demanded or an exercise keeps its topic with that status; history, games and bare absence
("no unusual activity") earn at most a mention. What no rule says outright, signs of headline and lead may earn
together, and they may speak against a rule (`extractors.topics.signs`). No store, no clock; the rules are data (`extractors.taxonomy`).
"""

from __future__ import annotations

from extractors.records import Evidence, TopicTag
from extractors.taxonomy import Taxonomy
from extractors.topics.firing import Explanation, Fired, Reading, fire, read
from extractors.topics.levels import level_of
from extractors.topics.signs import weigh
from extractors.topics.yielding import give_way

__all__ = ["Explanation", "explain", "tag"]

# So many spans a tag are stored as evidence; a reader checks two or three.
MOST_EVIDENCE = 6


def tag(title: str, text: str, *, language: str | None, taxonomy: Taxonomy) -> tuple[TopicTag, ...]:
    """The topics of an article with their parents, the most salient first."""
    return _tags(read(title, text, taxonomy), language)[0]


def explain(title: str, text: str, *, language: str | None, taxonomy: Taxonomy) -> Explanation:
    """What `tag` gives, and every rule that fired or was vetoed, with the reason."""
    reading = read(title, text, taxonomy)
    tags, fired = _tags(reading, language)
    return Explanation(tags=tags, fired=tuple(fired), vetoed=tuple(reading.vetoed))


def _tags(reading: Reading, language: str | None) -> tuple[tuple[TopicTag, ...], list[Fired]]:
    fired = weigh(reading, give_way(fire(reading, language), reading), language)
    by_topic: dict[str, list[Fired]] = {}
    for one in fired:
        by_topic.setdefault(one.topic, []).append(one)
        for parent in reading.taxonomy.parents(one.topic):
            by_topic.setdefault(parent, []).append(one)
    tags = [_tag(topic, found, reading) for topic, found in by_topic.items()]
    order = {"primary": 0, "secondary": 1, "mention": 2}
    tags.sort(key=lambda one: (order[one.level], -len(by_topic[one.topic]), one.topic))
    return tuple(tags), fired


def _tag(topic: str, fired: list[Fired], reading: Reading) -> TopicTag:
    level = level_of(fired, reading)
    counting = [one for one in fired if one.counts] or fired
    strongest = max(counting, key=lambda one: (one.topic == topic, one.weight, one.sentence.field == "title"))
    spans: dict[tuple[str, int, int], Evidence] = {}
    for one in counting:
        if len(spans) >= MOST_EVIDENCE:
            break
        content = reading.title if one.sentence.field == "title" else reading.text
        for start, end in one.spans:
            if (one.sentence.field, start, end) not in spans:
                spans[one.sentence.field, start, end] = Evidence(
                    field=one.sentence.field, start=start, end=end, text=content[start:end]
                )
    return TopicTag(
        topic=topic,
        level=level,
        rule=strongest.rule,
        status=_status(counting),
        evidence=tuple(spans.values())[:MOST_EVIDENCE],
    )


def _status(fired: list[Fired]) -> str:
    """The status most of the sentences give; what is asserted anywhere in title or lead is asserted."""
    lead = [one.status for one in fired if one.sentence.field == "title" or one.sentence.number < 2]
    if "asserted" in lead:
        return "asserted"
    counts: dict[str, int] = {}
    for status in lead or [one.status for one in fired]:
        counts[status] = counts.get(status, 0) + 1
    return max(counts, key=lambda status: counts[status])
