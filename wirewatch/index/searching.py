"""What an analyst asks for, turned into queries: articles and stories by words, topics, publishers and time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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
    sort: str = "newest"  # newest | relevance | reports
    size: int = 25
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """Stories that answer a question, how many there are, counts by facet, and a note when the words were odd."""

    stories: tuple[Story, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
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
    answer = client.search(
        index=names.alias("stories"),
        query={"bool": {"filter": filters, "must_not": [{"exists": {"field": "merged_into"}}]}},
        sort=_story_order(question),
        size=question.size,
        from_=min(question.offset, DEEPEST - question.size),
        track_total_hits=DEEPEST,
        aggs={name: {"terms": {"field": field, "size": 40}} for name, field in FACETS.items()},
    )
    stories = [read(Story, hit["_source"]) for hit in answer["hits"]["hits"]]
    if keys is not None and question.sort == "relevance":
        rank = {key: place for place, key in enumerate(keys)}
        stories.sort(key=lambda story: rank.get(story.story_key, len(rank)))
    facets = {
        name: {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"][name]["buckets"]}
        for name in FACETS
    }
    return StoryPage(stories=tuple(stories), total=answer["hits"]["total"]["value"], facets=facets, note=note)


def _stories_with_words(
    client: Elasticsearch, names: Names, question: Question
) -> tuple[list[str], str | None]:
    body: dict[str, Any] = {
        "index": names.alias("articles"),
        "size": 1000,  # stories beyond the thousandth best are not what the words meant
        "collapse": {"field": "story_key"},
        "source": ["story_key"],
        "track_total_hits": False,
    }
    answer, note = _ask(client, question, [{"exists": {"field": "story_key"}}], body)
    return [hit["_source"]["story_key"] for hit in answer["hits"]["hits"]], note


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
    filters = _time("last_seen_at", question)
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


def _story_order(question: Question) -> list[dict[str, Any]]:
    newest: list[dict[str, Any]] = [{"last_seen_at": "desc"}, {"story_key": "asc"}]
    return [{"independent_reports": "desc"}, *newest] if question.sort == "reports" else newest
