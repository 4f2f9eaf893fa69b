"""Which firings give way to another topic that fired in the same article (`unless`)."""

from __future__ import annotations

from extractors.topics.firing import Fired, Reading


def give_way(fired: list[Fired], reading: Reading) -> list[Fired]:
    """Without the firings that give way to another topic: who crosses a border to defect is no incursion."""
    standing: dict[str, list[Fired]] = {}
    for one in fired:
        for topic in (one.topic, *reading.taxonomy.parents(one.topic)) if one.counts else ():
            standing.setdefault(topic, []).append(one)
    kept = []
    for one in fired:
        stronger = {
            topic
            for topic in one.unless & standing.keys()
            if _stands(standing[topic], standing.get(one.topic, [one]))
        }
        if not stronger:
            kept.append(one)
            continue
        reading.set_aside(one, f"gives way to {', '.join(sorted(stronger))}")
    return kept


def _stands(these: list[Fired], those: list[Fired]) -> bool:
    """Whether these firings stand against those that give way to them.

    Of two that each give way to the other, the one in the headline, in more sentences, or named first stays: an article
    about both must not end with neither.
    """
    topics = {other.topic for other in those}
    mutual = all(one.unless & topics for one in these)
    return not mutual or _strength(these) > _strength(those)


def _strength(fired: list[Fired]) -> tuple[bool, int, int, str]:
    first = min((one.sentence.field == "text", one.spans[0]) for one in fired)
    sentences_ = {(one.sentence.field, one.sentence.number) for one in fired}
    return not first[0], len(sentences_), -first[1][0], fired[0].topic
