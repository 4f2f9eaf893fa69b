"""What each sign weighs for each topic: read from `signs.json`, which `python -m bench fit_signs --write` makes.

A sign is a class of words that alone proves nothing (`words/signs.toml`, and the classes that rules share). The weights
are those of a logistic regression: log-odds that add up. What they decide is said in `extractors.topics.signs`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# What a table of signs calls the question whether a text is about any topic at all.
MATTERS = "*"
FILE = Path(__file__).with_name("signs.json")
# The log-odds that earn a tag. Over folds of own plain passages F1 was .832 at 1.0, .829 at 1.2 and .826 at 1.4, and of the topic-free ones
# three more were tagged at 1.0 than at 1.4.
ENOUGH = 1.2
# Where a topic's log-odds are below AGAINST, and the words that speak against it add up to SPOKEN, a rule for it that fired in
# headline or lead does not count. Over folds 171 wrong firings went with 27 right ones; with AGAINST alone, 194 with 38, and
# the shortest texts, which hold few words of any kind, lost tags that nothing spoke against.
AGAINST = -3.5
SPOKEN = -3.0
# Whether headline and lead speak of any topic's matters at all: below MATTERS_AT_LEAST signs earn nothing, and below
# OTHER_MATTERS, where words of other matters are there, rules do not count either. Without both a third more of the
# topic-free passages were tagged.
MATTERS_AT_LEAST = 1.5
OTHER_MATTERS = 0.0
# More words of one class say more, but each less than the first, and no more than so many of them.
AGAIN = 0.25
MOST_AGAIN = 2
MOST_OF_A_SIGN = 1 + AGAIN * MOST_AGAIN


@dataclass(frozen=True, slots=True)
class Weights:
    """The log-odds before any sign is seen, and what each class of words adds."""

    start: float = 0.0
    classes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Fitted:
    """The weights of every topic, and of `matters`: whether a text is about any topic at all."""

    topics: Mapping[str, Weights]
    matters: Weights


@dataclass(frozen=True, slots=True)
class SignTable:
    """What every class of words adds to every question: whether a text is about a topic, or about any (`MATTERS`).

    `weights` has a row for each class and a column for each of `questions`, log-odds; `rows` says which row is a group's.
    `others` are the groups whose words speak of other matters: sport, films, trade, accidents.
    """

    questions: tuple[str, ...]
    starts: NDArray[np.float64]
    rows: Mapping[int, int]
    weights: NDArray[np.float64]
    others: frozenset[int]

    def scores(self, amounts: Mapping[int, float]) -> tuple[dict[str, float], dict[str, float]]:
        """The log-odds of every question where a text holds so much of each group; and what of it speaks against it."""
        held = [(self.rows[group], amount) for group, amount in amounts.items() if group in self.rows]
        amount = np.array([amount for _, amount in held], float)
        added = amount[:, None] * self.weights[np.array([row for row, _ in held], int)]
        total, against = self.starts + added.sum(axis=0), np.minimum(added, 0).sum(axis=0)
        return (
            dict(zip(self.questions, total.tolist(), strict=True)),
            dict(zip(self.questions, against.tolist(), strict=True)),
        )


def read_weights() -> Fitted:
    """The weights as they were fitted."""
    table = json.loads(FILE.read_text(encoding="utf-8"))
    return Fitted(
        topics={topic: _weights(row) for topic, row in table["topics"].items()},
        matters=_weights(table["matters"]),
    )


def _weights(row: Mapping[str, Any]) -> Weights:
    return Weights(row["start"], tuple(sorted(row["weights"].items())))
