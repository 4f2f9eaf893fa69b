"""Records made ready for a page: copies under their original, figures by event, reports by number. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.records import Claim
from wirewatch.desk.evidence import (
    Segment,
    amount,
    figure_in_context,
    marks_of,
    paragraphs,
    quotes,
    segments,
)
from wirewatch.drift import PublisherHistory
from wirewatch.index import Reconciliation
from wirewatch.records import OPEN_STATES, FeedState, StoredArticle, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """One article with its evidence marked; `report` is the number of the independent report it belongs to."""

    article: StoredArticle
    title: tuple[Segment, ...]
    paragraphs: tuple[tuple[Segment, ...], ...]
    quotes: tuple[tuple[Segment, ...], ...]
    original: StoredArticle | None = None
    copies: tuple[StoredArticle, ...] = ()
    report: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One figure of one source, its words, and the articles that print it, one a publisher."""

    claim: Claim
    amount: str
    printed_by: tuple[StoredArticle, ...]
    words: tuple[Segment, ...]
    language: str | None
    contested: bool = False  # a conflict of the story names its event and its unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimGroup:
    """What the sources say of one event. `event` is None for figures that count no event."""

    event: str | None
    rows: tuple[ClaimRow, ...]
    disputed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """One independent report: its first article, publishers with their number of articles, why they count as one."""

    number: int
    lead: StoredArticle
    publishers: tuple[tuple[str, int], ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """A story as its page shows it: originals in time order, copies under them."""

    story: Story
    articles: tuple[ArticleView, ...]
    reports: tuple[ReportView, ...]
    events: tuple[ClaimGroup, ...]
    other_figures: tuple[ClaimRow, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed's health."""

    state: FeedState
    entries: int
    open: int
    late: bool
    silent: bool
    alarms: tuple[str, ...] = ()  # what is not as usual in its publisher's pages, a sentence each


def story_view(story: Story, articles: Sequence[StoredArticle]) -> StoryView:
    """What the story page shows."""
    by_key = {article.article_key: article for article in articles}
    copies: dict[str, list[StoredArticle]] = defaultdict(list)
    originals = []
    for article in articles:
        original = first_of_copies(article, by_key)
        if original is article:
            originals.append(article)
        else:
            copies[original.article_key].append(article)
    number_of = {key: number for number, report in enumerate(story.reports, 1) for key in report.articles}
    groups = claim_groups(originals, story.conflicts)
    return StoryView(
        story=story,
        articles=tuple(
            article_view(
                article,
                copies=copies[article.article_key],
                report=number_of.get(article.article_key),
                whole=False,
            )
            for article in originals
        ),
        reports=_reports(story, by_key),
        events=tuple(group for group in groups if group.event),
        other_figures=tuple(row for group in groups if not group.event for row in group.rows),
        left_out=max(0, len(story.articles) - len(articles)),
    )


def first_of_copies(article: StoredArticle, by_key: Mapping[str, StoredArticle]) -> StoredArticle:
    """The original at the end of a chain of copies, as far as it is known; of a ring of copies, the earliest."""
    seen = {article.article_key: article}
    while original := by_key.get(article.near_duplicate_of or ""):
        if original.article_key in seen:
            return min(seen.values(), key=lambda one: (one.sort_at, one.article_key))
        seen[original.article_key] = article = original
    return article


def article_view(
    article: StoredArticle,
    original: StoredArticle | None = None,
    copies: Sequence[StoredArticle] = (),
    report: int | None = None,
    whole: bool = True,
) -> ArticleView:
    """What the article page shows, or without the `whole` text what the story page does. Its quotes leave passing mentions and stray figures out when there is better."""
    marks = marks_of(article.topics, article.claims)
    in_title = [mark for mark in marks if mark[0].field == "title"]
    in_text = [mark for mark in marks if mark[0].field == "text"]
    strong = marks_of(
        (tag for tag in article.topics if tag.level != "mention"),
        (claim for claim in article.claims if claim.event),
    )
    worth_quoting = [mark for mark in strong if mark[0].field == "text"]
    return ArticleView(
        article=article,
        title=segments(article.title, in_title),
        paragraphs=paragraphs(article.text, in_text) if whole else (),
        quotes=quotes(article.text, worth_quoting or in_text),
        original=original,
        copies=tuple(copies),
        report=report,
    )


def claim_groups(articles: Iterable[StoredArticle], conflicts: Sequence[str] = ()) -> tuple[ClaimGroup, ...]:
    """Figures by event, the disputed ones first; a figure that a source repeats is one row."""
    rows: dict[tuple[object, ...], list[tuple[Claim, StoredArticle]]] = defaultdict(list)
    for article in articles:
        for claim in article.claims:
            source = claim.source or article.publisher
            key = (claim.event, claim.unit, claim.low, claim.high, source, claim.certainty, claim.role)
            rows[key].append((claim, article))
    events: dict[str | None, list[ClaimRow]] = defaultdict(list)
    for said in rows.values():
        events[said[0][0].event].append(_claim_row(said, conflicts))
    groups = [
        ClaimGroup(
            event=event, rows=tuple(found), disputed=any(line.startswith(f"{event}: ") for line in conflicts)
        )
        for event, found in events.items()
    ]
    return tuple(sorted(groups, key=lambda group: (not group.disputed, -len(group.rows), group.event or "")))


def feed_rows(
    states: Iterable[FeedState],
    days: Iterable[Reconciliation],
    now: datetime,
    drifting: Iterable[PublisherHistory] = (),
) -> tuple[FeedRow, ...]:
    """The feeds, those in trouble first."""
    alarms = {history.publisher: tuple(alarm.told for alarm in history.alarms) for history in drifting}
    seen: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    for day in days:
        seen[day.feed] += day.seen
        waiting[day.feed] += sum(count for state, count in day.states if state in OPEN_STATES)
    rows = [
        FeedRow(
            state=state,
            entries=seen[state.url],
            open=waiting[state.url],
            late=state.next_poll_at is not None and state.next_poll_at < now,
            silent=is_silent(state, now),
            alarms=alarms.get(state.publisher or "", ()),
        )
        for state in states
    ]
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.state.status == "ok" and not row.silent and not row.alarms,
                row.state.publisher or row.state.url,
            ),
        )
    )


