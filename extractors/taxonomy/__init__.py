"""The topics: read from TOML files, checked, compiled, and given a version.

A topic is one file in this folder; word classes shared by the topics are in `words/`. An operator's folder holds
files of the same form: a new id adds a topic, a known id replaces ours, a class of words in its `words/` replaces
the class of that name. This module reads and checks; what the rules find is decided in `extractors.topics`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from extractors.errors import TopicFault, WirewatchError
from extractors.gazetteer import alias_classes
from extractors.taxonomy.reading import Draft, PatternDraft, read_folder
from extractors.taxonomy.signs import FILE as SIGNS
from extractors.taxonomy.signs import MATTERS, Fitted, SignTable, Weights, read_weights
from extractors.terms import TermFault, TermIndex, bits_of, expand

# Raised when the meaning of the files changes although the files do not: articles are then tagged again.
ENGINE = "4"
# Classes that the tagger itself asks for, whatever the topics say; see words/status.toml and words/vetoes.toml.
TAGGER_CLASSES = (
    "mask",
    "veto",
    "scene",
    "hard",
    "gazetteer.country",
    "gazetteer.place",
    "gazetteer.force",
    "gazetteer.leader",
    "anchor",
    "status.denied",
    "status.absent",
    "status.planned",
    "status.demanded",
    "status.hypothetical",
    "status.historical",
    "status.exercise",
)
HOME = Path(__file__).parent


class TaxonomyFaults(WirewatchError):
    """Every fault found in the topic files; nothing was loaded."""

    def __init__(self, faults: Sequence[TopicFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class Groups(NamedTuple):
    """Numbers of groups of the index, and the same as the bits of one integer: a sentence is asked by one `&`."""

    numbers: frozenset[int]
    bits: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pattern:
    """One rule: a hit of every slot within `within` characters of one sentence, and none of `veto` in it.

    Slots are groups of the taxonomy's index. The first slot triggers the rule. Where `nearby` is not
    empty, one of its groups must stand in the sentence, next to it, or in the title.
    """

    rule: str
    topic: str
    slots: tuple[Groups, ...]
    others: tuple[int, ...]  # the slots but the first, as bits
    nearby: Groups
    veto: Groups
    within: int
    ordered: bool
    weight: int
    gated: bool
    guarded: bool  # whether the general vetoes (sport, fiction, games ...) apply
    languages: frozenset[str]
    unless: frozenset[str]  # topics; where one of them fires, this rule says nothing more


class Sign(NamedTuple):
    """A class of words that alone proves nothing, and what it weighs for a topic (log-odds; below 0 it speaks against)."""

    name: str
    group: Groups
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic, its codes in public taxonomies, and its compiled rules."""

    id: str
    name: str
    parent: str | None
    definition: str
    plover: str | None
    cameo: tuple[str, ...]
    iptc: str | None
    patterns: tuple[Pattern, ...]
    gate: Groups
    veto: Groups
    veto_nearby: Groups  # vetoes from the title and the sentences beside, too
    signs: tuple[Sign, ...]  # none for a topic that was never fitted, or wants none
    signs_start: float  # the log-odds of the topic before any sign is seen
    match: tuple[str, ...]
    no_match: tuple[str, ...]
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """Every topic in force. `version` changes with any file, and with the alias table that the rules name."""

    version: str
    topics: Mapping[str, Topic]
    index: TermIndex
    sign_index: (
        TermIndex  # the signs alone, asked of headline and lead only; `sign_groups` are their numbers here
    )
    sign_groups: tuple[int, ...]
    groups: Mapping[str, int]
    words: Mapping[int, tuple[str, ...]]  # the terms of each group
    by_trigger: Mapping[int, tuple[Pattern, ...]]
    signs: SignTable
    trigger_bits: int  # the groups that trigger a rule, as bits
    class_bits: Mapping[str, int]  # the bit of each class that the tagger itself asks for
    status_bits: int  # the cue words of any status, as bits

    def groups_in(self, text: str) -> Iterator[int]:
        """Every group that has a word in the text, signs included; a group may come twice."""
        for *_, groups in self.index.marks(text):
            yield from groups
        for *_, groups in self.sign_index.marks(text):
            yield from (self.sign_groups[group] for group in groups)

    def parents(self, topic: str) -> tuple[str, ...]:
        """The topics above `topic`, nearest first."""
        above: list[str] = []
        parent = self.topics[topic].parent
        while parent is not None:
            above.append(parent)
            parent = self.topics[parent].parent
        return tuple(above)

    def above(self) -> Mapping[str, tuple[str, ...]]:
        """The topics above each topic, nearest first."""
        return {topic: self.parents(topic) for topic in self.topics}

    def children(self, topic: str) -> tuple[str, ...]:
        """The topics right below `topic`, by id."""
        return tuple(sorted(t.id for t in self.topics.values() if t.parent == topic))


