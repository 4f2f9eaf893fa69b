"""How the lookup of copies grows with the store: `python -m bench scale --articles 10000,100000,1000000 [--data FILE]`.

Articles are made from real texts (the given file's, or the sample newsroom's own): passages of several texts put
together, every seventh word another one; one in five is a lightly edited copy of an earlier article. They are stored
as the pipeline stores them, `ARTICLES_A_DAY` a day, each size in a store of its own. Then the writer's own lookup is
asked of all stores in turn, so that a busy moment of the machine falls on every size alike: for copies and for new
texts, one at a time and in batches as the writer asks. The share of copies whose original it found is printed too.

An article is made from its number alone, so a filling that was broken off, or ran out of `--minutes`, goes on where
it stopped: with `--keep PREFIX` the indices stay, without it they are dropped at the end.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path

from rich.progress import Progress, TimeElapsedColumn

from bench._clusters import build_article
from wirewatch.clustering.writer import comparable
from wirewatch.embedded import ensure_node
from wirewatch.index import Index, connect
from wirewatch.index.similar import SimilarStore
from wirewatch.records import StoredArticle
from wirewatch.settings import load_settings
from wirewatch.stories.copies import Comparable

# A large collector: a million articles are 50 days. The writer looks two weeks back and ahead.
ARTICLES_A_DAY = 20_000
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 500
ONE_IN_A_COPY = 5
WORDS = 320  # a usual news text
PASSAGE = 40  # words taken in one piece
CHANGED = 7  # every so many words is another one
EDITED = 60  # in a copy
ASKED = 400  # lookups at each size, half of them copies
WARMING = 100  # lookups before, not counted: caches and compiler as they are in use
# The promise: at the largest size the middle lookup takes at most so many times that at the smallest.
MOST_GROWTH = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What was measured at one size of the store."""

    articles: int
    p50: float  # milliseconds of one lookup
    p95: float
    batched: float  # milliseconds a lookup when asked in batches
    found: float  # share of copies whose original was among the answers
    bytes_each: float


def main(argv: Sequence[str]) -> int:
    """Fill and ask; 1 when the lookup grew more than promised between the smallest and the largest size."""
    asked = _arguments(argv)
    sizes = sorted({int(number) for number in asked.articles.split(",")})
    texts = str(asked.data) if asked.data else ""
    until = time.monotonic() + 60 * asked.minutes
    prefix = asked.keep or f"bench{uuid.uuid4().hex[:8]}"
    with _stores(prefix, sizes, keep=bool(asked.keep)) as stores:
        reached = {number: _fill(stores[number], number, texts, asked.workers, until) for number in sizes}
        measured = _measure({number: stores[size] for size, number in reached.items() if number}, texts)
    for size in measured:
        print(_line(size))
    first, last = measured[0], measured[-1]
    growth = last.p50 / first.p50
    print(
        f"lookup p50 at {last.articles} articles is {growth:.2f} times that at {first.articles} "
        f"(promised {MOST_GROWTH:g})"
    )
    if last.articles < sizes[-1]:
        print(f"{sizes[-1]} articles did not fit the time; call again with --keep {prefix} to go on")
    if asked.json:
        rows = [{name: getattr(size, name) for name in Size.__slots__} for size in measured]
        asked.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 1 if growth > MOST_GROWTH else 0


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench scale", description=__doc__)
    parser.add_argument("--articles", default="10000,100000", help="sizes to measure at, with commas")
    parser.add_argument("--data", type=Path, help="NAME.jsonl.gz with texts; the sample's own without it")
    parser.add_argument("--workers", type=int, default=2, help="processes that make articles")
    parser.add_argument("--keep", metavar="PREFIX", help="keep the indices under this prefix and go on there")
    parser.add_argument("--minutes", type=float, default=600, help="stop filling after so long and measure")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    return parser.parse_args(argv)


@contextmanager
def _stores(prefix: str, sizes: Sequence[int], *, keep: bool) -> Iterator[dict[int, Index]]:
    """A store for each size, on the node of the settings or one of our own; they go unless they are to be kept."""
    settings = load_settings()
    node = None if settings.elasticsearch_url else ensure_node(settings, say=print)
    url = node.url if node else settings.elasticsearch_url
    stores = {
        size: connect(
            load_settings(overrides={"index_prefix": f"{prefix}x{size}", "elasticsearch_url": url}),
            now=FIRST_DAY,
        )
        for size in sizes
    }
    try:
        yield stores
    finally:
        for index in stores.values():
            if not keep:
                index.drop()
            index.close()
        if node is not None:
            node.stop()


# ------------------------------------------------------------------ articles out of their numbers


@cache
def _texts(data: str) -> tuple[tuple[str, ...], ...]:
    """The words of each real text."""
    if data:
        with gzip.open(data, "rt", encoding="utf-8") as lines:
            found = [json.loads(line)["text"] or "" for line in lines]
    else:
        from wirewatch.newsroom.press import load_press

        found = [" ".join(article.body) for publisher in load_press() for article in publisher.articles]
    return tuple(words for text in found if len(words := tuple(re.findall(r"\S+", text))) > PASSAGE)


def _words(number: int, data: str) -> list[str]:
    """The words of the article of a number. A copy has those of an earlier one, lightly edited."""
    chance = random.Random(number)
    texts = _texts(data)
    if (original := _original(number)) is not None:
        return _changed(_words(original, data), EDITED, chance, texts)
    words: list[str] = []
    while len(words) < WORDS:
        text = chance.choice(texts)
        start = chance.randrange(max(1, len(text) - PASSAGE))
        words += text[start : start + PASSAGE]
    return _changed(words, CHANGED, chance, texts)


