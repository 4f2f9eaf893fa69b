"""What the benches of topics and claims share: passages, the judge beside them, floors, rates."""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).with_name("floors.json")
# A full news article: mean characters of the articles that flow (facts: 6,000).
FULL_ARTICLE = 6_000
ARTICLES = 120


def passages(file: Path) -> list[dict[str, Any]]:
    """The labelled passages of a JSON Lines file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def judged(kind: str, data: Path, predictions: Path, *, extra: dict[str, float], check: bool) -> int:
    """Run the score.py beside the data, print its scores, and hold them against the floors when asked."""
    judge = data.with_name("score.py")
    if not judge.exists():
        print(f"no score.py beside {data.name}: predictions written, nothing scored")
        return 0
    spec = importlib.util.spec_from_file_location("given_score", judge)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    scores: dict[str, Any] = getattr(module, kind)(
        passages(data), json.loads(predictions.read_text(encoding="utf-8")), False
    )
    for name, value in scores.items():
        print(f"{name:22s} {value:.4f}" if isinstance(value, float) else f"{name:22s} {value}")
    return _held(kind, {**scores, **extra}) if check else 0


def _held(kind: str, scores: dict[str, Any]) -> int:
    floors: dict[str, float] = (
        json.loads(FLOORS.read_text(encoding="utf-8")).get(kind, {}) if FLOORS.exists() else {}
    )
    low = {name: floor for name, floor in floors.items() if _number(scores.get(name)) < floor}
    for name, floor in low.items():
        print(f"below the floor: {name} {scores.get(name)} < {floor}")
    return 1 if low else 0


def _number(value: Any) -> float:
    """A score as a number that is better when higher: "1/25" counts against."""
    if isinstance(value, str) and "/" in value:
        part, whole = value.split("/")
        return 1 - int(part) / max(1, int(whole))
    return float(value) if value is not None else float("-inf")


def full_articles(rows: list[dict[str, Any]]) -> list[str]:
    """Texts of full length, each of different passages of one language in turn."""
    by_language: dict[str, list[str]] = {}
    for row in rows:
        by_language.setdefault(row.get("lang") or "", []).append(row["text"])
    texts: list[str] = []
    for number in range(ARTICLES):
        language = list(by_language)[number % len(by_language)] if number % 3 == 0 else "en"
        pieces = by_language.get(language) or next(iter(by_language.values()))
        text, place = "", number
        while len(text) < FULL_ARTICLE:
            text += pieces[place % len(pieces)] + "\n\n"
            place += 1
        texts.append(text[:FULL_ARTICLE])
    return texts


def rate(work: Callable[[str], object], texts: list[str]) -> float:
    """Texts a second of processor time: one core, whoever else is on the machine; the best of three rounds."""
    best = 0.0
    for _ in range(3):
        began = time.process_time()
        for text in texts:
            work(text)
        best = max(best, len(texts) / (time.process_time() - began))
    return best
