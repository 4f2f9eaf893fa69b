"""What changes between two sets of rules, topic by topic, and which articles that can reach. Decides only.

A topic's version is a hash of what its rules mean: their words with every class spelled out, distances, vetoes, gates,
parents. Definitions, names, codes and examples are for readers and not in it. Tagging an article is a function of its
words and of all these rules, and a rule can fire only where a word of its first slot stands, signs only where those that
speak for the topic weigh enough together. So when some topics changed, an article's tags can change only if it carries a tag of one of
them, or holds a first word or enough signs of one of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from extractors.taxonomy import Groups
from extractors.taxonomy.signs import ENOUGH, MATTERS, MOST_OF_A_SIGN
from extractors.terms import LONGEST_TEXT

if TYPE_CHECKING:
    from extractors.taxonomy import Taxonomy

# Of a topic, what readers read and no rule asks for.
FOR_READERS = frozenset({"name", "definition", "plover", "cameo", "iptc", "match", "no_match", "file"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersions:
    """The versions of a set of rules: of each topic, and of what all topics share (vetoes, masks, status words)."""

    shared: str
    topics: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which articles a change of rules can reach: all of them, or those of these topics."""

    everything: bool
    topics: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self.everything or bool(self.topics)


def rule_versions(taxonomy: Taxonomy, *, shared_classes: Iterable[str]) -> RuleVersions:
    """The versions of this set; `shared_classes` are the word classes that the tagger itself asks for."""
    shared: list[Any] = [
        (name, sorted(taxonomy.words[taxonomy.groups[name]])) for name in sorted(shared_classes)
    ]
    shared.append((MATTERS, sorted(_matters(taxonomy))))
    topics = {topic.id: _hash(_plain(topic, taxonomy)) for topic in taxonomy.topics.values()}
    return RuleVersions(shared=_hash(shared), topics=topics)


def reach(before: RuleVersions | None, now: RuleVersions, taxonomy: Taxonomy) -> Reach:
    """What a change from one set to `taxonomy` (whose versions are `now`) can reach; None: the set before is unknown.

    A topic whose rules give way to a changed one (`unless`), or to one above it, is reached too.
    """
    if before is None or before.shared != now.shared:
        return Reach(everything=True)
    every = before.topics.keys() | now.topics.keys()
    changed = {topic for topic in every if before.topics.get(topic) != now.topics.get(topic)}
    while True:
        wide = changed | {
            above for topic in changed & taxonomy.topics.keys() for above in taxonomy.parents(topic)
        }
        yielding = {
            topic.id
            for topic in taxonomy.topics.values()
            if any(not pattern.unless.isdisjoint(wide) for pattern in topic.patterns)
        }
        if yielding <= changed:
            return Reach(everything=False, topics=frozenset(changed))
        changed |= yielding


class Reached:
    """Asks articles whether a change of rules can reach them."""

    def __init__(self, of: Reach, taxonomy: Taxonomy) -> None:
        self._of = of
        self._taxonomy = taxonomy
        changed = [taxonomy.topics[topic] for topic in of.topics & taxonomy.topics.keys()]
        self._triggers = frozenset(
            number for topic in changed for pattern in topic.patterns for number in pattern.slots[0].numbers
        )
        self._signed = [topic for topic in changed if topic.signs]

    def __call__(self, title: str, text: str, topics: Iterable[str]) -> bool:
        """Whether the tags of an article, now of these topics, can change."""
        if self._of.everything or not self._of.topics.isdisjoint(topics):
            return True
        held = {
            group for content in (title, text[:LONGEST_TEXT]) for group in self._taxonomy.groups_in(content)
        }
        return not self._triggers.isdisjoint(held) or self._may_be_signed(held)

    def _may_be_signed(self, held: AbstractSet[int]) -> bool:
        """Whether these words, however often they stand, can add up to one of the topics."""
        return any(
            topic.signs_start
            + MOST_OF_A_SIGN
            * sum(
                sign.weight
                for sign in topic.signs
                if sign.weight > 0 and not sign.group.numbers.isdisjoint(held)
            )
            >= ENOUGH
            for topic in self._signed
        )


def _matters(taxonomy: Taxonomy) -> Iterator[tuple[float, list[str]]]:
    """What says whether a text is about any topic at all: weights, and the words of their classes."""
    yield float(taxonomy.signs.starts[0]), []
    for group, row in taxonomy.signs.rows.items():
        yield float(taxonomy.signs.weights[row, 0]), sorted(taxonomy.words[group])


def _plain(value: Any, taxonomy: Taxonomy) -> Any:
    """A rule as plain values: groups of words as their words, sets in order."""
    if is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in fields(value) if each.name not in FOR_READERS]
        return [(name, _plain(getattr(value, name), taxonomy)) for name in names]
    if isinstance(value, Groups):  # numbers and bits change with any other topic; the words do not
        return sorted({word for group in value.numbers for word in taxonomy.words[group]})
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(one, taxonomy) for one in value]
    return value


def _hash(value: Any) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]