def load_taxonomy(folders: Sequence[Path] = ()) -> Taxonomy:
    """The shipped topics with the operator's added; raises `TaxonomyFaults` with every fault there is."""
    return _load(tuple(Path(folder) for folder in folders), _stamp(folders))


def taxonomy_faults(folders: Sequence[Path] = ()) -> tuple[TopicFault, ...]:
    """What is wrong with the files, without raising; empty when they can be loaded."""
    try:
        load_taxonomy(folders)
    except TaxonomyFaults as fault:
        return fault.faults
    return ()


@lru_cache(maxsize=8)
def _load(folders: tuple[Path, ...], _stamp: str) -> Taxonomy:
    drafts: dict[str, Draft] = {}
    words: dict[str, tuple[str, ...]] = {}
    faults: list[TopicFault] = []
    digest = hashlib.sha256(ENGINE.encode())
    for terms in alias_classes().values():  # the rules name its classes: a new alias is a new rule
        digest.update("\0".join(terms).encode())
    for folder in (HOME, *folders):
        read = read_folder(folder)
        faults += read.faults
        drafts.update(read.drafts)
        words.update(read.words)
        for text in read.texts:
            digest.update(text)
    digest.update(SIGNS.read_bytes())
    compiler = _Compiler(words, read_weights())
    compiler.check_words()
    topics = {draft.id: compiler.topic(draft, drafts) for draft in drafts.values()}
    faults += compiler.faults
    faults += _cycles(drafts)
    if faults:
        raise TaxonomyFaults(faults)
    return compiler.taxonomy(topics, digest.hexdigest()[:16])


def _stamp(folders: Iterable[Path]) -> str:
    """Changes when a file changes, so that a cached taxonomy is never stale."""
    files = [file for folder in (HOME, *folders) for file in sorted(Path(folder).rglob("*.toml"))] + [SIGNS]
    return "|".join(f"{file}:{file.stat().st_mtime_ns}" for file in files)


def _cycles(drafts: Mapping[str, Draft]) -> list[TopicFault]:
    faults = []
    for draft in drafts.values():
        seen = {draft.id}
        parent = draft.parent
        while parent is not None and parent in drafts:
            if parent in seen:
                faults.append(TopicFault(draft.file, "parent", f"{parent} is below itself"))
                break
            seen.add(parent)
            parent = drafts[parent].parent
    return faults


def _is_sign(name: str) -> bool:
    """Whether a class of words is one of signs: classes that no rule names."""
    return name.startswith("sign.")


def _of_others(name: str) -> bool:
    return name.startswith("sign.away_") or name in {"veto", "scene"}


