"""What analysts decided on which articles share a story, out of their corrections. Decides only.

A merge makes groups of articles that must share a story, a split pairs of groups that must not. Where two corrections
contradict each other over the same articles the newer one holds and the older one is left out for those articles only,
with a warning. What follows from two decisions counts too: a merged with b, b merged with c, so a and c are one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wirewatch.corrections import Correction

# The kinds of corrections that speak of stories; the others (pin, mute, tag) do not move an article.
KINDS = ("merge", "split")


@dataclass(slots=True)
class Rulings:
    """Articles that must share a story, and articles that must not; of the corrections given, the active ones."""

    corrections: tuple[Correction, ...] = ()
    warnings: list[str] = field(default_factory=list)
    _parent: dict[str, str] = field(default_factory=dict)
    _members: dict[str, set[str]] = field(default_factory=dict)
    _apart: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __bool__(self) -> bool:
        return bool(self.corrections)

    @property
    def articles(self) -> frozenset[str]:
        """Every article that a ruling speaks of."""
        return frozenset(self._parent)

    def group(self, article_key: str) -> str | None:
        """The name of the group that an article was put into, None for an article nobody ruled on."""
        return self._root(article_key) if article_key in self._parent else None

    def together(self, article_key: str) -> frozenset[str]:
        """The articles that must share a story with this one, itself included when it is ruled on."""
        return frozenset(self._members.get(self._root(article_key), ()))

    def apart(self, article_key: str) -> frozenset[str]:
        """The articles that must not be in one story with this one."""
        others = self._apart.get(self._root(article_key), ())
        return frozenset(each for other in others for each in self._members[other])

    def groups_apart(self, one: Iterable[str], other: Iterable[str]) -> bool:
        """Whether any group of the one is to be kept apart from any of the other."""
        others = set(other)
        return any(not self._apart[group].isdisjoint(others) for group in one if group in self._apart)

    def groups(self) -> Iterable[frozenset[str]]:
        """The groups of two and more."""
        return (frozenset(members) for _, members in sorted(self._members.items()) if len(members) > 1)

    # ------------------------------------------------------------------ inside

    def _root(self, key: str) -> str:
        while (parent := self._parent.get(key, key)) != key:
            key = parent
        return key

    def _enter(self, key: str) -> str:
        if key not in self._parent:
            self._parent[key] = key
            self._members[key] = {key}
        return self._root(key)

    def _unite(self, one: str, other: str) -> bool:
        """Have two articles share a story, unless they were told apart; whether that went."""
        first, second = sorted((self._enter(one), self._enter(other)))
        if first == second:
            return True
        if second in self._apart[first]:
            return False
        self._parent[second] = first
        self._members[first] |= self._members.pop(second)
        for far in self._apart.pop(second, set()):
            self._apart[far].discard(second)
            self._apart[far].add(first)
            self._apart[first].add(far)
        return True

    def _part(self, one: str, other: str) -> bool:
        """Keep two articles apart, unless they were told to share a story; whether that went."""
        first, second = self._enter(one), self._enter(other)
        if first == second:
            return False
        self._apart[first].add(second)
        self._apart[second].add(first)
        return True


def rulings(corrections: Sequence[Correction]) -> Rulings:
    """What holds of these corrections; the newest is heard first."""
    active = [each for each in corrections if each.kind in KINDS and each.withdrawn_at is None]
    active.sort(key=lambda each: (each.made_at, each.correction_key), reverse=True)
    found = Rulings(corrections=tuple(active))
    for each in active:
        refused = sum(not went for went in _hear(found, each))
        if refused:
            found.warnings.append(
                f"{each.kind} {each.correction_key} by {each.by} of {each.made_at:%Y-%m-%d %H:%M} is overruled"
                f" by a newer correction for {refused} of its articles"
            )
    return found


def _hear(found: Rulings, correction: Correction) -> Iterable[bool]:
    if correction.kind == "merge":
        everything = (*correction.articles, *correction.others)
        yield from (found._unite(everything[0], other) for other in everything[1:])  # noqa: SLF001
        return
    first, *more = correction.articles
    yield from (found._unite(first, other) for other in more)  # noqa: SLF001
    for other in correction.others:
        yield found._part(first, other)  # noqa: SLF001
