"""Who gets digests, and what each asks for: subscribers file, subscriptions of the desk, saved searches, lower topics.

Looks up and adds together; what a digest holds is decided in `wirewatch.digests`.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from wirewatch.records import Subscriber
from wirewatch.rules import rules_in_force
from wirewatch.searches import SINCE, SavedSearch, search_key, subscriber_of
from wirewatch.settings import Settings
from wirewatch.subscribers import load_subscribers

if TYPE_CHECKING:
    from extractors.taxonomy import Taxonomy
    from wirewatch.index import Index, Question

log = logging.getLogger(__name__)


def subscribers_in_force(index: Index, settings: Settings) -> tuple[Subscriber, ...]:
    """Everybody who gets digests: those of the subscribers file, and those who subscribed to a saved search.

    Raises:
        SubscribersError: with every fault of the subscribers file.
    """
    named = load_subscribers(settings, known_topics=lambda: rules_in_force(index, settings).taxonomy.topics)
    taken = {subscriber.name.lower() for subscriber in named}
    names = {search.search_key: search.name for search in index.searches.records()}
    stored = sorted(
        (
            replace(subscriber_of(one), search=names.get(one.search_key, one.search_key))
            for one in index.subscriptions.records()
        ),
        key=lambda one: one.name,
    )
    return (*named, *(subscriber for subscriber in stored if subscriber.name.lower() not in taken))


def reader_of(
    index: Index, settings: Settings, subscriber: Subscriber
) -> tuple[Subscriber, SavedSearch | None]:
    """The subscriber with every topic meant, and the saved search that the digests are made of, if any.

    A search that was deleted finds nothing from then on; its readers are told of in the log.
    """
    reader = _widened(subscriber, index, settings)
    if subscriber.search is None:
        return reader, None
    search = _searched(index, subscriber.search)
    if search is None:
        log.warning("a saved search is gone: nothing to tell subscriber=%s", subscriber.name)
        return reader, None
    return replace(reader, search=search.name), search


def question_of(search: SavedSearch, now: datetime) -> Question:
    """What a saved search asks the index."""
    from wirewatch.index import Question

    return Question(
        words=search.words or "",
        topics=search.topics,
        publishers=search.publishers,
        languages=search.languages,
        since=now - SINCE[search.since] if search.since else None,
        minimum_reports=search.minimum_reports,
        conflicts_only=search.conflicts_only,
        tagged_only=not search.untagged,
    )


def _searched(index: Index, named: str) -> SavedSearch | None:
    """A saved search by its key or its name."""
    found = index.searches.get([named, search_key(named)])
    return found.get(named) or found.get(search_key(named))


def _widened(subscriber: Subscriber, index: Index, settings: Settings) -> Subscriber:
    """The subscriber, asking for the topics below the ones named, too."""
    if not subscriber.topics:
        return subscriber
    taxonomy = rules_in_force(index, settings).taxonomy
    topics = [topic for asked in subscriber.topics for topic in _below(asked, taxonomy)]
    return replace(subscriber, topics=tuple(dict.fromkeys(topics)))


def _below(topic: str, taxonomy: Taxonomy) -> list[str]:
    return [topic, *(lower for child in taxonomy.children(topic) for lower in _below(child, taxonomy))]
