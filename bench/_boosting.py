"""Boosted oblivious trees for yes-or-no questions, fitted with numpy alone.

Newton boosting of the log loss with histograms (Friedman 2001; Chen and Guestrin 2016), each level of a tree asking one question
(Prokhorenkova and others, "CatBoost", 2018): few numbers, quick to evaluate, hard to overfit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

BINS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How trees are grown. `rows` and `columns` are the shares each tree sees; `ridge` shrinks its answers."""

    trees: int = 160
    depth: int = 5
    rate: float = 0.09
    ridge: float = 12.0
    rows: float = 0.7
    columns: float = 0.5
    seed: int = 5


def fit(table: Any, answers: Any, weights: Any, groups: Any, growth: Growth) -> dict[str, Any]:
    """Trees for `answers` (0 or 1) in the form `extractors.likelihood.read_trees` reads, without the names of the traits.

    `groups` numbers the page of each row: each tree sees a share of the pages.
    """
    random = np.random.default_rng(growth.seed)
    bounds = [_bounds(table[:, column]) for column in range(table.shape[1])]
    bins = np.stack([np.searchsorted(b, table[:, c], side="left") for c, b in enumerate(bounds)], axis=1)
    mean = float(np.average(answers, weights=weights))
    start = float(np.log(mean / (1 - mean)))
    odds = np.full(len(answers), start)
    pages = np.unique(groups)
    stored = []
    for _ in range(growth.trees):
        chance = 1 / (1 + np.exp(-odds))
        slope, curve = weights * (answers - chance), weights * chance * (1 - chance)
        seen = np.isin(groups, random.choice(pages, int(len(pages) * growth.rows), replace=False))
        columns = random.choice(table.shape[1], max(1, int(table.shape[1] * growth.columns)), replace=False)
        questions = _questions(bins[seen], slope[seen], curve[seen], columns, bounds, growth)
        leaves = np.zeros(len(bins), dtype=np.int64)
        for level, (column, cut) in enumerate(questions):
            leaves |= (bins[:, column] > cut).astype(np.int64) << level
        size = 1 << growth.depth
        totals = np.bincount(leaves[seen], slope[seen], minlength=size)
        curves = np.bincount(leaves[seen], curve[seen], minlength=size)
        values = growth.rate * totals / (curves + growth.ridge)
        odds = odds + values[leaves]
        stored.append({
            "columns": [int(c) for c, _ in questions],
            "bounds": [round(float(bounds[c][b]), 5) for c, b in questions],
            "answers": [round(float(value), 4) for value in values],
        })  # fmt: skip
    return {"start": round(start, 4), "trees": stored}


def _bounds(values: Any) -> Any:
    """The cuts between bins: a value is in bin k where it is over k of them."""
    return np.unique(np.round(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]), 5))


def _questions(
    bins: Any, slope: Any, curve: Any, columns: Any, bounds: list[Any], growth: Growth
) -> list[tuple[int, int]]:
    """The question of each level, the most telling one by one: (column, number of its bound)."""
    found: list[tuple[int, int]] = []
    leaves = np.zeros(len(bins), dtype=np.int64)
    for level in range(growth.depth):
        best, question = -1.0, (int(columns[0]), 0)
        for column in columns:
            width = len(bounds[column]) + 1
            if width < 2:
                continue
            cells = leaves * width + bins[:, column]
            shape = (1 << level, width)
            left = np.bincount(cells, slope, minlength=shape[0] * width).reshape(shape).cumsum(axis=1)
            below = np.bincount(cells, curve, minlength=shape[0] * width).reshape(shape).cumsum(axis=1)
            right, above = left[:, -1:] - left, below[:, -1:] - below
            gains = (left**2 / (below + growth.ridge) + right**2 / (above + growth.ridge)).sum(axis=0)[:-1]
            place = int(gains.argmax())
            if gains[place] > best:
                best, question = float(gains[place]), (int(column), place)
        found.append(question)
        leaves |= (bins[:, question[0]] > question[1]).astype(np.int64) << level
    return found