class _Compiler:
    """Turns drafts into topics, collecting faults; groups of terms get their numbers here."""

    def __init__(self, words: Mapping[str, tuple[str, ...]], weights: Fitted) -> None:
        self.words = words
        self.weights = weights
        self.faults: list[TopicFault] = []
        self._groups: dict[str, tuple[str, ...]] = {}
        self._numbers: dict[str, int] = {}
        self._rules: dict[str, str] = {}

    def check_words(self) -> None:
        """Every class the tagger needs, and every sign, gets its group, even an empty one."""
        for name in (*TAGGER_CLASSES, *filter(_is_sign, self.words)):
            self._group(name, self._flat(name, "words", name))

    def topic(self, draft: Draft, drafts: Mapping[str, Draft]) -> Topic:
        if draft.parent is not None and draft.parent not in drafts:
            self.faults.append(TopicFault(draft.file, "parent", f"no topic is called {draft.parent!r}"))
        weights = self.weights.topics.get(draft.id, Weights()) if draft.signs else Weights()
        return Topic(
            id=draft.id,
            name=draft.name,
            parent=draft.parent,
            definition=draft.definition,
            plover=draft.plover,
            cameo=draft.cameo,
            iptc=draft.iptc,
            patterns=tuple(self._pattern(draft, pattern, drafts) for pattern in draft.patterns),
            gate=self._slot(draft, f"{draft.id}/gate", draft.gate, "gate.any"),
            veto=self._slot(draft, f"{draft.id}/veto", draft.veto, "veto.any"),
            veto_nearby=self._slot(draft, f"{draft.id}/veto-nearby", draft.veto_nearby, "veto.nearby"),
            signs=self._signs(weights),
            signs_start=weights.start,
            match=draft.match,
            no_match=draft.no_match,
            file=draft.file,
        )

    def _signs(self, weights: Weights) -> tuple[Sign, ...]:
        """The classes that are there: with an operator's topic in the place of ours, classes of ours may be gone."""
        return tuple(
            Sign(name, Groups(frozenset({number}), 1 << number), weight)
            for name, weight in weights.classes
            if name in self.words
            for number in (self._group(name, self._flat(name, "signs.json", name)),)
        )

    def taxonomy(self, topics: dict[str, Topic], version: str) -> Taxonomy:
        by_trigger: dict[int, list[Pattern]] = {}
        for topic in topics.values():
            for pattern in topic.patterns:
                for group in pattern.slots[0].numbers:
                    by_trigger.setdefault(group, []).append(pattern)
        signs = [name for name in self._groups if _is_sign(name)]
        return Taxonomy(
            version=version,
            topics=MappingProxyType(topics),
            index=TermIndex({name: () if _is_sign(name) else terms for name, terms in self._groups.items()}),
            sign_index=TermIndex({name: self._groups[name] for name in signs}),
            sign_groups=tuple(self._numbers[name] for name in signs),
            signs=self._sign_table(topics),
            groups=dict(self._numbers),
            status_bits=bits_of(self._numbers[name] for name in TAGGER_CLASSES if name.startswith("status.")),
            words=MappingProxyType({self._numbers[name]: terms for name, terms in self._groups.items()}),
            by_trigger={group: tuple(patterns) for group, patterns in by_trigger.items()},
            trigger_bits=bits_of(by_trigger),
            class_bits={name: 1 << self._numbers[name] for name in TAGGER_CLASSES},
        )

    def _sign_table(self, topics: Mapping[str, Topic]) -> SignTable:
        signed = [topic for topic in topics.values() if topic.signs]
        columns = [self._signs(self.weights.matters), *(topic.signs for topic in signed)]
        rows: dict[int, int] = {}
        for column in columns:
            for sign in column:
                for group in sign.group.numbers:
                    rows.setdefault(group, len(rows))
        weights = np.zeros((len(rows), len(columns)))
        for number, column in enumerate(columns):
            for sign in column:
                for group in sign.group.numbers:
                    weights[rows[group], number] = sign.weight
        return SignTable(
            questions=(MATTERS, *(topic.id for topic in signed)),
            starts=np.array([self.weights.matters.start, *(topic.signs_start for topic in signed)]),
            rows=rows,
            weights=weights,
            others=frozenset(number for name, number in self._numbers.items() if _of_others(name)),
        )

    def _pattern(self, draft: Draft, pattern: PatternDraft, drafts: Mapping[str, Draft]) -> Pattern:
        rule = f"{draft.id}/{pattern.id}"
        for topic in pattern.unless:
            if topic not in drafts:
                fault = TopicFault(draft.file, f"{pattern.id}.unless", f"no topic is called {topic!r}")
                self.faults.append(fault)
        if rule in self._rules:
            self.faults.append(TopicFault(draft.file, pattern.id, "two rules have this id"))
        self._rules[rule] = draft.file
        slots = tuple(
            self._slot(draft, f"{rule}/{key}", terms, f"{pattern.id}.{key}") for key, terms in pattern.slots
        )
        return Pattern(
            rule=rule,
            topic=draft.id,
            slots=slots,
            others=tuple(slot.bits for slot in slots[1:]),
            nearby=self._slot(draft, f"{rule}/nearby", pattern.nearby, f"{pattern.id}.nearby"),
            veto=self._slot(draft, f"{rule}/veto", pattern.veto, f"{pattern.id}.veto"),
            within=pattern.within,
            ordered=pattern.ordered,
            weight=pattern.weight,
            gated=pattern.gated,
            guarded=pattern.guarded,
            languages=frozenset(pattern.languages),
            unless=frozenset(pattern.unless),
        )

    def _slot(self, draft: Draft, name: str, terms: Sequence[str], key: str) -> Groups:
        """The groups of a list of terms: one for each class named, one for the terms written out."""
        numbers: set[int] = set()
        literal: list[str] = []
        for term in terms:
            if term.startswith("@"):
                numbers.add(self._group(term[1:], self._flat(term[1:], draft.file, key)))
                continue
            try:
                expand(term)
            except TermFault as fault:
                self.faults.append(TopicFault(draft.file, key, str(fault)))
            else:
                literal.append(term)
        if literal:
            numbers.add(self._group(name, tuple(literal)))
        return Groups(frozenset(numbers), bits_of(numbers))

    def _group(self, name: str, terms: tuple[str, ...]) -> int:
        self._groups[name] = terms
        return self._numbers.setdefault(name, len(self._numbers))

    def _flat(self, name: str, file: str, key: str, above: tuple[str, ...] = ()) -> tuple[str, ...]:
        if name in self._groups and name in self.words:
            return self._groups[name]
        if name not in self.words or name in above:
            reason = "is made of itself" if name in above else "is in no words file"
            self.faults.append(TopicFault(file, key, f"the class @{name} {reason}"))
            return ()
        terms: list[str] = []
        for term in self.words[name]:
            if term.startswith("@"):
                terms += self._flat(term[1:], file, key, (*above, name))
            else:
                terms.append(term)
        return tuple(dict.fromkeys(terms))
