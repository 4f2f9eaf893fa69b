"""What the clustering writer remembers between batches: the kind `clustering`.

Profiles of stories, furniture, word counts by day, which corrections the stories follow, and whether a re-clustering is
under way. The journal lies beside it (`wirewatch.index.journal`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from elasticsearch import helpers

from wirewatch.clustering.store import Change, Wanted
from wirewatch.index import Index
from wirewatch.index.bulk import Action
from wirewatch.index.lookup import best_keys, by_ids
from wirewatch.stories.assignment import STORY_WINDOW, Profile
from wirewatch.stories.copies import COPY_WINDOW
from wirewatch.stories.likeness import TermCounts

# Stories looked at for one article.
MOST_STORIES = 20
# Term counts of so many days say how rare a word is; older ones are let go.
TERM_DAYS = 30
FURNITURE_DAYS = 90
_RULED, _RECLUSTERING = "ruled", "reclustering"


class Memory:
    """The writer's memory in Elasticsearch."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.client = index.client
        self.alias = index.name("clustering")

    # ------------------------------------------------------------------ profiles of stories

    def profiles_like(self, wanted: Mapping[str, Wanted]) -> dict[str, list[Profile]]:
        """For each article, profiles of open stories that share its heavy terms, best first."""
        questions = [(key, _like_story(question)) for key, question in wanted.items()]
        keys = best_keys(self.index, self.alias, questions, field="story_key", size=MOST_STORIES)
        known = self.profiles(each for found in keys.values() for each in found)
        return {key: [known[each] for each in found] for key, found in keys.items()}

    def profiles(self, story_keys: Iterable[str]) -> dict[str, Profile]:
        """Profiles by story."""
        hits = by_ids(self.index, "clustering", map(_profile_id, story_keys))
        return {profile.story_key: profile for profile in (_profile(hit["_source"]) for hit in hits)}

    # ------------------------------------------------------------------ words and passages

    def furniture(self) -> frozenset[str]:
        """Fingerprints learned to be furniture in the last months."""
        since = (datetime.now(UTC) - timedelta(days=FURNITURE_DAYS)).isoformat()
        query = {"bool": {"filter": [_kind("furniture"), {"range": {"at": {"gte": since}}}]}}
        hits = helpers.scan(self.client, index=self.alias, query={"query": query}, _source=["body"])
        return frozenset(value for hit in hits for value in hit["_source"]["body"].split())

    def term_counts(self, before: datetime | None = None) -> TermCounts:
        """Document frequencies over the latest days that have articles, or over those before the day of `before`."""
        earlier = [{"range": {"at": {"lt": f"{before:%Y-%m-%d}"}}}] if before is not None else []
        answer = self.client.search(
            index=self.alias,
            query={"bool": {"filter": [_kind("terms"), *earlier]}},
            sort=[{"at": "desc"}],
            size=TERM_DAYS,
            track_total_hits=False,
        )
        total = TermCounts()
        for hit in answer["hits"]["hits"]:
            day = _term_counts(hit["_source"])
            total.articles += day.articles
            total.counts.update(day.counts)
        return total

    # ------------------------------------------------------------------ what is under way

    def ruled(self) -> frozenset[str]:
        """The keys of the corrections that the stored stories follow."""
        source = self.kept(_RULED)
        return frozenset(source["body"].split()) if source else frozenset()

    def note_reclustering(self, since: datetime | None) -> None:
        """Remember that a re-clustering is under way, or that it is done: one that is cut off can be told of."""
        if since is None:
            self.client.options(ignore_status=404).delete(index=self.alias, id=_RECLUSTERING)
        else:
            source = {"kind": "reclustering", "at": since.isoformat()}
            self.client.index(index=self.alias, id=_RECLUSTERING, document=source)

    def noted_reclustering(self) -> datetime | None:
        """Since when a re-clustering that is under way, or was cut off, decides anew."""
        source = self.kept(_RECLUSTERING)
        return datetime.fromisoformat(source["at"]) if source else None

    # ------------------------------------------------------------------ writing

    def actions(self, change: Change) -> Iterator[Action]:
        """What has to be written for a change to be remembered."""
        for profile in change.profiles:
            yield self._keep(_profile_id(profile.story_key), _profile_source(profile))
        for key in change.closed:
            yield {"_op_type": "delete", "_index": self.alias, "_id": _profile_id(key)}
        if change.furniture:
            body = " ".join(sorted(change.furniture))
            now = datetime.now(UTC).isoformat()
            yield self._keep(f"furniture-{change.batch_key}", {"kind": "furniture", "at": now, "body": body})
        if change.ruled is not None:
            yield self._keep(_RULED, {"kind": "ruled", "body": " ".join(change.ruled)})
        for day, counts in change.terms.items():
            yield from self._counted(day, counts, change.batch_key)

    def forgotten(self, now: datetime) -> Iterator[Action]:
        """What is too old to matter, as deletions."""
        limits = {
            "furniture": ("at", FURNITURE_DAYS),
            "terms": ("at", 2 * TERM_DAYS),
            "profile": ("last_at", 2 * COPY_WINDOW.days),
        }
        for kind, (name, days) in limits.items():
            before = (now - timedelta(days=days)).isoformat()
            query = {"bool": {"filter": [_kind(kind), {"range": {name: {"lt": before}}}]}}
            hits = helpers.scan(self.client, index=self.alias, query={"query": query}, _source=False)
            for hit in hits:
                yield {"_op_type": "delete", "_index": self.alias, "_id": hit["_id"]}

    def kept(self, key: str) -> dict[str, Any] | None:
        """One document of the memory, read in real time."""
        found = self.client.options(ignore_status=404).get(index=self.alias, id=key)
        return found["_source"] if found.body.get("found") else None

    # ------------------------------------------------------------------ inside

    def _counted(self, day: str, counts: TermCounts, batch: str) -> Iterator[Action]:
        """A day's term counts with a batch's added, unless that batch was added before."""
        source = self.kept(f"terms-{day}")
        if source is not None and source.get("batch") == batch:
            return
        total = _term_counts(source) if source else TermCounts()
        total.articles += counts.articles
        total.counts.update(counts.counts)
        body = orjson.dumps([total.articles, +total.counts]).decode()
        yield self._keep(f"terms-{day}", {"kind": "terms", "at": day, "batch": batch, "body": body})

    def _keep(self, key: str, source: Mapping[str, Any]) -> Action:
        return {"_op_type": "index", "_index": self.alias, "_id": key, "_source": source}


