"""What every step needs, opened once: settings, the index, the publishers, a clock and a way to tell progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from wirewatch.feedlists import read_feed_list
from wirewatch.index import Index, connect
from wirewatch.records import Feed
from wirewatch.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from extractors.publishers import Publishers
    from wirewatch.rules import Rules


def utc_now() -> datetime:
    """The clock of real runs."""
    return datetime.now(UTC)


def quiet(_line: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """An opened engine. `say` takes one line of progress."""

    settings: Settings
    index: Index
    clock: Callable[[], datetime] = utc_now
    say: Callable[[str], None] = quiet

    @cached_property
    def publishers(self) -> Publishers:
        """The publishers we know, by domain."""
        from extractors.publishers import load_publishers

        return load_publishers()

    @cached_property
    def rules(self) -> Rules:
        """The topic rules in force, the same ones for as long as this engine is open."""
        from wirewatch.rules import put_in_force

        return put_in_force(self.index, self.settings, self.clock())

    @cached_property
    def house_credits(self) -> tuple[str, ...]:
        """Patterns that find a credit to one of the houses on the feed list."""
        from extractors.credits import house_patterns

        return house_patterns(feed.publisher for feed in self.feeds() if feed.publisher)

    def feeds(self) -> tuple[Feed, ...]:
        """The operator's feed list.

        Raises:
            SettingsError: when no feed list is set.
            FeedListError: with every fault of the list.
        """
        if self.settings.feeds is None:
            raise SettingsError([("feeds", "no feed list; set WIREWATCH_FEEDS or pass --feeds FILE")])
        return read_feed_list(self.settings.feeds)


@contextmanager
def open_engine(
    settings: Settings | None = None,
    *,
    clock: Callable[[], datetime] = utc_now,
    say: Callable[[str], None] = quiet,
    prepared: bool = True,
) -> Iterator[Engine]:
    """An engine on the settings given, or on those of the environment; closed afterwards."""
    settings = settings or load_settings()
    index = connect(settings, prepared=prepared, now=clock())
    try:
        yield Engine(settings=settings, index=index, clock=clock, say=say)
    finally:
        index.close()
