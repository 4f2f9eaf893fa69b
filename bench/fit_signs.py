"""Fit what signs weigh for each topic, and show how they do on passages they have not seen.

    python -m bench fit_signs [--data FILE.jsonl ...] [--folds 5] [--write]

Reads the passages in `bench/passages/`, the cases in `tests/cases/topics/`, the topics' own examples, and FILEs of the same form
(`title`, `text`, `topics`). A logistic regression for each topic, drawn to the weights of `bench/signs_prior.toml`. Passages are
dealt into folds, and each fold is scored by weights fitted on the others, file by file: what rules find alone, and with
signs. `--write` fits on all and writes extractors/taxonomy/signs.json.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench._meaning import passages
from extractors.taxonomy import Taxonomy, load_taxonomy
from extractors.taxonomy.signs import AGAINST, ENOUGH, FILE, MATTERS, MATTERS_AT_LEAST, OTHER_MATTERS, SPOKEN
from extractors.topics import tag
from extractors.topics.firing import fire, read
from extractors.topics.signs import amounts, lead
from extractors.topics.yielding import give_way

HERE = Path(__file__).parent
CASES = HERE.parent / "tests" / "cases" / "topics"
PRIOR = HERE / "signs_prior.toml"
# A class in fewer passages than FEWEST is drawn so strongly that it keeps the weight of the prior.
FEWEST = 4
DRAWN_RARE = 100.0
# A case or an example of a topic states what the tagger must do: it counts as so many passages.
COUNTS_AS = 5.0
# How strongly the weights are drawn to the prior; F1 over folds was the same from 1 to 3 and lower above.
DRAWN = 1.5
# The start is drawn hardly at all.
DRAWN_START = 0.05
# A weight of less says nothing that a reader could check.
LEAST = 0.1
STEPS = 20


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, its topics, and the topics it says nothing about (an example of one topic may hold another)."""

    file: str
    title: str
    text: str
    language: str | None
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
    names = [name for name in taxonomy.groups if _weighed(name)]
    questions = [MATTERS, *sorted(taxonomy.topics)]
    print(f"{len(rows)} passages, {len(names)} classes, {len(taxonomy.topics)} topics", flush=True)
    passages_ = [_read(row, names, taxonomy) for row in rows]
    table = np.array([amounts_ for amounts_, _ in passages_])
    away = [taxonomy.groups[name] in taxonomy.signs.others for name in names]
    others = (table[:, :-1][:, away] > 0).any(axis=1)
    prior = _prior(questions, names)
    found = [topics for _, topics in passages_]
    _show(rows, found, table, questions, prior, others=others, folds=options.folds)
    if options.write:
        weights = _fit_all(rows, table, questions, prior)
        FILE.write_text(json.dumps(_rounded(questions, names, weights), indent=1) + "\n", encoding="utf-8")
        print(f"written to {FILE.name}")
    return 0


def _weighed(name: str) -> bool:
    """Whether a class is weighed: every class with a name of its own, but for those that tell a tag's status."""
    return "/" not in name and name != "mask" and not name.startswith("status.")


def _labelled(files: Sequence[Path], taxonomy: Taxonomy) -> list[Labelled]:
    rows: dict[str, Labelled] = {}
    for file in (*sorted((HERE / "passages").glob("*.jsonl")), *files):
        rows |= {row["text"]: _row(file.stem, row) for row in passages(file)}
    for file in sorted(CASES.glob("*.toml")):
        cases = tomllib.loads(file.read_text(encoding="utf-8"))["case"]
        rows |= {row["text"]: _row("cases", row) for row in cases}
    return [*rows.values(), *_examples(taxonomy)]


def _row(file: str, row: Mapping[str, Any]) -> Labelled:
    return Labelled(
        file, row.get("title") or "", row["text"], row.get("lang"), frozenset(row.get("topics", ()))
    )


def _examples(taxonomy: Taxonomy) -> list[Labelled]:
    rows = []
    for topic in taxonomy.topics.values():
        said = frozenset({topic.id, *taxonomy.parents(topic.id)})
        rows += [_example(text, said, said, taxonomy) for text in topic.match]
        rows += [_example(text, frozenset(), frozenset({topic.id}), taxonomy) for text in topic.no_match]
    return rows


def _example(text: str, topics: frozenset[str], said: frozenset[str], taxonomy: Taxonomy) -> Labelled:
    return Labelled("examples", "", text, None, topics, _others(text, said, taxonomy))


def _others(text: str, said: frozenset[str], taxonomy: Taxonomy) -> frozenset[str]:
    return frozenset(one.topic for one in tag("", text, language=None, taxonomy=taxonomy)) - said


def _read(row: Labelled, names: Sequence[str], taxonomy: Taxonomy) -> tuple[list[float], frozenset[str]]:
    """How much of every class headline and lead hold, and the topics that rules find."""
    reading = read(row.title, row.text, taxonomy)
    seen = amounts(lead(reading))
    found = {one.topic for one in give_way(fire(reading, row.language), reading) if one.counts}
    found |= {parent for topic in found for parent in taxonomy.parents(topic)}
    return [seen.get(taxonomy.groups[name], 0.0) for name in names] + [1.0], frozenset(found)


