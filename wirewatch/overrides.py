"""What an analyst overrules about stories: two are one, or one is two. Stored as corrections, applied by the writer.

Nothing here touches a story: the correction is stored, then the one writer is run, which places the articles it speaks
of (`wirewatch.clustering`). Where another writer is at work already, the correction waits for that writer's next run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from extractors.errors import WirewatchError
from wirewatch.clustering import apply_corrections
from wirewatch.corrections import Correction, correction_key
from wirewatch.index import Index
from wirewatch.index.lease import writing
from wirewatch.index.similar import SimilarStore
from wirewatch.records import Story
from wirewatch.stories.rulings import KINDS

# An analyst waits for the page; a usual run of the writer ends within this. After it the correction waits instead.
PATIENCE = timedelta(seconds=5)


class CannotOverride(WirewatchError):
    """The correction makes no sense as asked; `reason` says why and what would."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What became of a correction.

    `applied` is False while another writer is at work: it is stored and follows with that writer's next run. `stories`
    are the keys of the stories that its articles are in now. `warnings` say which older corrections it overrules.
    """

    correction: Correction
    applied: bool
    stories: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def merge_stories(
    index: Index, one: str, other: str, *, by: str, now: datetime, note: str | None = None
) -> Override:
    """Have two stories be one from now on. The older key stays, the other redirects.

    Raises:
        CannotOverride: when a story is unknown, or both are one already.
    """
    first, second = _story(index, one), _story(index, other)
    if first.story_key == second.story_key:
        raise CannotOverride(f"{one} and {other} are one story already: {first.story_key}")
    pair = sorted((first.story_key, second.story_key))
    correction = Correction(
        correction_key=correction_key("merge", by=by, made_at=now, subject="|".join(pair)),
        kind="merge",
        story_key=first.story_key,
        articles=first.articles,
        others=second.articles,
        note=note,
        by=by,
        made_at=now,
    )
    return _enter(index, correction, now)


def split_story(
    index: Index,
    story_key: str,
    article_keys: Sequence[str],
    *,
    by: str,
    now: datetime,
    note: str | None = None,
) -> Override:
    """Have these articles of a story be a story of their own from now on, under a key of its own.

    Raises:
        CannotOverride: when the story is unknown, or the articles are not some of its articles but not all.
    """
    story = _story(index, story_key)
    strange = [key for key in article_keys if key not in story.articles]
    if strange:
        raise CannotOverride(
            f"not an article of story {story.story_key}: {', '.join(strange)};"
            f" `wirewatch story {story.story_key} --json` lists them"
        )
    leaving = tuple(key for key in story.articles if key in set(article_keys))
    staying = tuple(key for key in story.articles if key not in set(article_keys))
    if not leaving or not staying:
        raise CannotOverride("name some of the story's articles, but not all of them")
    correction = Correction(
        correction_key=correction_key("split", by=by, made_at=now, subject="|".join(leaving)),
        kind="split",
        story_key=story.story_key,
        articles=leaving,
        others=staying,
        note=note,
        by=by,
        made_at=now,
    )
    return _enter(index, correction, now)


def withdraw(index: Index, key: str, *, by: str, now: datetime) -> Override:
    """Take a correction back; the machine decides anew about its articles.

    Raises:
        CannotOverride: when there is no such correction, or it is withdrawn already.
    """
    correction = index.corrections.get([key]).get(key)
    if correction is None:
        raise CannotOverride(f"no correction {key}; `wirewatch stories corrections` lists them")
    if correction.withdrawn_at is not None:
        raise CannotOverride(f"{key} was withdrawn on {correction.withdrawn_at:%Y-%m-%d %H:%M} already")
    return _enter(index, replace(correction, withdrawn_at=now, withdrawn_by=by), now)


def _story(index: Index, key: str) -> Story:
    found = index.story(key)
    if found is None:
        raise CannotOverride(f"no story {key}; `wirewatch search --stories` lists keys")
    return found


def _enter(index: Index, correction: Correction, now: datetime) -> Override:
    """Store the correction and run the writer over it, if no other writer is at work."""
    index.corrections.save([correction])
    index.refresh("corrections", "articles", "stories", "clustering")
    warnings: tuple[str, ...] = ()
    applied = False
    if correction.kind in KINDS:
        with writing(index, patience=PATIENCE) as lease:
            if lease is not None:
                warnings = apply_corrections(SimilarStore(index, lease), now=now)
                applied = True
    keys = (*correction.articles, *correction.others)
    articles = index.articles.get(keys)
    stories = dict.fromkeys(articles[key].story_key for key in keys if key in articles)
    return Override(
        correction=correction, applied=applied, stories=tuple(filter(None, stories)), warnings=warnings
    )
