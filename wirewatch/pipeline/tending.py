"""Daily care of the index: next month's indices, retention by whole months, old archives, the ledger reconciled."""

from __future__ import annotations

from datetime import datetime, timedelta

from wirewatch.archive import Archive
from wirewatch.index.similar import SimilarStore
from wirewatch.pipeline.engine import Engine
from wirewatch.pipeline.reckoning import reckon


def tend(engine: Engine) -> dict[str, int]:
    """Prepare this and next month, delete the months beyond `keep_months` and what the archive may no longer hold."""
    now = engine.clock()
    engine.index.prepare(now)
    engine.index.prepare(_next_month(now))
    dropped = 0
    for kind, names in engine.index.months().items():
        oldest = engine.index.names.month(kind, _months_back(now, engine.settings.keep_months))
        for name in names:
            if name < oldest:
                engine.index.client.indices.delete(index=name)
                engine.say(f"deleted {name}: older than {engine.settings.keep_months} months")
                dropped += 1
    forgotten = SimilarStore(engine.index).tend(now)
    settings = engine.settings
    days = Archive(settings).prune(
        today=now.date(), keep_days=settings.archive_days, keep_bytes=int(settings.archive_gb * 1e9)
    )
    if days:
        engine.say(f"deleted {len(days)} days of the page archive, up to {days[-1]}")
    return {
        "months_deleted": dropped,
        "archive_days_deleted": len(days),
        "clustering_forgotten": forgotten,
        **_reconciled(engine),
    }


def _reconciled(engine: Engine) -> dict[str, int]:
    """The ledger against what feeds gave; every difference is a line of the log."""
    reckoned = reckon(engine.index)
    for feed in reckoned.feeds:
        if feed.difference:
            engine.say(f"{feed.feed}: gave {feed.given} entries, the ledger holds {feed.held}")
    for day in reckoned.days:
        if day.difference:
            engine.say(f"{day.feed}, {day.day}: {day.difference} of {day.seen} entries are in no known state")
    return {"ledger_entries": reckoned.entries, "ledger_difference": reckoned.difference}


def _next_month(now: datetime) -> datetime:
    return (now.replace(day=1) + timedelta(days=32)).replace(day=1)


def _months_back(now: datetime, months: int) -> datetime:
    total = now.year * 12 + now.month - 1 - months
    return now.replace(year=total // 12, month=total % 12 + 1, day=1)