# A feed with this many times its usual pause between entries behind it has fallen silent.
SILENT_AFTER = 5


def is_silent(state: FeedState, now: datetime) -> bool:
    """Whether nothing new came for much longer than is usual for this feed."""
    if state.changed_at is None or not state.rhythm_seconds:
        return False
    return (now - state.changed_at).total_seconds() > SILENT_AFTER * state.rhythm_seconds


def moment(at: datetime | None) -> str:
    """An instant as an analyst reads it."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def short_span(at: datetime | None, now: datetime) -> str:
    """How long ago, or how soon, in one unit."""
    if at is None:
        return "never"
    seconds = (now - at).total_seconds()
    away = abs(seconds)
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if away >= size:
            number = int(away // size)
            told = f"{number} {unit}{'' if number == 1 else 's'}"
            return f"{told} ago" if seconds > 0 else f"in {told}"
    return "just now" if seconds > 0 else "in a moment"


def _claim_row(said: Sequence[tuple[Claim, StoredArticle]], conflicts: Sequence[str]) -> ClaimRow:
    claim, article = said[0]
    field = article.title if claim.evidence.field == "title" else article.text
    return ClaimRow(
        claim=claim,
        amount=amount(claim),
        printed_by=tuple({printed.publisher: printed for _, printed in reversed(said)}.values())[::-1],
        words=figure_in_context(field, claim),
        language=article.language,
        contested=any(
            line.startswith(f"{claim.event}: ") and f" {claim.unit} (" in line for line in conflicts
        ),
    )


def _reports(story: Story, by_key: Mapping[str, StoredArticle]) -> tuple[ReportView, ...]:
    views = []
    for number, report in enumerate(story.reports, 1):
        articles = [by_key[key] for key in report.articles if key in by_key]
        if articles:
            counts = Counter(article.publisher for article in articles)
            views.append(
                ReportView(
                    number=number,
                    lead=articles[0],
                    publishers=tuple(counts.items()),
                    reasons=report.reasons if len(articles) > 1 else (),
                )
            )
    return tuple(views)
