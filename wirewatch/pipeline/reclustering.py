"""The stories of the stored articles decided anew: by hand, or as the DAG `recluster_stories`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from extractors.errors import WirewatchError
from wirewatch.clustering import cluster_articles
from wirewatch.clustering.reclustering import Difference
from wirewatch.clustering.reclustering import recluster as decided_anew
from wirewatch.index.lease import holder_of, writing
from wirewatch.index.similar import SimilarStore
from wirewatch.pipeline.engine import Engine
from wirewatch.pipeline.placing import PATIENCE, settle

_AGO = re.compile(r"(\d+)\s*(h|d|w)", re.IGNORECASE)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_COUNTED = (
    "articles",
    "articles_moved",
    "stories_kept",
    "stories_changed",
    "stories_renamed",
    "stories_new",
    "stories_merged",
)


class WriterBusy(WirewatchError):
    """Stories are being written by somebody else, who is named."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"another writer is at work on the stories ({holder}); try again when it is done")


def recluster(
    engine: Engine,
    *,
    since: datetime,
    dry_run: bool = False,
    tell: Callable[[Difference], None] = lambda _: None,
) -> dict[str, int]:
    """Decide the stories of `since` and later anew and have them take the place of those that stand.

    `tell` gets every difference, in a dry run too, which writes nothing. Articles that arrive meanwhile wait, and are
    placed at the end. Cut off at any point it is to be run again; `unfinished` says since when.

    Raises:
        WriterBusy: the stories are being written by another process.
    """
    index = engine.index
    index.refresh("articles", "stories", "clustering", "corrections")
    if dry_run:
        return dict(_compared(engine, SimilarStore(index), since, tell, write=False))
    with writing(index, patience=PATIENCE) as lease:
        if lease is None:
            raise WriterBusy(holder_of(index) or "just finished")
        store = SimilarStore(index, lease)
        cluster_articles(store, now=engine.clock(), say=engine.say)
        store.memory.note_reclustering(since)
        counts = _compared(engine, store, since, tell, write=True)
        store.memory.note_reclustering(None)
        cluster_articles(store, now=engine.clock(), say=engine.say)
    index.refresh("articles", "stories", "claims")
    settle(engine)
    return dict(counts)


def unfinished(engine: Engine) -> datetime | None:
    """Since when a re-clustering that was cut off was to decide anew."""
    return SimilarStore(engine.index).memory.noted_reclustering()


def moment(text: str, now: datetime) -> datetime:
    """A time as people say it: "36h", "7d", "2w" before now, or an ISO date or time (UTC where no zone is said).

    Raises:
        ValueError: with what would be understood.
    """
    ago = _AGO.fullmatch(text.strip())
    try:
        at = now - int(ago[1]) * _UNITS[ago[2].lower()] if ago else datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no time; say 36h, 7d, 2w or 2026-01-31") from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    if at > now:
        raise ValueError(f"{text!r} is not in the past")
    return at


def _compared(
    engine: Engine, store: SimilarStore, since: datetime, tell: Callable[[Difference], None], *, write: bool
) -> Counter[str]:
    def said(line: str) -> None:
        if store.lease is not None:
            store.lease.renew()
        engine.say(line)

    found = decided_anew(store, since=since, now=engine.clock(), say=said)
    counts = Counter(dict.fromkeys(_COUNTED, 0))
    counts.update(articles=found.articles, stories_kept=found.kept)
    for part in found.parts:
        if write:
            store.write(part.change)
        for each in part.differences:
            counts[f"stories_{each.what}"] += 1
            counts["stories_renamed"] += each.title_before is not None
            counts["articles_moved"] += len(each.came)
            tell(each)
        if write:
            said(f"{counts['articles_moved']} articles moved")
    return counts
