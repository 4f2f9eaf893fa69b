"""A stored article read again, by other rules or a newer reader: its topics, mentions and claims, and what that changed.

Decides only. The text stays what it is; so do the story and the time the article came. A topic that an article only
gains now is dated (`effective_from`), so that no reader is told of old articles as if they were news.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from extractors.claims import find_claims
from extractors.mentions import find_mentions
from extractors.records import Mention, TopicTag
from extractors.taxonomy import Taxonomy
from extractors.topics import tag
from wirewatch.corrections import Correction, machine_topics, tag_fields, with_topics
from wirewatch.records import StoredArticle

# How much of an article is read again: nothing (only the versions are noted), its topics, or everything.
Depth = Literal["nothing", "topics", "everything"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The rules and the reader's version to read with, and when."""

    taxonomy: Taxonomy
    version: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """A topic that an article gained or lost, with the words and the rule that speak for it."""

    topic: str
    gained: bool
    rule: str
    words: tuple[str, ...]


def reread(
    article: StoredArticle, depth: Depth, reader: Reader, corrections: Iterable[Correction] = ()
) -> StoredArticle:
    """The article as this reader reads it, analysts' corrections on top. Reading twice is reading once."""
    tags, again = machine_topics(article), article
    if depth != "nothing":
        found = tag(article.title, article.text, language=article.language, taxonomy=reader.taxonomy)
        tags = _dated(found, before=tags, now=reader.now if article.clustered_at else None)
    if depth == "everything":
        mentions = find_mentions(article.title, article.text, language=article.language)
        claims = find_claims(
            article.title, article.text, language=article.language, published_at=article.published_at
        )
        again = replace(again, claims=claims, **mention_fields(mentions))
    if depth != "nothing":
        again = with_topics(again, tags, corrections, above=reader.taxonomy.above())
    told_anew = article.story_key is not None and changed(article, again)
    return replace(
        again,
        untold=True if told_anew else article.untold,
        taxonomy_version=reader.taxonomy.version,
        reader_version=reader.version,
    )


def changed(before: StoredArticle, after: StoredArticle) -> bool:
    """Whether the two differ in more than the versions noted."""
    return any(getattr(before, name) != getattr(after, name) for name in FACTS)


def gains(before: StoredArticle, after: StoredArticle) -> tuple[Gain, ...]:
    """The topics that one reading gives an article and the other does not, passing mentions left out."""
    old, new = _counted(before.topics), _counted(after.topics)
    return (
        *(_gain(new[topic], gained=True) for topic in sorted(new.keys() - old.keys())),
        *(_gain(old[topic], gained=False) for topic in sorted(old.keys() - new.keys())),
    )


def mention_fields(mentions: Sequence[Mention]) -> dict[str, Any]:
    """Mentions, and the flat fields that facets and maps read from them."""
    places = [
        f"{mention.latitude},{mention.longitude}"
        for mention in mentions
        if mention.latitude is not None and mention.longitude is not None
    ]
    return {
        "mentions": tuple(mentions),
        "entities": tuple(dict.fromkeys(mention.name for mention in mentions)),
        "places": tuple(dict.fromkeys(places)),
    }


# Everything that reading an article again may change, besides `untold`.
FACTS = (*tag_fields(()), "machine_topics", *mention_fields(()), "claims")


def _dated(
    found: Iterable[TopicTag], *, before: Iterable[TopicTag], now: datetime | None
) -> tuple[TopicTag, ...]:
    """The tags with the time from which they count for readers: those that were there keep theirs."""
    known = {tag.topic: tag for tag in before}
    return tuple(replace(tag, effective_from=_effective_from(tag, known, now)) for tag in found)


def _effective_from(found: TopicTag, known: Mapping[str, TopicTag], now: datetime | None) -> datetime | None:
    before = known.get(found.topic)
    if before is None or (before.level == "mention" and found.level != "mention"):
        return now
    return before.effective_from


def _counted(topics: Iterable[TopicTag]) -> dict[str, TopicTag]:
    return {tag.topic: tag for tag in topics if tag.level != "mention"}


def _gain(tag: TopicTag, *, gained: bool) -> Gain:
    words = tuple(dict.fromkeys(span.text for span in tag.evidence))
    return Gain(topic=tag.topic, gained=gained, rule=tag.rule, words=words)
