"""Articles of other stories that may speak of what a story speaks of: its topics, its actors, its time."""

from __future__ import annotations

from datetime import timedelta

from elasticsearch import Elasticsearch

from wirewatch.index.codec import read
from wirewatch.index.schema import Names
from wirewatch.records import StoredArticle, Story

# "This year" reaches this far back; what is older speaks of other years.
REACH = timedelta(days=366)
# Actors asked for: a story names its main ones first. Articles looked at: one request of about 1 MB.
ACTORS, ARTICLES = 8, 60
_NEEDED = (
    "article_key", "url", "title", "text", "language", "publisher", "sort_at", "first_seen_at", "fetched_at",
    "indexed_at", "text_hash", "topics", "mentions", "claims", "story_key",
)  # fmt: skip


def articles_beside(client: Elasticsearch, names: Names, story: Story) -> list[StoredArticle]:
    """Originals of other stories on a main topic of this one that name one of its main actors, newest first."""
    if not story.topics_primary or not story.entities:
        return []
    span = {"gte": (story.last_seen_at - REACH).isoformat(), "lte": (story.last_seen_at + REACH).isoformat()}
    answer = client.search(
        index=names.alias("articles"),
        query={
            "bool": {
                "filter": [
                    {"terms": {"topics_all": list(story.topics_primary)}},
                    {"terms": {"entities": list(story.entities[:ACTORS])}},
                    {"range": {"sort_at": span}},
                    {"exists": {"field": "story_key"}},
                ],
                "must_not": [
                    {"term": {"story_key": story.story_key}},
                    {"exists": {"field": "near_duplicate_of"}},
                ],
            }
        },
        sort=[{"sort_at": "desc"}, {"article_key": "asc"}],
        size=ARTICLES,
        source_includes=list(_NEEDED),
        track_total_hits=False,
    )
    return [read(StoredArticle, hit["_source"]) for hit in answer["hits"]["hits"]]
