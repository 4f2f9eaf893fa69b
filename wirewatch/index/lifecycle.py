"""How long documents stay and how they are backed up: by whole months, ours everywhere, the server's parts where it has them.

We delete expired months ourselves on every server, by the calendar. A full server is also given a lifecycle policy
(ILM), which merges months that are over and deletes what we did not, and with a repository named in the settings a
nightly snapshot policy (SLM). What a server refuses is told, and is no fault of the day's work.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from wirewatch.index.client import Capabilities
from wirewatch.index.schema import MONTHLY, Names, live_by_kind, month_of

# A month's index gets few writes once the next month is half over; one segment searches fastest.
MERGED_AFTER_DAYS = 45
DAYS_A_MONTH = 31
SNAPSHOTS_KEPT_DAYS = 30


def drop_expired(client: Elasticsearch, names: Names, *, now: datetime, keep_months: int) -> list[str]:
    """Delete the months that are more than `keep_months` before this one; the names of their indices."""
    oldest = month_of(months_before(now, keep_months))
    dropped = []
    for kind, indices in live_by_kind(client, names).items():
        for index in indices if kind in MONTHLY else ():
            place = names.place(kind, index)
            if place is not None and place.month < oldest:
                client.indices.delete(index=index)
                dropped.append(index)
    return dropped


def months_before(now: datetime, months: int) -> datetime:
    """The first day of the month so many months before."""
    total = now.year * 12 + now.month - 1 - months
    return now.replace(year=total // 12, month=total % 12 + 1, day=1)


def month_after(now: datetime) -> datetime:
    """The first day of the next month."""
    return months_before(now, -1)


def ask_server(
    client: Elasticsearch,
    names: Names,
    capabilities: Capabilities,
    *,
    keep_months: int,
    repository: str | None,
    say: Callable[[str], None],
) -> None:
    """Give a server that can its lifecycle and snapshot policies; say what it refused."""
    try:
        if capabilities.lifecycle:
            policy = f"{names.prefix}-months"
            client.ilm.put_lifecycle(name=policy, policy=lifecycle_policy(keep_months))
            _attach(client, names, policy)
        if repository and capabilities.snapshots:
            client.slm.put_lifecycle(
                policy_id=f"{names.prefix}-nightly", **snapshot_policy(names, repository)
            )
        elif repository:
            say(
                "snapshot_repository is set, but this Elasticsearch takes no snapshots; see docs/operating.md"
            )
    except ApiError as fault:
        say(f"the server refused its own upkeep, ours goes on: {str(fault)[:200]}")


def _attach(client: Elasticsearch, names: Names, policy: str) -> None:
    for kind, indices in live_by_kind(client, names).items():
        if kind in MONTHLY and indices:
            client.indices.put_settings(
                index=",".join(indices), settings={"index.lifecycle.name": policy}, preserve_existing=True
            )


def lifecycle_policy(keep_months: int) -> dict[str, Any]:
    """ILM: merge a month that is over, delete it a month after we would have."""
    return {
        "phases": {
            "hot": {"actions": {"set_priority": {"priority": 50}}},
            "warm": {
                "min_age": f"{MERGED_AFTER_DAYS}d",
                "actions": {"forcemerge": {"max_num_segments": 1}, "set_priority": {"priority": 10}},
            },
            "delete": {"min_age": f"{(keep_months + 2) * DAYS_A_MONTH}d", "actions": {"delete": {}}},
        }
    }


def snapshot_policy(names: Names, repository: str) -> dict[str, Any]:
    """SLM: everything of ours every night at 02:30 UTC, a month of them kept."""
    return {
        "name": f"<{names.prefix}-{{now/d}}>",
        "schedule": "0 30 2 * * ?",
        "repository": repository,
        "config": {"indices": [f"{names.prefix}-*"], "include_global_state": False},
        "retention": {"expire_after": f"{SNAPSHOTS_KEPT_DAYS}d", "min_count": 7, "max_count": 60},
    }
