"""What the clustering writer asks of Elasticsearch: similar texts, similar stories, and its own memory.

The only place with its queries. Its memory is the kind `clustering`: profiles of stories, furniture, term counts by
day, and the journal. All lookups of a batch go in few requests (msearch measured 1.6-3.3 times the rate of single
searches).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from elasticsearch import helpers
from pydantic import TypeAdapter

from extractors.fingerprints import tokens
from wirewatch.clustering.store import Change, Extent, Placed, Wanted
from wirewatch.corrections import Correction
from wirewatch.index import Index
from wirewatch.index.bulk import batched, bulk
from wirewatch.index.client import IndexRejected
from wirewatch.index.codec import read
from wirewatch.index.homes import follow
from wirewatch.index.lease import Lease
from wirewatch.index.shelf import KEYS_AT_ONCE
from wirewatch.records import StoredArticle, Story
from wirewatch.stories.assignment import STORY_WINDOW, Profile
from wirewatch.stories.copies import COPY_WINDOW, MOST_CANDIDATES, Comparable, fewest_shared
from wirewatch.stories.likeness import TermCounts
from wirewatch.stories.rulings import KINDS

# Searches in one msearch request: 50 halved the time per lookup against one; more only grew the answer in memory.
SEARCHES_AT_ONCE = 50
# Fingerprints asked for one text: bounds the clauses of a query (a text has 400 at most, a usual one 40).
MOST_ASKED = 120
# Stories looked at for one article, and copies of one text found by its hash.
MOST_STORIES = 20
SAME_TEXT_BOOST = 1000
# A key lives in one month; two tasks that enter it at once around midnight on the first can make it two.
MOST_HOMES = 2
# Term counts of so many days say how rare a word is; older ones are let go by `tend`.
TERM_DAYS = 30
FURNITURE_DAYS = 90
_COMPARED = ("article_key", "sort_at", "title", "text_hash", "fingerprints", "shingle_count", "story_key")
_HEAVY = ("text", "fingerprints", "provenance")
_PLACED = ("article_key", "story_key", "sort_at", "near_duplicate_of")
_JOURNAL, _RULED, _RECLUSTERING = "journal", "ruled", "reclustering"
# Not the codec of records: a field that is set to None must stay in the journal, it takes a value away.
_CHANGE: TypeAdapter[Change] = TypeAdapter(Change)


class SimilarStore:
    """The writer's store on a real Elasticsearch."""

    def __init__(self, index: Index, lease: Lease | None = None) -> None:
        self.index = index
        self.lease = lease
        self.client = index.client
        self.alias = index.name("clustering")

    # ------------------------------------------------------------------ articles

    def waiting(self, limit: int) -> list[StoredArticle]:
        """Articles not yet placed, earliest first."""
        query = {"bool": {"must_not": [{"exists": {"field": "clustered_at"}}]}}
        return list(
            self.index.articles.records(query, sort=[{"sort_at": "asc"}, {"article_key": "asc"}], size=limit)
        )

    def similar(
        self, wanted: Sequence[Comparable], furniture: AbstractSet[str]
    ) -> dict[str, list[Comparable]]:
        """For each article, placed ones that share its text or enough fingerprints, most shared first."""
        questions = [(one.article_key, _like_text(one, furniture)) for one in wanted if one.shingle_count]
        keys = self._searches("articles", questions, size=MOST_CANDIDATES)
        known = self.comparables(each for found in keys.values() for each in found)
        return {
            one.article_key: [known[key] for key in keys.get(one.article_key, ()) if key != one.article_key]
            for one in wanted
        }

    def texts(self, keys: Iterable[str]) -> dict[str, str]:
        """Texts of stored articles."""
        hits = self._by_ids("articles", keys, {"includes": ["text"]})
        return {hit["_id"]: hit["_source"].get("text", "") for hit in hits}

    def comparables(self, keys: Iterable[str]) -> dict[str, Comparable]:
        """Stored articles ready to be compared."""
        hits = self._by_ids("articles", keys, {"includes": list(_COMPARED)})
        return {hit["_id"]: _comparable(hit["_source"]) for hit in hits}

    def members(self, story_keys: Iterable[str]) -> dict[str, list[StoredArticle]]:
        """Placed articles of stories, without their texts."""
        found: dict[str, list[StoredArticle]] = defaultdict(list)
        for keys in batched(dict.fromkeys(story_keys), KEYS_AT_ONCE):
            for source in self._members(list(keys)):
                article = read(StoredArticle, {"text": "", **source})
                found[article.story_key or ""].append(article)
        return dict(found)

    def articles_by_key(self, keys: Iterable[str]) -> list[StoredArticle]:
        """Articles with everything in them."""
        return list(self.index.articles.get(keys).values())

    def placed_since(self, since: datetime, most: int | None = None) -> list[Placed] | None:
        """Articles with a story whose time is `since` or later; None when there are more than `most`."""
        query = {
            "bool": {
                "filter": [
                    {"range": {"sort_at": {"gte": since.isoformat()}}},
                    {"exists": {"field": "story_key"}},
                ]
            }
        }
        if most is not None and self._more_than(query, most):
            return None
        return self._placed(query)

    def placed_in(self, story_keys: Iterable[str]) -> list[Placed]:
        """The articles of stories, earliest first."""
        found: list[Placed] = []
        for keys in batched(dict.fromkeys(story_keys), KEYS_AT_ONCE):
            found += self._placed({"terms": {"story_key": list(keys)}})
        return sorted(found, key=lambda each: (each.sort_at, each.article_key))

    def _placed(self, query: Mapping[str, Any]) -> list[Placed]:
        hits = self.index.articles.scan(
            query, sort=[{"sort_at": "asc"}, {"article_key": "asc"}], fields=_PLACED
        )
        return [read(Placed, hit["_source"]) for hit in hits]

    def _more_than(self, query: Mapping[str, Any], most: int) -> bool:
        answer = self.client.search(
            index=self.index.name("articles"), query=query, size=0, track_total_hits=most + 1
        )
        return int(answer["hits"]["total"]["value"]) > most

    def _members(self, story_keys: list[str]) -> Iterator[dict[str, Any]]:
        after: list[Any] | None = None
        while True:
            answer = self.client.search(
                index=self.index.name("articles"),
                query={"terms": {"story_key": story_keys}},
                sort=[{"sort_at": "asc"}, {"article_key": "asc"}],
                size=KEYS_AT_ONCE,
                search_after=after,
                source_excludes=list(_HEAVY),
                track_total_hits=False,
            )
            hits = answer["hits"]["hits"]
            yield from (hit["_source"] for hit in hits)
            if len(hits) < KEYS_AT_ONCE:
                return
            after = hits[-1]["sort"]

    # ------------------------------------------------------------------ stories

    def stories(self, story_keys: Iterable[str]) -> dict[str, Story]:
        """Stories by key, as stored."""
        return self.index.stories.get(story_keys)

    def merged_into(self, story_keys: Iterable[str]) -> list[Story]:
        """Stories that redirect to one of these, as they were told last."""
        found: list[Story] = []
        for keys in batched(sorted(set(story_keys)), KEYS_AT_ONCE):
            found += self.index.stories.records({"terms": {"merged_into": list(keys)}})
        return sorted(found, key=lambda story: story.story_key)

    def corrections(self) -> list[Correction]:
        """What analysts decided on stories, withdrawn decisions included."""
        return list(self.index.corrections.records({"terms": {"kind": list(KINDS)}}))

    def ruled(self) -> frozenset[str]:
        """The keys of the corrections that the stored stories follow."""
        found = self.client.options(ignore_status=404).get(index=self.alias, id=_RULED)
        return frozenset(found["_source"]["body"].split()) if found.body.get("found") else frozenset()

    def note_reclustering(self, since: datetime | None) -> None:
        """Remember that a re-clustering is under way, or that it is done: one that is cut off can be told of."""
        if since is None:
            self.client.options(ignore_status=404).delete(index=self.alias, id=_RECLUSTERING)
        else:
            source = {"kind": "reclustering", "at": since.isoformat()}
            self.client.index(index=self.alias, id=_RECLUSTERING, document=source)

    def noted_reclustering(self) -> datetime | None:
        """Since when a re-clustering that is under way, or was cut off, decides anew."""
        found = self.client.options(ignore_status=404).get(index=self.alias, id=_RECLUSTERING)
        return datetime.fromisoformat(found["_source"]["at"]) if found.body.get("found") else None

    def profiles_like(self, wanted: Mapping[str, Wanted]) -> dict[str, list[Profile]]:
        """For each article, profiles of open stories that share its heavy terms, best first."""
        questions = [(key, _like_story(question)) for key, question in wanted.items()]
        keys = self._searches("clustering", questions, size=MOST_STORIES)
        known = self._profiles(each for found in keys.values() for each in found)
        return {key: [known[each] for each in found] for key, found in keys.items()}

    def profiles(self, story_keys: Iterable[str]) -> dict[str, Profile]:
        """Profiles by story."""
        known = self._profiles(_profile_id(key) for key in story_keys)
        return {profile.story_key: profile for profile in known.values()}

    def _profiles(self, ids: Iterable[str]) -> dict[str, Profile]:
        return {hit["_id"]: _profile(hit["_source"]) for hit in self._by_ids("clustering", ids, True)}

    def extents(self, story_keys: Iterable[str]) -> dict[str, Extent]:
        """How large stories are, and which article is their first."""
        found: dict[str, Extent] = {}
        first = {
            "top_hits": {"size": 1, "sort": [{"sort_at": "asc"}, {"article_key": "asc"}], "_source": False}
        }
        for keys in batched(dict.fromkeys(story_keys), SEARCHES_AT_ONCE):
            terms = {"field": "story_key", "include": list(keys), "size": len(keys)}
            answer = self.client.search(
                index=self.index.name("articles"),
                query={"terms": {"story_key": list(keys)}},
                size=0,
                aggs={"stories": {"terms": terms, "aggs": {"first": first}}},
                track_total_hits=False,
            )
            for bucket in answer["aggregations"]["stories"]["buckets"]:
                hit = bucket["first"]["hits"]["hits"][0]
                found[bucket["key"]] = Extent(articles=bucket["doc_count"], first=hit["_id"])
        return found

    # ------------------------------------------------------------------ the writer's memory

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

    def unfinished(self) -> Change | None:
        """The journal's change, if it may not be wholly written."""
        found = self.client.options(ignore_status=404).get(index=self.alias, id=_JOURNAL)
        if not found.body.get("found"):
            return None
        return _CHANGE.validate_json(found["_source"]["body"])

    def write(self, change: Change) -> None:
        """Journal the change, then write it, then close the journal."""
        if self.lease is not None:
            self.lease.renew()
        journal = {
            "kind": "journal",
            "batch": change.batch_key,
            "body": _CHANGE.dump_json(change).decode(),
        }
        self.client.index(index=self.alias, id=_JOURNAL, document=journal)
        self._write_articles(change)
        self.index.stories.save(change.stories)
        self._bulk(self._memory(change))
        self._move_claims(change)
        self.index.refresh("articles", "stories", "clustering")
        self.client.options(ignore_status=404).delete(index=self.alias, id=_JOURNAL)

    def tend(self, now: datetime) -> int:
        """Let go of what is too old to matter; how many documents went."""
        limits = {
            "furniture": ("at", FURNITURE_DAYS),
            "terms": ("at", 2 * TERM_DAYS),
            "profile": ("last_at", 2 * COPY_WINDOW.days),
        }
        gone: list[dict[str, Any]] = []
        for kind, (name, days) in limits.items():
            before = (now - timedelta(days=days)).isoformat()
            query = {"bool": {"filter": [_kind(kind), {"range": {name: {"lt": before}}}]}}
            hits = helpers.scan(self.client, index=self.alias, query={"query": query}, _source=False)
            gone.extend({"_op_type": "delete", "_index": self.alias, "_id": hit["_id"]} for hit in hits)
        self._bulk(gone)
        return len(gone)

    # ------------------------------------------------------------------ inside

    def _write_articles(self, change: Change) -> None:
        """Fields of articles; those of the batch only while their text is still the one decided on."""
        hits = list(self._by_ids("articles", change.articles, {"includes": ["text_hash"]}))
        self._bulk(
            {
                "_op_type": "update",
                "_index": hit["_index"],
                "_id": hit["_id"],
                "doc": change.articles[hit["_id"]],
                "retry_on_conflict": 3,
            }
            for hit in hits
            if change.texts.get(hit["_id"]) in {None, hit["_source"]["text_hash"]}
        )

    def _move_claims(self, change: Change) -> None:
        """Stored claims follow their articles into another story; those of new articles are not stored yet."""
        moved = {key: fields["story_key"] for key, fields in change.articles.items() if "story_key" in fields}
        moved = {key: story for key, story in moved.items() if key not in change.texts}
        for keys in batched(moved, KEYS_AT_ONCE):
            hits = list(
                self.index.claims.scan({"terms": {"article_key": list(keys)}}, fields=["article_key"])
            )
            self._bulk(
                {
                    "_op_type": "update",
                    "_index": hit["_index"],
                    "_id": hit["_id"],
                    "doc": {"story_key": moved[hit["_source"]["article_key"]]},
                }
                for hit in hits
            )

    def _memory(self, change: Change) -> Iterator[dict[str, Any]]:
        for profile in change.profiles:
            yield self._kept(_profile_id(profile.story_key), _profile_source(profile))
        for key in change.closed:
            yield {"_op_type": "delete", "_index": self.alias, "_id": _profile_id(key)}
        if change.furniture:
            body = " ".join(sorted(change.furniture))
            now = datetime.now(UTC).isoformat()
            yield self._kept(f"furniture-{change.batch_key}", {"kind": "furniture", "at": now, "body": body})
        if change.ruled is not None:
            yield self._kept(_RULED, {"kind": "ruled", "body": " ".join(change.ruled)})
        for day, counts in change.terms.items():
            yield from self._counted(day, counts, change.batch_key)

    def _counted(self, day: str, counts: TermCounts, batch: str) -> Iterator[dict[str, Any]]:
        """A day's term counts with a batch's added, unless that batch was added before."""
        found = self.client.options(ignore_status=404).get(index=self.alias, id=f"terms-{day}")
        total = TermCounts()
        if found.body.get("found"):
            if found["_source"].get("batch") == batch:
                return
            total = _term_counts(found["_source"])
        total.articles += counts.articles
        total.counts.update(counts.counts)
        body = orjson.dumps([total.articles, +total.counts]).decode()
        yield self._kept(f"terms-{day}", {"kind": "terms", "at": day, "batch": batch, "body": body})

    def _kept(self, key: str, source: Mapping[str, Any]) -> dict[str, Any]:
        return {"_op_type": "index", "_index": self.alias, "_id": key, "_source": source}

    def _searches(
        self, kind: str, questions: Sequence[tuple[str, dict[str, Any]]], *, size: int
    ) -> dict[str, list[str]]:
        """The ids that answer each question, best first; many articles have the same answers, so only ids come."""
        found: dict[str, list[str]] = {}
        for part in batched(questions, SEARCHES_AT_ONCE):
            searches: list[dict[str, Any]] = []
            for _, query in part:
                searches += [{}, {"query": query, "size": size, "_source": False, "track_total_hits": False}]
            answers = self.client.msearch(
                index=self.index.name(kind),
                searches=searches,
                filter_path="responses.hits.hits._id,responses.error,responses.status",
            )["responses"]
            for (key, _), answer in zip(part, answers, strict=True):
                if "error" in answer:
                    raise RuntimeError(f"{kind} lookup of {key} failed: {answer['error'].get('reason')}")
                found[key] = [hit["_id"] for hit in answer.get("hits", {}).get("hits", ())]
        return found

    def _by_ids(self, kind: str, keys: Iterable[str], source: Any) -> Iterator[dict[str, Any]]:
        for part in batched(dict.fromkeys(keys), KEYS_AT_ONCE):
            answer = self.client.search(
                index=self.index.name(kind),
                query={"ids": {"values": list(part)}},
                size=MOST_HOMES * len(part),
                source=source,
                track_total_hits=False,
            )
            yield from answer["hits"]["hits"]

    def _bulk(self, actions: Iterable[dict[str, Any]]) -> None:
        """Write all of it; a document that is refused stops the writer, because its journal would never be done."""
        for key, reason in bulk(self.client, actions, moved=follow(self.client, self.index.names)).refused:
            raise IndexRejected(key, reason)


