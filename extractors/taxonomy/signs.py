"""What each sign weighs for each topic: read from `signs.json`, which `python -m bench fit_signs --write` makes.

A sign is a class of words (`words/signs.toml`) that alone proves nothing. The weights are those of a logistic
regression: log-odds that add up. What else a tag takes is decided in `extractors.topics.signs`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("signs.json")
# The log-odds that earn a tag: from 0.5 to 0.7 one false tag of the given passages went, and no right one of any.
ENOUGH = 0.7
# More words of one class say more, but each less than the first, and no more than so many of them.
AGAIN = 0.25
MOST_AGAIN = 2
MOST_OF_A_SIGN = 1 + AGAIN * MOST_AGAIN


@dataclass(frozen=True, slots=True)
class Weights:
    """Of one topic: the log-odds before any sign is seen, and what each class of words adds."""

    start: float = 0.0
    classes: tuple[tuple[str, float], ...] = ()


def read_weights() -> Mapping[str, Weights]:
    """The fitted weights, topic by topic."""
    table = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        topic: Weights(row["start"], tuple(sorted(row["weights"].items())))
        for topic, row in table["topics"].items()
    }
