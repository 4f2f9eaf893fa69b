"""Topic and word files: TOML to drafts, with every fault of form found. Says nothing about what they mean together."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extractors.errors import TopicFault
from extractors.gazetteer import alias_classes
from extractors.terms import TermFault, expand

LANGUAGES = ("en", "ko", "ru", "uk", "zh", "ja")
# The words of a rule stand this close (in characters) unless the rule says otherwise: half of a long English
# sentence; own passages gave the same F1 from 70 to 140, and false hits rose above that.
WITHIN = 100
# Rules of this weight or more fire alone; lighter ones need each other in one sentence.
FIRES = 2

_TOPIC_KEYS = frozenset(
    [
        "id",
        "name",
        "parent",
        "definition",
        "plover",
        "cameo",
        "iptc",
        "source",
        "patterns",
        "gate",
        "veto",
        "examples",
        "signs",
        "words",
    ]
)
_PATTERN_KEYS = frozenset(
    {
        "id",
        "lang",
        "any",
        "near",
        "also",
        "nearby",
        "within",
        "ordered",
        "weight",
        "gate",
        "guard",
        "veto",
        "unless",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternDraft:
    id: str
    slots: tuple[tuple[str, tuple[str, ...]], ...]
    nearby: tuple[str, ...] = ()
    veto: tuple[str, ...] = ()
    within: int = WITHIN
    ordered: bool = False
    weight: int = FIRES
    gated: bool = True
    guarded: bool = True
    languages: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    id: str
    file: str
    name: str
    definition: str
    parent: str | None = None
    plover: str | None = None
    cameo: tuple[str, ...] = ()
    iptc: str | None = None
    patterns: tuple[PatternDraft, ...] = ()
    gate: tuple[str, ...] = ()
    veto: tuple[str, ...] = ()
    veto_nearby: tuple[str, ...] = ()
    signs: bool = True
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


@dataclass(slots=True)
class Folder:
    """What one folder holds: topics by id, classes of words by name, the bytes read, the faults met."""

    drafts: dict[str, Draft] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    texts: list[bytes] = field(default_factory=list)
    faults: list[TopicFault] = field(default_factory=list)


def read_folder(folder: Path) -> Folder:
    """Every topic file of a folder and every words file of its `words/`."""
    found = Folder()
    found.words.update({f"gazetteer.{kind}": terms for kind, terms in alias_classes().items()})
    if not folder.is_dir():
        found.faults.append(TopicFault(str(folder), "folder", "there is no such folder"))
        return found
    for file in sorted((folder / "words").glob("*.toml")):
        table = _read(file, found)
        for name, terms in _words(table, file, found.faults).items():
            if name in found.words:
                found.faults.append(TopicFault(str(file), name, "two classes of words have this name"))
            found.words[name] = terms
    for file in sorted(folder.glob("*.toml")):
        table = _read(file, found)
        if table is None:
            continue
        draft = _Reader(str(file), table, found.faults).draft()
        if draft is None:
            continue
        if draft.id in found.drafts:
            found.faults.append(TopicFault(str(file), "id", f"{draft.id!r} is the id of another file too"))
        found.drafts[draft.id] = draft
        found.words.update(_words(table.get("words"), file, found.faults))
    return found


def _read(file: Path, found: Folder) -> dict[str, Any] | None:
    try:
        body = file.read_bytes()
        found.texts.append(file.name.encode() + b"\0" + body)
        return tomllib.loads(body.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        found.faults.append(TopicFault(str(file), "file", str(fault)))
        return None


def _words(table: object, file: Path, faults: list[TopicFault]) -> dict[str, tuple[str, ...]]:
    """Classes of words: a table a class, a list of terms a language."""
    words: dict[str, tuple[str, ...]] = {}
    if not isinstance(table, dict):
        return words
    for name, lists in _flattened(table):
        terms: list[str] = []
        for language, listed in lists.items():
            if language not in LANGUAGES and language != "all":
                faults.append(
                    TopicFault(str(file), f"{name}.{language}", f"one of {', '.join(LANGUAGES)} or all")
                )
            elif not isinstance(listed, list) or not all(isinstance(term, str) for term in listed):
                faults.append(TopicFault(str(file), f"{name}.{language}", "a list of terms is wanted"))
            else:
                terms += _sound(listed, str(file), f"{name}.{language}", faults)
        words[name] = tuple(terms)
    return words


def _flattened(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Mapping[str, Any]]]:
    """Tables whose values are lists, with dotted names for the nested ones."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for name, value in table.items():
        if not isinstance(value, dict):
            continue
        if any(isinstance(inner, dict) for inner in value.values()):
            found += _flattened(value, f"{prefix}{name}.")
        else:
            found.append((prefix + name, value))
    return found


def _sound(terms: list[str], file: str, key: str, faults: list[TopicFault]) -> list[str]:
    sound = []
    for term in terms:
        try:
            if not term.startswith("@"):
                expand(term)
        except TermFault as fault:
            faults.append(TopicFault(file, key, str(fault)))
        else:
            sound.append(term)
    return sound


