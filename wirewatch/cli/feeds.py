"""`wirewatch feeds list|check|discover|parse|lines|import|export`: the feed list and what feeds really give."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli.output import FAILED, UNREACHABLE, WRONG, emit, say, tell

if TYPE_CHECKING:
    from extractors.records import Entry, Fault, FeedDocument
    from wirewatch.records import Feed

app = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON.")]
FeedFile = Annotated[
    Path | None, typer.Argument(help="Feed list, TOML or OPML. Default: the one set (WIREWATCH_FEEDS).")
]
# Where the bytes of a file came from, when nobody says.
NOWHERE = "https://unknown.invalid/feed"


@app.command("list")
def list_feeds(
    file: FeedFile = None,
    *,
    as_json: AsJson = False,
    status: Annotated[bool, typer.Option("--status", help="With the state of each, from the store.")] = False,
) -> None:
    """List the feeds of the feed list."""
    feeds = _feeds(file)
    states = _states() if status else {}
    for feed in feeds:
        row = _feed_row(feed)
        state = states.get(feed.url)
        if status:
            row |= {
                "status": state.status if state else "new",
                "reason": state.reason if state else None,
                "failures": state.failures if state else 0.0,
                "entries_seen": state.entries_seen if state else 0,
                "polled_at": state.polled_at if state else None,
                "next_poll_at": state.next_poll_at if state else None,
                "faults": list(state.faults) if state else [],
            }
        if as_json:
            emit(row)
        else:
            tell("  ".join(str(value) for value in row.values() if value not in (None, [], "")))


@app.command()
def parse(
    file: Annotated[str, typer.Argument(help="A feed's bytes; `-` reads standard input.")],
    *,
    url: Annotated[str, typer.Option(help="The address they came from, for relative links.")] = NOWHERE,
    zone: Annotated[str | None, typer.Option(help="The publisher's zone, for dates that name none.")] = None,
    content_type: Annotated[str | None, typer.Option(help="The Content-Type they came with.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a feed's bytes give. Exit code 1: they are no feed."""
    from extractors.errors import FeedUnreadable
    from extractors.feeds import read_feed
    from extractors.zones import zone_info

    if zone is not None and zone_info(zone) is None:
        say(f"wirewatch: --zone: {zone!r} is no zone; give one such as Asia/Seoul")
        raise typer.Exit(WRONG)
    body = _bytes(file)
    try:
        document = read_feed(body, url=url, content_type=content_type, zone=zone, now=datetime.now(UTC))
    except FeedUnreadable as fault:
        kind, _, detail = fault.reason.partition(": ")
        if as_json:
            emit({"kind": None, "entries": [], "faults": [{"kind": kind, "detail": detail}]})
        say(f"wirewatch: {file}: no feed: {fault.reason}")
        raise typer.Exit(FAILED) from None
    if as_json:
        emit(_document_row(document))
        return
    tell(
        f"{document.kind}  {document.title or '-'}  {document.language or '-'}  {len(document.entries)} entries"
    )
    for one in document.faults:
        tell(f"fault     {one.kind}: {one.detail}")
    for entry in document.entries:
        at = entry.published_at or entry.updated_at
        tell(f"{at.isoformat() if at else '-':25}  {entry.title or '-'}  {entry.url}")
        for one in entry.faults:
            tell(f"{'':25}  fault {one.kind}: {one.detail}")


@app.command()
def check(file: FeedFile = None, *, as_json: AsJson = False) -> None:
    """Ask every feed of the list: reachable, readable, fresh, in its language? Exit code 1: one is not well."""
    import asyncio

    from wirewatch.feedfinder import Checked
    from wirewatch.feedfinder import check as ask
    from wirewatch.fetch import Fetcher
    from wirewatch.settings import load_settings

    feeds = _feeds(file)

    async def run() -> tuple[Checked, ...]:
        async with Fetcher(load_settings()) as fetcher:
            return await ask(fetcher, feeds, datetime.now(UTC))

    checked = asyncio.run(run())
    for row in checked:
        if as_json:
            emit(_plain(row))
        else:
            newest = row.newest_at.isoformat(timespec="minutes") if row.newest_at else "-"
            tell(
                f"{'well ' if not row.wrong else 'wrong'}  {row.url}  {row.kind or '-'}  {row.entries} entries  newest {newest}  {row.language or '-'}"
            )
            for line in row.wrong:
                tell(f"       {line}")
    if any(row.wrong for row in checked):
        raise typer.Exit(FAILED)


@app.command()
def discover(
    url: Annotated[str, typer.Argument(help="A page of the site.")], *, as_json: AsJson = False
) -> None:
    """Find the feeds and news sitemaps of a site. Exit code 1: none; 3: the site is unreachable."""
    import asyncio

    from wirewatch.feedfinder import discover as search
    from wirewatch.fetch import Fetcher
    from wirewatch.settings import load_settings
    from wirewatch.verdicts import Fetched

    async def run() -> Any:
        async with Fetcher(load_settings()) as fetcher:
            return await search(fetcher, url, datetime.now(UTC))

    verdict, found = asyncio.run(run())
    for feed in found:
        if as_json:
            emit(_plain(feed))
        else:
            tell(
                f"{feed.url}  {feed.kind}  {feed.entries} entries  {feed.language or '-'}  ({feed.found_in})"
            )
    if not isinstance(verdict, Fetched):
        reason = getattr(verdict, "reason", None) or f"HTTP {getattr(verdict, 'status', '?')}"
        say(f"wirewatch: {url}: {reason}")
        raise typer.Exit(UNREACHABLE if type(verdict).__name__ == "Unreachable" else FAILED)
    if not found:
        say(f"wirewatch: {url}: no feed found")
        raise typer.Exit(FAILED)


