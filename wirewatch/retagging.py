"""Stored articles brought up to the rules in force, in pieces: what is older is found, read again, and written.

Only articles that a change of rules can reach are read again (`extractors.taxonomy.changes`); of the others only the
versions are noted. A write goes through only on the article that was read, so ingestion and analysts always win, and
what they changed is read again by the next piece. Nothing is kept between pieces but what the articles carry: killed at
any point and started again, it ends the same. Stories and stored claims follow with the one writer (`untold`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from extractors.reading import reader_version
from extractors.taxonomy.changes import Reach, Reached, reach
from wirewatch.corrections import machine_topics
from wirewatch.index import Index
from wirewatch.index.bulk import batched
from wirewatch.index.codec import document, read
from wirewatch.index.shelf import token_of
from wirewatch.records import RuleSet, StoredArticle
from wirewatch.rereading import FACTS, Depth, Gain, Reader, changed, gains, reread
from wirewatch.rules import Rules, versions_of

# Articles read again between two looks at the clock: some seconds of work, and 4 MB of text.
PAGE = 200
# Articles shown of each topic gained or lost, so that somebody can judge the change.
SAMPLES = 5
_WRITTEN = (*FACTS, "untold", "taxonomy_version", "reader_version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One article that gained or lost a topic, and the words that speak for it."""

    article_key: str
    title: str
    publisher: str
    url: str
    rule: str
    words: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class TopicReport:
    """What became of one topic: how many articles gained and lost it, and some of them."""

    topic: str
    added: int = 0
    removed: int = 0
    added_to: list[Sample] = field(default_factory=list)
    removed_from: list[Sample] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Report:
    """What a piece did. `left` counts the older articles that still wait; `overtaken` those written meanwhile."""

    version: str
    dry_run: bool
    looked_at: int = 0
    read_again: int = 0
    changed: int = 0
    claims_changed: int = 0
    mentions_changed: int = 0
    overtaken: int = 0
    left: int = 0
    topics: dict[str, TopicReport] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """The numbers, for logs and for Airflow."""
        names = (
            "looked_at",
            "read_again",
            "changed",
            "claims_changed",
            "mentions_changed",
            "overtaken",
            "left",
        )
        return {name: getattr(self, name) for name in names}

    def line(self) -> str:
        """The numbers in one line."""
        done = "would change" if self.dry_run else "changed"
        return (
            f"{self.looked_at} older articles looked at, {self.read_again} read again, {self.changed} {done}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which articles, how much of them at once: `enough` is asked after each page whether to stop there."""

    since: datetime | None = None
    topics: tuple[str, ...] = ()
    dry_run: bool = False
    most: int | None = None
    enough: Callable[[], bool] = lambda: False


def for_seconds(seconds: float) -> Callable[[], bool]:
    """Enough once so much time went by."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until


def retag(
    index: Index,
    rules: Rules,
    *,
    now: datetime,
    wanted: Wanted | None = None,
    say: Callable[[str], None] = lambda _line: None,
) -> Report:
    """Bring older articles up to these rules, newest first, as far as `wanted` allows."""
    wanted = wanted or Wanted()
    plan = _Plan(index, rules, wanted)
    reader = Reader(taxonomy=rules.taxonomy, version=plan.reader, now=now)
    report = Report(version=rules.taxonomy.version, dry_run=wanted.dry_run)
    hits = index.articles.scan(plan.older(), sort=[{"sort_at": "desc"}], size=wanted.most, page=PAGE)
    for page in batched(hits, PAGE):
        _page(index, plan, reader, page, report)
        say(report.line())
        if wanted.enough():
            break
    if not wanted.dry_run:
        index.refresh("articles")
        report.left = index.articles.count(plan.older())
    return report


def older_articles(index: Index, rules: Rules) -> int:
    """How many articles are older than these rules in a way that can matter."""
    return index.articles.count(_Plan(index, rules, Wanted()).older())


class _Plan:
    """Which articles are older than these rules, and how much of each must be read again."""

    def __init__(self, index: Index, rules: Rules, wanted: Wanted) -> None:
        self.reader = reader_version()
        self.wanted = wanted
        index.refresh("articles")
        self._reached: dict[str | None, Reached] = {}
        self._fresh = [rules.taxonomy.version]
        known = index.rules.get(_versions(index))
        for version in _versions(index):
            found = _reach(known.get(version), rules)
            if found:
                self._reached[version] = Reached(found, rules.taxonomy)
            else:
                self._fresh.append(version)
        self._unknown = Reached(Reach(everything=True), rules.taxonomy)
        asked = Reach(everything=False, topics=frozenset(wanted.topics))
        self._asked = Reached(asked, rules.taxonomy) if wanted.topics else None

    def older(self) -> dict[str, Any]:
        """The query for them."""
        other_rules = {"bool": {"must_not": [{"terms": {"taxonomy_version": self._fresh}}]}}
        other_reader = {"bool": {"must_not": [{"term": {"reader_version": self.reader}}]}}
        filters: list[dict[str, Any]] = [
            {"bool": {"should": [other_rules, other_reader], "minimum_should_match": 1}}
        ]
        if self.wanted.since is not None:
            filters.append({"range": {"sort_at": {"gte": self.wanted.since.isoformat()}}})
        return {"bool": {"filter": filters}}

    def depth(self, article: StoredArticle) -> Depth | None:
        """How much to read again; None when the article is not among those asked for."""
        topics = [tag.topic for tag in (*machine_topics(article), *article.topics)]
        if self._asked is not None and not self._asked(article.title, article.text, topics):
            return None
        if article.reader_version != self.reader:
            return "everything"
        if article.taxonomy_version in self._fresh:
            return "nothing"
        reached = self._reached.get(article.taxonomy_version, self._unknown)
        return "topics" if reached(article.title, article.text, topics) else "nothing"


def _versions(index: Index) -> list[str]:
    answer = index.client.search(
        index=index.name("articles"),
        size=0,
        track_total_hits=False,
        aggs={"versions": {"terms": {"field": "taxonomy_version", "size": 1000}}},
    )
    return [bucket["key"] for bucket in answer["aggregations"]["versions"]["buckets"]]


def _reach(record: RuleSet | None, rules: Rules) -> Reach:
    return reach(versions_of(record) if record else None, rules.versions, rules.taxonomy)


def _page(index: Index, plan: _Plan, reader: Reader, hits: Sequence[dict[str, Any]], report: Report) -> None:
    """Read one page of articles again and write what came of it."""
    articles = [(hit, read(StoredArticle, hit["_source"])) for hit in hits]
    corrections = index.corrections.on_topics(article.article_key for _, article in articles)
    changes = []
    for hit, article in articles:
        depth = plan.depth(article)
        if depth is None:
            continue
        again = reread(article, depth, reader, corrections)
        _note(report, article, again, depth)
        fields = document(again)
        changes.append((token_of(hit), article.article_key, {name: fields.get(name) for name in _WRITTEN}))
    if not plan.wanted.dry_run:
        report.overtaken += len(index.articles.update(changes).known)


def _note(report: Report, before: StoredArticle, after: StoredArticle, depth: Depth) -> None:
    report.looked_at += 1
    report.read_again += depth != "nothing"
    report.changed += changed(before, after)
    report.claims_changed += before.claims != after.claims
    report.mentions_changed += before.mentions != after.mentions
    for gain in gains(before, after):
        told = report.topics.setdefault(gain.topic, TopicReport(topic=gain.topic))
        shown = told.added_to if gain.gained else told.removed_from
        if gain.gained:
            told.added += 1
        else:
            told.removed += 1
        if len(shown) < SAMPLES:
            shown.append(_sample(after, gain))


def _sample(article: StoredArticle, gain: Gain) -> Sample:
    return Sample(
        article_key=article.article_key,
        title=article.title,
        publisher=article.publisher,
        url=article.url,
        rule=gain.rule,
        words=gain.words,
    )
