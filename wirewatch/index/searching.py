"""What an analyst asks for, turned into queries: articles and stories by words, topics, publishers and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch

from wirewatch.index.codec import read
from wirewatch.index.schema import Names
from wirewatch.records import StoredArticle, Story

# A headline that matches says more than a body that does; 3 is the usual first weight and kept the sample's
# judged questions in order.
FIELDS = ("title^3", "title.en^3", "text", "text.en")
# Deep paging costs memory on every shard; beyond this a narrower question is the better answer.
DEEPEST = 10_000
FACETS = {"topics": "topics_all", "publishers": "publishers", "languages": "languages"}
# Stories beyond the thousandth best are not what the words meant.
STORIES_WITH_WORDS = 1000
# What a list shows of a story needs none of these; they are most of its bytes.
# A thousand keys from the columns, without opening a thousand stored texts.
_KEYS_ONLY: dict[str, Any] = {
    "source": False,
    "stored_fields": "_none_",
    "docvalue_fields": ["story_key"],
}
BULKY = ("claims", "reports", "terms", "urls", "entities", "places", "families")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A search as the desk, the command line and the API ask it. Empty means any."""

    words: str = ""
    topics: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    minimum_reports: int = 1
    conflicts_only: bool = False
    tagged_only: bool = False  # leave out stories without any topic; the page says how many
    brief: bool = False  # stories without their `BULKY` fields, for lists
    sort: str = "newest"  # newest (last article seen) | published | changed | relevance | reports
    size: int = 25
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """Stories that answer a question, how many there are, counts by facet, and a note when the words were odd.

    `untagged` counts those among them (or left out of them) that have no topic.
    """

    stories: tuple[Story, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    untagged: int = 0
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article found, with its fragments (matches between <em> tags, all else escaped by the page)."""

    article: StoredArticle
    score: float | None
    fragments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """Articles that answer a question."""

    hits: tuple[Hit, ...]
    total: int
    note: str | None = None


def search_articles(client: Elasticsearch, names: Names, question: Question) -> ArticlePage:
    """Articles by the words in them; words that are no valid query are taken literally, and the note says so."""
    body: dict[str, Any] = {
        "index": names.alias("articles"),
        "size": question.size,
        "from_": min(question.offset, DEEPEST - question.size),
        "track_total_hits": DEEPEST,
        "highlight": {
            "fields": {"text": {"type": "unified"}},
            "require_field_match": False,
            "number_of_fragments": 2,
            "fragment_size": 180,
        },
    }
    if question.sort != "relevance" or not question.words:
        body["sort"] = [{"sort_at": "desc"}, {"article_key": "asc"}]
    answer, note = _ask(client, question, _article_filters(question), body)
    hits = tuple(
        Hit(
            article=read(StoredArticle, hit["_source"]),
            score=hit.get("_score"),
            fragments=tuple(hit.get("highlight", {}).get("text", ())),
        )
        for hit in answer["hits"]["hits"]
    )
    return ArticlePage(hits=hits, total=answer["hits"]["total"]["value"], note=note)


def search_stories(client: Elasticsearch, names: Names, question: Question) -> StoryPage:
    """Stories, newest first unless asked otherwise; words are looked for in the stories' articles."""
    note = None
    keys: list[str] | None = None
    if question.words:
        keys, note = _stories_with_words(client, names, question)
    filters = _story_filters(question)
    if keys is not None:
        filters.append({"terms": {"story_key": keys}})
    offset = min(question.offset, DEEPEST - question.size)
    ranked = keys is not None and question.sort == "relevance"
    tagged: dict[str, Any] = (
        {"exists": {"field": "topics_all"}} if question.tagged_only else {"match_all": {}}
    )
    facets = {name: {"terms": {"field": field, "size": 40}} for name, field in FACETS.items()}
    answer = client.search(
        index=names.alias("stories"),
        query={"bool": {"filter": filters, "must_not": [{"exists": {"field": "merged_into"}}]}},
        post_filter=tagged,
        sort=None if ranked else _story_order(question),
        size=STORIES_WITH_WORDS if ranked else question.size,
        from_=0 if ranked else offset,
        **(_KEYS_ONLY if ranked else {"source": {"excludes": BULKY if question.brief else ()}}),
        track_total_hits=DEEPEST,
        aggs={
            "untagged": {"missing": {"field": "topics_all"}},
            "shown": {"filter": tagged, "aggs": facets},
        },
    )
    hits = answer["hits"]["hits"]
    if ranked:
        hits = _ranked(client, names, question, [hit["fields"]["story_key"][0] for hit in hits], keys or [])
    shown = answer["aggregations"]["shown"]
    return StoryPage(
        stories=tuple(read(Story, hit["_source"]) for hit in hits),
        total=answer["hits"]["total"]["value"],
        facets={name: {b["key"]: b["doc_count"] for b in shown[name]["buckets"]} for name in FACETS},
        untagged=answer["aggregations"]["untagged"]["doc_count"],
        note=note,
    )


def topic_volume(
    client: Elasticsearch, names: Names, *, until: datetime, days: int
) -> dict[str, tuple[int, ...]]:
    """New stories a day by topic over the last `days` days (UTC), oldest day first."""
    start = (until - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    day = {
        "field": "first_published_at",
        "fixed_interval": "1d",
        "min_doc_count": 1,
        "format": "epoch_second",
    }
    answer = client.search(
        index=names.alias("stories"),
        size=0,
        query={
            "bool": {
                "filter": [{"range": {"first_published_at": {"gte": start.isoformat()}}}],
                "must_not": [{"exists": {"field": "merged_into"}}],
            }
        },
        aggs={
            "topics": {
                "terms": {"field": "topics_all", "size": 40},
                "aggs": {"days": {"date_histogram": day}},
            }
        },
    )
    volume = {}
    for topic in answer["aggregations"]["topics"]["buckets"]:
        counts = [0] * days
        for bucket in topic["days"]["buckets"]:
            place = int((bucket["key"] / 1000 - start.timestamp()) // 86_400)
            if 0 <= place < days:
                counts[place] += bucket["doc_count"]
        volume[topic["key"]] = tuple(counts)
    return volume


def _ranked(
    client: Elasticsearch, names: Names, question: Question, kept: Sequence[str], keys: Sequence[str]
) -> list[dict[str, Any]]:
    """One page of the stories `kept` by the filters, in the order of `keys`: best match first."""
    rank = {key: place for place, key in enumerate(keys)}
    page = sorted(kept, key=rank.__getitem__)[question.offset : question.offset + question.size]
    answer = client.search(
        index=names.alias("stories"),
        query={"ids": {"values": page}},
        size=len(page),
        source={"excludes": BULKY if question.brief else ()},
        track_total_hits=False,
    )
    hits: list[dict[str, Any]] = answer["hits"]["hits"]
    return sorted(hits, key=lambda hit: rank[hit["_source"]["story_key"]])


def _stories_with_words(
    client: Elasticsearch, names: Names, question: Question
) -> tuple[list[str], str | None]:
    body: dict[str, Any] = {
        "index": names.alias("articles"),
        "size": STORIES_WITH_WORDS,
        "collapse": {"field": "story_key"},
        "track_total_hits": False,
        **_KEYS_ONLY,
    }
    answer, note = _ask(client, question, [{"exists": {"field": "story_key"}}], body)
    return [hit["fields"]["story_key"][0] for hit in answer["hits"]["hits"]], note


def _ask(
    client: Elasticsearch, question: Question, filters: list[dict[str, Any]], body: dict[str, Any]
) -> tuple[Any, str | None]:
    if not question.words:
        return client.search(query={"bool": {"filter": filters}}, **body), None
    strict = {
        "query_string": {
            "query": question.words,
            "fields": FIELDS,
            "default_operator": "AND",
            "allow_leading_wildcard": False,
            "type": "cross_fields",
        }
    }
    if "*" in question.words or "?" in question.words or "~" in question.words:
        strict["query_string"]["type"] = "best_fields"
    try:
        return client.search(query={"bool": {"must": [strict], "filter": filters}}, **body), None
    except BadRequestError as fault:
        literal = {
            "multi_match": {
                "query": question.words,
                "fields": FIELDS,
                "operator": "and",
                "type": "cross_fields",
            }
        }
        note = f"Searched for the words as they stand: {_why(fault)}"
        return client.search(query={"bool": {"must": [literal], "filter": filters}}, **body), note


def _why(fault: BadRequestError) -> str:
    cause = fault.body.get("error", {}) if isinstance(fault.body, dict) else {}
    reasons = cause.get("root_cause") or [{}]
    return str(reasons[0].get("reason", "not a valid query")).split("\n")[0]


def _time(field: str, question: Question) -> list[dict[str, Any]]:
    span = {}
    if question.since:
        span["gte"] = question.since.isoformat()
    if question.until:
        span["lt"] = question.until.isoformat()
    return [{"range": {field: span}}] if span else []


def _article_filters(question: Question) -> list[dict[str, Any]]:
    filters = _time("sort_at", question)
    for field, wanted in (
        ("topics_all", question.topics),
        ("publisher", question.publishers),
        ("language", question.languages),
    ):
        if wanted:
            filters.append({"terms": {field: list(wanted)}})
    return filters


def _story_filters(question: Question) -> list[dict[str, Any]]:
    filters = _story_time(question)
    for field, wanted in (
        ("topics_all", question.topics),
        ("publishers", question.publishers),
        ("languages", question.languages),
    ):
        if wanted:
            filters.append({"terms": {field: list(wanted)}})
    if question.minimum_reports > 1:
        filters.append({"range": {"independent_reports": {"gte": question.minimum_reports}}})
    if question.conflicts_only:
        filters.append({"exists": {"field": "conflicts"}})
    return filters


def _story_time(question: Question) -> list[dict[str, Any]]:
    """When its last article came; for stories of a feed's first read, when it was published."""
    seen = _time("last_seen_at", question)
    if not seen:
        return []
    late = {
        "bool": {"must": [{"term": {"backfill": True}}], "must_not": _time("first_published_at", question)}
    }
    return [*seen, {"bool": {"must_not": [late]}}]


_ORDERS: dict[str, list[dict[str, Any]]] = {
    "published": [{"first_published_at": {"order": "desc", "missing": "_last"}}],
    "changed": [{"changed_at": "desc"}],
    "reports": [{"independent_reports": "desc"}],
}


def _story_order(question: Question) -> list[dict[str, Any]]:
    return [*_ORDERS.get(question.sort, []), {"last_seen_at": "desc"}, {"story_key": "asc"}]