def _changed(
    words: list[str], every: int, chance: random.Random, texts: tuple[tuple[str, ...], ...]
) -> list[str]:
    return [chance.choice(chance.choice(texts)) if chance.randrange(every) == 0 else word for word in words]


def _original(number: int) -> int | None:
    """Which article this one is a copy of; an original is never a copy, and lies at most a day back."""
    if number < ONE_IN_A_COPY or number % ONE_IN_A_COPY:
        return None
    back = random.Random(-number).randrange(1, min(number, ARTICLES_A_DAY))
    return number - back if (number - back) % ONE_IN_A_COPY else number - back + 1


def _article(number: int, data: str) -> StoredArticle:
    text = " ".join(_words(number, data))
    at = FIRST_DAY + timedelta(days=number / ARTICLES_A_DAY)
    key = f"scale-{number}"
    return build_article(
        key,
        " ".join(text.split()[:9]),
        text,
        at,
        publisher=f"publisher-{number % 500}",
        language="en",
        story_key=key,
        clustered_at=at,
    )


def _articles(start: int, stop: int, data: str) -> list[StoredArticle]:
    return [_article(number, data) for number in range(start, stop)]


# ------------------------------------------------------------------ filling and asking


def _fill(index: Index, number: int, data: str, workers: int, until: float) -> int:
    """Articles there at the end: `number`, or fewer when the time is over."""
    index.articles.refresh()
    there = index.articles.count()
    there -= there % BATCH  # the last batch may be there in part; creating it again changes nothing
    with (
        ProcessPoolExecutor(workers) as pool,
        Progress(*Progress.get_default_columns(), TimeElapsedColumn()) as bar,
    ):
        line = bar.add_task(f"{number} articles", total=number, completed=there)
        for batch in _ahead(pool, range(there, number, BATCH), number, data, 2 * workers):
            written = index.articles.create(batch)
            if written.refused:
                raise SystemExit(f"refused: {written.refused[0]}")
            there += len(batch)
            bar.update(line, completed=there)
            if time.monotonic() > until:
                break
        pool.shutdown(cancel_futures=True)
    index.articles.refresh()
    return there


def _ahead(
    pool: ProcessPoolExecutor, starts: range, number: int, data: str, most: int
) -> Iterator[list[StoredArticle]]:
    """Batches in order, a few of them made ahead: all at once would be the whole store in memory."""
    left = iter(starts)
    waiting = [
        pool.submit(_articles, start, min(start + BATCH, number), data) for start in islice(left, most)
    ]
    while waiting:
        yield waiting.pop(0).result()
        waiting += [
            pool.submit(_articles, start, min(start + BATCH, number), data) for start in islice(left, 1)
        ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A lookup to be made: the text, and the article it is a copy of."""

    wanted: Comparable
    original: int | None


def _measure(stores: dict[int, Index], data: str) -> list[Size]:
    """Every store asked in turn, lookup by lookup, as the writer would meet these texts at the end of the store."""
    asked = {number: _to_ask(number, data) for number in stores}
    similar = {number: SimilarStore(index) for number, index in stores.items()}
    spent: dict[int, list[float]] = {number: [] for number in stores}
    found = dict.fromkeys(stores, 0)
    for place in range(WARMING + ASKED):
        for number, store in similar.items():
            one = asked[number][place % ASKED]
            began = time.perf_counter()
            answer = store.similar([one.wanted], frozenset())[one.wanted.article_key]
            if place >= WARMING:
                spent[number].append(1000 * (time.perf_counter() - began))
                found[number] += f"scale-{one.original}" in {other.article_key for other in answer}
    return [
        Size(
            articles=number,
            p50=statistics.median(spent[number]),
            p95=statistics.quantiles(spent[number], n=20)[-1],
            batched=_batched(similar[number], asked[number]),
            found=found[number] / sum(one.original is not None for one in asked[number]),
            bytes_each=_stored_bytes(index) / number,
        )
        for number, index in stores.items()
    ]


def _to_ask(number: int, data: str) -> list[_Asked]:
    """Copies of stored articles and new texts in turn, none of them stored."""
    later = range(number + 1, number + 20 * ASKED)
    copies = [n for n in later if (original := _original(n)) is not None and original < number]
    new = [n for n in later if _original(n) is None]
    chosen = [n for pair in zip(copies, new, strict=False) for n in pair][:ASKED]
    return [_Asked(comparable(_article(n, data)), _original(n)) for n in chosen]


def _batched(store: SimilarStore, asked: Sequence[_Asked]) -> float:
    """Milliseconds a lookup when many are asked together."""
    began = time.perf_counter()
    store.similar([one.wanted for one in asked], frozenset())
    return 1000 * (time.perf_counter() - began) / len(asked)


def _stored_bytes(index: Index) -> int:
    index.client.indices.flush(index=index.name("articles"))
    stats = index.client.indices.stats(index=index.name("articles"), metric="store")
    return int(stats["_all"]["primaries"]["store"]["size_in_bytes"])


def _line(size: Size) -> str:
    return (
        f"{size.articles:>9} articles   lookup p50 {size.p50:6.1f} ms   p95 {size.p95:6.1f} ms   "
        f"in batches {size.batched:5.2f} ms each   copies found {size.found:.3f}   "
        f"{size.bytes_each:,.0f} bytes an article"
    )
