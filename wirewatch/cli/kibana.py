"""`wirewatch kibana build|check|import`: the dashboards as a file, proved, and into a Kibana."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from wirewatch.cli.output import FAILED, emit, say, tell

app = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


@app.command()
def build(
    *,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Write nothing; exit code 1 when the file is not what would be written."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write here and not into mappings/kibana/; - is standard output."),
    ] = None,
    prefix: Annotated[str | None, typer.Option(help="First part of the index names.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the saved objects as one file that Kibana 8.12 to 9.x can import."""
    from wirewatch import kibana
    from wirewatch.kibana.checking import faults

    objects = kibana.build(prefix or kibana.PREFIX)
    lines, file = kibana.ndjson(objects), out or kibana.FILE
    wrong = faults(objects)
    same = file.is_file() and file.read_text(encoding="utf-8") == lines if str(file) != "-" else False
    if str(file) == "-":
        typer.echo(lines, nl=False)
    elif not check and not same:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(lines, encoding="utf-8")
    if as_json and str(file) != "-":
        emit({"file": str(file), "objects": len(objects), "same": same, "faults": wrong})
    elif str(file) != "-":
        what = "is as built" if same else "differs from what would be built" if check else "written"
        tell(f"{file}: {what}, {len(objects)} objects")
    for fault in wrong:
        say(f"wrong: {fault}")
    if wrong or (check and not same):
        raise typer.Exit(FAILED)


@app.command()
def check(
    *,
    days: Annotated[int, typer.Option(min=1, max=3650, help="The days that panels show, up to now.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Ask Elasticsearch what every panel would ask: which fields are missing, which panels stay empty.

    Exit code 1: a field is missing or cannot be used so. An empty panel is no fault: there may be nothing to show.
    """
    from wirewatch import kibana
    from wirewatch.index import connect
    from wirewatch.kibana.checking import faults
    from wirewatch.kibana.probing import drawn, fields_wrong, last_days
    from wirewatch.settings import load_settings

    settings = load_settings()
    objects = kibana.build(settings.index_prefix)
    index = connect(settings)
    try:
        wrong = faults(objects) + fields_wrong(index, objects)
        panels = {shown.attributes["title"]: rows for shown, rows in drawn(index, objects, last_days(days))}
    finally:
        index.close()
    if as_json:
        emit({"faults": wrong, "panels": panels})
    else:
        for panel, rows in panels.items():
            tell(f"{rows or 'EMPTY':>6}  {panel}")
        for fault in wrong:
            say(f"wrong: {fault}")
    if wrong:
        raise typer.Exit(FAILED)


@app.command(name="import")
def import_(
    *,
    url: Annotated[str | None, typer.Option(help="Address of Kibana; else WIREWATCH_KIBANA_URL.")] = None,
    space: Annotated[str | None, typer.Option(help="Kibana space; else the default one.")] = None,
    wait: Annotated[
        float, typer.Option(min=0, max=86_400, help="Seconds to wait until Kibana is ready.")
    ] = 600.0,
    as_json: AsJson = False,
) -> None:
    """Import data views, searches and dashboards into Kibana; doing it again replaces them and nothing else."""
    from wirewatch import kibana
    from wirewatch.kibana.importing import import_objects
    from wirewatch.settings import load_settings

    settings = load_settings()
    lines = kibana.ndjson(kibana.build(settings.index_prefix, desk=settings.public_url))
    done = import_objects(settings, lines, url=url, space=space, wait=wait, say=say)
    if as_json:
        emit(
            {
                **asdict(done),
                "errors": [dict(zip(("type", "id", "reason"), e, strict=True)) for e in done.errors],
            }
        )
    else:
        tell(f"Kibana {done.version}: {done.objects} objects imported, {len(done.errors)} refused")
    for warning in done.warnings:
        say(f"Kibana warns: {warning}")
    for kind, id_, reason in done.errors:
        say(f"refused: {kind} {id_}: {reason}")
    if done.errors:
        raise typer.Exit(FAILED)