@app.command()
def lines(
    host: Annotated[
        str | None,
        typer.Argument(help="A host, as www.daily.example, or an address on it. Default: every host."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show the lines learned of a site: what is left out of its articles, and what showed it. Exit code 1: none."""
    from extractors.urls import host_of
    from wirewatch.index import connect, name_id
    from wirewatch.settings import load_settings

    wanted = (host_of(host if "://" in host else f"https://{host}") or host) if host else None
    index = connect(load_settings(), now=datetime.now(UTC))
    try:
        index.refresh("sites")
        sites = index.sites.get([name_id(wanted)]).values() if wanted else index.sites.records()
        found = sorted((site for site in sites if site.lines), key=lambda site: site.host)
    finally:
        index.close()
    for site in found:
        for line in site.lines:
            if as_json:
                emit({"host": site.host, **_plain(line)})
            else:
                tell(
                    f"{site.host}  in {line.witnesses} of {line.of_articles} articles  {line.place}  "
                    f"{line.first_seen_at:%Y-%m-%d} to {line.last_seen_at:%Y-%m-%d}  {line.text}"
                )
    if not found:
        say(f"wirewatch: no line is learned of {wanted or 'any host'}; it takes three articles that show it")
        raise typer.Exit(FAILED)


@app.command("import")
def import_feeds(
    file: Annotated[Path, typer.Argument(help="OPML (or TOML) to take feeds from.")],
    into: Annotated[
        Path | None, typer.Option(help="Feed list (TOML) to add them to. Default: print TOML.")
    ] = None,
) -> None:
    """Turn OPML into a TOML feed list, or add what is new in it to one."""
    from extractors.urls import canonical_url
    from wirewatch.feedlists import feeds_as_toml, read_feed_list

    feeds = read_feed_list(file)
    if into is None:
        sys.stdout.write(feeds_as_toml(feeds))
        return
    known = {canonical_url(feed.url) for feed in read_feed_list(into)} if into.exists() else set()
    fresh = [feed for feed in feeds if canonical_url(feed.url) not in known]
    if fresh:
        # Appended, so that the operator's comments and order stay.
        before = into.read_text(encoding="utf-8") if into.exists() else ""
        gap = "" if not before or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
        _replace_text(into, f"{before}{gap}{feeds_as_toml(fresh)}")
    say(f"{len(fresh)} feeds added to {into}, {len(feeds) - len(fresh)} were there already")


@app.command("export")
def export_feeds(
    file: FeedFile = None,
    *,
    toml: Annotated[bool, typer.Option("--toml", help="TOML instead of OPML.")] = False,
) -> None:
    """Print the feed list as OPML, for other readers."""
    from wirewatch.feedlists import feeds_as_opml, feeds_as_toml

    feeds = _feeds(file)
    sys.stdout.write(feeds_as_toml(feeds) if toml else feeds_as_opml(feeds))


def _feeds(file: Path | None) -> tuple[Feed, ...]:
    from wirewatch.feedlists import read_feed_list
    from wirewatch.settings import SettingsError, load_settings

    path = file or load_settings().feeds
    if path is None:
        raise SettingsError([("feeds", "no feed list; name one, or set WIREWATCH_FEEDS")])
    return read_feed_list(path)


def _states() -> dict[str, Any]:
    from wirewatch.index import connect
    from wirewatch.settings import load_settings

    index = connect(load_settings(), now=datetime.now(UTC))
    try:
        return {state.url: state for state in index.feeds.records()}
    finally:
        index.close()


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as fault:
        say(f"wirewatch: {file}: {fault.strerror or fault}; give a readable file or `-`")
        raise typer.Exit(WRONG) from None


def _replace_text(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _feed_row(feed: Feed) -> dict[str, Any]:
    row = {name: getattr(feed, name) for name in ("url", "publisher", "family", "language", "zone")}
    return row | {"every_seconds": int(feed.every.total_seconds()) if feed.every else None}


def _document_row(document: FeedDocument) -> dict[str, Any]:
    names = ("kind", "title", "language", "home_url", "self_url", "hub_url", "ttl_minutes", "sitemaps")
    row: dict[str, Any] = {name: getattr(document, name) for name in names}
    row["entries"] = [_entry_row(entry) for entry in document.entries]
    row["faults"] = _fault_rows(document.faults)
    return row


def _entry_row(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {"url": entry.url, "id": entry.entry_id}
    names = (
        "link", "title", "published_at", "published_raw", "published_from", "updated_at", "updated_raw", "authors", "categories",
        "language", "source_url", "source_name", "summary",
    )  # fmt: skip
    row |= {name: getattr(entry, name) for name in names}
    row["faults"] = _fault_rows(entry.faults)
    return row


def _fault_rows(faults: tuple[Fault, ...]) -> list[dict[str, str]]:
    return [{"kind": fault.kind, "detail": fault.detail} for fault in faults]


def _plain(record: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(record)
