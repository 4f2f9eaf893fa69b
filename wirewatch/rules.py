"""Which topic rules are in force: the shipped ones with the operator's, or the last good set while those are faulty.

A set that loads is remembered in the store, with the operator's files, the first time it is seen. A fault in a file
then changes nothing: every step goes on with the set remembered last, after a restart and on another machine too.
Steps read a copy of the files that nobody edits, so a run has one set from beginning to end.
"""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from extractors.errors import TopicFault
from extractors.taxonomy import TAGGER_CLASSES, Taxonomy, TaxonomyFaults, load_taxonomy, taxonomy_faults
from extractors.taxonomy.changes import RuleVersions, rule_versions
from wirewatch.records import RuleSet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wirewatch.index import Index
    from wirewatch.settings import Settings

LOG = logging.getLogger("wirewatch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules in force. `folders` loads them again in another process; `faults` say why the operator's are not in it.

    `since` is when a set that stayed in force was put there; None for the shipped one.
    """

    taxonomy: Taxonomy
    versions: RuleVersions
    folders: tuple[Path, ...] = ()
    faults: tuple[TopicFault, ...] = ()
    since: datetime | None = None

    @property
    def above(self) -> Mapping[str, tuple[str, ...]]:
        """The topics above each topic."""
        return self.taxonomy.above()

    def told(self) -> tuple[str, ...]:
        """A line for each fault, and one for what holds instead; nothing when all is well."""
        if not self.faults:
            return ()
        set_ = f"the set of {self.since:%Y-%m-%d %H:%M} UTC" if self.since else "the shipped set"
        lines = [f"topic file refused: {fault}" for fault in self.faults]
        return (*lines, f"{set_} (version {self.taxonomy.version}) stays in force")


def rules_in_force(index: Index, settings: Settings) -> Rules:
    """The set to tag with now; writes nothing to the store. Faults of the operator's files are logged as errors."""
    try:
        rules = _fresh(settings)
    except TaxonomyFaults as faults:
        rules = _last_good(index, settings, faults.faults)
    for line in rules.told():
        LOG.error(line)
    return rules


def put_in_force(index: Index, settings: Settings, now: datetime) -> Rules:
    """The set to tag with now, remembered in the store so that a later fault in a file does not end it."""
    rules = rules_in_force(index, settings)
    last = _newest(index)
    if not rules.faults and (last is None or last.version != rules.taxonomy.version):
        index.rules.save([_record(rules, now)])
        index.rules.refresh()
    return rules


def versions_of(record: RuleSet) -> RuleVersions:
    """What the rules of a remembered set mean."""
    topics = dict(text.rsplit(":", 1) for text in record.topics)
    return RuleVersions(shared=record.shared, topics=topics)


def _fresh(settings: Settings) -> Rules:
    """The operator's files as they are now, read from a copy; raises `TaxonomyFaults` that name the files themselves."""
    if settings.topics is None:
        return _rules(load_taxonomy(), ())
    load_taxonomy(settings.topic_folders)
    files = {
        file.relative_to(settings.topics).as_posix(): file.read_text(encoding="utf-8")
        for folder in (settings.topics, settings.topics / "words")
        for file in sorted(folder.glob("*.toml"))
    }
    return _loaded(files, settings)


def _last_good(index: Index, settings: Settings, faults: tuple[TopicFault, ...]) -> Rules:
    last = _newest(index)
    if last is not None:
        try:
            rules = _loaded(orjson.loads(last.files or "{}"), settings)
        except TaxonomyFaults as old:  # an upgrade took away what the remembered files rest on
            faults += old.faults
        else:
            return replace(rules, faults=faults, since=last.in_force_at)
    return replace(_rules(load_taxonomy(), ()), faults=faults)


def _loaded(files: Mapping[str, str], settings: Settings) -> Rules:
    """A set from texts, through a folder of the home that is named after them and never edited."""
    if not files:
        return _rules(load_taxonomy(), ())
    folder = _kept(files, settings.home / "rules")
    return _rules(load_taxonomy([folder]), (folder,))


def _kept(files: Mapping[str, str], home: Path) -> Path:
    body = orjson.dumps(dict(files), option=orjson.OPT_SORT_KEYS)
    folder = home / sha256(body).hexdigest()[:16]
    if not folder.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=home, prefix="making-"))
        for name, text in files.items():
            (making / name).parent.mkdir(exist_ok=True)
            (making / name).write_text(text, encoding="utf-8")
        try:
            making.rename(folder)
        except OSError:  # another process was first, with the same files
            if not folder.is_dir():
                raise
    return folder


def told_at_start(settings: Settings) -> tuple[str, ...]:
    """What to tell an operator before anything starts; nothing when the topic files are sound."""
    faults = taxonomy_faults(settings.topic_folders)
    lines = [f"topic file refused: {fault}" for fault in faults]
    return (*lines, "the last good set of topics stays in force until it is mended") if faults else ()


def _rules(taxonomy: Taxonomy, folders: tuple[Path, ...]) -> Rules:
    versions = rule_versions(taxonomy, shared_classes=TAGGER_CLASSES)
    return Rules(taxonomy=taxonomy, versions=versions, folders=folders)


def _newest(index: Index) -> RuleSet | None:
    index.rules.refresh()
    return next(iter(index.rules.records(sort=[{"in_force_at": "desc"}], size=1)), None)


def _record(rules: Rules, now: datetime) -> RuleSet:
    files = {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for folder in rules.folders
        for file in sorted(folder.rglob("*.toml"))
    }
    return RuleSet(
        version=rules.taxonomy.version,
        shared=rules.versions.shared,
        topics=tuple(f"{topic}:{version}" for topic, version in sorted(rules.versions.topics.items())),
        files=orjson.dumps(files).decode() if files else None,
        in_force_at=now,
    )
