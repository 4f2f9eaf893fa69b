"""The one ordered writer: extracted articles in batches in, placed articles and stories out.

All decisions are the pure functions of `wirewatch.stories`; here is their order. Only one writer runs at a time (a pool
of one slot). Everything a batch changes is written as one journal document before anything else is touched, as absolute
values: killed at any point, the next start writes what the journal says and goes on, and nothing is counted twice.
"""

from __future__ import annotations

import logging
from collections import OrderedDict, defaultdict
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from extractors.fingerprints import Reading, read_text, tokens
from wirewatch.clustering.board import Board
from wirewatch.clustering.store import Change, Store
from wirewatch.records import StoredArticle, Story
from wirewatch.stories.assignment import MOST_ARTICLES
from wirewatch.stories.copies import Comparable, Copies, find_copies
from wirewatch.stories.likeness import Bag, bag_of, weigh
from wirewatch.stories.reports import order
from wirewatch.stories.telling import tell
from wirewatch.verdicts import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

log = logging.getLogger(__name__)

# Articles decided together: what is furniture and which words are rare is learned from all of them first. 500 fit
# one bulk request and one journal document of 1-2 MB.
BATCH = 500

# Texts kept ready to be compared. A reading of a 300-word article takes about 40 KB.
READINGS = 4000


def cluster_articles(
    store: Store, *, now: datetime, say: Callable[[str], None] | None = None, batch: int = BATCH
) -> Counts:
    """Place every waiting article. `say` gets a line per batch."""
    unfinished = store.unfinished()
    if unfinished is not None:
        store.write(unfinished)
    writer = Writer(store, now)
    placed: set[tuple[str, str]] = set()
    while waiting := store.waiting(batch):
        keys = {(article.article_key, article.text_hash) for article in waiting}
        if (
            keys <= placed
        ):  # the store does not keep what it was told: go on with the next run, not for ever with this
            writer.counts["stuck"] = len(keys)
            log.error("articles wait though they were placed count=%d first=%s", len(keys), min(keys)[0])
            break
        placed |= keys
        store.write(writer.decide(waiting))
        if say is not None:
            say(writer.progress())
    return Counts(numbers=tuple(sorted(writer.counts.items())))


