"""How fast a page is worked through, against bare trafilatura on the same pages in the same run.

    python -m bench throughput --data DIR [--pages N] [--rounds N]

All pages unless told otherwise: samples of a hundred differ by a tenth. Three ways over the same pages, page by page in turn, so that a busy machine slows all three alike: bare
`trafilatura.bare_extraction` at its defaults, our extraction alone, and our full work on a page (extraction, topics,
mentions, claims, fingerprint). Prints pages/s of CPU time and the ratio to bare, with its spread over the rounds.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.extraction import read_page
from extractors.articles import extract_article
from extractors.reading import read_page as read_whole_page
from extractors.records import Page
from extractors.taxonomy import load_taxonomy

Work = Callable[[Page], object]


def main(argv: list[str]) -> int:
    import trafilatura

    parser = argparse.ArgumentParser(prog="python -m bench throughput", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=0, help="so many, spread over the data (0: all)")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    rows = json.loads((options.data / "gold.json").read_text(encoding="utf-8"))
    now = datetime.now(UTC)
    rows = rows[:: max(1, len(rows) // options.pages)] if options.pages else rows
    pages = [read_page(options.data, row, now) for row in rows]
    taxonomy = load_taxonomy()
    ways: dict[str, Work] = {
        "bare trafilatura": lambda page: trafilatura.bare_extraction(page.body, url=page.url),
        "our extraction": lambda page: extract_article(page, now=now),
        "our full work": lambda page: read_whole_page(page, taxonomy=taxonomy, now=now),
    }
    for work in ways.values():  # loads models and tables, outside the clock
        work(pages[0])
    results = measured(ways, pages, options.rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if options.json:
        print(json.dumps({**results, "peak_mb": peak}))
        return 0
    for name, result in results.items():
        spread = f"{result['low']:.2f}-{result['high']:.2f}"
        print(
            f"{name:18} {result['rate']:6.1f} pages/s   ratio {result['ratio']:.2f} ({spread})   slowest page {result['slowest']:.2f} s"
        )
    print(f"{len(pages)} pages, {options.rounds} rounds, peak memory {peak:.0f} MB")
    return 0


def measured(ways: dict[str, Work], pages: list[Page], rounds: int) -> dict[str, dict[str, float]]:
    """Rates, the ratio to the first way, its least and greatest over the rounds, and the slowest page."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    slowest = dict.fromkeys(ways, 0.0)
    names = list(ways)
    for turn in range(rounds):
        spent = dict.fromkeys(ways, 0.0)
        for place, page in enumerate(pages):
            # Who goes first changes, so that nobody always finds the caches warm.
            shift = (turn + place) % len(names)
            for name in names[shift:] + names[:shift]:
                started = time.process_time()
                ways[name](page)
                took = time.process_time() - started
                spent[name] += took
                slowest[name] = max(slowest[name], took)
        for name in names:
            seconds[name].append(spent[name])
    bare = seconds[names[0]]
    found = {}
    for name in names:
        ratios = [ours / theirs for ours, theirs in zip(bare, seconds[name], strict=True)]
        found[name] = {
            "rate": len(pages) * rounds / sum(seconds[name]),
            "ratio": statistics.median(ratios),
            "low": min(ratios),
            "high": max(ratios),
            "slowest": slowest[name],
        }
    return found
