"""Commands that run the pipeline or the desk: `up`, `run`, `desk`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.output import FAILED, WRONG, say, show, tell

if TYPE_CHECKING:
    from wirewatch.settings import Settings

FeedsOption = Annotated[
    Path | None, typer.Option("--feeds", help="Feed list: TOML or OPML. None: the sample newsroom.")
]


def up(
    feeds: FeedsOption = None,
    until_digest: Annotated[
        bool, typer.Option("--until-digest", help="Stop everything once the first digest is printed.")
    ] = False,
) -> None:
    """Start everything: Elasticsearch, Airflow, the sample newsroom, the desk; go on until Ctrl-C."""
    from wirewatch.settings import load_settings
    from wirewatch.up import up as start

    settings = load_settings(overrides={"feeds": _readable(feeds)})
    raise typer.Exit(start(settings, feeds=settings.feeds, until_digest=until_digest, say=say))


def run(
    once: Annotated[bool, typer.Option("--once", help="One pass: poll, ingest, cluster, digest.")] = False,
    feeds: FeedsOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Poll every feed now, due or not.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The counts as JSON.")] = False,
) -> None:
    """One pass over the feeds without Airflow, through the same steps."""
    from wirewatch.pipeline import open_engine, run_once
    from wirewatch.settings import load_settings

    if not once:
        say("wirewatch: `run` makes one pass and wants --once; `wirewatch up` goes on under Airflow")
        raise typer.Exit(WRONG)
    settings = load_settings(overrides={"feeds": _readable(feeds)})
    _check_files(settings)
    with _store(settings), open_engine(settings, say=say) as engine:
        counts = run_once(engine, everything=everything)
    if as_json:
        show(counts)
    else:
        for step, numbers in counts.items():
            told = ", ".join(
                f"{number} {name.replace('_', ' ')}" for name, number in numbers.items() if number
            )
            tell(f"{step:<8} {told or 'nothing to do'}")
    polled = counts["poll"]
    if polled.get("feeds", 0) and polled.get("failed", 0) == polled["feeds"]:
        raise typer.Exit(FAILED)


def desk(
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="Port; the next free one when taken.")
    ] = None,
) -> None:
    """Serve the desk on loopback until Ctrl-C."""
    from wirewatch.desk.serving import serve
    from wirewatch.settings import load_settings

    serve(load_settings(overrides={"desk_port": port}), say=say)


def _readable(feeds: Path | None) -> Path | None:
    """The absolute path of a feed list that can be read; all its faults are told before anything starts."""
    from wirewatch.feedlists import read_feed_list

    if feeds is None:
        return None
    read_feed_list(feeds)
    return feeds.absolute()


def _check_files(settings: Settings) -> None:
    """Read the operator's files before anything starts, so that every fault is told and nothing is half done."""
    from extractors.taxonomy import load_taxonomy
    from wirewatch.feedlists import read_feed_list
    from wirewatch.settings import SettingsError
    from wirewatch.subscribers import load_subscribers

    if settings.feeds is None:
        raise SettingsError([("feeds", "no feed list; pass --feeds FILE or set WIREWATCH_FEEDS")])
    read_feed_list(settings.feeds)
    taxonomy = load_taxonomy(settings.topic_folders)
    load_subscribers(settings, known_topics=lambda: taxonomy.topics)


@contextmanager
def _store(settings: Settings) -> Iterator[None]:
    """An embedded node for the length of a command, unless a server is configured or one runs already."""
    from wirewatch.embedded import ensure_node, node_url

    if settings.elasticsearch_url or node_url(settings):
        yield
        return
    with ensure_node(settings, say=say):
        yield
