"""`wirewatch retag` and `wirewatch topics`: older articles by the rules in force; analysts' corrections as examples."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli.output import FAILED, WRONG, say, show, tell

if TYPE_CHECKING:
    from wirewatch.pipeline import Engine
    from wirewatch.retagging import Report, Sample

app = typer.Typer(no_args_is_help=True, help="Topics: cases.")


@app.callback()
def topics() -> None:
    """Topics: cases."""


def retag(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report; write nothing.")] = False,
    since: Annotated[
        str | None,
        typer.Option(help="Only articles from this day on: 2026-01-31 (UTC), or with a time and offset."),
    ] = None,
    topic: Annotated[
        list[str] | None,
        typer.Option(help="Only articles that this topic can come to or go from; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as one JSON object.")] = False,
) -> None:
    """Read older articles again by the topic rules in force; report what each topic gains and loses."""
    from wirewatch.retagging import Wanted
    from wirewatch.retagging import retag as read_again

    wanted = Wanted(since=_since(since), topics=tuple(topic or ()), dry_run=dry_run)
    with _engine() as engine:
        known = engine.rules.taxonomy.topics
        unknown = [each for each in wanted.topics if each not in known]
        if unknown:
            say(f"wirewatch: no topic {', '.join(unknown)}; known are {', '.join(sorted(known))}")
            raise typer.Exit(WRONG)
        report = read_again(engine.index, engine.rules, now=engine.clock(), wanted=wanted, say=engine.say)
        told = {} if dry_run else _stories(engine)
        faults = engine.rules.told()
    if as_json:
        show({
            "version": report.version, "dry_run": dry_run, **report.counts(), **told, "faults": list(faults),
            "topics": [asdict(one) for _, one in sorted(report.topics.items())],
        })  # fmt: skip
    else:
        _print(report, told)
    for line in faults:
        say(f"wirewatch: {line}")
    if faults:
        raise typer.Exit(FAILED)


@app.command()
def cases(
    out: Annotated[Path, typer.Argument(help="Folder to write one <topic>.toml a topic into.")],
    as_json: Annotated[bool, typer.Option("--json", help="The examples as JSON, too.")] = False,
) -> None:
    """Write analysts' corrections of tags as examples for the topic files, and say which hold by the rules in force."""
    from extractors.topics import tag
    from wirewatch.cases import cases_of, topic_examples

    with _engine() as engine:
        index = engine.index
        index.refresh("corrections", "articles")
        corrections = list(index.corrections.records({"term": {"kind": "tag"}}))
        articles = index.articles.get({key for one in corrections for key in one.articles})
        found = cases_of(articles.values(), corrections)
        taxonomy = engine.rules.taxonomy
    out.mkdir(parents=True, exist_ok=True)
    for topic, body in topic_examples(found).items():
        (out / f"{topic}.toml").write_text(body, encoding="utf-8")
    lines = []
    for case in found:
        earned = {
            one.topic
            for one in tag("", case.sentence, language=None, taxonomy=taxonomy)
            if one.level != "mention"
        }
        lines.append({**asdict(case), "holds": (case.topic in earned) == case.match})
    if as_json:
        show(lines)
    else:
        for line in lines:
            must = "must" if line["match"] else "must not"
            tell(f"{'holds' if line['holds'] else 'FAILS'}  {must} earn {line['topic']}: {line['sentence']}")
    say(f"{len(lines)} examples of {len({line['topic'] for line in lines})} topics written to {out}")


def _stories(engine: Engine) -> dict[str, int]:
    """Have the one writer tell the stories anew."""
    from wirewatch.pipeline.placing import tell_stories

    return tell_stories(engine)


def _print(report: Report, told: dict[str, int]) -> None:
    for _, one in sorted(report.topics.items()):
        tell(f"{one.topic}: +{one.added} -{one.removed}")
        for sign, samples in (("+", one.added_to), ("-", one.removed_from)):
            for sample in samples:
                tell(f"  {sign} {_sample_line(sample)}")
    tell(report.line())
    if report.claims_changed or report.mentions_changed:
        tell(f"claims of {report.claims_changed} and mentions of {report.mentions_changed} articles differ")
    if report.overtaken:
        tell(f"{report.overtaken} were written meanwhile and are left for the next run")
    if told.get("stories_retold"):
        tell(f"{told['stories_retold']} stories told anew")
    if told.get("busy"):
        tell("another writer is at work; it tells the stories anew with its next run")
    if report.left:
        tell(f"{report.left} older articles are left")


def _sample_line(sample: Sample) -> str:
    words = ", ".join(f"“{word}”" for word in sample.words)
    return f"{sample.publisher}: {sample.title}  [{sample.rule}: {words}]"


def _since(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        if len(text) == len("2026-01-31"):
            return datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time(), tzinfo=UTC)
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise typer.BadParameter(
            "wants a day, 2026-01-31, or a time with its offset, 2026-01-31T07:00:00+01:00"
        )
    return at.astimezone(UTC)


@contextmanager
def _engine() -> Iterator[Any]:
    from wirewatch.pipeline import open_engine

    with open_engine(say=say) as engine:
        yield engine
