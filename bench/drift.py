"""How often the drift alarm is wrong, and how soon it is right, on simulated publishers.

    python -m bench drift [--publishers N] [--pages N] [--seed N]

Each publisher has its own usual lengths and shares. Half of them never change: every alarm is a false one. The other half
are redesigned after two thirds of their pages: bodies of a third of the length, half of the dates gone, half of the pages
rejected, one of the three each. The alarm is looked at after every 8 pages, as after a small batch.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from wirewatch.drift import Observation, PublisherHistory, remember

START = datetime(2026, 1, 1, tzinfo=UTC)
LOOKED_AFTER = 8
CHANGES = ("words", "undated", "rejected")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench drift", description=(__doc__ or "").splitlines()[0])  # fmt: skip
    parser.add_argument("--publishers", type=int, default=200)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    draw = random.Random(options.seed)
    half, changed_at = options.publishers // 2, options.pages * 2 // 3
    false = sum(next(_alarms(draw, options.pages, None, 0), None) is not None for _ in range(half))
    print(f"{half} publishers of {options.pages} pages that never change: {false} raise an alarm")
    for change in CHANGES:
        delays = []
        for _ in range(half // len(CHANGES)):
            found = [page for page in _alarms(draw, options.pages, change, changed_at) if page > changed_at]
            delays.append(found[0] - changed_at if found else None)
        seen = sorted(delay for delay in delays if delay is not None)
        middle = f"after {seen[len(seen) // 2]} pages (median)" if seen else ""
        print(f"{change}: {len(seen)} of {len(delays)} redesigns raise the alarm {middle}")
    return 0


def _alarms(draw: random.Random, pages: int, change: str | None, at: int) -> Iterator[int]:
    """After how many pages an alarm stands open, each time it is looked."""
    length, spread = draw.uniform(4.5, 7), draw.uniform(0.3, 0.9)
    undated, unsigned, rejected = draw.random() * 0.2, draw.random(), draw.random() * 0.2
    history, waiting = PublisherHistory(publisher="p"), []
    for number in range(pages):
        new = change is not None and number >= at
        waiting.append(
            Observation(
                page_key=str(number),
                seen_at=START + timedelta(hours=number),
                words=max(
                    20, round(draw.lognormvariate(length, spread) / (3 if new and change == "words" else 1))
                ),
                trimmed=draw.random() * 0.1,
                undated=draw.random() < (0.5 if new and change == "undated" else 0) + undated,
                unsigned=draw.random() < unsigned,
                rejected="js-shell"
                if draw.random() < (0.5 if new and change == "rejected" else 0) + rejected
                else None,
            )
        )
        if len(waiting) == LOOKED_AFTER:
            history = remember(history, waiting, now=waiting[-1].seen_at)
            waiting = []
            if history.alarms:
                yield number + 1
