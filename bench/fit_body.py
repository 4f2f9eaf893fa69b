"""Fit the trees that say which blocks of a page are its article, and show how they do on sites they have not seen.

    python -m bench fit_body --data DIR [--folds 5] [--pages N] [--write]

DIR is as for `bench extraction`. Each page's blocks are labelled by its gold text (or its gold snippets); sites are dealt into
folds, and each fold is scored by trees fitted on the others. `--pages` shows beside all pages those that `bench peers --pages N`
takes. `--write` fits on all pages and writes extractors/likelihood.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bench._boosting import Growth, fit
from bench.extraction import NEWS, half_of, load_scorer, read_page
from extractors.articles import site_names
from extractors.bodies import Witnesses, hear, likely_lines, stated_body
from extractors.boilerplate import trim
from extractors.chrome import without_chrome
from extractors.headlines import find_headline
from extractors.likelihood import MODEL, read_trees
from extractors.markup import read_markup
from extractors.paragraphs import squeeze
from extractors.structured import read_structured
from extractors.traits import TRAITS
from extractors.urls import host_of, registrable_domain

# A page weighs as much as any other, however long; but a block no more than this share of it.
LARGEST_WEIGHT = 60.0
# A gold text of fewer tokens weighs as one of so many.
SHORTEST_GOLD = 60
SNIPPET_WEIGHT = 7.0


@dataclass(frozen=True, slots=True)
class Labelled:
    """A page's witnesses; for each block whether it is the article's, and what that weighs."""

    row: dict[str, Any]
    headline: str | None
    witnesses: Witnesses
    answers: list[float]
    weights: list[float]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench fit_body", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--pages", type=int, help="so many pages, spread over the data, shown apart")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(argv)
    scorer = load_scorer(options.data)
    if scorer is None:
        print(f"no score.py in {options.data}: nothing to label blocks with", file=sys.stderr)
        return 2
    rows = json.loads((options.data / "gold.json").read_text(encoding="utf-8"))
    pages = [page for row in rows if (page := labelled(options.data, row, scorer)) is not None]
    print(f"{len(pages)} pages, {sum(len(page.answers) for page in pages)} blocks")
    if options.write:
        write(fitted(pages, Growth()))
    if options.folds > 1:
        apart = rows[:: max(1, len(rows) // options.pages)] if options.pages else []
        cross_validate(pages, options.folds, scorer, apart=frozenset(row["id"] for row in apart))
    return 0


def write(stored: dict[str, Any]) -> None:
    """Write trees to where the package reads them, a tree a line."""
    lines = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in stored["trees"])
    head = json.dumps({"traits": stored["traits"], "start": stored["start"]})[:-1]
    MODEL.write_text(f'{head},\n"trees":[\n{lines}\n]}}\n', encoding="utf-8")
    print(f"written: {MODEL.name}, {MODEL.stat().st_size / 1000:.0f} kB")


def labelled(data: Path, row: dict[str, Any], scorer: Any) -> Labelled | None:
    """A page's blocks with their labels, or None where it cannot be parsed."""
    page = read_page(data, row, datetime.now(UTC))
    markup = read_markup(page.body)
    if markup is None:
        return None
    structured = read_structured(markup.tree)
    found = find_headline(
        markup.tree, structured, url=page.url, site_names=site_names(structured, publisher=None)
    )
    headline = found.title if found else None
    bare = without_chrome(markup.tree)
    witnesses = hear(bare, url=page.url, headline=headline, stated=stated_body(structured))
    answers, weights = (_by_text if row.get("text") else _by_snippets)(row, witnesses, scorer)
    return Labelled(row, headline, witnesses, answers, weights)


def _by_text(row: dict[str, Any], witnesses: Witnesses, scorer: Any) -> tuple[list[float], list[float]]:
    tokens = scorer.tokens(row["text"])
    known = set(_shingles(tokens))
    lines = {squeeze(line) for line in row["text"].splitlines()}
    optional = squeeze("\n".join(row.get("optional") or ()))
    answers, weights = [], []
    for text, squeezed, size in zip(
        (block.text for block in witnesses.reading.blocks),
        witnesses.reading.squeezed,
        witnesses.reading.sizes,
        strict=True,
    ):
        shingles = _shingles(scorer.tokens(text))
        share = (
            sum(shingle in known for shingle in shingles) / len(shingles)
            if len(shingles[0]) == 4
            else float(squeezed in lines)
        )
        weight = min(LARGEST_WEIGHT, (size + 0.5) / max(SHORTEST_GOLD, len(tokens)) * 100)
        if optional and len(squeezed) > 8 and squeezed in optional:
            weight = 0.0
        answers.append(float(share >= 0.5))
        weights.append(weight * 0.3 if 0.3 < share < 0.7 else weight)
    return answers, weights


def _by_snippets(row: dict[str, Any], witnesses: Witnesses, _: Any) -> tuple[list[float], list[float]]:
    inside = [squeeze(text) for text in row.get("with") or () if text.strip()]
    outside = [squeeze(text) for text in row.get("without") or () if text.strip()]
    answers, weights = [], []
    for text in witnesses.reading.squeezed:
        foreign, own = any(part in text for part in outside), any(part in text for part in inside)
        answers.append(float(own and not foreign))
        weights.append(SNIPPET_WEIGHT if own or foreign else 0.0)
    return answers, weights


def _shingles(tokens: list[str]) -> list[tuple[str, ...]]:
    return [tuple(tokens[place : place + 4]) for place in range(max(1, len(tokens) - 3))]


def fitted(pages: list[Labelled], growth: Growth) -> dict[str, Any]:
    """Trees fitted on `pages`, as they are stored."""
    pages = [page for page in pages if page.answers]
    table = np.vstack([page.witnesses.table for page in pages])
    answers = np.concatenate([page.answers for page in pages])
    weights = np.concatenate([page.weights for page in pages])
    groups = np.concatenate([np.full(len(page.answers), place) for place, page in enumerate(pages)])
    told = weights > 0
    return {
        "traits": list(TRAITS),
        **fit(table[told], answers[told], weights[told], groups[told], growth),
    }


def cross_validate(pages: list[Labelled], folds: int, scorer: Any, *, apart: frozenset[str]) -> None:
    """Print the text figures of each page read by trees that have not seen its site; those of the ids in `apart` also alone."""
    scored = []
    for fold in range(folds):
        others = [page for page in pages if _fold_of(page.row["url"], folds) != fold]
        trees = read_trees(fitted(others, Growth()))
        for page in pages:
            if _fold_of(page.row["url"], folds) == fold:
                text = "\n".join(likely_lines(page.witnesses, trees))
                text = trim(text or page.witnesses.base, headline=page.headline)
                scored.append((page.row, scorer.score_one(page.row, {"text": text})))
    groups = {"unseen sites": [found for _, found in scored]}
    groups["news"] = [found for row, found in scored if row.get("set") in NEWS]
    for half in "ab":
        groups[half] = [found for row, found in scored if half_of(row["url"]) == half]
    if apart:
        groups[f"{len(apart)} pages"] = [found for row, found in scored if row["id"] in apart]
        groups["their news"] = [
            found for row, found in scored if row["id"] in apart and row.get("set") in NEWS
        ]
    for name, results in groups.items():
        scorer.show(name, scorer.aggregate(results))


def _fold_of(url: str, folds: int) -> int:
    host = host_of(url)
    return hashlib.sha256((registrable_domain(host) or host).encode()).digest()[1] % folds
