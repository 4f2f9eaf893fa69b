"""Stories as a list: a page of them, how many there are, counts by facet, and how many are new a day by topic.

A list is asked in parts that Elasticsearch answers side by side: the few stories shown, which it can find without
looking at the others, and the counts over all of them, which it keeps while nothing new was written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from elasticsearch import Elasticsearch

from wirewatch.index.bulk import batched
from wirewatch.index.codec import read
from wirewatch.index.schema import Names
from wirewatch.index.searching import DEEPEST, Question, ask, span_of
from wirewatch.index.shelf import KEYS_AT_ONCE
from wirewatch.records import Story

FACETS = {"topics": "topics_all", "publishers": "publishers", "languages": "languages"}
FACET_SIZE = 40
# Articles beyond the thousandth best (the thousandth newest, for a list by time) are not looked at: twice as many take
# twice the time, and nobody reads so far. The note says so then.
ARTICLES_WITH_WORDS = 1000
# What a list shows of a story. The rest is most of its bytes.
LISTED = (
    "story_key", "title", "language", "articles", "copies", "publishers", "languages", "independent_reports",
    "first_publisher", "topics_primary", "topics_all", "conflicts", "stances", "first_seen_at", "last_seen_at",
    "first_published_at", "changed_at", "revision", "backfill",
)  # fmt: skip
_NO_SOURCE: dict[str, Any] = {"source": False, "stored_fields": "_none_"}
_LIVE: dict[str, Any] = {"exists": {"field": "merged_into"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """Stories that answer a question, how many there are, counts by facet, and a note: the words were odd, or too common.

    `pinned` stand before `stories` and are counted in `total`. `untagged` counts those among them (or left out of
    them) that have no topic.
    """

    stories: tuple[Story, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    pinned: tuple[Story, ...] = ()
    untagged: int = 0
    note: str | None = None


def search_stories(client: Elasticsearch, names: Names, question: Question) -> StoryPage:
    """Stories, newest first unless asked otherwise; words are looked for in the stories' articles."""
    keys, note = _stories_with_words(client, names, question) if question.words else (None, None)
    filters = _filters(question)
    found = [*filters, {"terms": {"story_key": keys}}] if keys is not None else filters
    ranked = keys is not None and question.sort == "relevance"
    parts = [_counts(question, found)]
    if ranked:
        # Of the best matches a filter takes some away: so many are looked at for one page.
        best = (keys or [])[: 2 * (question.offset + question.size) + len(question.pinned)]
        parts.append(_shown(question, [*filters, {"terms": {"story_key": best}}], size=len(best), offset=0))
    else:
        best = []
        offset = min(question.offset, DEEPEST - question.size)
        parts.append(_shown(question, found, size=question.size, offset=offset))
    if question.pinned and not question.offset:
        parts.append(_pinned(question, found))
    counts, shown, *pinned = _parts(client, names, parts)
    hits = shown["hits"]["hits"]
    if ranked:
        wanted = question.offset + question.size
        if len(hits) < wanted and len(best) < len(keys or []):
            body = _shown(question, found, size=len(keys or []), offset=0)
            (shown,) = _parts(client, names, [body])
            hits = shown["hits"]["hits"]
        rank = {key: place for place, key in enumerate(keys or [])}
        hits = sorted(hits, key=lambda hit: rank[hit["_source"]["story_key"]])[question.offset : wanted]
    kept = counts["aggregations"]["shown"]
    return StoryPage(
        stories=_stories(hits),
        pinned=_stories(pinned[0]["hits"]["hits"]) if pinned else (),
        total=kept["doc_count"],
        facets={name: {b["key"]: b["doc_count"] for b in kept[name]["buckets"]} for name in FACETS},
        untagged=counts["aggregations"]["untagged"]["doc_count"],
        note=note,
    )


def titles_with(client: Elasticsearch, names: Names, question: Question) -> tuple[Story, ...]:
    """Stories with the words in their title, the last one perhaps not yet typed to its end; best match first.

    One request that counts nothing: what a list shows between two keys.
    """
    tagged = [{"exists": {"field": "topics_all"}}] if question.tagged_only else []
    answer = client.search(
        index=names.alias("stories"),
        query={
            "bool": {
                "must": [{"match_bool_prefix": {"title": {"query": question.words, "operator": "and"}}}],
                "filter": [*_filters(question), *tagged],
                "must_not": [_LIVE, *_keys(question.muted)],
            }
        },
        size=question.size,
        source={"includes": LISTED},
        track_total_hits=False,
    )
    return _stories(answer["hits"]["hits"])


