"""Which command lives where. Modules are imported when their command runs, so `--help` answers at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wirewatch import __version__
from wirewatch.cli import asks, digest, doctor, embedded, feeds, indices, kibana, reads, runs, stories, topics

app = typer.Typer(
    name="wirewatch",
    help="News monitoring whose every tag and number shows the words that earned it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.add_typer(feeds.app, name="feeds", help="Feeds: list, check, discover, parse, lines, import, export.")
app.add_typer(embedded.app, name="embedded", help="The embedded Elasticsearch: start, stop, status.")
app.add_typer(indices.app, name="index", help="The indices: status, migrate.")
app.add_typer(kibana.app, name="kibana", help="Kibana: build, check, import.")
app.add_typer(digest.app, name="digest", help="Digests: preview.")
app.add_typer(topics.app, name="topics", help="Topics: cases.")
app.command("up")(runs.up)
app.command("run")(runs.run)
app.command("desk")(runs.desk)
app.command("extract")(reads.extract)
app.command("tag")(reads.tag)
app.command("retag")(topics.retag)
app.command("search")(asks.search)
app.command("story")(asks.story)
app.command("export")(asks.export)
app.add_typer(stories.app, name="stories", help="Stories: merge, split, undo, corrections.")
app.command("recluster")(stories.recluster)
app.command("doctor")(doctor.doctor)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"wirewatch {__version__}")
        raise typer.Exit


@app.callback()
def options(
    home: Annotated[Path | None, typer.Option(help="Folder of all state (WIREWATCH_HOME).")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options of every command."""
    del version
    if home is not None:
        from wirewatch.settings import use_home

        use_home(home)
