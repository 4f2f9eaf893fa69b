"""The dashboard *Feed health*: whether silence means that nothing happened. Pure."""

from __future__ import annotations

from wirewatch.kibana.floor import FLOOR, HEALTH
from wirewatch.kibana.lens import (
    Head,
    count,
    heatmap,
    highest,
    latest,
    metric,
    over_time,
    table,
    timeline,
    total,
    values,
)
from wirewatch.kibana.objects import Control, Panel, Saved, dashboard
from wirewatch.kibana.views import Views

TITLE = "Feed health"
_LOST = "state : (failed or quarantined or refused or gone or not_an_article)"
_UNWELL = "status : (blocked or broken or gone or unreachable or refused or empty)"
_INTRODUCTION = (
    "**Is it quiet, or are we deaf?** Every entry that a feed ever gave ends in exactly one state with a reason. The "
    "first table says how feeds stand now, whatever the time chosen; the others follow the time filter."
)


def health(views: Views, links: Saved) -> tuple[Saved, list[Saved]]:
    """The dashboard, and the visualisations on it."""
    p, feeds, entries = views.prefix, views.view("feeds"), views.view("entries")
    numbers = _numbers(p, feeds, entries)
    silence = table(
        Head(
            f"{p}-silence",
            "Age of the last article",
            feeds,
            about="The feed that was silent longest comes first. Last read recent and last new entry old: the feed is "
            "quiet. Both old: it is broken.",
        ),
        {
            "feed": values("url", "feed", size=50, by="new", ascending=True),
            "publisher": values("publisher", "publisher", size=1, by=None, ascending=True),
            "status": values("status", "status", size=1, by=None, ascending=True),
            "new": latest("changed_at", "last new entry"),
            "read": latest("read_at", "last read"),
            "failures": highest("failures", "failures in a row"),
        },
        sort=("new", "asc"),
    )
    states = table(
        Head(
            f"{p}-feed-states",
            "Feeds by state",
            feeds,
            about="ok and quiet are well. blocked: something else came instead of a feed. broken: it cannot be read.",
        ),
        {"status": values("status", "status", size=12, by="feeds"), "feeds": count("feeds")},
        sort=("feeds", "desc"),
    )
    over = timeline(
        Head(
            f"{p}-entries-by-state",
            "How entries end, over time",
            entries,
            about="queued and extracted are on their way. Growing: ingestion is behind or stopped.",
        ),
        x=over_time("seen_at", "first seen"),
        split=values("state", "state", size=12, by="value"),
        value=count("entries"),
    )
    reasons = table(
        Head(
            f"{p}-lost",
            "Why entries became no article",
            entries,
            about="Walls, bot challenges, removed pages, timeouts: the reason as the ledger has it.",
            kql=_LOST,
        ),
        {
            "state": values("state", "state", size=6, by="entries"),
            "reason": values("reason", "reason", size=8, by="entries"),
            "entries": count("entries"),
        },
        sort=("entries", "desc"),
    )
    by_publisher = heatmap(
        Head(
            f"{p}-lost-by-publisher",
            "Failures by publisher",
            entries,
            about="A publisher that turned dark has changed its site or shut us out.",
            kql=_LOST,
        ),
        values("state", "state", size=8, by="value"),
        values("publisher", "publisher", size=20, by="value"),
        count("entries"),
    )
    return dashboard(
        f"{p}-{HEALTH}",
        title=f"{p.capitalize()}: {TITLE}",
        description="Whether every feed is heard, and what became of every entry.",
        time_from="now-7d",
        panels=[
            Panel(x=0, y=0, w=34, h=4, markdown=_INTRODUCTION),
            Panel(x=34, y=0, w=14, h=4, shows=links),
            *(Panel(x=12 * place, y=4, w=12, h=6, shows=each) for place, each in enumerate(numbers)),
            Panel(x=0, y=10, w=34, h=14, shows=silence),
            Panel(x=34, y=10, w=14, h=14, shows=states),
            Panel(x=0, y=24, w=48, h=12, shows=over),
            Panel(x=0, y=36, w=24, h=16, shows=reasons),
            Panel(x=24, y=36, w=24, h=16, shows=by_publisher),
            Panel(x=0, y=52, w=48, h=14, shows=views.troubled()),
        ],
        controls=[Control(id="publisher", field="publisher", title="Publisher", view=entries)],
    ), [*numbers, silence, states, over, reasons, by_publisher]


def _numbers(p: str, feeds: Saved, entries: Saved) -> list[Saved]:
    return [
        metric(
            Head(
                f"{p}-number-feeds", "Feeds", feeds, about="Feeds on the list that were polled at least once."
            ),
            count("feeds"),
            second=count("not well", kql=_UNWELL),
        ),
        metric(
            Head(
                f"{p}-number-entries", "Entries", entries, about="Entries that feeds gave for the first time."
            ),
            count("entries"),
            second=count("in the period before", shift="previous"),
        ),
        metric(
            Head(
                f"{p}-number-lost",
                "No article",
                entries,
                about="Walls, removed pages, refusals, failures; and what still waits.",
            ),
            count("entries that became no article", kql=_LOST),
            second=count("to be fetched", kql="state : queued"),
        ),
        metric(
            Head(
                f"{p}-number-fresh",
                "New at the last read",
                feeds,
                about="0 for long: no feed brings anything new.",
            ),
            total("entries_new", "entries that were new at the last read of each feed"),
        ),
    ]


__all__ = ["FLOOR", "HEALTH", "health"]
