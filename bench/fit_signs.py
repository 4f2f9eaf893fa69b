"""Fit what signs weigh for each topic, and show how they do on passages they have not seen.

    python -m bench fit_signs [--data FILE.jsonl ...] [--folds 5] [--write]

Reads the passages in `bench/passages/`, the cases in `tests/cases/topics/`, the topics' own examples, and FILEs of the same form
(`title`, `text`, `topics`). A logistic regression for each topic, drawn to the weights of `bench/signs_prior.toml`. Passages are
dealt into folds, and each fold is scored by weights fitted on the others. `--write` fits on all and writes
extractors/taxonomy/signs.json.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench._meaning import passages
from extractors.taxonomy import Taxonomy, load_taxonomy
from extractors.taxonomy.signs import ENOUGH, FILE
from extractors.topics import tag
from extractors.topics.firing import read
from extractors.topics.signs import amounts, lead

HERE = Path(__file__).parent
CASES = HERE.parent / "tests" / "cases" / "topics"
PRIOR = HERE / "signs_prior.toml"
# Classes of the rules that signs ask for, too. The others are `sign.*`.
SHARED = (
    *("anchor", "troops", "unit", "sent", "left", "launched", "supplied", "fled", "veto", "scene", "hard"),
    *("gazetteer.country", "gazetteer.leader"),
)
# How strongly the weights are drawn to the prior; F1 over folds was the same from 1 to 2 and lower outside.
DRAWN = 1.5
# The start is drawn hardly at all.
DRAWN_START = 0.05
# A weight of less says nothing that a reader could check.
LEAST = 0.1
STEPS = 20


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, its topics, and the topics it says nothing about (an example of one topic may hold another)."""

    title: str
    text: str
    topics: frozenset[str]
    unsaid: frozenset[str] = frozenset()


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench fit_signs", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, action="append", default=[])
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(argv)
    taxonomy = load_taxonomy()
    rows = _labelled(options.data, taxonomy)
    names = [*SHARED, *sorted(name for name in taxonomy.groups if name.startswith("sign."))]
    table = np.array([_amounts(row, names, taxonomy) for row in rows])
    topics = sorted(taxonomy.topics)
    prior = _prior(topics, names)
    print(f"{len(rows)} passages, {len(names)} classes, {len(topics)} topics")
    _show(rows, table, topics, prior, options.folds)
    if options.write:
        weights = _fit_all(rows, table, topics, prior)
        FILE.write_text(json.dumps(_rounded(topics, names, weights), indent=1) + "\n", encoding="utf-8")
        print(f"written to {FILE.name}")
    return 0


def _labelled(files: Sequence[Path], taxonomy: Taxonomy) -> list[Labelled]:
    raw: list[dict[str, Any]] = []
    for file in (*sorted((HERE / "passages").glob("*.jsonl")), *files):
        raw += passages(file)
    for file in sorted(CASES.glob("*.toml")):
        raw += tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    by_text = {
        row["text"]: Labelled(row.get("title") or "", row["text"], frozenset(row.get("topics", ())))
        for row in raw
    }
    rows = list(by_text.values())
    for topic in taxonomy.topics.values():
        said = frozenset({topic.id, *taxonomy.parents(topic.id)})
        rows += [Labelled("", text, said, _others(text, said, taxonomy)) for text in topic.match]
        rows += [
            Labelled("", text, frozenset(), _others(text, frozenset({topic.id}), taxonomy))
            for text in topic.no_match
        ]
    return rows


def _others(text: str, said: frozenset[str], taxonomy: Taxonomy) -> frozenset[str]:
    return frozenset(one.topic for one in tag("", text, language=None, taxonomy=taxonomy)) - said


def _amounts(row: Labelled, names: Sequence[str], taxonomy: Taxonomy) -> list[float]:
    seen = amounts(lead(read(row.title, row.text, taxonomy)))
    return [seen.get(taxonomy.groups[name], 0.0) for name in names] + [1.0]


def _prior(topics: Sequence[str], names: Sequence[str]) -> Any:
    table = tomllib.loads(PRIOR.read_text(encoding="utf-8"))
    rows = [{**table["every"], **table.get(topic, {})} for topic in topics]
    return np.array([[row.get(name, 0.0) for name in (*names, "start")] for row in rows])


def _fit_all(rows: Sequence[Labelled], table: Any, topics: Sequence[str], prior: Any) -> Any:
    return np.array([_fit(rows, table, topic, prior[place]) for place, topic in enumerate(topics)])


def _fit(rows: Sequence[Labelled], table: Any, topic: str, prior: Any) -> Any:
    """Newton's method on the logistic loss with the squared distance to the prior."""
    said = np.array([topic in row.topics for row in rows], float)
    counts = np.array([topic not in row.unsaid for row in rows], float)
    drawn = np.full(len(prior), DRAWN)
    drawn[-1] = DRAWN_START
    weights = prior.copy()
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-table @ weights))
        slope = table.T @ (counts * (likely - said)) + drawn * (weights - prior)
        bend = (table * (counts * likely * (1 - likely))[:, None]).T @ table + np.diag(drawn)
        weights -= np.linalg.solve(bend, slope)
    return weights


def _show(rows: Sequence[Labelled], table: Any, topics: Sequence[str], prior: Any, folds: int) -> None:
    right = wrong = missed = 0
    for fold in range(folds):
        held = np.arange(len(rows)) % folds == fold
        others = [row for row, out in zip(rows, held, strict=True) if not out]
        odds = table[held] @ _fit_all(others, table[~held], topics, prior).T
        for row, found in zip([row for row, out in zip(rows, held, strict=True) if out], odds, strict=True):
            given = {topic for topic, value in zip(topics, found, strict=True) if value > ENOUGH} - row.unsaid
            right += len(given & row.topics)
            wrong += len(given - row.topics)
            missed += len(row.topics - given)
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    print(f"signs alone, unseen folds: P {precision:.3f} R {recall:.3f} at log-odds {ENOUGH}")


def _rounded(topics: Sequence[str], names: Sequence[str], weights: Any) -> dict[str, Any]:
    table = {}
    for topic, row in zip(topics, weights.tolist(), strict=True):
        kept = {name: round(value, 2) for name, value in zip(names, row, strict=False) if abs(value) >= LEAST}
        table[topic] = {"start": round(row[-1], 2), "weights": dict(sorted(kept.items()))}
    return {"topics": table}
