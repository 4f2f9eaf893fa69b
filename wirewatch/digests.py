"""What one reader is told: which stories, in which order, what changed since the reader's last digest, and why.

Decides only: no clock, no store, no mail. A story comes when it is new to the reader, and comes again only when
something material changed: more independent reports, a new topic, a denial, a new figure, a corrected text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from extractors.records import TopicTag
from wirewatch.attention import UNDECIDED, Attention
from wirewatch.changes import Told, changes_since
from wirewatch.excerpts import opening, quoted
from wirewatch.records import (
    Delivery,
    Digest,
    DigestItem,
    FeedState,
    StoredArticle,
    Story,
    Subscriber,
)
from wirewatch.windows import Window, digest_key

# A story is dated by the clustering step and can be searched some seconds later; one batch takes minutes at most.
# Each window looks back this far, and the memory of what was told keeps stories from coming twice.
OVERLAP = timedelta(hours=1)

# A feed that was not reached for a day is silent: the slowest polling interval is twelve hours.
SILENT_AFTER = timedelta(hours=24)

# Signs of a text that nobody reported: no figures, no dateline, no named source, template debris ... A reported piece
# may show one or two of them; with three it is told to nobody, though it stays in the index with its signs.
FILLER_SIGNS = 3

SINGLE_SOURCE = "single source"
STATE_MEDIA_ONLY = "only state media report this"
PINNED = "pinned by an analyst"
BACKFILL = "older report, met when its feed was first read"

_LEVELS = ("primary", "secondary", "mention")
_MOST_TOPICS, _MOST_WORDS, _MOST_OTHERS = 3, 2, 4
_LONGEST_QUOTE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How fresh what we know is: when any feed was last reached, and how many feeds are silent."""

    as_of: datetime | None = None
    silent: int = 0
    feeds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What composing knows besides the stories. `backfill` lets stories in that came with a feed's first read."""

    backfill: bool = True
    health: Health = Health()
    publisher_kinds: Mapping[str, str] | None = None  # publisher -> "state", ...
    attention: Attention = UNDECIDED  # what analysts pinned and muted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """The strongest tag of a topic in a story, and the article that carries it."""

    tag: TopicTag
    article: StoredArticle


def compose(
    subscriber: Subscriber,
    stories: Iterable[Story],
    articles: Mapping[str, StoredArticle],
    memory: Mapping[str, Told],
    window: Window,
    background: Background | None = None,
) -> Digest:
    """The digest of one window: what is new or materially changed for this reader, best sourced first."""
    background = background or Background()
    items: list[tuple[tuple[object, ...], DigestItem]] = []
    backfilled = 0
    for story in {story.story_key: story for story in stories}.values():
        told = memory.get(story.story_key)
        if story.story_key in background.attention.muted:
            continue
        if not _in_window(story, window) or not wanted(subscriber, story, told):
            continue
        own = [articles[key] for key in story.articles if key in articles and not _filler(articles[key])]
        matches = _matches(subscriber, own, told)
        if not own or not (matches or subscriber.search):
            continue
        if story.backfill and not background.backfill and told is None:
            backfilled += story.changed_at > window.start
            continue
        item = _item(subscriber, story, own, matches, told, background)
        if item is not None:
            pinned = story.story_key in background.attention.pinned
            items.append(((not pinned, *_rank(item, matches, story)), item))
    ranked = [item for _, item in sorted(items, key=lambda pair: pair[0])]
    most = subscriber.maximum_items
    return Digest(
        digest_key=digest_key(subscriber.name, window),
        subscriber=subscriber.name,
        kind=window.kind,
        window_start=window.start,
        window_end=window.end,
        items=tuple(ranked[:most]),
        left_out=tuple((item.story_key, item.revision) for item in ranked[most:]),
        backfilled=backfilled,
        data_as_of=background.health.as_of,
        feeds_silent=background.health.silent,
    )


def wanted(subscriber: Subscriber, story: Story, told: Told | None) -> bool:
    """Whether a story can be for this reader, by what the story alone says; its articles then decide."""
    if story.merged_into is not None or (told is not None and told.revision >= story.revision):
        return False
    if subscriber.since is not None and story.changed_at <= subscriber.since:
        return False
    if subscriber.languages and not set(subscriber.languages) & set(story.languages):
        return False
    topics = story.topics_primary if subscriber.minimum_level == "primary" else story.topics_all
    searched = subscriber.search is not None and not subscriber.topics  # then the search says what it takes
    if not (set(topics) & set(subscriber.topics) if subscriber.topics else topics or searched):
        return False
    return story.independent_reports >= subscriber.minimum_reports


