"""How likely each block of a page is the article's, by boosted trees over its traits.

The trees are data (`likelihood.json`), fitted by `python -m bench fit_body` on pages with gold texts. They are oblivious: every
node of one level asks the same question, so that a tree is a few questions and a table of answers. Evaluates only.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from extractors.traits import TRAITS

MODEL = Path(__file__).with_name("likelihood.json")


@dataclass(frozen=True, slots=True)
class Trees:
    """`columns` and `bounds` are the questions, tree by tree and level by level; `answers` the tables of log-odds."""

    start: float
    columns: Any
    bounds: Any
    answers: Any

    def likelihoods(self, table: Any) -> list[float]:
        """The probability of each row of a table of `TRAITS`."""
        import numpy as np

        trees, depth = self.columns.shape
        answers = table[:, self.columns.ravel()] > self.bounds.ravel()
        leaves = answers.reshape(len(table), trees, depth) @ (1 << np.arange(depth))
        odds = self.start + self.answers[np.arange(trees), leaves].sum(axis=1)
        return [1.0 / (1.0 + math.exp(-value)) for value in odds.tolist()]


@cache
def shipped_trees() -> Trees:
    """The trees that come with the package."""
    return read_trees(json.loads(MODEL.read_text(encoding="utf-8")))


def read_trees(stored: dict[str, Any]) -> Trees:
    """Trees out of their stored form; ValueError where they ask for traits that are not measured."""
    import numpy as np

    if tuple(stored["traits"]) != TRAITS:
        raise ValueError("the trees were fitted on other traits: run `python -m bench fit_body`")
    return Trees(
        start=float(stored["start"]),
        columns=np.array([tree["columns"] for tree in stored["trees"]], dtype=np.int64),
        bounds=np.array([tree["bounds"] for tree in stored["trees"]], dtype=np.float64),
        answers=np.array([tree["answers"] for tree in stored["trees"]], dtype=np.float64),
    )
