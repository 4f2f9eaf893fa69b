"""How true our bodies, titles, dates and authors are, on kept pages with gold answers.

    python -m bench extraction --data DIR --predictions OUT.json [--by set] [--limit N] [--half a|b] [--check]

DIR holds gold.json, html/ and (beside them) score.py, which does the scoring. Of gold.json only id, file and URL are
read before the answers are scored. A rejected page predicts an empty text, so a false rejection costs what it should.
`--half` takes the sites whose hash falls into one half: rules are written with one, and checked on the other.
`--check` fails where a figure is below its floor in bench/floors.json.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import hashlib
import importlib.util
import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from extractors.articles import extract_article
from extractors.datelines import written_day
from extractors.records import Article, Page, Rejected

FLOORS = Path(__file__).parent / "floors.json"
NEWS = ("feval", "ftest", "sh")


def main(argv: list[str]) -> int:
    options = _options(argv)
    rows = json.loads((options.data / "gold.json").read_text(encoding="utf-8"))
    rows = [row for row in rows if options.half is None or half_of(row["url"]) == options.half]
    rows = rows[: options.limit]
    predictions, rejections, seconds = _predict(options.data, rows)
    if options.predictions:
        options.predictions.write_text(json.dumps(predictions, ensure_ascii=False), encoding="utf-8")
    scorer = load_scorer(options.data)
    if scorer is None:
        print(f"no score.py in {options.data}: predictions written, nothing scored")
        return 0
    scored = [(row, scorer.score_one(row, predictions.get(row["id"]))) for row in rows]
    groups = {"all": [r for _, r in scored], "news": [r for row, r in scored if row.get("set") in NEWS]}
    for value in sorted({str(row.get(options.by)) for row in rows}) if options.by else ():
        groups[value] = [r for row, r in scored if str(row.get(options.by)) == value]
    totals = {name: scorer.aggregate(results) for name, results in groups.items() if results}
    for name, total in totals.items():
        scorer.show(name, total)
    _print_rejections(rejections, rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(rows) / seconds:.1f} pages/s of CPU time, peak memory {peak:.0f} MB")
    return _check(totals) if options.check else 0


def half_of(url: str) -> str:
    """Which half a URL's site is in, "a" or "b"."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return "ab"[hashlib.sha256(host.encode()).digest()[0] % 2]


def load_scorer(data: Path) -> Any:
    """The scorer that came with the data, or None."""
    file = data / "score.py"
    spec = importlib.util.spec_from_file_location("given_scorer", file) if file.exists() else None
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_page(data: Path, row: dict[str, Any], now: datetime) -> Page:
    """A kept page as if it had just been fetched: nothing of the gold but its URL."""
    with gzip.open(data / row["html"]) as file:
        body = file.read()
    return Page(url=row["url"], final_url=row["url"], status=200, body=body, fetched_at=now)


def _predict(
    data: Path, rows: list[dict[str, Any]]
) -> tuple[dict[str, dict[str, Any]], list[Rejected], float]:
    now = datetime.now(UTC)
    predictions: dict[str, dict[str, Any]] = {}
    rejections, seconds = [], 0.0
    for row in rows:
        page = read_page(data, row, now)
        started = time.process_time()
        verdict = extract_article(page, now=now)
        seconds += time.process_time() - started
        if isinstance(verdict, Rejected):
            rejections.append(verdict)
            predictions[row["id"]] = {"text": "", "title": None, "date": None, "author": None}
        else:
            predictions[row["id"]] = predicted(verdict)
    return predictions, rejections, seconds


def predicted(article: Article) -> dict[str, Any]:
    """An article in the scorer's form; the day is the one written on the page."""
    day = written_day(article.published) if article.published else None
    return {
        "text": article.text,
        "title": article.title,
        "date": day.isoformat() if day else None,
        "author": "; ".join(article.authors) or None,
    }


def _print_rejections(rejections: list[Rejected], rows: list[dict[str, Any]]) -> None:
    count = collections.Counter(r.reason for r in rejections)
    print(f"rejected {len(rejections)} of {len(rows)}:", dict(count.most_common()))
    for rejected in rejections:
        print("   ", rejected.reason, rejected.url, "|", rejected.detail[:120])


def _check(totals: dict[str, dict[str, float]]) -> int:
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))["extraction"]
    below = []
    for name, wanted in floors.items():
        group, _, metric = name.partition(".")
        value = totals[group][metric]
        # `bad` is a share that must not rise; everything else must not fall.
        if (value > wanted) if metric == "bad" else (value < wanted):
            below.append(f"{name} is {value:.4f}, floor {wanted}")
    for line in below:
        print(line, file=sys.stderr)
    return 1 if below else 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench extraction", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--by", choices=("set", "lang"))
    parser.add_argument("--limit", type=int)
    parser.add_argument("--half", choices=("a", "b"))
    parser.add_argument("--check", action="store_true")
    return parser.parse_args(argv)