def remember(deliveries: Iterable[Delivery], redirects: Mapping[str, str] | None = None) -> dict[str, Told]:
    """What the reader was told, from earlier deliveries. A digest that failed for good told nothing.

    `redirects` says which stories were merged into which: what was told of one holds for the other.
    """
    memory: dict[str, Told] = {}
    for row in sorted(deliveries, key=lambda row: row.window_end):
        if row.state == "failed":
            continue
        for text in row.stories:
            key, revision, reports = text.rsplit(":", 2)
            before = memory.get(key)
            if int(reports) == 0 and before is not None:
                memory[key] = Told(revision=int(revision), reports=before.reports, at=before.at)
            else:
                memory[key] = Told(revision=int(revision), reports=int(reports), at=row.window_end)
    for old, new in (redirects or {}).items():
        if old in memory and memory[old].reports:
            known = memory.get(new, Told(revision=0, reports=0, at=memory[old].at))
            memory[new] = Told(
                revision=known.revision,
                reports=max(known.reports, memory[old].reports),
                at=max(known.at, memory[old].at),
            )
    return memory


def told_stories(digest: Digest) -> tuple[str, ...]:
    """What a delivery keeps of a digest: "story_key:revision:independent_reports", 0 for what was cut off."""
    shown = tuple(f"{item.story_key}:{item.revision}:{item.independent_reports}" for item in digest.items)
    return shown + tuple(f"{key}:{revision}:0" for key, revision in digest.left_out)


def feed_health(states: Iterable[FeedState], now: datetime) -> Health:
    """When the collectors last reached anything, and which feeds they have not reached for long."""
    reached = [state.polled_at if state.failures == 0 else state.read_at for state in states]
    return Health(
        as_of=max((at for at in reached if at is not None), default=None),
        silent=sum(at is None or now - at > SILENT_AFTER for at in reached),
        feeds=len(reached),
    )


def standing_still(digest: Digest) -> bool:
    """Whether the collectors have stopped: then an empty digest is no good news, and must say so."""
    return digest.data_as_of is not None and digest.window_end - digest.data_as_of > SILENT_AFTER


# --------------------------------------------------------------------------- one story


def _in_window(story: Story, window: Window) -> bool:
    return window.start - OVERLAP < story.changed_at <= window.end


def _filler(article: StoredArticle) -> bool:
    return len(article.farm_signals) >= FILLER_SIGNS


def _matches(subscriber: Subscriber, own: Sequence[StoredArticle], told: Told | None) -> dict[str, _Match]:
    """Per topic the reader asked for, the strongest tag; first what the story is about most.

    A topic that an article gained only when it was read again, by newer rules, brings no story to a reader who was
    not shown it before: the article is not news. It counts once the reader has the story.
    """
    shown = told is not None and told.reports > 0
    allowed = _LEVELS[: _LEVELS.index(subscriber.minimum_level) + 1]
    best: dict[str, _Match] = {}
    weight = _weights(own)
    for article in own:
        for tag in article.topics:
            if tag.level not in allowed or (subscriber.topics and tag.topic not in subscriber.topics):
                continue
            if tag.effective_from is not None and not shown:
                continue
            before = best.get(tag.topic)
            if before is None or _LEVELS.index(tag.level) < _LEVELS.index(before.tag.level):
                best[tag.topic] = _Match(tag=tag, article=article)

    return {topic: best[topic] for topic in sorted(best, key=lambda topic: (-weight[topic], topic))}


def _weights(own: Sequence[StoredArticle]) -> Counter[str]:
    """How much a story is about each topic: what many articles touch outweighs what one makes its subject."""
    weights: Counter[str] = Counter()
    for article in own:
        for tag in article.topics:
            weights[tag.topic] += len(_LEVELS) - _LEVELS.index(tag.level)
    return weights


def _item(  # one call, and a record for it would be made once and taken apart once
    subscriber: Subscriber,
    story: Story,
    own: Sequence[StoredArticle],
    matches: Mapping[str, _Match],
    told: Told | None,
    background: Background,
) -> DigestItem | None:
    changes: tuple[str, ...] = ()
    kind: Literal["update", "corroborated", "new", "single"] = (
        "new" if story.independent_reports > 1 else "single"
    )
    fresh: Sequence[StoredArticle] = ()
    if told is not None and told.reports:
        change = changes_since(told, story, own, ZoneInfo(subscriber.zone))
        if change is None:
            return None
        kind, changes, fresh = change.kind, change.sentences, change.articles
    lead = _lead(subscriber, own, fresh, matches)
    head = _headline(subscriber, story, lead)
    return DigestItem(
        story_key=story.story_key,
        revision=story.revision,
        kind=kind,
        headline=head,
        summary=opening(lead.text, title=lead.title),
        publisher=lead.publisher,
        url=lead.url,
        independent_reports=story.independent_reports,
        copies=story.copies,
        topics=tuple(matches),
        why=_reasons(subscriber, matches, own, lead),
        changes=changes,
        conflicts=story.conflicts,
        labels=_labels(story, background),
        others=_others(story, own, lead),
        language=story.language if head == story.title else lead.language,
        first_seen_at=story.first_seen_at,
        last_seen_at=story.last_seen_at,
    )


