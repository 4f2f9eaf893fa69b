"""`wirewatch embedded start|stop|status`: the Elasticsearch node that comes with us, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli.output import UNREACHABLE, emit, say, tell
from wirewatch.settings import SettingsError, load_settings

if TYPE_CHECKING:
    from wirewatch.embedded import Node

app = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


@app.command()
def start(*, as_json: AsJson = False) -> None:
    """Start the node and leave it running; fetch the server first when it is not there."""
    from wirewatch.embedded import ensure_node

    settings = load_settings()
    if settings.elasticsearch_url is not None:
        where = settings.origin("elasticsearch_url")
        reason = "names another server, so nothing would use the embedded node; unset it first"
        raise SettingsError([(where, reason)])
    node = ensure_node(settings, say=say, attached=False)
    if as_json:
        emit(_facts(node))
    else:
        tell(node.url)


@app.command()
def stop(*, as_json: AsJson = False) -> None:
    """Stop the node, whoever started it."""
    from wirewatch.embedded import stop_node

    settings = load_settings()
    stopped = stop_node(settings)
    if as_json:
        emit({"stopped": stopped})
    else:
        tell("stopped" if stopped else f"no node of {settings.home} is running")


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Say whether the node runs, where it answers and what it is. Exit code 3: it does not answer."""
    from wirewatch.embedded import running_node

    settings = load_settings()
    node = running_node(settings)
    facts = _facts(node) if node is not None else {"running": False, "answers": False}
    if as_json:
        emit(facts)
    elif node is None:
        tell(f"no node of {settings.home} is running; `wirewatch embedded start` starts one")
    else:
        for name, value in facts.items():
            tell(f"{name:9} {value}")
    if not facts["answers"]:
        raise typer.Exit(UNREACHABLE)


def _facts(node: Node) -> dict[str, Any]:
    return {
        "running": node.running(),
        "answers": node.healthy(),
        "url": node.url,
        "version": node.version,
        "pid": node.pid,
        "java": node.note.java,
        "folder": node.note.folder,
        "log": str(node.log_file),
    }