def _like_story(question: Wanted) -> dict[str, Any]:
    should = [
        {"constant_score": {"filter": {"term": {"terms": term}}, "boost": max(weight, 1e-6)}}
        for term, weight in question.terms
    ]
    near = [
        _kind("profile"),
        {"range": {"first_at": {"lte": (question.at + STORY_WINDOW).isoformat()}}},
        {"range": {"last_at": {"gte": (question.at - STORY_WINDOW).isoformat()}}},
    ]
    return {"bool": {"should": should, "minimum_should_match": 1, "filter": near}}


def _kind(name: str) -> dict[str, Any]:
    return {"term": {"kind": name}}


def _profile_id(story_key: str) -> str:
    return f"profile-{story_key}"


def _profile_source(profile: Profile) -> dict[str, Any]:
    return {
        "kind": "profile",
        "story_key": profile.story_key,
        "terms": profile.search_terms(),
        "first_at": profile.first_at.isoformat(),
        "last_at": profile.last_at.isoformat(),
        "body": orjson.dumps(
            [profile.members, profile.titles_only, profile.total, sorted(profile.houses)]
        ).decode(),
    }


def _profile(source: Mapping[str, Any]) -> Profile:
    members, titles_only, total, houses = orjson.loads(source["body"])
    return Profile(
        story_key=source["story_key"],
        total=total,
        members=members,
        titles_only=titles_only,
        houses=frozenset(houses),
        first_at=datetime.fromisoformat(source["first_at"]),
        last_at=datetime.fromisoformat(source["last_at"]),
    )


def _term_counts(source: Mapping[str, Any]) -> TermCounts:
    articles, counts = orjson.loads(source["body"])
    return TermCounts(articles=articles, counts=Counter(counts))
