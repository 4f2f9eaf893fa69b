"""One run of the ordered writer: what a run before left, what analysts decided, then every article that waits."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from wirewatch.clustering.anew import SETTLED, around, decide_anew
from wirewatch.clustering.ruling import rule
from wirewatch.clustering.writer import BATCH, Writer
from wirewatch.stories.reports import order
from wirewatch.verdicts import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from wirewatch.clustering.store import Change, Store
    from wirewatch.records import StoredArticle

log = logging.getLogger(__name__)


def cluster_articles(
    store: Store,
    *,
    now: datetime,
    say: Callable[[str], None] | None = None,
    batch: int = BATCH,
    settled: int = SETTLED,
) -> Counts:
    """Apply what analysts decided, then place every waiting article. `say` gets a line per batch.

    With the last batch, up to `settled` articles around it are decided anew.
    """
    finish(store)
    writer = Writer(store, now)
    for change in rule(writer):
        store.write(change)
    placed: set[tuple[str, str]] = set()
    while waiting := store.waiting(batch + 1):
        part = waiting[:batch]
        keys = {(article.article_key, article.text_hash) for article in part}
        if keys <= placed:
            # The store does not keep what it was told: go on with the next run, not for ever with this one.
            writer.counts["stuck"] = len(keys)
            log.error("articles wait though they were placed count=%d first=%s", len(keys), min(keys)[0])
            break
        placed |= keys
        last = len(waiting) <= batch
        store.write(_settled(writer, part, settled) if last else writer.decide(part))
        if say is not None:
            say(writer.progress())
    return Counts(numbers=tuple(sorted(writer.counts.items())))


def apply_corrections(store: Store, *, now: datetime) -> tuple[str, ...]:
    """Apply what analysts decided and nothing else; warnings of corrections that newer ones overrule."""
    finish(store)
    writer = Writer(store, now)
    for change in rule(writer):
        store.write(change)
    return tuple(writer.rulings.warnings)


def finish(store: Store) -> None:
    """Write what a run that was cut off had decided."""
    unfinished = store.unfinished()
    if unfinished is not None:
        store.write(unfinished)


def _settled(writer: Writer, articles: Sequence[StoredArticle], most: int) -> Change:
    """Place the last batch of a run, and decide anew what surrounds it."""
    batch = sorted(articles, key=order)
    scope = around(writer, batch, most)
    if not scope:
        return writer.decide(batch)
    former = {each.article_key: each.story_key for each in (*scope, *batch) if each.story_key is not None}
    return writer.written(decide_anew(writer, batch, scope, former=former))
