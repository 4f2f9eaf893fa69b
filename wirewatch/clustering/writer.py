"""The one ordered writer: extracted articles in batches in, placed articles and stories out.

All decisions are the pure functions of `wirewatch.stories`; here is their order. Only one writer runs at a time (a pool
of one slot). Everything a batch changes is written as one journal document before anything else is touched, as absolute
values: killed at any point, the next start writes what the journal says and goes on, and nothing is counted twice.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.fingerprints import Reading, read_text, tokens
from wirewatch.clustering.board import Board
from wirewatch.clustering.outcome import Outcome, change_of
from wirewatch.clustering.store import Change, Lookups, Store
from wirewatch.records import StoredArticle, Story
from wirewatch.stories.assignment import MOST_ARTICLES, MOST_HELD
from wirewatch.stories.copies import Comparable, Copies, find_copies
from wirewatch.stories.likeness import Bag, bag_of, weigh
from wirewatch.stories.reports import order
from wirewatch.stories.rulings import Rulings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

log = logging.getLogger(__name__)

# Articles decided together: what is furniture and which words are rare is learned from all of them first. 500 fit
# one bulk request and one journal document of 1-2 MB.
BATCH = 500

# Texts kept ready to be compared. A reading of a 300-word article takes about 40 KB.
READINGS = 4000


class Writer:
    """What is kept between two batches: learned furniture, term counts, texts ready to be compared."""

    def __init__(
        self,
        store: Store,
        now: datetime,
        rulings: Rulings | None = None,
        *,
        lookups: Lookups | None = None,
        founding: str = "story",
        former: Mapping[str, str] | None = None,
    ) -> None:
        self.store = store
        self.lookups = lookups or store
        self.now = now
        self.founding = founding
        self.former = former or {}
        self.counts: dict[str, int] = dict.fromkeys(
            ("articles", "copies", "stories_founded", "stories_changed", "stories_merged", "stories_full"), 0
        )
        self.rulings = Rulings() if rulings is None else rulings
        self.terms = self.lookups.term_counts()
        self.furniture = self.lookups.furniture()
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
        return self.written(self._outcome(self.place(sorted(articles, key=order))))

    def written(self, outcome: Outcome) -> Change:
        """The change that an outcome is, counted."""
        before = self.store.stories(outcome.asked())
        change = change_of(outcome, before, self.now)
        self._count(outcome, before, change)
        return change

    def over(self, lookups: Lookups, founding: str, former: Mapping[str, str] | None = None) -> Writer:
        """A writer like this one that looks things up elsewhere; texts that were read stay read.

        `former` are the stories that articles were told in and leave only when they are clearly of another.
        """
        other = Writer(self.store, self.now, self.rulings, lookups=lookups, founding=founding, former=former)
        other._readings = self._readings
        return other

    def place(self, batch: Sequence[StoredArticle]) -> Board:
        """The stories after placing a batch that is in order."""
        copies, known = self.copies(batch)
        board = Board(self.lookups, batch, copies, known, self.rulings, self.founding, self.former)
        board.look_up_ruled()
        self._place(batch, copies, board)
        board.settle_later()
        board.unite_ruled()
        board.unite_alike()
        return board

    def vectors(self, bags: Mapping[str, Bag]) -> dict[str, dict[str, float]]:
        """The vectors of articles, by what is known of words now."""
        return {key: weigh(bag, self.terms) for key, bag in bags.items()}

    # ------------------------------------------------------------------ copies

    def copies(self, batch: Sequence[StoredArticle]) -> tuple[Copies, dict[str, Comparable]]:
        """Which articles are copies, and every comparable that was looked at."""
        self._texts = {article.article_key: article.text for article in batch}
        new = [comparable(article) for article in batch]
        candidates = self._candidates(new)
        copies = find_copies(new, candidates, self.furniture, self._reading)
        if copies.later:
            again = list(self.lookups.comparables(copies.later).values())
            self._load_texts(one.article_key for one in again)
            candidates.update(self._candidates(again))
            both = find_copies([*new, *again], candidates, self.furniture, self._reading)
            copies = replace(both, later=copies.later)
            new += again
        self.furniture |= copies.learned
        known = {other.article_key: other for others in candidates.values() for other in others}
        return copies, known | {one.article_key: one for one in new}

    def _candidates(self, wanted: Sequence[Comparable]) -> dict[str, list[Comparable]]:
        found = self.lookups.similar(wanted, self.furniture)
        self._load_texts(other.article_key for others in found.values() for other in others)
        return found

    def _load_texts(self, keys: Iterable[str]) -> None:
        missing = [key for key in dict.fromkeys(keys) if key not in self._texts]
        self._texts.update(self.lookups.texts(missing) if missing else {})

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
            key = article.article_key
            copy = copies.found[key]
            if copy is not None and copy.of_key in self.rulings.apart(key):
                copies.found[key] = None  # the same text, but an analyst wants it to stand for itself
            if copies.found[key] is None and article.story_key is None:
                bags[key] = bag_of(article.title, article.text, article.entities)
                board.count(article, bags[key])
                self.terms.add(bags[key])
        board.look_up(self.vectors(bags), {article.article_key: article.sort_at for article in batch})
        board.look_up_extents()
        for article in batch:
            board.put(article, self._story_for(article, board))
        for article in batch:
            copy = copies.found[article.article_key]
            if copy is not None and board.story_of(copy.of_key) != board.story_of(article.article_key):
                copies.found[article.article_key] = None

    def _story_for(self, article: StoredArticle, board: Board) -> str:
        key = article.article_key
        ruled = board.ruled_story(key) if self.rulings else None
        if article.story_key is not None or ruled is not None:
            return article.story_key or ruled or ""
        copy = board.copies.found[key]
        story = board.story_of(copy.of_key) if copy is not None else board.story_of_copies(key)
        if story is None or (self.rulings and board.is_barred(key, story)):
            return board.likely_story(key)
        return board.continued(key, story) if copy is not None else story

    def _outcome(self, board: Board) -> Outcome:
        keys = sorted(board.touched())
        stored = self.store.members([*keys, *board.merged])
        board.load_profiles(keys)
        news = frozenset(keys)
        revised = {board.story_of(article.article_key) for article in board.batch if was_revised(article)}
        before = {each.article_key: each for articles in stored.values() for each in articles}
        return Outcome(
            members={key: articles for key, articles in board.members(stored).items() if key in news},
            before=before | {article.article_key: article for article in board.batch},
            batch=board.batch,
            merged=dict(board.merged),
            profiles={key: board.profiles[key] for key in keys if key in board.profiles},
            terms=board.terms,
            furniture=board.copies.learned,
            story_terms={key: board.story_terms(key) for key in keys},
            news=news,
            revised=frozenset(revised | board.grown()),
        )

    def _count(self, outcome: Outcome, before: Mapping[str, Story], change: Change) -> None:
        batch = {article.article_key for article in outcome.batch}
        self.counts["articles"] += len(batch)
        for key, articles in outcome.members.items():
            self.counts["copies"] += sum(
                each.article_key in batch and each.near_duplicate_of is not None for each in articles
            )
            self.counts["stories_changed" if key in before else "stories_founded"] += 1
            originals = outcome.profiles[key].members if key in outcome.profiles else 0
            if originals >= MOST_ARTICLES or len(articles) >= MOST_HELD:
                self.counts["stories_full"] += 1
                log.error("story is full story_key=%s articles=%d", key, len(articles))
        self.counts["stories_merged"] += sum(story.merged_into is not None for story in change.stories)


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


def was_revised(article: StoredArticle) -> bool:
    """Whether the article's newest text says something else."""
    return article.story_key is not None and bool(article.revisions) and bool(article.revisions[-1].changes)
