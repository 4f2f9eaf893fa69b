"""What analysts decided, as it is asked for: what stands, what was said about given articles, what is pinned and muted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from wirewatch.attention import KINDS as ATTENTION
from wirewatch.attention import Attention, attention
from wirewatch.corrections import Correction
from wirewatch.index.schema import Names
from wirewatch.index.shelf import Shelf

# A terms query takes 65,536 values; the stories that are looked at for pins and mutes stay far below.
_MOST_ARTICLES = 20_000
_MOST_STORIES = 5_000


class Decisions(Shelf[Correction]):
    """All corrections, those taken back too."""

    def __init__(self, client: Elasticsearch, names: Names) -> None:
        super().__init__(
            client, names, kind="corrections", record=Correction, key=lambda row: row.correction_key
        )

    def standing(self, kinds: Sequence[str]) -> list[Correction]:
        """Decisions of these kinds that nobody took back, earliest first."""
        query = {
            "bool": {
                "filter": [{"terms": {"kind": list(kinds)}}],
                "must_not": [{"exists": {"field": "withdrawn_at"}}],
            }
        }
        return list(self.records(query, sort=[{"made_at": "asc"}]))

    def about(
        self, articles: Iterable[str], story_key: str | None = None, *, most: int = 200
    ) -> list[Correction]:
        """What was decided about a story or any of these articles, latest first, with what was taken back."""
        keys = list(articles)
        asked: list[dict[str, Any]] = [{"terms": {"articles": keys}}, {"terms": {"others": keys}}]
        if story_key is not None:
            asked.append({"term": {"story_key": story_key}})
        return self._latest({"bool": {"should": asked}}, most, 0)

    def on_topics(self, articles: Iterable[str]) -> list[Correction]:
        """Everything that was said of the topics of these articles, with what was taken back."""
        keys = list(articles)
        about = {"bool": {"filter": [{"term": {"kind": "tag"}}, {"terms": {"articles": keys}}]}}
        return list(self.records(about)) if keys else []

    def page(self, *, size: int, offset: int) -> tuple[list[Correction], int]:
        """Every decision, latest first, a page of them and how many there are."""
        return self._latest({"match_all": {}}, size, offset), self.count()

    def attention(self) -> Attention:
        """Which stories are pinned and which are muted now."""
        decisions = self.standing(ATTENTION)
        if not decisions:
            return Attention()
        articles = {article for one in decisions for article in one.articles}
        named = {one.story_key for one in decisions if one.story_key}
        query = {
            "bool": {
                "should": [
                    {"terms": {"story_key": sorted(named)}},
                    {"terms": {"articles": sorted(articles)[:_MOST_ARTICLES]}},
                ],
                "minimum_should_match": 1,
                "must_not": [{"exists": {"field": "merged_into"}}],
            }
        }
        answer = self.client.search(
            index=self.names.alias("stories"),
            query=query,
            size=_MOST_STORIES,
            source_includes=["story_key", "articles"],
            track_total_hits=False,
        )
        stories = {hit["_id"]: tuple(hit["_source"].get("articles", ())) for hit in answer["hits"]["hits"]}
        return attention(decisions, stories)

    def _latest(self, query: dict[str, Any], size: int, offset: int) -> list[Correction]:
        answer = self.client.search(
            index=self.alias,
            query=query,
            sort=[{"made_at": "desc"}, {"correction_key": "asc"}],
            size=size,
            from_=offset,
            track_total_hits=False,
        )
        return [self._decode(hit) for hit in answer["hits"]["hits"]]