class _Reader:
    """One topic file, key by key."""

    def __init__(self, file: str, table: dict[str, Any], faults: list[TopicFault]) -> None:
        self.file, self.table, self.faults = file, table, faults

    def draft(self) -> Draft | None:
        table = self.table
        self._unknown(table, _TOPIC_KEYS, "")
        topic = self._text(table, "id", needed=True)
        definition = self._text(table, "definition", needed=True)
        if topic is None or definition is None:
            return None
        if not topic.replace("_", "a").isalnum() or not topic.islower():
            self._fault("id", "small letters, digits and _ only")
        patterns = table.get("patterns", [])
        if not isinstance(patterns, list) or not patterns:
            self._fault("patterns", "at least one [[patterns]] table is wanted")
            patterns = []
        drafts = [
            self._pattern(number, one) for number, one in enumerate(patterns, 1) if isinstance(one, dict)
        ]
        gate, veto = self._table("gate", {"any"}), self._table("veto", {"any", "nearby"})
        examples = self._table("examples", {"match", "no_match"})
        return Draft(
            id=topic,
            file=self.file,
            name=self._text(table, "name") or topic.replace("_", " "),
            definition=definition,
            parent=self._text(table, "parent"),
            plover=self._text(table, "plover"),
            cameo=self._list(table, "cameo", ""),
            iptc=self._text(table, "iptc"),
            patterns=tuple(draft for draft in drafts if draft is not None),
            gate=self._list(gate, "any", "gate."),
            veto=self._list(veto, "any", "veto."),
            veto_nearby=self._list(veto, "nearby", "veto."),
            signs=self._flag(table, "signs", "", default=True),
            match=self._list(examples, "match", "examples."),
            no_match=self._list(examples, "no_match", "examples."),
        )

    def _pattern(self, number: int, table: dict[str, Any]) -> PatternDraft | None:
        label = table.get("id") if isinstance(table.get("id"), str) else f"patterns[{number}]"
        self._unknown(table, _PATTERN_KEYS, f"{label}.")
        if label != table.get("id"):
            self._fault(f"{label}.id", "a text is wanted")
        if "regex" in table:
            self._fault(f"{label}.regex", "rules are made of words: write the forms with {a,b} and *")
        slots = [
            (key, self._list(table, key, f"{label}.")) for key in ("any", "near", "also") if key in table
        ]
        if not slots or not all(terms for _, terms in slots) or slots[0][0] != "any":
            self._fault(f"{label}.any", "a list of at least one term is wanted")
            return None
        language = table.get("lang", [])
        languages = [language] if isinstance(language, str) else list(language)
        for one in languages:
            if one not in LANGUAGES:
                self._fault(f"{label}.lang", f"{one!r} is none of {', '.join(LANGUAGES)}")
        return PatternDraft(
            id=str(label),
            slots=tuple(slots),
            nearby=self._list(table, "nearby", f"{label}."),
            veto=self._list(table, "veto", f"{label}."),
            within=self._number(table, "within", WITHIN, f"{label}."),
            ordered=self._flag(table, "ordered", f"{label}.", default=False),
            weight=self._number(table, "weight", FIRES, f"{label}."),
            gated=self._flag(table, "gate", f"{label}.", default=True),
            guarded=self._flag(table, "guard", f"{label}.", default=True),
            languages=tuple(languages),
            unless=self._list(table, "unless", f"{label}."),
        )

    def _fault(self, key: str, reason: str) -> None:
        self.faults.append(TopicFault(self.file, key, reason))

    def _unknown(self, table: Mapping[str, Any], known: frozenset[str] | set[str], prefix: str) -> None:
        for key in table:
            if key not in known and not (key == "regex" and "any" in known):
                self._fault(prefix + key, f"unknown key; known: {', '.join(sorted(known))}")

    def _table(self, key: str, known: set[str]) -> Mapping[str, Any]:
        value = self.table.get(key, {})
        if not isinstance(value, dict):
            self._fault(key, f"a table [{key}] is wanted")
            return {}
        self._unknown(value, known, f"{key}.")
        return value

    def _text(self, table: Mapping[str, Any], key: str, *, needed: bool = False) -> str | None:
        value = table.get(key)
        if value is None and not needed:
            return None
        return self._typed(value, lambda v: isinstance(v, str) and bool(v.strip()), key, "a text is wanted")

    def _list(self, table: Mapping[str, Any], key: str, prefix: str) -> tuple[str, ...]:
        value = table.get(key, [])
        sound = isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)
        return tuple(value) if sound else self._refuse(prefix + key, "a list of texts is wanted")

    def _number(self, table: Mapping[str, Any], key: str, default: int, prefix: str) -> int:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self._fault(prefix + key, "a whole number above 0 is wanted")
            return default
        return value

    def _flag(self, table: Mapping[str, Any], key: str, prefix: str, *, default: bool) -> bool:
        value = table.get(key, default)
        if not isinstance(value, bool):
            self._fault(prefix + key, "true or false is wanted")
            return default
        return value

    def _refuse(self, key: str, reason: str) -> tuple[str, ...]:
        self._fault(key, reason)
        return ()

    def _typed(self, value: Any, good: Callable[[Any], bool], key: str, reason: str) -> str | None:
        if good(value):
            return str(value)
        self._fault(key, reason)
        return None
