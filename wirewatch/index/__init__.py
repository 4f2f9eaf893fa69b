"""The one store: Elasticsearch. Nothing else in Wirewatch imports the client.

`connect(settings)` gives an `Index`; its shelves hold the records of one kind each.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from elasticsearch import Elasticsearch

from extractors.lines import SiteLines
from wirewatch.drift import PublisherHistory
from wirewatch.index.beside import articles_beside
from wirewatch.index.bulk import Written
from wirewatch.index.client import (
    Capabilities,
    IndexOutdated,
    IndexRejected,
    IndexUnreachable,
    address,
    check,
    client_for,
    detect,
)
from wirewatch.index.codec import read
from wirewatch.index.decisions import Decisions
from wirewatch.index.ledger import Entered, Ledger, Reconciliation
from wirewatch.index.listing import StoryPage, search_stories, stories_matching, titles_with, topic_volume
from wirewatch.index.migration import Moved, drop_replaced, migrate, outdated
from wirewatch.index.reading import story_with_articles
from wirewatch.index.schema import KINDS, MONTHLY, SCHEMA_VERSION, Names, months, prepare
from wirewatch.index.searching import (
    ArticlePage,
    Hit,
    Question,
    search_articles,
)
from wirewatch.index.shelf import Shelf, Token
from wirewatch.records import (
    Delivery,
    FeedState,
    ListedSubscriber,
    RuleSet,
    StoredArticle,
    StoredClaim,
    Story,
)
from wirewatch.searches import SavedSearch, Subscription
from wirewatch.settings import Settings

__all__ = [
    "ArticlePage", "Capabilities", "Entered", "Hit", "Index", "IndexOutdated", "IndexRejected", "IndexUnreachable", "Moved", "Question",
    "Reconciliation", "StoryPage", "Token", "Written", "connect",
]  # fmt: skip


_TO_TAG = (
    "article_key", "url", "title", "text", "language", "publisher", "first_seen_at", "fetched_at", "indexed_at",
    "sort_at", "text_hash", "topics", "machine_topics", "taxonomy_version", "story_key",
)  # fmt: skip


class Index:
    """Elasticsearch under one prefix of names, and the shelves in it."""

    def __init__(
        self,
        client: Elasticsearch,
        *,
        prefix: str,
        url: str,
        capabilities: Capabilities,
        version: int = SCHEMA_VERSION,
    ) -> None:
        self.client = client
        self.url = url
        self.names = Names(prefix, version)
        self.capabilities = capabilities
        self.ledger = Ledger(client, self.names)
        self.feeds = Shelf(client, self.names, kind="feeds", record=FeedState, key=feed_key)
        self.articles = Shelf(
            client,
            self.names,
            kind="articles",
            record=StoredArticle,
            key=lambda article: article.article_key,
            month=lambda article: article.first_seen_at,
        )
        self.stories = Shelf(
            client,
            self.names,
            kind="stories",
            record=Story,
            key=lambda story: story.story_key,
            month=lambda story: story.first_seen_at,
        )
        self.claims = Shelf(
            client,
            self.names,
            kind="claims",
            record=StoredClaim,
            key=lambda claim: claim.claim_key,
            month=lambda claim: claim.first_seen_at,
        )
        self.deliveries = Shelf(
            client, self.names, kind="deliveries", record=Delivery, key=lambda row: row.digest_key
        )
        self.corrections = Decisions(client, self.names)
        self.searches = Shelf(
            client, self.names, kind="searches", record=SavedSearch, key=lambda row: row.search_key
        )
        self.subscriptions = Shelf(
            client,
            self.names,
            kind="subscriptions",
            record=Subscription,
            key=lambda row: row.subscription_key,
        )
        self.rules = Shelf(client, self.names, kind="rules", record=RuleSet, key=lambda rules: rules.version)
        self.sites = Shelf(
            client, self.names, kind="sites", record=SiteLines, key=lambda site: name_id(site.host)
        )
        self.publishers = Shelf(
            client,
            self.names,
            kind="publishers",
            record=PublisherHistory,
            key=lambda history: name_id(history.publisher),
        )
        self.subscribers = Shelf(
            client, self.names, kind="subscribers", record=ListedSubscriber, key=lambda row: row.name
        )

    def name(self, kind: str) -> str:
        """The alias under which a kind is read (a single kind is written through it too)."""
        return self.names.alias(kind)

    def prepare(self, now: datetime | None = None) -> None:
        """Templates, aliases and this month's indices; running it again changes nothing."""
        prepare(self.client, self.names, self.capabilities, now or datetime.now(UTC))

    def refresh(self, *kinds: str) -> None:
        """Make what was written visible to searches."""
        names = ",".join(self.names.alias(kind) for kind in kinds or KINDS)
        self.client.indices.refresh(index=names)

    def search(self, question: Question) -> ArticlePage:
        """Articles that answer a question."""
        return search_articles(self.client, self.names, question)

    def search_stories(self, question: Question) -> StoryPage:
        """Stories that answer a question."""
        return search_stories(self.client, self.names, question)

    def titles_with(self, question: Question) -> tuple[Story, ...]:
        """Stories with the words, the last one perhaps cut off, in their title."""
        return titles_with(self.client, self.names, question)

    def story_with_articles(self, key: str, *, most: int) -> tuple[Story, list[StoredArticle]] | None:
        """A story, following merges, and its articles, copies without their text; one request."""
        return story_with_articles(self.client, self.names, key, most=most)

    def stories_matching(self, question: Question, keys: Collection[str]) -> set[str]:
        """Which of these stories answer a question."""
        return stories_matching(self.client, self.names, question, keys)

    def topic_volume(self, *, until: datetime, days: int) -> dict[str, tuple[int, ...]]:
        """New stories a day by topic, oldest day first."""
        return topic_volume(self.client, self.names, until=until, days=days)

    def story(self, key: str) -> Story | None:
        """A story by its key, following merges."""
        seen: set[str] = set()
        while key not in seen:
            seen.add(key)
            story = self.stories.get([key]).get(key)
            if story is None or story.merged_into is None:
                return story
            key = story.merged_into
        return None

    def stories_changed_since(self, since: datetime | None, until: datetime) -> Iterator[Story]:
        """Stories whose last material change is in the window (since, until], oldest change first."""
        span = {"lte": until.isoformat(), **({"gt": since.isoformat()} if since else {})}
        query = {
            "bool": {
                "filter": [{"range": {"changed_at": span}}],
                "must_not": [{"exists": {"field": "merged_into"}}],
            }
        }
        return self.stories.records(query, sort=[{"changed_at": "asc"}])

    def articles_of(self, story_key: str) -> list[StoredArticle]:
        """A story's articles, earliest first."""
        query = {"term": {"story_key": story_key}}
        return list(self.articles.records(query, sort=[{"sort_at": "asc"}, {"article_key": "asc"}]))

    def articles_to_read(self, story_key: str, *, most: int) -> list[StoredArticle]:
        """A story's first `most` articles, earliest first, without their fingerprints; one request."""
        answer = self.client.search(
            index=self.name("articles"),
            query={"term": {"story_key": story_key}},
            sort=[{"sort_at": "asc"}, {"article_key": "asc"}],
            size=most,
            source={"excludes": ["fingerprints"]},
            track_total_hits=False,
        )
        return [read(StoredArticle, hit["_source"]) for hit in answer["hits"]["hits"]]

    def articles_to_tag(self, since: datetime) -> Iterator[StoredArticle]:
        """Articles from `since` on, newest first, with what tagging needs of them."""
        query = {"range": {"sort_at": {"gte": since.isoformat()}}}
        hits = self.articles.scan(query, sort=[{"sort_at": "desc"}], fields=_TO_TAG)
        return (read(StoredArticle, hit["_source"]) for hit in hits)

    def articles_beside(self, story: Story) -> list[StoredArticle]:
        """Articles of other stories on a main topic of this one that name one of its main actors, newest first."""
        return articles_beside(self.client, self.names, story)

    def deliveries_of(self, subscriber: str) -> list[Delivery]:
        """Every delivery of one subscriber, oldest window first."""
        query = {"term": {"subscriber": subscriber}}
        return list(self.deliveries.records(query, sort=[{"window_end": "asc"}]))

    def feed_states(self) -> list[FeedState]:
        """Every feed's state."""
        return list(self.feeds.records())

    def drifting(self) -> list[PublisherHistory]:
        """The publishers with an open alarm, longest first, without their observations."""
        hits = self.publishers.scan(
            {"exists": {"field": "alarmed_since"}},
            sort=[{"alarmed_since": "asc"}],
            fields=["publisher", "alarms", "alarmed_since"],
        )
        return [read(PublisherHistory, hit["_source"]) for hit in hits]

    def months(self, kinds: Iterable[str] = MONTHLY) -> dict[str, list[str]]:
        """The monthly indices there are."""
        return months(self.client, self.names, kinds)

    def outdated(self) -> list[str]:
        """Live indices of an earlier schema version, which `migrate` moves."""
        return [index for _, index in outdated(self.client, self.names)]

    def migrate(
        self, now: datetime | None = None, say: Callable[[str], None] = lambda _line: None
    ) -> Iterator[Moved]:
        """Move every index of an earlier schema version to today's, while others read and write."""
        return migrate(self.client, self.names, self.capabilities, now=now or datetime.now(UTC), say=say)

    def drop_replaced(self, now: datetime | None = None, *, kept: timedelta | None = None) -> list[str]:
        """Delete what was replaced by a migration a day ago (or longer ago than `kept`); the names."""
        how = {} if kept is None else {"kept": kept}
        return drop_replaced(self.client, self.names, now=now or datetime.now(UTC), **how)

    def drop(self) -> None:
        """Delete every index and template of this prefix. For tests and benchmarks."""
        client = self.client.options(ignore_status=404)
        patterns = ",".join(self.names.everything(kind) for kind in KINDS)
        found = client.indices.get(index=patterns, features="aliases")
        if found.meta.status == 200 and found.body:
            client.indices.delete(index=",".join(found.body))
        client.indices.delete_index_template(name=[self.names.alias(kind) for kind in KINDS])

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()


def feed_key(state: FeedState) -> str:
    """The document id of a feed's state."""
    return feed_id(state.url)


def name_id(name: str) -> str:
    """The document id of what has only a name: a host, a publisher."""
    from hashlib import sha256

    return sha256(name.encode("utf-8", "replace")).hexdigest()[:32]


def feed_id(url: str) -> str:
    """The document id of a feed, from the address in the feed list."""
    from hashlib import sha256

    return sha256(url.encode()).hexdigest()[:32]


def connect(settings: Settings, *, prepared: bool = True, now: datetime | None = None) -> Index:
    """Open the index, with templates and this month's indices there unless `prepared` is false.

    Raises:
        IndexUnreachable: when no server answers.
    """
    url = address(settings)
    client = client_for(settings, url)
    check(client, url)
    index = Index(client, prefix=settings.index_prefix, url=url, capabilities=detect(client))
    if prepared:
        index.prepare(now)
    return index
