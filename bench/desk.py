"""How fast the desk answers over HTTP, on synthetic stories: p50 and p95 of each page, against the promised 150 ms.

`python -m bench desk --articles 100000` fills a scratch prefix of the Elasticsearch of the settings, asks, and drops it.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import httpx

from extractors.records import Claim, Evidence, TopicTag
from wirewatch.desk.serving import listen, server
from wirewatch.index import Index, connect
from wirewatch.records import IndependentReport, StoredArticle, Story
from wirewatch.settings import Settings, load_settings

TOPICS = ("defection", "troop_deployment", "missile_test", "provocation", "sanctions", "cyber", "diplomacy")
KNOWN = (
    "soldiers",
    "border",
    "missile",
    "ministry",
    "launched",
    "deployed",
    "troops",
    "agreement",
    "northern",
)
WORDS_A_TEXT = 380  # about 2.5 KB, the middle of real news texts
FINGERPRINTS = 40
PER_STORY = (1, 1, 1, 1, 2, 2, 3, 4, 8)
BIGGEST = 80
DAYS = 60
BULK = 2000
FIRST = "story list, style and script"
STATIC = ("desk.css", "desk.js", "icon.svg")
TYPED = "titles between two keys"
# Milliseconds at p95, where they are not those of --limit.
LIMITS = {TYPED: 100.0}
# Bytes of the first page, with nothing in the browser's cache: the page, its style and its script.
FIRST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Timing:
    """What one kind of page took."""

    name: str
    milliseconds: tuple[float, ...]
    size: int

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.milliseconds, n=20)[-1]


def main(argv: Sequence[str]) -> int:
    """Fill, ask, print; 1 when the list or a story is slower than the limit."""
    options = _arguments(argv)
    prefix = options.keep or f"bench{uuid.uuid4().hex[:8]}"
    settings = load_settings(environ={**os.environ, "WIREWATCH_INDEX_PREFIX": prefix})
    index = connect(settings)
    try:
        # The biggest story first, as `_fill` has it.
        kept = [
            hit["_id"] for hit in index.stories.scan(sort=[{"independent_reports": "desc"}], fields=["title"])
        ]
        keys = kept or _fill(index, options.articles)
        timings = list(_ask(settings, keys, options.requests))
    finally:
        if not options.keep:
            index.drop()
        index.close()
    print(f"{options.articles} articles asked for, {len(keys)} stories, {options.requests} requests a row")
    for timing in timings:
        print(
            f"{timing.name:<34} p50 {statistics.median(timing.milliseconds):7.1f} ms   "
            f"p95 {timing.p95:7.1f} ms   {timing.size / 1000:6.1f} KB"
        )
    slow = [
        timing.name
        for timing in timings
        if timing.p95 > min(options.limit, LIMITS.get(timing.name, options.limit))
    ]
    large = [timing.name for timing in timings if timing.name == FIRST and timing.size > FIRST_PAGE]
    if slow:
        print(f"slower than {options.limit:g} ms (between two keys: {LIMITS[TYPED]:g} ms): {', '.join(slow)}")
    if large:
        print(f"larger than {FIRST_PAGE / 1000:g} KB: {', '.join(large)}")
    return 1 if slow or large else 0


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench desk", description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=60, help="of each page (default 60)")
    parser.add_argument("--limit", type=float, default=150.0, help="milliseconds at p95 (default 150)")
    parser.add_argument(
        "--keep", metavar="PREFIX", help="fill this prefix once, keep it, and only ask next time"
    )
    return parser.parse_args(argv)


def _fill(index: Index, number: int) -> list[str]:
    chance = random.Random(8)
    now = datetime.now(UTC)
    vocabulary = ["".join(chance.choices("abdeiklmnorstu", k=chance.randint(3, 9))) for _ in range(20_000)]
    began = time.monotonic()
    stories: list[Story] = []
    waiting: list[StoredArticle] = []
    written = 0
    while written < number:
        size = BIGGEST if not stories else min(chance.choice(PER_STORY), number - written)
        at = now - timedelta(minutes=chance.randint(60, DAYS * 24 * 60))
        articles = list(_articles(chance, vocabulary, size, at))
        waiting.extend(articles)
        stories.append(_story(articles, now))
        written += size
        if len(waiting) >= BULK or written >= number:
            index.articles.create(waiting)
            waiting.clear()
            print(f"filled {written} of {number}", flush=True)
    index.stories.create(stories)
    index.refresh()
    print(f"filled in {time.monotonic() - began:.0f} s")
    return [story.story_key for story in stories]


def _articles(
    chance: random.Random, vocabulary: Sequence[str], size: int, at: datetime
) -> Iterator[StoredArticle]:
    topic = chance.choice(TOPICS)
    story_key = uuid.UUID(int=chance.getrandbits(128)).hex
    first: StoredArticle | None = None
    for place in range(size):
        article = _article(chance, vocabulary, topic, at + timedelta(minutes=10 * place))
        copied = first is not None and chance.random() < 0.4
        article = replace(
            article,
            story_key=story_key,
            near_duplicate_of=first.article_key if copied and first else None,
            duplicate_kind="syndicated" if copied else None,
        )
        first = first or article
        yield article


def _article(chance: random.Random, vocabulary: Sequence[str], topic: str, at: datetime) -> StoredArticle:
    # Squared: a few words are in many texts, most are in few, as in a language.
    words = [vocabulary[int(chance.random() ** 2 * len(vocabulary))] for _ in range(WORDS_A_TEXT)]
    for _ in range(2):  # each known word is in a fifth of the texts: a frequent one
        words[chance.randrange(WORDS_A_TEXT)] = chance.choice(KNOWN)
    text = "\n".join(" ".join(words[start : start + 40]) for start in range(0, WORDS_A_TEXT, 40))
    marks = [
        Evidence(field="text", start=start, end=start + 20, text=text[start : start + 20])
        for start in range(50, 900, 140)
    ]
    key = sha256(text.encode()).hexdigest()[:32]
    figure = float(chance.randint(2, 4000))
    return StoredArticle(
        article_key=key,
        url=f"https://paper{chance.randrange(300)}.example/{key}",
        title=" ".join(words[:9]),
        text=text,
        language="en",
        publisher=f"Paper {chance.randrange(300)}",
        first_seen_at=at,
        fetched_at=at,
        indexed_at=at,
        sort_at=at,
        published_at=at,
        topics=(TopicTag(topic=topic, level="primary", rule="synthetic", evidence=tuple(marks)),),
        topics_primary=(topic,),
        topics_all=(topic,),
        claims=tuple(
            Claim(low=figure, high=figure, approximate=False, unit="troops", event="deployed", evidence=mark)
            for mark in marks[:3]
        ),
        text_hash=key[:16],
        fingerprints=tuple(f"{chance.getrandbits(50):010x}"[:10] for _ in range(FINGERPRINTS)),
        shingle_count=WORDS_A_TEXT,
    )


def _story(articles: Sequence[StoredArticle], now: datetime) -> Story:
    first, last = articles[0], articles[-1]
    reports = tuple(
        IndependentReport(articles=(article.article_key,), publishers=(article.publisher,))
        for article in articles
        if article.near_duplicate_of is None
    )
    return Story(
        story_key=str(first.story_key),
        title=first.title,
        language="en",
        articles=tuple(article.article_key for article in articles),
        urls=tuple(article.url for article in articles),
        copies=len(articles) - len(reports),
        publishers=tuple(dict.fromkeys(article.publisher for article in articles)),
        languages=("en",),
        independent_reports=len(reports),
        reports=reports,
        topics_primary=first.topics_primary,
        topics_all=first.topics_all,
        claims=tuple(claim for article in articles for claim in article.claims)[:60],
        terms=tuple(first.title.split()),
        first_seen_at=first.sort_at,
        last_seen_at=last.sort_at,
        first_published_at=first.sort_at,
        changed_at=min(last.sort_at, now),
    )


def _ask(settings: Settings, keys: Sequence[str], number: int) -> Iterator[Timing]:
    chance = random.Random(9)
    running, listener = server(settings), listen(0)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with httpx.Client(base_url=address, timeout=60) as client:
        some = [chance.choice(keys[1:]) for _ in range(number)]
        for name, paths in (
            (FIRST, ["/"] * number),
            ("story list, page 40", ["/?page=40"] * number),
            ("story list of a topic", [f"/?topic={chance.choice(TOPICS)}" for _ in some]),
            ("search, one word", [f"/?q={chance.choice(KNOWN)}" for _ in some]),
            (
                "search, two words, newest",
                [f"/?q={'+'.join(chance.sample(KNOWN, 2))}&sort=newest" for _ in some],
            ),
            (TYPED, [_typed(chance.choice(KNOWN), chance) for _ in some]),
            ("story page", [f"/stories/{key}" for key in some]),
            (f"story page, {BIGGEST} articles", [f"/stories/{keys[0]}"] * number),
        ):
            for path in paths[:5]:
                client.get(path).raise_for_status()
            timing = _time(client, name, paths)
            if name == FIRST:
                files = sum(len(client.get(f"/static/{file}").content) for file in STATIC)
                timing = replace(timing, size=timing.size + files)
            yield timing
    running.should_exit = True
    thread.join(10)


def _typed(word: str, chance: random.Random) -> str:
    """A word on its way, as `/typed` is asked for it: cut off after two letters or later."""
    return f"/typed?q={word[: chance.randint(2, len(word))]}"


def _time(client: httpx.Client, name: str, paths: Sequence[str]) -> Timing:
    taken, sizes = [], []
    for path in paths:
        began = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
        sizes.append(len(answer.content))
    return Timing(name, tuple(taken), max(sizes))
