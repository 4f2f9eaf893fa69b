"""`wirewatch index status|migrate`: which schema version the indices are of, and moving them to today's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.output import FAILED, emit, say, tell

if TYPE_CHECKING:
    from wirewatch.index import Index

app = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Show the indices by kind and what is of an earlier schema version. Exit code 1: something is."""
    from wirewatch.index.schema import KINDS, SCHEMA_VERSION

    with _opened() as index:
        there, old = index.months(KINDS), index.outdated()
    if as_json:
        emit({"schema_version": SCHEMA_VERSION, "indices": there, "outdated": old})
    else:
        tell(f"schema version {SCHEMA_VERSION}")
        for kind, names in there.items():
            tell(f"{kind:<14} {', '.join(names) or 'none'}")
        if old:
            tell(f"of an earlier version: {', '.join(old)}; `wirewatch index migrate` moves them")
    if old:
        raise typer.Exit(FAILED)


@app.command()
def migrate(
    *,
    drop_replaced: Annotated[
        bool, typer.Option("--drop-replaced", help="Delete replaced indices now, not after a day.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Move documents of an earlier schema version into today's indices, while others read and write.

    Stopped or killed, it goes on where it was when started again. Workers must run today's version of Wirewatch.
    """
    with _opened() as index:
        moved = list(index.migrate(say=say))
        dropped = index.drop_replaced(kept=timedelta(0) if drop_replaced else None)
    if as_json:
        emit({"moved": [asdict(each) for each in moved], "dropped": dropped})
        return
    for each in moved:
        tell(f"{each.source} -> {each.target}: {each.documents} documents")
    for name in dropped:
        tell(f"deleted {name}, which was replaced")
    if not moved:
        tell("every index is of today's schema version; nothing to move")


@contextmanager
def _opened() -> Iterator[Index]:
    from wirewatch.index import connect
    from wirewatch.settings import load_settings

    index = connect(load_settings(), prepared=False)
    try:
        yield index
    finally:
        index.close()