class Writer:
    """What is kept between two batches: learned furniture, term counts, texts ready to be compared."""

    def __init__(self, store: Store, now: datetime) -> None:
        self.store = store
        self.now = now
        self.counts: dict[str, int] = dict.fromkeys(
            ("articles", "copies", "stories_founded", "stories_changed", "stories_merged", "stories_full"), 0
        )
        self._furniture = store.furniture()
        self._terms = store.term_counts()
        self._readings: OrderedDict[tuple[str, str], tuple[frozenset[str], Reading]] = OrderedDict()
        self._texts: dict[str, str] = {}

    def progress(self) -> str:
        """One line on what was done so far."""
        done = self.counts
        return (
            f"{done['articles']} articles placed: {done['copies']} copies, "
            f"{done['stories_founded']} new stories, {done['stories_changed']} changed"
        )

    def decide(self, articles: Sequence[StoredArticle]) -> Change:
        """Everything that placing these articles changes."""
        batch = sorted(articles, key=order)
        copies, known = self.copies(batch)
        board = Board(self.store, batch, copies, known)
        self._place(batch, copies, board)
        board.settle_later()
        board.unite_alike()
        return self._change(batch, copies, board)

    # ------------------------------------------------------------------ copies

    def copies(self, batch: Sequence[StoredArticle]) -> tuple[Copies, dict[str, Comparable]]:
        """Which articles are copies, and every comparable that was looked at."""
        self._texts = {article.article_key: article.text for article in batch}
        new = [comparable(article) for article in batch]
        candidates = self._candidates(new)
        copies = find_copies(new, candidates, self._furniture, self._reading)
        if copies.later:
            again = list(self.store.comparables(copies.later).values())
            self._load_texts(one.article_key for one in again)
            candidates.update(self._candidates(again))
            both = find_copies([*new, *again], candidates, self._furniture, self._reading)
            copies = replace(both, later=copies.later)
            new += again
        self._furniture |= copies.learned
        known = {other.article_key: other for others in candidates.values() for other in others}
        return copies, known | {one.article_key: one for one in new}

    def _candidates(self, wanted: Sequence[Comparable]) -> dict[str, list[Comparable]]:
        found = self.store.similar(wanted, self._furniture)
        self._load_texts(other.article_key for others in found.values() for other in others)
        return found

    def _load_texts(self, keys: Iterable[str]) -> None:
        missing = [key for key in dict.fromkeys(keys) if key not in self._texts]
        self._texts.update(self.store.texts(missing) if missing else {})

    def _reading(self, one: Comparable, furniture: frozenset[str]) -> Reading:
        """The text of an article ready to be compared; made anew only when furniture in it was learned since."""
        without = furniture.intersection(one.values)
        key = (one.article_key, one.text_hash)
        made = self._readings.get(key)
        if made is not None and made[0] == without:
            self._readings.move_to_end(key)
            return made[1]
        reading = read_text(self._texts.get(one.article_key, ""), without=without)
        self._readings[key] = (without, reading)
        if len(self._readings) > READINGS:
            self._readings.popitem(last=False)
        return reading

    # ------------------------------------------------------------------ stories

    def _place(self, batch: Sequence[StoredArticle], copies: Copies, board: Board) -> None:
        """Give every article of the batch its story."""
        bags: dict[str, Bag] = {}
        for article in batch:
            if copies.found[article.article_key] is None and article.story_key is None:
                bags[article.article_key] = bag_of(article.title, article.text, article.entities)
                board.count(article, bags[article.article_key])
                self._terms.add(bags[article.article_key])
        vectors = {key: weigh(bag, self._terms) for key, bag in bags.items()}
        board.look_up(vectors, {article.article_key: article.sort_at for article in batch})
        for article in batch:
            key = article.article_key
            copy = copies.found[key]
            if article.story_key is not None:
                story = article.story_key
            elif copy is not None:
                story = board.story_of(copy.of_key)
            else:
                story = board.story_of_copies(key) or board.likely_story(key)
            board.put(article, story)

    def _change(self, batch: Sequence[StoredArticle], copies: Copies, board: Board) -> Change:
        keys = sorted(board.touched())
        members = self.store.members([*keys, *board.merged])
        befores = self.store.stories(keys)
        board.load_profiles(keys)
        fields: dict[str, dict[str, Any]] = defaultdict(dict)
        by_story = board.members(members, fields)
        revised = {board.story_of(article.article_key) for article in batch if _revised(article)}
        revised |= board.grown()
        stories: list[Story] = []
        for key in keys:
            told = tell(
                key,
                by_story[key],
                before=befores.get(key),
                terms=board.story_terms(key),
                now=self.now,
                revised=key in revised,
            )
            stories.append(told.story)
            for article in by_story[key]:
                place = {
                    "story_key": key,
                    "story_title": told.story.title,
                    "is_representative": article.article_key == told.representative,
                    "lag_minutes": told.lags[article.article_key],
                }
                known = fields[article.article_key]
                known.update(
                    {name: value for name, value in place.items() if getattr(article, name) != value}
                )
        for article in batch:
            fields[article.article_key]["clustered_at"] = self.now.isoformat()
        self._count(batch, copies, board, befores)
        return Change(
            batch_key=sha256("|".join(a.article_key + a.text_hash for a in batch).encode()).hexdigest()[:32],
            articles={key: changed for key, changed in fields.items() if changed},
            texts={article.article_key: article.text_hash for article in batch},
            stories=(*stories, *_redirects(self.store.stories(board.merged), board.merged, self.now)),
            profiles=tuple(board.profiles[key] for key in keys if key in board.profiles),
            closed=tuple(sorted(board.merged)),
            furniture=copies.learned,
            terms=board.terms,
        )

    def _count(
        self, batch: Sequence[StoredArticle], copies: Copies, board: Board, befores: Mapping[str, Story]
    ) -> None:
        touched = board.touched()
        self.counts["articles"] += len(batch)
        self.counts["copies"] += sum(copies.found[article.article_key] is not None for article in batch)
        self.counts["stories_founded"] += sum(key not in befores for key in touched)
        self.counts["stories_changed"] += sum(key in befores for key in touched)
        self.counts["stories_merged"] += board.merged_before()
        self.counts["stories_full"] += sum(
            board.profiles[key].members >= MOST_ARTICLES for key in touched if key in board.profiles
        )


def comparable(article: StoredArticle) -> Comparable:
    """An article as `stories.copies` compares it."""
    return Comparable(
        article_key=article.article_key,
        at=article.sort_at,
        title=tuple(tokens(article.title)),
        text_hash=article.text_hash,
        values=article.fingerprints,
        shingle_count=article.shingle_count,
        group=article.story_key or article.article_key,
    )


def _revised(article: StoredArticle) -> bool:
    return article.story_key is not None and bool(article.revisions) and bool(article.revisions[-1].changes)


def _redirects(stories: Mapping[str, Story], merged: Mapping[str, str], now: datetime) -> Iterable[Story]:
    for key, story in sorted(stories.items()):
        if key in merged:
            yield replace(story, merged_into=merged[key], changed_at=now, revision=story.revision + 1)