def stories_matching(
    client: Elasticsearch, names: Names, question: Question, keys: Collection[str]
) -> set[str]:
    """Which of the stories `keys` answer a question: for telling a reader of a saved search what is new in it."""
    matching: set[str] = set()
    tagged = [{"exists": {"field": "topics_all"}}] if question.tagged_only else []
    for batch in batched(sorted(keys), KEYS_AT_ONCE):
        among: dict[str, Any] = {"terms": {"story_key": list(batch)}}
        filters = [*_filters(question), *tagged, among]
        if question.words:
            body = {
                "index": names.alias("articles"),
                "size": KEYS_AT_ONCE,
                "collapse": {"field": "story_key"},
                "docvalue_fields": ["story_key"],
                "track_total_hits": False,
                **_NO_SOURCE,
            }
            answer, _ = ask(client, question, [among], body)
            found = [hit["fields"]["story_key"][0] for hit in answer["hits"]["hits"]]
            filters.append({"terms": {"story_key": found}})
        answer = client.search(
            index=names.alias("stories"),
            query={"bool": {"filter": filters, "must_not": [_LIVE]}},
            size=len(batch),
            source=False,
            track_total_hits=False,
        )
        matching.update(hit["_id"] for hit in answer["hits"]["hits"])
    return matching


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
                "must_not": [_LIVE],
            }
        },
        aggs={
            "topics": {
                "terms": {"field": "topics_all", "size": FACET_SIZE},
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


# --------------------------------------------------------------------------- the parts of a list


def _shown(
    question: Question, filters: Sequence[dict[str, Any]], *, size: int, offset: int
) -> dict[str, Any]:
    """The stories of one page. Nothing is counted or scored, so that only the newest are looked at."""
    left_out = [_LIVE, *_keys(question.muted), *_keys(question.pinned)]
    tagged = [{"exists": {"field": "topics_all"}}] if question.tagged_only else []
    return {
        "query": {"bool": {"filter": [*filters, *tagged], "must_not": left_out}},
        "sort": _order(question),
        "size": size,
        "from": offset,
        "track_total_hits": False,
        **({"_source": list(LISTED)} if question.brief else {}),
    }


def _pinned(question: Question, filters: Sequence[dict[str, Any]]) -> dict[str, Any]:
    tagged = [{"exists": {"field": "topics_all"}}] if question.tagged_only else []
    chosen = [{"terms": {"story_key": list(question.pinned)}}]
    return {
        "query": {"bool": {"filter": [*filters, *tagged, *chosen], "must_not": [_LIVE]}},
        "sort": [{"last_seen_at": "desc"}, {"story_key": "asc"}],
        "size": question.size,
        "track_total_hits": False,
        **({"_source": list(LISTED)} if question.brief else {}),
    }


def _counts(question: Question, filters: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Totals and facets."""
    tagged: dict[str, Any] = (
        {"exists": {"field": "topics_all"}} if question.tagged_only else {"match_all": {}}
    )
    facets = {name: {"terms": {"field": field, "size": FACET_SIZE}} for name, field in FACETS.items()}
    return {
        "query": {"bool": {"filter": list(filters), "must_not": [_LIVE, *_keys(question.muted)]}},
        "size": 0,
        "track_total_hits": False,
        "aggs": {
            "untagged": {"missing": {"field": "topics_all"}},
            "shown": {"filter": tagged, "aggs": facets},
        },
    }


def _parts(client: Elasticsearch, names: Names, parts: Sequence[dict[str, Any]]) -> list[Any]:
    lines: list[dict[str, Any]] = []
    for part in parts:
        lines += [{"request_cache": True} if part["size"] == 0 else {}, part]
    answers = client.msearch(index=names.alias("stories"), searches=lines)
    return [
        # A part that failed is asked alone: its fault is raised as that of any search.
        client.search(index=names.alias("stories"), body=part) if "error" in answer else answer
        for part, answer in zip(parts, answers["responses"], strict=True)
    ]


def _keys(keys: Sequence[str]) -> list[dict[str, Any]]:
    return [{"terms": {"story_key": list(keys)}}] if keys else []


def _stories(hits: Sequence[Mapping[str, Any]]) -> tuple[Story, ...]:
    return tuple(read(Story, hit["_source"]) for hit in hits)


def _stories_with_words(
    client: Elasticsearch, names: Names, question: Question
) -> tuple[list[str], str | None]:
    """The stories of the articles that match best, best first, and what is to be said of the words."""
    body: dict[str, Any] = {
        "index": names.alias("articles"),
        "size": ARTICLES_WITH_WORDS,
        "docvalue_fields": ["story_key"],
        "track_total_hits": ARTICLES_WITH_WORDS,
        "filter_path": "hits.hits.fields,hits.total.relation",  # a third of the bytes
        **_NO_SOURCE,
    }
    if question.sort != "relevance":
        body["sort"] = [{"sort_at": "desc"}]
    answer, note = ask(client, question, [], body)
    found = answer.get("hits", {})
    if found.get("total", {}).get("relation") == "gte":
        kept = "best matches" if question.sort == "relevance" else "newest"
        common = (
            f"More than {ARTICLES_WITH_WORDS:,} articles have these words: only the {kept} were looked at."
        )
        note = f"{note} {common}" if note else common
    placed = (hit["fields"]["story_key"][0] for hit in found.get("hits", ()) if "fields" in hit)
    return list(dict.fromkeys(placed)), note


# --------------------------------------------------------------------------- filters and order


def _filters(question: Question) -> list[dict[str, Any]]:
    filters = _seen(question)
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


def _seen(question: Question) -> list[dict[str, Any]]:
    """When its last article came; for stories of a feed's first read, when it was published."""
    seen = span_of("last_seen_at", question)
    if not seen:
        return []
    late = {
        "bool": {"must": [{"term": {"backfill": True}}], "must_not": span_of("first_published_at", question)}
    }
    return [*seen, {"bool": {"must_not": [late]}}]


_ORDERS: dict[str, list[dict[str, Any]]] = {
    "published": [{"first_published_at": {"order": "desc", "missing": "_last"}}],
    "changed": [{"changed_at": "desc"}],
    "reports": [{"independent_reports": "desc"}],
}


def _order(question: Question) -> list[dict[str, Any]]:
    return [*_ORDERS.get(question.sort, []), {"last_seen_at": "desc"}, {"story_key": "asc"}]
