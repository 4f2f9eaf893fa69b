"""What the benches of copies and of events share: texts in, clusters out, through the same code as the pipeline."""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench._memory import MemoryStore
from extractors.fingerprints import fingerprint
from wirewatch.clustering import cluster_articles
from wirewatch.clustering.store import Store
from wirewatch.records import StoredArticle

FLOORS = Path(__file__).parent / "floors.json"
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Articles as they were placed, and how long it took."""

    articles: dict[str, StoredArticle]
    seconds: float
    cpu_seconds: float  # of this process: what is left when the machine is busy with other things


def arguments(argv: list[str], about: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument(
        "--data", type=Path, required=True, help="NAME.jsonl.gz; NAME.gold.json lies beside it"
    )
    parser.add_argument("--predictions", type=Path, required=True, help="where to write {id: cluster}")
    parser.add_argument("--without-store", action="store_true", help="in memory: the pure speed, no server")
    parser.add_argument("--check", action="store_true", help="fail when a score is below its floor")
    parser.add_argument("--batch", type=int, default=BATCH, help="articles decided together")
    return parser.parse_args(argv)


def read_articles(path: Path) -> list[StoredArticle]:
    """The texts as articles, in time order; a source that all of them share is the set's name and no publisher."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    sources = {row.get("source") for row in rows}
    articles = [_article(row, row.get("source") if len(sources) > 1 else None) for row in rows]
    return sorted(articles, key=lambda article: (article.sort_at, article.article_key))


def _article(row: dict[str, Any], source: str | None) -> StoredArticle:
    at = datetime.fromisoformat(row["ts"])
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return build_article(row["id"], row["title"] or "", row["text"] or "", at, publisher=source or row["id"])


def build_article(key: str, title: str, text: str, at: datetime, **fields: Any) -> StoredArticle:
    """An article of a time as the pipeline stores it, fingerprinted and not placed; more `fields` as they are given."""
    made = fingerprint(text)
    return StoredArticle(
        article_key=key,
        url=f"https://bench.example/{key}",
        title=title,
        text=text,
        published_at=at,
        first_seen_at=at,
        fetched_at=at,
        indexed_at=at,
        sort_at=at,
        text_hash=made.text_hash,
        fingerprints=made.values,
        shingle_count=made.shingle_count,
        **fields,
    )


def place(articles: list[StoredArticle], *, without_store: bool, batch: int) -> Run:
    """Feed articles in time order, as many at once as a batch holds."""
    if without_store:
        store = MemoryStore()
        spent = _feed(store, store.add, articles, batch)
        return Run(articles=store.articles, seconds=spent[0], cpu_seconds=spent[1])
    with _scratch() as (real, add, everything):
        spent = _feed(real, add, articles, batch)
        return Run(articles=everything(), seconds=spent[0], cpu_seconds=spent[1])


def _feed(
    store: Store, add: Callable[[Iterable[StoredArticle]], None], articles: list[StoredArticle], batch: int
) -> tuple[float, float]:
    """Seconds by the clock and of the processor spent placing.

    Putting the articles into the store is the fetching tasks' work and not counted.
    """
    spent = cpu = 0.0
    for start in range(0, len(articles), batch):
        add(articles[start : start + batch])
        began, busy = time.perf_counter(), time.process_time()
        cluster_articles(store, now=datetime.now(UTC), batch=batch)
        spent += time.perf_counter() - began
        cpu += time.process_time() - busy
        print(
            f"\r{min(start + batch, len(articles))} of {len(articles)}", end="", file=sys.stderr, flush=True
        )
    print(file=sys.stderr)
    return spent, cpu


@contextmanager
def _scratch() -> Iterator[
    tuple[Store, Callable[[Iterable[StoredArticle]], None], Callable[[], dict[str, StoredArticle]]]
]:
    """The real store under a prefix of its own that is dropped at the end."""
    from wirewatch.embedded import ensure_node
    from wirewatch.index import connect
    from wirewatch.index.similar import SimilarStore
    from wirewatch.settings import load_settings

    settings = load_settings()
    node = None if settings.elasticsearch_url else ensure_node(settings, say=print)
    url = settings.elasticsearch_url or (node.url if node else None)
    index = connect(
        load_settings(overrides={"index_prefix": f"bench{uuid.uuid4().hex[:10]}", "elasticsearch_url": url})
    )

    def add(articles: Iterable[StoredArticle]) -> None:
        written = index.articles.create(articles)
        if written.refused:
            raise SystemExit(f"refused: {written.refused[0]}")
        index.articles.refresh()

    try:
        yield SimilarStore(index), add, lambda: {a.article_key: a for a in index.articles.records()}
    finally:
        index.drop()
        index.close()


def score(data: Path, predictions: Path) -> dict[str, float]:
    """The scores by the `score.py` beside the data; empty when there is none or no gold."""
    scorer, gold = data.parent / "score.py", data.parent / (data.name.split(".")[0] + ".gold.json")
    if not scorer.exists() or not gold.exists():
        return {}
    spec = importlib.util.spec_from_file_location("wirewatch_bench_score", scorer)
    if spec is None or spec.loader is None:
        return {}
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, float] = module.score(json.loads(gold.read_text()), json.loads(predictions.read_text()))
    return found


def report(name: str, scores: dict[str, float], run: Run) -> None:
    """Print what was measured."""
    for key, value in scores.items():
        print(f"{key:14s} {value:.4f}" if isinstance(value, float) else f"{key:14s} {value}")
    count = len(run.articles)
    print(f"{name}: {count} articles in {run.seconds:.1f} s, {count / run.seconds:.0f} articles/s")
    print(
        f"{name}: {run.cpu_seconds:.1f} s of this process, {count / run.cpu_seconds:.0f} articles/s of one core"
    )


def below_floor(key: str, scores: dict[str, float]) -> list[str]:
    """What is below its floor in `floors.json`."""
    floors: dict[str, dict[str, float]] = json.loads(FLOORS.read_text()) if FLOORS.exists() else {}
    return [
        f"{key}.{name}: {scores.get(name, 0.0):.4f} is below the floor of {floor}"
        for name, floor in floors.get(key, {}).items()
        if scores.get(name, 0.0) < floor
    ]
