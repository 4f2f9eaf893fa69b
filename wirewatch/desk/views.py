"""Records made ready for a page: text cut at its evidence, copies under their original, times in words. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from extractors.records import Claim, Evidence
from wirewatch.index import Reconciliation
from wirewatch.records import FeedState, StoredArticle, Story

# Characters shown on each side of a quoted piece of evidence: about a line, enough to see who says it.
AROUND = 110
QUOTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of text; `labels` say which tags or claims it earned (empty: none)."""

    text: str
    labels: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """One article with its evidence marked."""

    article: StoredArticle
    title: tuple[Segment, ...]
    paragraphs: tuple[tuple[Segment, ...], ...]
    quotes: tuple[tuple[Segment, ...], ...]
    original: StoredArticle | None = None
    copies: tuple[StoredArticle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One claim beside the outlet that prints it."""

    claim: Claim
    article: StoredArticle
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """One independent report: its articles by name, and why they count as one."""

    articles: tuple[StoredArticle, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """A story as its page shows it: originals in time order, copies under them."""

    story: Story
    articles: tuple[ArticleView, ...]
    reports: tuple[ReportView, ...]
    claims: tuple[ClaimRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed's health."""

    state: FeedState
    entries: int
    open: int
    late: bool


def story_view(story: Story, articles: Sequence[StoredArticle]) -> StoryView:
    """What the story page shows."""
    by_key = {article.article_key: article for article in articles}
    copies: dict[str, list[StoredArticle]] = defaultdict(list)
    originals = []
    for article in articles:
        if article.near_duplicate_of in by_key:
            copies[article.near_duplicate_of].append(article)
        else:
            originals.append(article)
    reports = tuple(
        ReportView(
            articles=tuple(by_key[key] for key in report.articles if key in by_key), reasons=report.reasons
        )
        for report in story.reports
    )
    return StoryView(
        story=story,
        articles=tuple(article_view(article, copies=copies[article.article_key]) for article in originals),
        reports=reports,
        claims=tuple(
            ClaimRow(claim=claim, article=article, amount=amount(claim))
            for article in originals
            for claim in article.claims
        ),
    )


def article_view(
    article: StoredArticle, original: StoredArticle | None = None, copies: Sequence[StoredArticle] = ()
) -> ArticleView:
    """What the article page shows."""
    marks = [
        *((span, f"{tag.topic} ({tag.level})", "topic") for tag in article.topics for span in tag.evidence),
        *((claim.evidence, f"claim: {amount(claim)} {claim.unit}", "claim") for claim in article.claims),
    ]
    in_title = [mark for mark in marks if mark[0].field == "title"]
    in_text = [mark for mark in marks if mark[0].field == "text"]
    return ArticleView(
        article=article,
        title=segments(article.title, in_title),
        paragraphs=paragraphs(article.text, in_text),
        quotes=quotes(article.text, in_text),
        original=original,
        copies=tuple(copies),
    )


Mark = tuple[Evidence, str, str]


def segments(text: str, marks: Iterable[Mark], start: int = 0, end: int | None = None) -> tuple[Segment, ...]:
    """The text between two offsets, cut where the evidence changes. Overlapping evidence shares its segment."""
    end = len(text) if end is None else end
    inside = [mark for mark in marks if mark[0].start < end and mark[0].end > start]
    cuts = sorted(
        {start, end, *(max(start, m[0].start) for m in inside), *(min(end, m[0].end) for m in inside)}
    )
    cut = []
    for left, right in pairwise(cuts):
        here = [mark for mark in inside if mark[0].start <= left and mark[0].end >= right]
        labels = tuple(dict.fromkeys(label for _, label, _ in here))
        kinds = {kind for _, _, kind in here}
        cut.append(Segment(text=text[left:right], labels=labels, kind=" ".join(sorted(kinds))))
    return tuple(cut)


def paragraphs(text: str, marks: Sequence[Mark]) -> tuple[tuple[Segment, ...], ...]:
    """The text's paragraphs, each cut at its evidence."""
    cut, start = [], 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip():
            cut.append(segments(text, marks, start, end))
        start = end + 1
    return tuple(cut)


def quotes(text: str, marks: Sequence[Mark]) -> tuple[tuple[Segment, ...], ...]:
    """The first pieces of evidence with a line of text around each; pieces close together share a quote."""
    spans: list[tuple[int, int]] = []
    for mark in sorted(marks, key=lambda mark: mark[0].start):
        start = _word_start(text, max(0, mark[0].start - AROUND))
        end = _word_end(text, min(len(text), mark[0].end + AROUND))
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(segments(text, marks, start, end) for start, end in spans[:QUOTES])


def _word_start(text: str, at: int) -> int:
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at


def _word_end(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


def amount(claim: Claim) -> str:
    """A claim's figure in words: "1,500", "more than 200", "hundreds" as the text has it."""
    low, high = claim.low, claim.high
    if low is None and high is None:
        return "an unstated number of"
    if low == high:
        return ("about " if claim.approximate else "") + _number(low)
    if high is None:
        return f"at least {_number(low)}"
    if low is None:
        return f"at most {_number(high)}"
    return f"{_number(low)} to {_number(high)}"


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:,.0f}" if value == int(value) else f"{value:,g}"


def feed_rows(
    states: Iterable[FeedState], days: Iterable[Reconciliation], now: datetime
) -> tuple[FeedRow, ...]:
    """The feeds, those in trouble first."""
    seen: dict[str, int] = defaultdict(int)
    waiting: dict[str, int] = defaultdict(int)
    for day in days:
        seen[day.feed] += day.seen
        waiting[day.feed] += sum(count for state, count in day.states if state in {"queued", "extracted"})
    rows = [
        FeedRow(
            state=state,
            entries=seen[state.url],
            open=waiting[state.url],
            late=state.next_poll_at is not None and state.next_poll_at < now,
        )
        for state in states
    ]
    return tuple(
        sorted(rows, key=lambda row: (row.state.status == "ok", row.state.publisher or row.state.url))
    )


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
