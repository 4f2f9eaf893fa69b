"""`wirewatch digest`: see what a subscriber would get, before anybody gets it; take back who left by mistake."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from wirewatch.cli.output import FAILED, emit, say, tell

app = typer.Typer(no_args_is_help=True, help="Digests: preview, readmit.")


@app.callback()
def digest() -> None:
    """Digests: preview, readmit."""


@app.command()
def preview(
    subscriber: Annotated[
        str | None, typer.Option(help="Whose digest. Default: the only or first one of the file.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="End of the window: 2026-01-31T07:00:00+01:00. Default: now.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the .html, .txt and .eml.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Subject, stories and files as JSON.")] = False,
) -> None:
    """Compose and render a digest without sending or remembering it."""
    from wirewatch.dispatch import preview as made
    from wirewatch.index import connect
    from wirewatch.settings import load_settings
    from wirewatch.subscribers import load_subscribers

    settings = load_settings()
    name = subscriber or load_subscribers(settings)[0].name
    end = _instant(at)
    index = connect(settings)
    try:
        mail = made(index, settings, name, end)
    finally:
        index.close()
    files = []
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        contents = {".html": mail.html.encode(), ".txt": mail.text.encode(), ".eml": mail.eml}
        for suffix, content in contents.items():
            target = out / f"digest-{name}{suffix}"
            target.write_bytes(content)
            files.append(str(target))
    if as_json:
        stories = [
            {
                "story": item.story_key, "kind": item.kind, "headline": item.headline, "publisher": item.publisher,
                "url": item.url, "independent_reports": item.independent_reports, "copies": item.copies,
                "topics": item.topics, "why": item.why, "changes": item.changes, "labels": item.labels,
            }
            for item in mail.digest.items
        ]  # fmt: skip
        emit(
            {
                "subscriber": name, "subject": mail.subject, "window_start": mail.digest.window_start,
                "window_end": mail.digest.window_end, "stories": stories, "left_out": len(mail.digest.left_out),
                "backfilled": mail.digest.backfilled, "files": files,
            }
        )  # fmt: skip
        return
    tell(f"Subject: {mail.subject}\n")
    tell(mail.text)
    for file in files:
        say(f"wrote {file}")


@app.command()
def readmit(name: Annotated[str, typer.Argument(help="The subscriber who unsubscribed by mistake.")]) -> None:
    """Send digests again to a subscriber who left by the link in a digest."""
    from wirewatch.dispatch import readmit as taken_back
    from wirewatch.index import connect
    from wirewatch.settings import load_settings

    index = connect(load_settings())
    try:
        there = taken_back(index, name)
    finally:
        index.close()
    tell(f"{name} gets digests again" if there else f"{name} had not left")
    if not there:
        raise typer.Exit(FAILED)


def _instant(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise typer.BadParameter("wants a date and time with its offset, 2026-01-31T07:00:00+01:00")
    return at.astimezone(UTC)
