"""One story with its articles, in one request: originals whole, copies without their text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from wirewatch.index.codec import read
from wirewatch.index.schema import Names
from wirewatch.records import StoredArticle, Story

# A merge of merges of merges is rare; a ring of them must end.
_MOST_REDIRECTS = 5
# What a page shows of a copy, folded under its original.
_OF_COPIES = (
    "article_key", "url", "title", "language", "publisher", "family", "first_seen_at", "fetched_at", "indexed_at",
    "sort_at", "published_at", "text_hash", "near_duplicate_of", "duplicate_kind", "story_key", "type", "access",
)  # fmt: skip
_NOT_SHOWN = ["fingerprints", "mentions", "evidence_text", "machine_topics"]


def story_with_articles(
    client: Elasticsearch, names: Names, key: str, *, most: int
) -> tuple[Story, list[StoredArticle]] | None:
    """A story by its key, following merges, and its first articles, earliest first; None when there is none.

    `most` bounds originals and copies each.
    """
    for _ in range(_MOST_REDIRECTS):
        story, originals, copies = _asked(client, names, key, most)
        if story is None:
            return None
        if story.merged_into is None:
            articles = [*originals, *_whole_where_alone(client, names, originals, copies)]
            return story, sorted(articles, key=lambda one: (one.sort_at, one.article_key))
        key = story.merged_into
    return None


def _asked(
    client: Elasticsearch, names: Names, key: str, most: int
) -> tuple[Story | None, list[StoredArticle], list[StoredArticle]]:
    own: dict[str, Any] = {"term": {"story_key": key}}
    copied: dict[str, Any] = {"exists": {"field": "near_duplicate_of"}}
    rest = {"size": most, "sort": [{"sort_at": "asc"}, {"article_key": "asc"}], "track_total_hits": False}
    articles = {"index": names.alias("articles")}
    answers = client.msearch(
        searches=[
            {"index": names.alias("stories")},
            {"query": {"ids": {"values": [key]}}, "size": 1, "track_total_hits": False},
            articles,
            {
                "query": {"bool": {"filter": [own], "must_not": [copied]}},
                "_source": {"excludes": _NOT_SHOWN},
                **rest,
            },
            articles,
            {"query": {"bool": {"filter": [own, copied]}}, "_source": list(_OF_COPIES), **rest},
        ]
    )["responses"]
    for answer in answers:
        if "error" in answer:  # raised as the fault of any search
            client.search(index=names.alias("stories"), size=0)
            raise LookupError(str(answer["error"].get("reason", answer["error"])))
    found, originals, copies = (answer["hits"]["hits"] for answer in answers)
    story = read(Story, found[0]["_source"]) if found else None
    return story, _articles(originals), _articles(copies)


def _whole_where_alone(
    client: Elasticsearch, names: Names, originals: Sequence[StoredArticle], copies: Sequence[StoredArticle]
) -> list[StoredArticle]:
    """The copies; those whose original is not here (it was split off) with their text, as they stand for themselves."""
    here = {one.article_key for one in (*originals, *copies)}
    alone = [one.article_key for one in copies if one.near_duplicate_of not in here]
    if not alone:
        return list(copies)
    answer = client.search(
        index=names.alias("articles"),
        query={"ids": {"values": alone}},
        size=len(alone),
        source={"excludes": _NOT_SHOWN},
        track_total_hits=False,
    )
    whole = {one.article_key: one for one in _articles(answer["hits"]["hits"])}
    return [whole.get(one.article_key, one) for one in copies]


def _articles(hits: Sequence[Mapping[str, Any]]) -> list[StoredArticle]:
    return [read(StoredArticle, {"text": "", **hit["_source"]}) for hit in hits]