def _like_text(one: Comparable, furniture: AbstractSet[str]) -> dict[str, Any]:
    """`_score` is the number of shared fingerprints; a text with the same words comes first."""
    values = [value for value in one.values if value not in furniture]
    if len(values) > MOST_ASKED:
        step = len(values) / MOST_ASKED
        values = [values[int(place * step)] for place in range(MOST_ASKED)]
    same = {"constant_score": {"filter": {"term": {"text_hash": one.text_hash}}, "boost": SAME_TEXT_BOOST}}
    should: list[dict[str, Any]] = [same]
    if values:
        shared = [{"constant_score": {"filter": {"term": {"fingerprints": value}}}} for value in values]
        fewest = min(fewest_shared(one.values), len(values))
        should.append({"bool": {"should": shared, "minimum_should_match": fewest}})
    span = {"gte": (one.at - COPY_WINDOW).isoformat(), "lte": (one.at + COPY_WINDOW).isoformat()}
    placed = [{"range": {"sort_at": span}}, {"exists": {"field": "clustered_at"}}]
    return {"bool": {"should": should, "minimum_should_match": 1, "filter": placed}}


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


def _comparable(source: Mapping[str, Any]) -> Comparable:
    return Comparable(
        article_key=source["article_key"],
        at=datetime.fromisoformat(source["sort_at"]),
        title=tuple(tokens(source.get("title", ""))),
        text_hash=source["text_hash"],
        values=tuple(source.get("fingerprints", ())),
        shingle_count=source.get("shingle_count", 0),
        group=source.get("story_key") or source["article_key"],
    )


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
