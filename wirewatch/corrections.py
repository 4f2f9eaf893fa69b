"""What an analyst decided about a story or an article: kept apart from what the machine says, and never lost to it.

A correction is stored once and never edited; taking it back sets `withdrawn_at`. Corrections name articles and not
only stories, because story keys are the machine's and a re-clustering may draw its lines anew: whoever applies them
asks what they say about the articles at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from extractors.records import Evidence, TopicTag
from wirewatch.records import StoredArticle

_LEVELS = ("primary", "secondary", "mention")

CorrectionKind = Literal["pin", "mute", "merge", "split", "tag"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One decision of one analyst. Id: `correction_key`.

    pin, mute: `story_key`, and `articles` are the story's at the time. merge: every one of `articles` belongs in one
    story with every one of `others`. split: `articles` belong together, and none of them with any of `others`. tag:
    the one article of `articles` has (`verdict` add) or has not (`verdict` remove) `topic`, and `evidence_text` is
    what the analyst marked or the machine had taken for evidence.
    """

    correction_key: str
    kind: CorrectionKind
    story_key: str | None = None
    articles: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    topic: str | None = None
    verdict: Literal["add", "remove"] | None = None
    evidence_text: str | None = None
    note: str | None = None
    by: str
    made_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


def correction_key(kind: CorrectionKind, *, by: str, made_at: datetime, subject: str) -> str:
    """The id of a correction: who decided what about which subject, and when."""
    return sha256(f"{kind}|{subject}|{by}|{made_at.isoformat()}".encode()).hexdigest()[:32]


def machine_topics(article: StoredArticle) -> tuple[TopicTag, ...]:
    """The tags that the rules alone gave an article, whatever analysts said of it since."""
    return article.topics if article.machine_topics is None else article.machine_topics


def topic_verdicts(article_key: str, corrections: Iterable[Correction]) -> dict[str, Correction]:
    """What holds of an article's topics by analysts' word: per topic, the newest correction not taken back."""
    about = [
        one
        for one in corrections
        if one.kind == "tag" and one.topic and one.withdrawn_at is None and article_key in one.articles
    ]
    return {
        one.topic: one
        for one in sorted(about, key=lambda one: (one.made_at, one.correction_key))
        if one.topic
    }


def effective_topics(
    article: StoredArticle,
    machine: Sequence[TopicTag],
    corrections: Iterable[Correction],
    *,
    above: Mapping[str, Sequence[str]],
) -> tuple[TopicTag, ...]:
    """The topics of an article: the machine's tags with the analysts' corrections on top. The one place that says so.

    A topic that an analyst added is primary, whatever the machine makes of it, and its rule is
    `analyst/<correction key>`; the topics above it (`above`: topic -> its parents, nearest first) come with it, as
    they do with the machine's. A topic that an analyst removed is gone, and so is one above it that stands on nothing
    but the removed topic's words.
    """
    verdicts = topic_verdicts(article.article_key, corrections)
    removed = {topic for topic, one in verdicts.items() if one.verdict == "remove"}
    gone = [tag for tag in machine if tag.topic in removed]
    tags = {
        tag.topic: tag
        for tag in machine
        if tag.topic not in removed and not any(_stands_on(tag, child, above) for child in gone)
    }
    for topic, correction in verdicts.items():
        if correction.verdict != "add":
            continue
        for each in (topic, *above.get(topic, ())):
            if each == topic or (each not in removed and each not in verdicts):
                tags[each] = _added(article, each, tags.get(each), correction)
    return tuple(sorted(tags.values(), key=lambda tag: _LEVELS.index(tag.level)))


def with_topics(
    article: StoredArticle,
    machine: Sequence[TopicTag],
    corrections: Iterable[Correction],
    *,
    above: Mapping[str, Sequence[str]],
) -> StoredArticle:
    """The article with its effective topics, the machine's kept apart where they differ.

    An article that has its story is marked `untold` when they change: the story follows with the one writer.
    """
    machine = tuple(machine)
    topics = effective_topics(article, machine, corrections, above=above)
    kept = None if topics == machine else machine
    untold = True if article.story_key is not None and topics != article.topics else article.untold
    return replace(article, machine_topics=kept, untold=untold, **tag_fields(topics))


def tag_fields(topics: Sequence[TopicTag]) -> dict[str, Any]:
    """Tags, and the flat fields that facets and tables read from them."""
    return {
        "topics": tuple(topics),
        "topics_primary": tuple(tag.topic for tag in topics if tag.level == "primary"),
        "topics_secondary": tuple(tag.topic for tag in topics if tag.level == "secondary"),
        "topics_mentioned": tuple(tag.topic for tag in topics if tag.level == "mention"),
        "topics_all": tuple(tag.topic for tag in topics if tag.level != "mention"),
        "evidence_text": tuple(dict.fromkeys(span.text for tag in topics for span in tag.evidence)),
    }


def _stands_on(tag: TopicTag, child: TopicTag, above: Mapping[str, Sequence[str]]) -> bool:
    """Whether a tag above `child` was earned by the child's words alone."""
    return tag.topic in above.get(child.topic, ()) and set(tag.evidence) <= set(child.evidence)


def _added(article: StoredArticle, topic: str, known: TopicTag | None, correction: Correction) -> TopicTag:
    marked = _marked(article, correction.evidence_text)
    evidence = tuple(dict.fromkeys([*marked, *(known.evidence if known else ())]))
    return TopicTag(
        topic=topic,
        level="primary",
        rule=f"analyst/{correction.correction_key}",
        status=known.status if known else "asserted",
        evidence=evidence,
    )


def _marked(article: StoredArticle, words: str | None) -> tuple[Evidence, ...]:
    """Where the words that an analyst marked stand; nowhere, once a revision took them away."""
    if not words:
        return ()
    if (start := article.title.find(words)) >= 0:
        return (Evidence(field="title", start=start, end=start + len(words), text=words),)
    if (start := article.text.find(words)) >= 0:
        return (Evidence(field="text", start=start, end=start + len(words), text=words),)
    return ()
