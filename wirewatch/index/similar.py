"""What the clustering writer asks of Elasticsearch: waiting articles, similar texts, stories and what they hold.

The only place with its queries on articles and stories; what it remembers is in `memory`, how it writes in `journal`. All
lookups of a batch go in few requests (msearch measured 1.6-3.3 times the rate of single searches).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from extractors.fingerprints import tokens
from wirewatch.clustering.store import Change, Extent, Placed, Wanted
from wirewatch.corrections import Correction
from wirewatch.index import Index
from wirewatch.index.bulk import batched
from wirewatch.index.codec import read
from wirewatch.index.journal import Journal
from wirewatch.index.lease import Lease
from wirewatch.index.lookup import LookupFailed, best_keys, by_ids
from wirewatch.index.memory import Memory
from wirewatch.index.shelf import KEYS_AT_ONCE
from wirewatch.records import StoredArticle, Story
from wirewatch.stories.assignment import Profile
from wirewatch.stories.copies import COPY_WINDOW, MOST_CANDIDATES, Comparable, fewest_shared
from wirewatch.stories.likeness import TermCounts
from wirewatch.stories.rulings import KINDS

# Fingerprints asked for one text: bounds the clauses of a query (a text has 400 at most, a usual one 40).
MOST_ASKED = 120
# Copies of one text are found by its hash, and come before all others.
SAME_TEXT_BOOST = 1000
# Stories whose extents are asked for at once: a bucket each, with its first article.
EXTENTS_AT_ONCE = 50
# Indices of articles that a batch's surroundings may lie in; a month is one.
MOST_INDICES = 1000
_COMPARED = ("article_key", "sort_at", "title", "text_hash", "fingerprints", "shingle_count", "story_key")
_HEAVY = ("text", "fingerprints", "provenance")
_PLACED = ("article_key", "story_key", "sort_at", "near_duplicate_of")


class SimilarStore:
    """The writer's store on a real Elasticsearch."""

    def __init__(self, index: Index, lease: Lease | None = None) -> None:
        self.index = index
        self.lease = lease
        self.client = index.client
        self.memory = Memory(index)
        self.journal = Journal(index, self.memory)

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
        around = self._around(wanted) if questions else ""
        keys = self._best(questions, around) if around else {}
        known = self.comparables(each for found in keys.values() for each in found)
        return {
            one.article_key: [known[key] for key in keys.get(one.article_key, ()) if key != one.article_key]
            for one in wanted
        }

    def texts(self, keys: Iterable[str]) -> dict[str, str]:
        """Texts of stored articles."""
        hits = by_ids(self.index, "articles", keys, {"includes": ["text"]})
        return {hit["_id"]: hit["_source"].get("text", "") for hit in hits}

    def comparables(self, keys: Iterable[str]) -> dict[str, Comparable]:
        """Stored articles ready to be compared."""
        hits = by_ids(self.index, "articles", keys, {"includes": list(_COMPARED)})
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

    def _best(self, questions: Sequence[tuple[str, dict[str, Any]]], around: str) -> dict[str, list[str]]:
        try:
            return best_keys(self.index, around, questions, field="article_key", size=MOST_CANDIDATES)
        except LookupFailed as fault:
            if not fault.gone:
                raise
        # A migration has put another index in the place of one meanwhile: the alias leads there.
        everywhere = self.index.name("articles")
        return best_keys(self.index, everywhere, questions, field="article_key", size=MOST_CANDIDATES)

    def _around(self, wanted: Sequence[Comparable]) -> str:
        """The indices that hold articles of the days around these; a search costs as much in one that does not."""
        times = [one.at for one in wanted]
        answer = self.client.search(
            index=self.index.name("articles"),
            query=_near(min(times), max(times)),
            size=0,
            aggs={"indices": {"terms": {"field": "_index", "size": MOST_INDICES}}},
            track_total_hits=False,
        )
        return ",".join(bucket["key"] for bucket in answer["aggregations"]["indices"]["buckets"])

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

    def extents(self, story_keys: Iterable[str]) -> dict[str, Extent]:
        """How large stories are, and which article is their first."""
        found: dict[str, Extent] = {}
        first = {
            "top_hits": {"size": 1, "sort": [{"sort_at": "asc"}, {"article_key": "asc"}], "_source": False}
        }
        for keys in batched(dict.fromkeys(story_keys), EXTENTS_AT_ONCE):
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

    # ------------------------------------------------------------------ memory and journal

    def profiles_like(self, wanted: Mapping[str, Wanted]) -> dict[str, list[Profile]]:
        """For each article, profiles of open stories that share its heavy terms, best first."""
        return self.memory.profiles_like(wanted)

    def profiles(self, story_keys: Iterable[str]) -> dict[str, Profile]:
        """Profiles by story."""
        return self.memory.profiles(story_keys)

    def furniture(self) -> frozenset[str]:
        """Fingerprints learned to be furniture in the last months."""
        return self.memory.furniture()

    def term_counts(self, before: datetime | None = None) -> TermCounts:
        """Document frequencies over the latest days that have articles, or over those before the day of `before`."""
        return self.memory.term_counts(before)

    def ruled(self) -> frozenset[str]:
        """The keys of the corrections that the stored stories follow."""
        return self.memory.ruled()

    def unfinished(self) -> Change | None:
        """The journal's change, if it may not be wholly written."""
        return self.journal.unfinished()

    def write(self, change: Change) -> None:
        """Journal the change, then write it, then close the journal."""
        if self.lease is not None:
            self.lease.renew()
        self.journal.write(change)

    def tend(self, now: datetime) -> int:
        """Let go of what is too old to matter; how many documents went."""
        gone = list(self.memory.forgotten(now))
        self.journal.write_all(gone)
        return len(gone)


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
    return {"bool": {"should": should, "minimum_should_match": 1, "filter": _near(one.at, one.at)}}


def _near(first: datetime, last: datetime) -> dict[str, Any]:
    """Placed articles that may be the same text as one of these times."""
    span = {"gte": (first - COPY_WINDOW).isoformat(), "lte": (last + COPY_WINDOW).isoformat()}
    return {"bool": {"filter": [{"range": {"sort_at": span}}, {"exists": {"field": "clustered_at"}}]}}


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