def _lead(
    subscriber: Subscriber,
    own: Sequence[StoredArticle],
    fresh: Sequence[StoredArticle],
    matches: Mapping[str, _Match],
) -> StoredArticle:
    """The article that stands for the story here: readable for this reader, and showing what changed."""
    carriers = {match.article.article_key for match in matches.values()}
    late = {article.article_key for article in fresh}

    def fitness(article: StoredArticle) -> tuple[object, ...]:
        return (
            bool(subscriber.languages) and article.language not in subscriber.languages,
            article.article_key not in late,
            article.near_duplicate_of is not None,
            article.access != "open",
            article.article_key not in carriers,
            not article.is_representative,
            article.sort_at,
            article.article_key,
        )

    return min(own, key=fitness)


def _headline(subscriber: Subscriber, story: Story, lead: StoredArticle) -> str:
    readable = not subscriber.languages or story.language in subscriber.languages
    return story.title if readable and story.title else lead.title


def _reasons(
    subscriber: Subscriber, matches: Mapping[str, _Match], own: Sequence[StoredArticle], lead: StoredArticle
) -> tuple[str, ...]:
    """Why a story came: the saved search, and a line a topic. Who asked for every topic is told the main ones.

    A topic that rests on the same words as one told already (a parent of it, mostly) says nothing new.
    """
    weight = _weights(own)
    heaviest = max((weight[topic] for topic in matches), default=0)
    told: dict[str, str] = {}
    if subscriber.search:
        told["search"] = f"found by the saved search “{subscriber.search}”"
    for topic, match in matches.items():
        if subscriber.topics or weight[topic] * 2 > heaviest:
            name, words = _why(topic, match, lead)
            told.setdefault(words or name, f"{name}: {words}" if words else name)
    return tuple(told.values())[: _MOST_TOPICS + bool(subscriber.search)]


def _why(topic: str, match: _Match, lead: StoredArticle) -> tuple[str, str]:
    """The topic, and the very words that earned it; from another article only when the linked one lacks it."""
    tag, article = next(
        ((tag, lead) for tag in lead.topics if tag.topic == topic), (match.tag, match.article)
    )
    words = dict.fromkeys(quoted(clause, _LONGEST_QUOTE) for clause in _clauses(tag, article))
    status = "" if tag.status == "asserted" else f" ({tag.status})"
    where = "" if article.publisher == lead.publisher else f" in {article.publisher}"
    name = topic.replace("_", " ").replace("-", " ")
    return f"{name}{status}", f"{', '.join(list(words)[:_MOST_WORDS])}{where}" if words else ""


def _clauses(tag: TopicTag, article: StoredArticle) -> list[str]:
    """The words of a tag's evidence; words close together in one line are quoted with what stands between them."""
    clauses: list[tuple[str, int, int]] = []
    for piece in sorted(tag.evidence, key=lambda piece: (piece.field, piece.start, -piece.end)):
        source = article.title if piece.field == "title" else article.text
        if (
            source[piece.start : piece.end] != piece.text
        ):  # the text was revised since: the words stand for themselves
            return [piece.text for piece in tag.evidence]
        if clauses and clauses[-1][0] == source:
            start, end = clauses[-1][1], max(clauses[-1][2], piece.end)
            if end - start <= _LONGEST_QUOTE and "\n" not in source[start:end]:
                clauses[-1] = (source, start, end)
                continue
        clauses.append((source, piece.start, piece.end))
    return [source[start:end] for source, start, end in clauses]


def _labels(story: Story, background: Background) -> tuple[str, ...]:
    kinds = background.publisher_kinds or {}
    labels = [PINNED] if story.story_key in background.attention.pinned else []
    if story.independent_reports == 1:
        labels.append(SINGLE_SOURCE)
    if story.publishers and all(kinds.get(name) == "state" for name in story.publishers):
        labels.append(STATE_MEDIA_ONLY)
    if story.backfill:
        labels.append(BACKFILL)
    return tuple(labels)


def _others(story: Story, own: Sequence[StoredArticle], lead: StoredArticle) -> tuple[tuple[str, str], ...]:
    """One link for each further independent report."""
    by_key = {article.article_key: article for article in own}
    found: dict[str, str] = {}
    for report in story.reports:
        if lead.article_key in report.articles:
            continue
        article = next((by_key[key] for key in report.articles if key in by_key), None)
        if article is not None and article.publisher != lead.publisher:
            found.setdefault(article.publisher, article.url)
    return tuple(found.items())[:_MOST_OTHERS]


def _rank(item: DigestItem, matches: Mapping[str, _Match], story: Story) -> tuple[object, ...]:
    """Changed, newly corroborated, new, single-source; a single source never leads, not even with an update."""
    tier = {"update": 0, "corroborated": 1, "new": 2, "single": 4}[item.kind]
    if item.independent_reports == 1:
        tier = max(tier, 3)
    level = min((_LEVELS.index(match.tag.level) for match in matches.values()), default=len(_LEVELS))
    newest = -story.last_seen_at.timestamp()
    return (tier, story.backfill, level, -item.independent_reports, newest, story.story_key)
