"""Ours against every other extractor on the same pages: the table of docs/extraction.md.

    python -m bench peers --data DIR --environment FOLDER [--pages N] [--only NAME ...] [--json FILE]

FOLDER is a virtual environment that holds the others; it is made from requirements/peers.txt (hashed) when it is not there,
because some of them pin what Wirewatch does not. Each runs in a process of its own over the same pages, spread over the
data; times are CPU time, and are printed as the number of pages a second against trafilatura's on these pages in this run.
An extractor that cannot be installed or started is named with the reason.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench._peer_run import WAYS
from bench.extraction import NEWS, load_scorer, predicted, read_page
from extractors.articles import extract_article
from extractors.records import Article

REQUIREMENTS = Path(__file__).parent.parent / "requirements" / "peers.txt"
OURS = "Wirewatch"
_SHOWN = ("F1", "pF1", "bad", "sF1", "title", "date", "author")


def main(argv: list[str]) -> int:
    options = _options(argv)
    python = _environment(options.environment)
    rows = json.loads((options.data / "gold.json").read_text(encoding="utf-8"))
    rows = rows[:: max(1, len(rows) // options.pages)] if options.pages else rows
    scorer = load_scorer(options.data)
    if scorer is None:
        print(f"no score.py in {options.data}", file=sys.stderr)
        return 2
    reports: dict[str, dict[str, Any]] = {}
    for name in options.only or WAYS:
        reports[name] = _run(python, name, options.data, rows)
        print(f"{name}: " + (reports[name].get("reason") or f"{reports[name]['seconds']:.0f} s"), file=sys.stderr)  # fmt: skip
    reports[OURS] = _ours(options.data, rows)
    table = _table(reports, rows, scorer)
    print("\n".join(table))
    if options.json:
        options.json.write_text(json.dumps(reports, ensure_ascii=False), encoding="utf-8")
    return 0


def _table(reports: dict[str, dict[str, Any]], rows: list[dict[str, Any]], scorer: Any) -> list[str]:
    base = reports.get("trafilatura", {}).get("seconds")
    lines = [
        f"| extractor ({len(rows)} pages) | F1 | per page | news F1 | under .5 | snippets | title | date | author | not read | speed |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, report in sorted(reports.items(), key=lambda pair: pair[0] != OURS):
        if "reason" in report:
            lines.append(f"| {name} | {report['reason']} |")
            continue
        scored = [(row, scorer.score_one(row, report["predictions"].get(row["id"]))) for row in rows]
        total = scorer.aggregate([result for _, result in scored])
        news = scorer.aggregate([result for row, result in scored if row.get("set") in NEWS])
        told = {key: _told(name, key, total.get(key)) for key in _SHOWN}
        unread = sum(not (report["predictions"].get(row["id"]) or {}).get("text") for row in rows)
        speed = f"{base / report['seconds']:.2f}" if base else "-"
        lines.append(
            f"| {name} {report['version']} | {told['F1']} | {told['pF1']} | {_told(name, 'F1', news.get('F1'))} | {told['bad']} | "
            f"{told['sF1']} | {told['title']} | {told['date']} | {told['author']} | {unread} | {speed} |"
        )
    return lines


def _told(name: str, key: str, value: float | None) -> str:
    del name
    # Zero of these is an extractor that does not look for them.
    if value is None or (key in {"title", "date", "author"} and value == 0):
        return "-"
    return f"{value:.3f}" if key != "bad" else f"{value:.1%}"


def _ours(data: Path, rows: list[dict[str, Any]]) -> dict[str, Any]:
    from wirewatch import __version__

    now, seconds = datetime.now(UTC), 0.0
    predictions = {}
    for row in rows:
        page = read_page(data, row, now)
        started = time.process_time()
        verdict = extract_article(page, now=now)
        seconds += time.process_time() - started
        if isinstance(verdict, Article):
            predictions[row["id"]] = predicted(verdict)
    return {"version": __version__, "seconds": seconds, "errors": 0, "predictions": predictions}


def _run(python: Path, name: str, data: Path, rows: list[dict[str, Any]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        ids, out = Path(folder) / "ids.json", Path(folder) / "out.json"
        ids.write_text(json.dumps([row["id"] for row in rows]), encoding="utf-8")
        script = Path(__file__).parent / "_peer_run.py"
        done = subprocess.run(
            [python, script, name, data, ids, out], check=False, capture_output=True, text=True, cwd=folder
        )
        if done.returncode or not out.exists():
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            return {"reason": f"could not be run: {last}"[:160]}
        report: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return report


def _environment(folder: Path) -> Path:
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not python.exists():
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
        subprocess.run(
            [*uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, REQUIREMENTS], check=True
        )
    return python.absolute()


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench peers", description=(__doc__ or "").splitlines()[0])  # fmt: skip
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--environment", type=Path, required=True, help="made when it is not there")
    parser.add_argument("--pages", type=int, default=0, help="so many, spread over the data (0: all)")
    parser.add_argument("--only", nargs="*", choices=tuple(WAYS))
    parser.add_argument("--json", type=Path, help="where to keep what each answered")
    options = parser.parse_args(argv)
    options.data = options.data.absolute()
    return options
