"""What learning a site's recurring lines is worth: each page read with what its site's other pages teach, and without.

    python -m bench lines --data DIR [--witnesses N ...] [--show]

Only pages of hosts with enough others count: N other pages at least. The engine wants three witnesses and remembers sixty
articles of a host; kept pages have one to eight others, so that this shows the least there is to gain. Prints the figures
of the given scorer without and with, and the words left out that the gold text has as well.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.extraction import load_scorer, predicted, read_page
from extractors.articles import extract_article
from extractors.boilerplate import size_of
from extractors.lines import ShownLines, SiteLines, learn, leave_out
from extractors.records import Article
from extractors.urls import host_of

Read = tuple[dict[str, Any], Article]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench lines", description=(__doc__ or "").splitlines()[0])  # fmt: skip
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--witnesses", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--show", action="store_true", help="every line left out")
    options = parser.parse_args(argv)
    scorer = load_scorer(options.data)
    if scorer is None:
        print(f"no score.py in {options.data}")
        return 2
    sites = _read(options.data)
    for least in options.witnesses:
        _compare(scorer, sites, least, show=options.show)
    return 0


def _read(data: Path) -> list[list[Read]]:
    now = datetime.now(UTC)
    hosts: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in json.loads((data / "gold.json").read_text(encoding="utf-8")):
        hosts[host_of(row["url"])].append(row)
    sites = []
    for rows in hosts.values():
        if len(rows) > 1:
            read = [(row, extract_article(read_page(data, row, now), now=now)) for row in rows]
            sites.append([(row, article) for row, article in read if isinstance(article, Article)])
    return sites


def _compare(scorer: Any, sites: list[list[Read]], least: int, *, show: bool) -> None:
    without, with_lines, right, wrong = [], [], 0, 0
    for site in sites:
        for row, article in site if len(site) > least else ():
            text, left_out = leave_out(article.text, _learned(site, row, least))
            plain = predicted(article)
            without.append(scorer.score_one(row, plain))
            with_lines.append(scorer.score_one(row, {**plain, "text": text}))
            gold = "".join((row["text"] or " ".join(row.get("with") or ())).split())
            for line in left_out:
                is_wrong = "".join(line.split()) in gold
                wrong += size_of(line) if is_wrong else 0
                right += 0 if is_wrong else size_of(line)
                if show:
                    print("   ", "WRONG" if is_wrong else "right", row["id"], line[:120])
    before, after = scorer.aggregate(without), scorer.aggregate(with_lines)
    figures = ", ".join(f"{name} {before[name]:.4f} -> {after[name]:.4f}" for name in ("F1", "pF1", "sF1"))
    print(
        f"{least} witnesses, {len(without)} pages: {figures}; words left out {right}, of the article {wrong}"
    )


def _learned(site: list[Read], row: dict[str, Any], least: int) -> frozenset[str]:
    now = datetime.now(UTC)
    others = [
        ShownLines(article_key=other["id"], seen_at=now, lines=tuple(article.text.splitlines()))
        for other, article in site
        if other is not row
    ]
    return learn(SiteLines(host="site"), others, now=now, least=least).learned
