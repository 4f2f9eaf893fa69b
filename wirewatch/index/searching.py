"""What an analyst asks for, turned into queries: articles and stories by words, topics, publishers and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch

from wirewatch.index.asking import FIELDS, is_plain, query_for
from wirewatch.index.codec import read
from wirewatch.index.schema import Names
from wirewatch.records import StoredArticle

# Deep paging costs memory on every shard; beyond this a narrower question is the better answer.
DEEPEST = 10_000


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
    brief: bool = False  # stories with what a list shows of them, and no more
    pinned: tuple[str, ...] = ()  # keys of stories that stand first on the first page
    muted: tuple[str, ...] = ()  # keys of stories that are left out
    sort: str = "newest"  # newest (last article seen) | published | changed | relevance | reports
    size: int = 25
    offset: int = 0


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
    answer, note = ask(client, question, _article_filters(question), body)
    hits = tuple(
        Hit(
            article=read(StoredArticle, hit["_source"]),
            score=hit.get("_score"),
            fragments=tuple(hit.get("highlight", {}).get("text", ())),
        )
        for hit in answer["hits"]["hits"]
    )
    return ArticlePage(hits=hits, total=answer["hits"]["total"]["value"], note=note)


def ask(
    client: Elasticsearch, question: Question, filters: list[dict[str, Any]], body: dict[str, Any]
) -> tuple[Any, str | None]:
    """The articles with the question's words in them; a note when they were no valid query and were taken literally."""
    if not question.words:
        return client.search(query={"bool": {"filter": filters}}, **body), None
    if is_plain(question.words):
        query = {
            "bool": {
                "must": [query_for(question.words, ranked=question.sort == "relevance")],
                "filter": filters,
            }
        }
        return client.search(query=query, **body), None
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


def span_of(field: str, question: Question) -> list[dict[str, Any]]:
    """The question's time as a filter on a field; empty when any time will do."""
    span = {}
    if question.since:
        span["gte"] = question.since.isoformat()
    if question.until:
        span["lt"] = question.until.isoformat()
    return [{"range": {field: span}}] if span else []


def _article_filters(question: Question) -> list[dict[str, Any]]:
    filters = span_of("sort_at", question)
    for field, wanted in (
        ("topics_all", question.topics),
        ("publisher", question.publishers),
        ("language", question.languages),
    ):
        if wanted:
            filters.append({"terms": {field: list(wanted)}})
    return filters
