"""A changed topic file tried on stored articles before anybody puts it into force: what it would add, what it would take.

Nothing is written. The trial is bounded: so many articles, newest first, and so many seconds; what it did not reach it
says.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from extractors.languages import detect_language
from extractors.records import TopicTag
from extractors.taxonomy import Taxonomy, TaxonomyFaults, load_taxonomy
from extractors.topics import tag
from wirewatch.corrections import machine_topics
from wirewatch.records import StoredArticle

# An analyst waits so long for an answer; at 3 ms an article (quiet machine) that is some three thousand articles.
LONGEST_SECONDS = 10.0
MOST_SHOWN = 100
_QUOTES = 4
_FILE = "tried.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An article that would gain or lose a topic, and the words for it."""

    article: StoredArticle
    topic: str
    level: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a changed topic file does. With `faults` nothing was tried."""

    topic: str | None = None
    faults: tuple[str, ...] = ()
    examples_failed: tuple[str, ...] = ()
    looked_at: int = 0
    added: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()
    added_number: int = 0
    removed_number: int = 0
    out_of_time: bool = False


def try_rules(
    text: str,
    folders: Sequence[Path],
    articles: Iterable[StoredArticle],
    clock: Callable[[], float],
    *,
    seconds: float = LONGEST_SECONDS,
) -> Trial:
    """Tag articles with the topic file `text` in force, and compare with the topics they have by the rules of now.

    `articles` come newest first and are taken one by one until the time is up; `clock` gives seconds.
    """
    now = load_taxonomy(folders)
    with tempfile.TemporaryDirectory(prefix="wirewatch-trial-") as folder:
        (Path(folder) / _FILE).write_text(text, encoding="utf-8")
        try:
            tried = load_taxonomy((*folders, Path(folder)))
        except TaxonomyFaults as fault:
            return Trial(faults=tuple(f"{one.key}: {one.reason}" for one in fault.faults))
    topic = next((name for name, each in tried.topics.items() if each.file.endswith(_FILE)), None)
    if topic is None:
        return Trial(faults=("the file names no topic",))
    added: list[Change] = []
    removed: list[Change] = []
    looked_at, until, out_of_time = 0, clock() + seconds, False
    for article in articles:
        if clock() > until:
            out_of_time = True
            break
        looked_at += 1
        before = _counting(_tags_now(article, now))
        after = _counting(tag(article.title, article.text, language=article.language, taxonomy=tried))
        added += [_change(article, after[name]) for name in after if name not in before]
        removed += [_change(article, before[name]) for name in before if name not in after]
    return Trial(
        topic=topic,
        examples_failed=_examples_failed(tried, topic),
        looked_at=looked_at,
        added=tuple(added[:MOST_SHOWN]),
        removed=tuple(removed[:MOST_SHOWN]),
        added_number=len(added),
        removed_number=len(removed),
        out_of_time=out_of_time,
    )


def _tags_now(article: StoredArticle, now: Taxonomy) -> Sequence[TopicTag]:
    """What the machine says of an article by the rules in force; the stored tags, where they are by those."""
    if article.taxonomy_version == now.version:
        return machine_topics(article)
    return tag(article.title, article.text, language=article.language, taxonomy=now)


def _counting(tags: Iterable[TopicTag]) -> dict[str, TopicTag]:
    """Tags by topic, without those in passing: these no list and no digest counts."""
    return {one.topic: one for one in tags if one.level != "mention"}


def _change(article: StoredArticle, one: TopicTag) -> Change:
    words = tuple(dict.fromkeys(span.text for span in one.evidence))[:_QUOTES]
    return Change(article=article, topic=one.topic, level=one.level, words=words)


def _examples_failed(tried: Taxonomy, topic: str) -> tuple[str, ...]:
    """The file's own examples that its rules do not bear out."""
    failed = []
    for wanted, examples in ((True, tried.topics[topic].match), (False, tried.topics[topic].no_match)):
        for example in examples:
            found = tag("", example, language=detect_language(example), taxonomy=tried)
            if (topic in _counting(found)) is not wanted:
                failed.append(f"{'should match' if wanted else 'should not match'}: {example}")
    return tuple(failed)
