"""What an analyst decided, put into words; and the decisions that need no more than a story or an article. Pure.

Merging and splitting stories is `wirewatch.overrides`; here are pins, mutes and corrected tags.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from extractors.records import TopicTag
from wirewatch.attention import attention
from wirewatch.corrections import Correction, correction_key, machine_topics, topic_verdicts
from wirewatch.records import StoredArticle, Story

LONGEST_NOTE = 500
LONGEST_WORDS = 300
MOST_WORDS = 5


class NotDecided(ValueError):
    """A decision that makes no sense as asked; its text says what would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision as a page tells it. `waits` says that the one writer has not followed it yet."""

    correction: Correction
    told: str
    waits: bool = False
    other_story: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What was decided about a story: all of it, latest first, and how the story stands now."""

    all: tuple[Decided, ...] = ()
    pinned: bool = False
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedTag:
    """A topic of an article: what the machine says (None: nothing), and what an analyst says (None: nothing)."""

    topic: str
    machine: TopicTag | None
    analyst: Correction | None

    @property
    def holds(self) -> bool:
        """Whether the article has the topic: the analyst's word goes before the machine's."""
        return self.machine is not None if self.analyst is None else self.analyst.verdict == "add"


def mark_story(
    story: Story, kind: Literal["pin", "mute"], *, by: str, now: datetime, note: str | None
) -> Correction:
    """A pin or a mute."""
    return Correction(
        correction_key=correction_key(kind, by=by, made_at=now, subject=story.story_key),
        kind=kind,
        story_key=story.story_key,
        articles=story.articles,
        note=note,
        by=by,
        made_at=now,
    )


def judge_tag(
    article: StoredArticle,
    topic: str,
    verdict: Literal["add", "remove"],
    *,
    words: str | None,
    by: str,
    now: datetime,
    note: str | None,
) -> Correction:
    """An article has or has not a topic. Words that show it must stand in the article as they are given.

    Raises:
        NotDecided: when the words are not in the article.
    """
    if words and words not in article.title and words not in article.text:
        raise NotDecided("These words are not in the article; copy them as they stand there.")
    tag = next((tag for tag in machine_topics(article) if tag.topic == topic), None)
    if verdict == "remove" and not words and tag is not None:
        words = " … ".join(dict.fromkeys(span.text for span in tag.evidence[:MOST_WORDS])) or None
    return Correction(
        correction_key=correction_key("tag", by=by, made_at=now, subject=f"{article.article_key}|{topic}"),
        kind="tag",
        story_key=article.story_key,
        articles=(article.article_key,),
        topic=topic,
        verdict=verdict,
        evidence_text=words,
        note=note,
        by=by,
        made_at=now,
    )


def decisions_on(story: Story, corrections: Sequence[Correction]) -> Decisions:
    """What stands and what stood about a story."""
    now = attention(corrections, {story.story_key: story.articles})
    return Decisions(
        all=tuple(decided(one, story.articles) for one in corrections),
        pinned=bool(now.pinned),
        muted=bool(now.muted),
    )


def decided(one: Correction, here: Iterable[str] = ()) -> Decided:
    """A decision in words, as seen from a story with the articles `here`."""
    mine = set(here)
    apart = bool(mine) and not {*one.articles, *one.others} <= mine
    together = bool(mine & set(one.articles)) and bool(mine & set(one.others))
    return Decided(
        correction=one,
        told=_told(one),
        waits=one.withdrawn_at is None
        and ((one.kind == "merge" and apart) or (one.kind == "split" and together)),
    )


def judged_tags(article: StoredArticle, corrections: Iterable[Correction]) -> tuple[JudgedTag, ...]:
    """The article's topics, the machine's and the analysts'; of several decisions on one the latest stands."""
    standing = topic_verdicts(article.article_key, corrections)
    machine = {tag.topic: tag for tag in machine_topics(article)}
    return tuple(
        JudgedTag(topic=topic, machine=machine.get(topic), analyst=standing.get(topic))
        for topic in dict.fromkeys((*machine, *standing))
    )


def _told(one: Correction) -> str:
    match one.kind:
        case "pin":
            return "pinned: stands first in lists and digests"
        case "mute":
            return "muted: left out of lists and digests"
        case "merge":
            return f"{_many(one.articles)} and {_many(one.others)} belong in one story"
        case "split":
            return f"{_many(one.articles)} split off from {_many(one.others)}"
        case "tag":
            has = "has" if one.verdict == "add" else "has not"
            return f"an article {has} the topic {(one.topic or '').replace('_', ' ')}"


def _many(keys: Sequence[str]) -> str:
    return f"{len(keys)} article{'' if len(keys) == 1 else 's'}"