def _prior(questions: Sequence[str], names: Sequence[str]) -> Any:
    table = tomllib.loads(PRIOR.read_text(encoding="utf-8"))
    rows = [{**table["every"], **table.get(question, {})} for question in questions]
    return np.array([[row.get(name, 0.0) for name in (*names, "start")] for row in rows])


def _fit_all(rows: Sequence[Labelled], table: Any, questions: Sequence[str], prior: Any) -> Any:
    fitted = [_fit(rows, table, question, prior[place]) for place, question in enumerate(questions)]
    return np.array(fitted)


def _fit(rows: Sequence[Labelled], table: Any, question: str, prior: Any) -> Any:
    """Newton's method on the logistic loss with the squared distance to the prior."""
    said = np.array([_says(row, question) for row in rows], float)
    counts = np.array([_counts(row, question) for row in rows], float)
    drawn = np.where((table > 0).sum(axis=0) < FEWEST, DRAWN_RARE, DRAWN)
    drawn[-1] = DRAWN_START
    weights = prior.copy()
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-table @ weights))
        slope = table.T @ (counts * (likely - said)) + drawn * (weights - prior)
        bend = (table * (counts * likely * (1 - likely))[:, None]).T @ table + np.diag(drawn)
        weights -= np.linalg.solve(bend, slope)
    return weights


def _says(row: Labelled, question: str) -> bool:
    return bool(row.topics) if question == MATTERS else question in row.topics


def _counts(row: Labelled, question: str) -> float:
    """How much a text counts for a question: not at all where it says nothing of it."""
    silent = row.unsaid and not row.topics if question == MATTERS else question in row.unsaid
    if silent:
        return 0.0
    return COUNTS_AS if row.file in {"cases", "examples"} else 1.0


def _show(
    rows: Sequence[Labelled],
    by_rules: Sequence[frozenset[str]],
    table: Any,
    questions: Sequence[str],
    prior: Any,
    *,
    others: Any,
    folds: int,
) -> None:
    """What rules find, and what rules and signs find where weights were fitted on the other folds, file by file."""
    odds, against = np.zeros((len(rows), len(questions))), np.zeros((len(rows), len(questions)))
    for fold in range(folds):
        held = np.arange(len(rows)) % folds == fold
        fitted_on = [row for row, out in zip(rows, held, strict=True) if not out]
        weights = _fit_all(fitted_on, table[~held], questions, prior)
        odds[held] = table[held] @ weights.T
        against[held] = table[held][:, :-1] @ np.minimum(weights[:, :-1], 0).T
    both = [
        _decided(
            _unopposed(rules, questions, line, opposed),
            dict(zip(questions, line, strict=True)),
            others=speaks,
        )
        for rules, line, opposed, speaks in zip(by_rules, odds, against, others, strict=True)
    ]
    for file in sorted({row.file for row in rows}):
        places = [place for place, row in enumerate(rows) if row.file == file]
        print(f"{file:16s} {len(places):5d}  rules {_scores(rows, by_rules, places)}")
        print(f"{'':22s}  both  {_scores(rows, both, places)}")


def _unopposed(by_rules: frozenset[str], questions: Sequence[str], odds: Any, against: Any) -> frozenset[str]:
    opposed = {
        topic
        for topic, value, spoken in zip(questions, odds, against, strict=True)
        if value < AGAINST and spoken <= SPOKEN
    }
    return by_rules - opposed


def _decided(by_rules: frozenset[str], odds: Mapping[str, float], *, others: bool) -> frozenset[str]:
    """The topics of rules and signs together, as `extractors.topics.signs.weigh` decides."""
    found = {topic for topic, value in odds.items() if value >= ENOUGH and topic != MATTERS}
    if odds[MATTERS] < MATTERS_AT_LEAST:
        found = set()
    if odds[MATTERS] >= OTHER_MATTERS or not others:
        found |= by_rules
    return frozenset(found)


def _scores(rows: Sequence[Labelled], found: Sequence[frozenset[str]], places: Sequence[int]) -> str:
    right = wrong = missed = free = tagged = 0
    for place in places:
        row, given = rows[place], found[place] - rows[place].unsaid
        right += len(given & row.topics)
        wrong += len(given - row.topics)
        missed += len(row.topics - given)
        free += not row.topics
        tagged += bool(given) and not row.topics
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    f1 = 2 * right / max(1, 2 * right + wrong + missed)
    return f"P {precision:.3f} R {recall:.3f} F1 {f1:.3f}  topic-free tagged {tagged}/{free}"


def _rounded(questions: Sequence[str], names: Sequence[str], weights: Any) -> dict[str, Any]:
    table = {}
    for question, row in zip(questions, weights.tolist(), strict=True):
        kept = {name: round(value, 2) for name, value in zip(names, row, strict=False) if abs(value) >= LEAST}
        table[question] = {"start": round(row[-1], 2), "weights": dict(sorted(kept.items()))}
    return {"matters": table.pop(MATTERS), "topics": table}
