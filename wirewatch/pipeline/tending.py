"""Daily care of the index: schema, next month's indices, retention by whole months, old archives, the ledger reconciled."""

from __future__ import annotations

from wirewatch.archive import Archive
from wirewatch.index.lifecycle import ask_server, drop_expired, month_after
from wirewatch.index.similar import SimilarStore
from wirewatch.pipeline.engine import Engine
from wirewatch.pipeline.reckoning import reckon
from wirewatch.roster import list_subscribers


def tend(engine: Engine) -> dict[str, int]:
    """Move what is of an earlier schema, prepare this and next month, delete what is past its time."""
    now, index, settings = engine.clock(), engine.index, engine.settings
    moved = list(index.migrate(now, engine.say))
    index.prepare(now)
    index.prepare(month_after(now))
    replaced = index.drop_replaced(now)
    expired = drop_expired(index.client, index.names, now=now, keep_months=settings.keep_months)
    for name in expired:
        engine.say(f"deleted {name}: older than {settings.keep_months} months")
    ask_server(
        index.client,
        index.names,
        index.capabilities,
        keep_months=settings.keep_months,
        repository=settings.snapshot_repository,
        say=engine.say,
    )
    forgotten = SimilarStore(index).tend(now)
    days = Archive(settings).prune(
        today=now.date(), keep_days=settings.archive_days, keep_bytes=int(settings.archive_gb * 1e9)
    )
    if days:
        engine.say(f"deleted {len(days)} days of the page archive, up to {days[-1]}")
    return {
        "indices_moved": len(moved),
        "months_deleted": len(expired),
        "replaced_deleted": len(replaced),
        "archive_days_deleted": len(days),
        "clustering_forgotten": forgotten,
        "subscribers": list_subscribers(index, settings, now),
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
