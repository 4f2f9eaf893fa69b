"""Commands that change stories: `stories merge`, `split`, `undo`, `corrections`, and `recluster`."""

from __future__ import annotations

import getpass
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli.output import WRONG, emit, say, show, tell

if TYPE_CHECKING:
    from wirewatch.clustering.reclustering import Difference
    from wirewatch.corrections import Correction
    from wirewatch.overrides import Override

app = typer.Typer(no_args_is_help=True, help="Stories: merge, split, undo, corrections.")

By = Annotated[str | None, typer.Option("--by", help="Who decides. Default: the user of this machine.")]
Note = Annotated[str | None, typer.Option("--note", help="Why, for whoever reads it later.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command()
def merge(
    one: Annotated[str, typer.Argument(metavar="KEY", help="A story.")],
    other: Annotated[str, typer.Argument(metavar="KEY", help="Another story, of the same event.")],
    by: By = None,
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Have two stories be one from now on; the older key stays, the other redirects to it."""
    from wirewatch.overrides import merge_stories

    with _opened() as index:
        done = merge_stories(index, one, other, by=by or getpass.getuser(), now=_now(), note=note)
    _told(done, as_json=as_json)


@app.command()
def split(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The story.")],
    articles: Annotated[
        list[str], typer.Argument(metavar="ARTICLE...", help="Keys or addresses of the articles that leave.")
    ],
    by: By = None,
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Have some articles of a story be a story of their own from now on."""
    from wirewatch.overrides import split_story

    with _opened() as index:
        found = index.story(key)
        places = dict(zip(found.urls, found.articles, strict=True)) if found else {}
        keys = [places.get(each, each) for each in articles]
        done = split_story(index, key, keys, by=by or getpass.getuser(), now=_now(), note=note)
    _told(done, as_json=as_json)


@app.command()
def undo(
    key: Annotated[str, typer.Argument(metavar="CORRECTION", help="As `stories corrections` lists it.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Take a correction back: the machine decides anew about its articles."""
    from wirewatch.overrides import withdraw

    with _opened() as index:
        done = withdraw(index, key, by=by or getpass.getuser(), now=_now())
    _told(done, as_json=as_json)


@app.command()
def corrections(as_json: AsJson = False) -> None:
    """What analysts decided on stories, newest first, with what a newer decision overrules."""
    from wirewatch.stories.rulings import KINDS, rulings

    with _opened() as index:
        query = {"terms": {"kind": list(KINDS)}}
        found = list(index.corrections.records(query, sort=[{"made_at": "desc"}]))
    for each in found:
        if as_json:
            emit(_line(each))
        else:
            tell(_sentence(each))
    for warning in rulings(found).warnings:
        say(f"warning: {warning}")
    say(f"{len(found)} correction{'s' * (len(found) != 1)}")


def recluster(
    since: Annotated[
        str | None,
        typer.Option(help="How far back: 36h, 7d, 2w or a date. Default: go on with one that was cut off."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A line a difference, then the counts.")] = False,
) -> None:
    """Decide anew which stored articles tell of one event; keys stay where most of a story stays."""
    from wirewatch.pipeline import open_engine
    from wirewatch.pipeline.reclustering import moment, unfinished
    from wirewatch.pipeline.reclustering import recluster as decide

    with open_engine(say=say) as engine:
        left = unfinished(engine)
        try:
            at = moment(since, engine.clock()) if since else left
        except ValueError as fault:
            say(f"wirewatch: --since {fault}")
            raise typer.Exit(WRONG) from None
        if at is None:
            say("wirewatch: no re-clustering was cut off; say since when, as --since 7d")
            raise typer.Exit(WRONG)
        if left is not None:
            say(f"a re-clustering since {left:%Y-%m-%d %H:%M} was cut off; what it did stays")
        counts = decide(engine, since=at, dry_run=dry_run, tell=_json_line if as_json else _plain_line)
    if as_json:
        emit({"counts": counts, "dry_run": dry_run})
    else:
        did = "would change" if dry_run else "changed"
        told = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items())
        tell(f"{did}: {told}")


def _told(done: Override, *, as_json: bool) -> None:
    for warning in done.warnings:
        say(f"warning: {warning}")
    if as_json:
        show({**_line(done.correction), "applied": done.applied, "stories": list(done.stories)})
    else:
        tell(_sentence(done.correction))
        tell(f"  its articles are in {', '.join(done.stories)}")
    if not done.applied:
        say("stored; another writer is at work on the stories and the next run follows it")


def _line(correction: Correction) -> dict[str, Any]:
    from wirewatch.index.codec import document

    return document(correction)


def _sentence(correction: Correction) -> str:
    numbers = f"{len(correction.articles)} and {len(correction.others)} articles"
    taken = f", taken back by {correction.withdrawn_by}" if correction.withdrawn_at else ""
    note = f": {correction.note}" if correction.note else ""
    return (
        f"{correction.correction_key}  {correction.made_at:%Y-%m-%d %H:%M}  {correction.kind} by {correction.by},"
        f" {numbers}{taken}{note}"
    )


def _json_line(each: Difference) -> None:
    from dataclasses import asdict

    emit(asdict(each))


def _plain_line(each: Difference) -> None:
    before, after = each.independent_reports
    title = f"{each.title_before} -> {each.title}" if each.title_before else each.title
    tell(f"{each.what:<8} {each.story_key}  {title}")
    tell(
        f"         {each.articles[0]} -> {each.articles[1]} articles, {before} -> {after} independent reports"
        + (f"; {'into' if each.what == 'merged' else 'out of'} {each.other}" if each.other else "")
    )
    for word, keys in (("came", each.came), ("went", each.went)):
        if keys and each.what == "changed":
            tell(f"         {word}: {', '.join(keys)}")


def _opened() -> Any:
    from wirewatch.index import connect
    from wirewatch.settings import load_settings

    return closing(connect(load_settings()))


def _now() -> datetime:
    return datetime.now(UTC)
