"""`wirewatch doctor`: every setting and where it came from, the server, what is wrong and how to mend it."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli.output import FAILED, say, show, tell

if TYPE_CHECKING:
    from wirewatch.index import Index
    from wirewatch.settings import Settings

PACKAGES = ("apache-airflow", "elasticsearch", "feedparser", "trafilatura", "lxml", "aiohttp")


@dataclass(kw_only=True)
class Findings:
    """What the doctor saw. `wrong` holds (what, mend) pairs."""

    settings: list[dict[str, Any]] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    server: dict[str, Any] = field(default_factory=dict)
    ledger: dict[str, Any] = field(default_factory=dict)
    feeds: dict[str, int] = field(default_factory=dict)
    topics: dict[str, Any] = field(default_factory=dict)
    drift: dict[str, list[str]] = field(default_factory=dict)
    # Per feed, and per feed and day.
    reconciliation: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    wrong: list[tuple[str, str]] = field(default_factory=list)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Show every setting, the server and its capabilities, the ledger; say what is wrong and how to mend it."""
    from wirewatch.settings import load_settings

    findings = examine(load_settings())
    if as_json:
        show({each.name: getattr(findings, each.name) for each in fields(findings)})
    else:
        _print(findings)
    if findings.wrong:
        raise typer.Exit(FAILED)


def examine(settings: Settings) -> Findings:
    """Look at everything, without starting anything."""
    from wirewatch.index import IndexOutdated, IndexUnreachable, connect

    findings = Findings(settings=_settings(settings), versions=_versions())
    _files(settings, findings)
    try:
        index = connect(settings)
    except IndexUnreachable as fault:
        findings.server = {"url": fault.url, "reachable": False}
        findings.wrong.append((f"Elasticsearch at {fault.url}: {fault.reason}", fault.mend))
        return findings
    except IndexOutdated as fault:
        findings.server = {"reachable": True, "outdated": fault.index}
        findings.wrong.append((str(fault), "wirewatch index migrate"))
        return findings
    try:
        _server(index, findings)
        _ledger(index, findings)
        _feeds(index, findings)
        _drift(index, findings)
        _stories(index, findings)
    finally:
        index.close()
    return findings


def _settings(settings: Settings) -> list[dict[str, Any]]:
    rows = []
    for each in fields(settings):
        if each.name == "origins":
            continue
        value = getattr(settings, each.name)
        shown = "(set, hidden)" if each.metadata["secret"] and value else value
        rows.append({
            "name": each.name,
            "value": shown if shown is None or isinstance(shown, (bool, int, float)) else str(shown),
            "origin": settings.origin(each.name),
            "about": each.metadata["about"],
        })  # fmt: skip
    return rows


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def _files(settings: Settings, findings: Findings) -> None:
    from extractors.errors import WirewatchError
    from extractors.taxonomy import load_taxonomy
    from wirewatch.feedlists import read_feed_list
    from wirewatch.subscribers import load_subscribers

    checks: dict[str, Callable[[], object]] = {
        "mend the feed list": lambda: settings.feeds and read_feed_list(settings.feeds),
        "mend the topic file": lambda: load_taxonomy(settings.topic_folders),
        "mend the subscribers file": lambda: load_subscribers(settings),
    }
    for mend, check in checks.items():
        try:
            check()
        except WirewatchError as fault:
            findings.wrong.extend((line, mend) for line in str(fault).splitlines())


def _server(index: Index, findings: Findings) -> None:
    health = index.client.cluster.health()
    findings.server = {
        "url": index.url,
        "reachable": True,
        "status": health["status"],
        "version": index.capabilities.version,
        "analyzers": index.capabilities.analyzers,
        "chains": dict(index.capabilities.chains),
        "lifecycle": index.capabilities.lifecycle,
        "plugins": list(index.capabilities.plugins),
        "indices": {kind: len(names) for kind, names in index.months().items()},
    }
    for name in index.outdated():
        findings.wrong.append((f"{name} is of an earlier schema version", "wirewatch index migrate"))
    if health["status"] == "red":
        findings.wrong.append(
            ("Elasticsearch is red: a shard is missing", "look at the server's log; free disk space?")
        )


def _ledger(index: Index, findings: Findings) -> None:
    from wirewatch.pipeline.reckoning import reckon

    reckoned = reckon(index)
    for feed in reckoned.feeds:
        if feed.difference:
            findings.wrong.append((
                f"{feed.feed}: the feed gave {feed.given} entries, the ledger holds {feed.held}",
                "look again when no poll runs; if it stays, please report it",
            ))  # fmt: skip
    for day in reckoned.days:
        if day.difference:
            findings.wrong.append((
                f"{day.feed}, {day.day}: {day.difference} entries are in no known state",
                "was the ledger written by a newer version?",
            ))  # fmt: skip
    findings.ledger = {
        "entries": reckoned.entries,
        "states": index.ledger.by_state(),
        "difference": reckoned.difference,
    }
    findings.reconciliation = {
        "feeds": [asdict(feed) for feed in reckoned.feeds],
        "days": [{**asdict(day), "states": dict(day.states)} for day in reckoned.days],
    }


def _feeds(index: Index, findings: Findings) -> None:
    for state in index.feeds.records():
        findings.feeds[state.status] = findings.feeds.get(state.status, 0) + 1


def _drift(index: Index, findings: Findings) -> None:
    index.refresh("publishers")
    for history in index.drifting():
        findings.drift[history.publisher] = [
            f"{alarm.told} since {alarm.since:%Y-%m-%d %H:%M} UTC" for alarm in history.alarms
        ]
        findings.wrong += [
            (
                f"{history.publisher}: {line}",
                (
                    "read one of its pages with `wirewatch extract URL`; where the site was redesigned, give the publisher a file "
                    "with a body selector (docs/extraction.md)"
                ),
            )
            for line in findings.drift[history.publisher]
        ]


def _stories(index: Index, findings: Findings) -> None:
    from datetime import UTC, datetime

    from wirewatch.index.alarms import story_alarms

    index.refresh("articles")
    findings.wrong.extend(story_alarms(index, datetime.now(UTC)))


def _topics(index: Index, settings: Settings, findings: Findings) -> None:
    """Which topic rules are in force; faults of the files are told with the files."""
    from wirewatch.retagging import older_articles
    from wirewatch.rules import rules_in_force

    rules = rules_in_force(index, settings)
    findings.topics = {
        "version": rules.taxonomy.version,
        "in force": rules.told()[-1] if rules.faults else "the files as they are",
        "articles by older rules": older_articles(index, rules),
    }


def _print(findings: Findings) -> None:
    width = max(len(row["name"]) for row in findings.settings)
    for row in findings.settings:
        tell(
            f"{row['name']:<{width}}  {row['value'] if row['value'] is not None else '-'}  [{row['origin']}]"
        )
    tell("")
    for part in ("versions", "server", "ledger", "feeds", "topics"):
        for name, value in getattr(findings, part).items():
            tell(f"{part} {name}: {value}")
    tell("")
    for publisher, lines in findings.drift.items():
        for line in lines:
            tell(f"drift {publisher}: {line}")
    for what, mend in findings.wrong:
        say(f"wrong: {what}\n  mend: {mend}")
    if not findings.wrong:
        tell("nothing is wrong")
