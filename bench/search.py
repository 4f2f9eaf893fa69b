"""How well the search answers questions over the sample newsroom: nDCG@10 of our query against a plain match query.

`python -m bench search` reads the sample into a scratch prefix of the Elasticsearch of the settings, asks the 30 judged
questions of `search_questions.toml` both ways, prints every question, and drops the prefix. `--check` fails below the
floors.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import tomllib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from extractors.urls import canonical_url
from wirewatch.index import Index, Question
from wirewatch.newsroom import Newsroom
from wirewatch.newsroom.truth import true_events
from wirewatch.pipeline import open_engine, run_once
from wirewatch.settings import load_settings

HERE = Path(__file__).parent
FLOORS = HERE / "floors.json"
SHOWN = 10
RIGHT, TOUCHES = 2, 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the grade of each article that answers it."""

    words: str
    grades: Mapping[str, int]


def main(argv: Sequence[str]) -> int:
    """Read, ask, print; 1 when `--check` finds a figure below its floor."""
    parser = argparse.ArgumentParser(prog="python -m bench search", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail below the floors")
    options = parser.parse_args(argv)
    questions = _questions()
    with _sample() as (index, keys):
        there = set(keys.values())
        ours = [_ndcg(each, _ours(index, each.words, keys), there) for each in questions]
        plain = [_ndcg(each, _plain(index, each.words, keys), there) for each in questions]
    for each, mine, its in zip(questions, ours, plain, strict=True):
        print(f"{mine:.3f}  {its:.3f}  {each.words}")
    scores = {
        "nDCG@10": sum(ours) / len(ours),
        "gain": (sum(ours) - sum(plain)) / len(ours),
    }
    print(
        f"{len(questions)} questions: nDCG@10 {scores['nDCG@10']:.3f}, plain match query"
        f" {sum(plain) / len(plain):.3f}; better in {sum(a > b for a, b in zip(ours, plain, strict=True))},"
        f" worse in {sum(a < b for a, b in zip(ours, plain, strict=True))}"
    )
    floors: dict[str, float] = json.loads(FLOORS.read_text()).get("search", {})
    low = [
        f"{name} {scores[name]:.3f} below {floor}" for name, floor in floors.items() if scores[name] < floor
    ]
    for line in low:
        print(line)
    return 1 if options.check and low else 0


def _questions() -> list[Asked]:
    events = {event.key: event.articles for event in true_events()}
    table = tomllib.loads((HERE / "search_questions.toml").read_text(encoding="utf-8"))
    return [
        Asked(
            one["words"],
            dict.fromkeys(one.get("also", ()), TOUCHES)
            | {key: RIGHT for event in one["events"] for key in events[event]},
        )
        for one in table["question"]
    ]


def _ours(index: Index, words: str, keys: Mapping[str, str]) -> list[str]:
    page = index.search(Question(words=words, size=SHOWN, sort="relevance"))
    return [keys.get(hit.article.url, hit.article.url) for hit in page.hits]


def _plain(index: Index, words: str, keys: Mapping[str, str]) -> list[str]:
    """What a match query on title and text finds, as it comes out of the box."""
    answer = index.client.search(
        index=index.name("articles"),
        query={"multi_match": {"query": words, "fields": ["title", "text"]}},
        size=SHOWN,
        source_includes=["url"],
    )
    urls = [hit["_source"]["url"] for hit in answer["hits"]["hits"]]
    return [keys.get(url, url) for url in urls]


def _ndcg(asked: Asked, found: Sequence[str], there: set[str]) -> float:
    """Discounted gain of the ten shown, against the best order of what is there to be found."""
    grades = [asked.grades.get(key, 0) for key in found]
    best = sorted((grade for key, grade in asked.grades.items() if key in there), reverse=True)[:SHOWN]
    return _gain(grades) / _gain(best) if best else 0.0


def _gain(grades: Sequence[int]) -> float:
    return math.fsum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


@contextmanager
def _sample() -> Iterator[tuple[Index, dict[str, str]]]:
    """The sample newsroom read into a scratch prefix, and the sample's key of each stored URL."""
    with tempfile.TemporaryDirectory(prefix="wirewatch search ") as folder:
        home = Path(folder)
        with Newsroom(home, datetime.now(UTC)) as newsroom:
            newsroom.write_feed_list(home / "feeds.toml")
            settings = load_settings(
                environ={
                    **os.environ,
                    "WIREWATCH_HOME": folder,
                    "WIREWATCH_INDEX_PREFIX": f"bench{uuid.uuid4().hex[:8]}",
                    "WIREWATCH_ALLOW_LOOPBACK": "1",
                    "WIREWATCH_HOST_DELAY_SECONDS": "0",
                    "WIREWATCH_FEEDS": str(home / "feeds.toml"),
                }
            )
            with open_engine(settings) as engine:
                try:
                    run_once(engine, everything=True)
                    engine.index.refresh()
                    urls = {canonical_url(address): key for key, address in newsroom.addresses().items()}
                    yield engine.index, {url: key for url, key in urls.items() if url}
                finally:
                    engine.index.drop()
