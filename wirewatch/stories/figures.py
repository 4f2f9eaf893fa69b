"""Figures for one quantity side by side: of one story, and of several stories on the same topic, actor and period.

Decides only. Nothing is averaged and no figure is called right: each stands with its source, outlet, independent report
and time, and those that cannot all be true are flagged. Between stories only figures that carry a period are compared:
without one a figure belongs to its own event.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from extractors.records import Claim
from extractors.sentences import sentences
from wirewatch.records import StoredArticle
from wirewatch.stories.periods import Span, comparable, dated, one_time
from wirewatch.stories.reports import independent_reports, order

# "About 1,000" and 1,050 do not contradict each other.
TOLERANCE = 0.1
DENIED = "denied"
# More figures of one quantity, or more rivals of one story, than a reader looks at.
MOST_FIGURES, MOST_RIVALS = 12, 10

# "The first defection since 2019" says that there was none from 2019 until then.
_FIRST_SINCE = re.compile(
    r"\bfirst\b[^.;]{0,80}?\bsince (?:\w+ )?(?P<en>(?:19|20)\d\d)|впервые с (?P<ru>(?:19|20)\d\d)|вперше з (?P<uk>(?:19|20)\d\d)|"
    r"(?P<ko>(?:19|20)\d\d)년 이후 (?:처음|최초)|自?(?P<zh>(?:19|20)\d\d)年以[来來]首次|(?P<ja>(?:19|20)\d\d)年以来(?:初|はじ)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure as one article gives it. `report` numbers the independent reports of its story from 1."""

    claim: Claim
    source: str
    article_key: str
    publisher: str
    url: str
    at: datetime
    report: int = 0
    story_key: str | None = None

    @property
    def span(self) -> tuple[float, float]:
        """The values that the figure allows."""
        low = self.claim.low if self.claim.low is not None else float("-inf")
        high = self.claim.high if self.claim.high is not None else float("inf")
        return (low * (1 - TOLERANCE), high * (1 + TOLERANCE)) if self.claim.approximate else (low, high)

    def agrees_with(self, other: Figure) -> bool:
        """Whether both can be true."""
        return self.span[0] <= other.span[1] and other.span[0] <= self.span[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """What one event of a story counts, as its articles give it, earliest first; `contradicted` where not all can be true."""

    event: str
    unit: str
    figures: tuple[Figure, ...]
    contradicted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Two statements of different stories, on one topic, actor and period, that cannot both be true.

    `ours` and `theirs` are the words; `topic` and `actors` what they share.
    """

    topic: str
    actors: tuple[str, ...]
    ours: str
    our_source: str
    our_url: str
    theirs: str
    their_source: str
    their_url: str
    their_story: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    """A dated count of a topic's events by one article: a figure, or none at all ("the first since 2019")."""

    topic: str
    actors: frozenset[str]
    what: tuple[str, str] | None  # event and unit; None: events of the topic, whatever they count
    span: tuple[float, float]
    days: Span
    words: str
    source: str
    article: StoredArticle


def side_by_side(articles: Sequence[StoredArticle]) -> tuple[Quantity, ...]:
    """Every quantity that a story's articles give figures for, the contradicted ones first; copies are left out."""
    originals = [article for article in articles if article.near_duplicate_of is None]
    report = {
        key: number
        for number, each in enumerate(independent_reports(articles), start=1)
        for key in each.articles
    }
    found = [
        Quantity(
            event=event,
            unit=unit,
            figures=tuple(figures)[:MOST_FIGURES],
            contradicted=widest_clash([each for each in standing(figures) if each.claim.certainty != DENIED])
            is not None,
        )
        for (event, unit), figures in sorted(figures_of(originals, report).items())
    ]
    return tuple(sorted(found, key=lambda each: (not each.contradicted, -len(each.figures), each.event)))


def figures_of(
    articles: Iterable[StoredArticle], report: Mapping[str, int] | None = None
) -> dict[tuple[str, str], list[Figure]]:
    """The current figures of each event and unit, earliest article first."""
    figures: defaultdict[tuple[str, str], list[Figure]] = defaultdict(list)
    for article in sorted(articles, key=order):
        for claim in article.claims:
            counts = claim.role == "current" and claim.certainty in {"asserted", DENIED}
            if counts and claim.event and (claim.low is not None or claim.high is not None):
                figures[claim.event, claim.unit].append(
                    Figure(
                        claim=claim,
                        source=claim.source or article.publisher,
                        article_key=article.article_key,
                        publisher=article.publisher,
                        url=article.url,
                        at=article.sort_at,
                        report=(report or {}).get(article.article_key, 0),
                        story_key=article.story_key,
                    )
                )
    return dict(figures)


def standing(figures: Sequence[Figure]) -> list[Figure]:
    """The last word of each source: a toll that one source raises over the day is an update."""
    last = {figure.source: figure.article_key for figure in figures}
    return [figure for figure in figures if last[figure.source] == figure.article_key]


def widest_clash(figures: Sequence[Figure]) -> tuple[Figure, Figure] | None:
    """The two figures that are furthest apart, if they are of one thing and cannot both be true."""
    best: tuple[float, Figure, Figure] | None = None
    for low in figures:
        for high in figures:
            distance = high.span[0] - low.span[1]
            if distance > 0 and (best is None or distance > best[0]) and _of_one_thing(low, high, figures):
                best = (distance, low, high)
    return best[1:] if best else None


def rivals(own: Sequence[StoredArticle], others: Sequence[StoredArticle]) -> tuple[Rival, ...]:
    """What articles of other stories say that the articles of this one contradict, on one topic, actor and period."""
    theirs = [each for article in others for each in _statements(article)]
    found: dict[tuple[str, ...], Rival] = {}
    for mine in (each for article in own for each in _statements(article)):
        for its in theirs:
            if not _contradict(mine, its):
                continue
            rival = Rival(
                topic=mine.topic,
                actors=tuple(sorted(mine.actors & its.actors)),
                ours=mine.words,
                our_source=mine.source,
                our_url=mine.article.url,
                theirs=its.words,
                their_source=its.source,
                their_url=its.article.url,
                their_story=its.article.story_key,
            )
            found.setdefault((mine.source, its.source, mine.topic, str(its.article.story_key)), rival)
    return tuple(found.values())[:MOST_RIVALS]


def _of_one_thing(one: Figure, other: Figure, figures: Sequence[Figure]) -> bool:
    """Whether two figures speak of the same: an article that gives both by itself speaks of two things.

    Within one article only figures of two named sources are held against each other. Between two articles neither may
    have a figure that agrees with the other's: "2,800 more, 13,800 in all" does not contradict "13,800".
    """
    if not comparable(one.claim.period, other.claim.period) or one.source == other.source:
        return False
    if one.article_key == other.article_key:
        return one.claim.source is not None and other.claim.source is not None
    return not any(
        (each.article_key == one.article_key and each.agrees_with(other))
        or (each.article_key == other.article_key and each.agrees_with(one))
        for each in figures
    )


def _statements(article: StoredArticle) -> list[_Statement]:
    """The dated counts that an article makes of the topics it is about."""
    if article.near_duplicate_of is not None:
        return []
    spans = sentences(article.text)
    found = []
    for figures in figures_of([article]).values():
        for figure in figures:
            days = dated(figure.claim.period, article.sort_at)
            where = (
                _sentence(figure.claim.evidence.start, spans)
                if figure.claim.evidence.field == "text"
                else None
            )
            if days is not None and where is not None and figure.claim.certainty != DENIED:
                what = (figure.claim.event or "", figure.claim.unit)
                found += _stated(article, where, what, figure.span, days, figure.source)
    for match in _FIRST_SINCE.finditer(article.text):
        where = _sentence(match.start(), spans)
        since = date(int(next(filter(None, match.groups()))) + 1, 1, 1)
        if where is not None and since < article.sort_at.date():
            days = (since, article.sort_at.date())
            found += _stated(article, where, None, (0.0, 0.0), days, article.publisher)
    return found


def _stated(  # the columns of a statement
    article: StoredArticle,
    where: tuple[int, int],
    what: tuple[str, str] | None,
    span: tuple[float, float],
    days: Span,
    source: str,
) -> list[_Statement]:
    """One statement for each topic that the sentence itself speaks of."""
    actors = frozenset(
        mention.name
        for mention in article.mentions
        if any(_within(each.field, each.start, where) for each in mention.evidence)
    )
    topics = {
        tag.topic
        for tag in article.topics
        if tag.level != "mention" and any(_within(each.field, each.start, where) for each in tag.evidence)
    }
    words = " ".join(article.text[slice(*where)].split())
    return [
        _Statement(
            topic=topic,
            actors=actors,
            what=what,
            span=span,
            days=days,
            words=words,
            source=source,
            article=article,
        )
        for topic in sorted(topics)
    ]


def _contradict(one: _Statement, other: _Statement) -> bool:
    if one.topic != other.topic or one.source == other.source or not one.actors & other.actors:
        return False
    if one.what is None or other.what is None:
        none, some = (one, other) if one.what is None else (other, one)
        if some.what is None:
            return False
        inside = none.days[0] <= some.days[0] and some.days[1] <= none.days[1]
        return inside and some.span[0] > 0
    apart = one.span[1] < other.span[0] or other.span[1] < one.span[0]
    return one.what == other.what and one_time(one.days, other.days) and apart


def _within(field: str, place: int, where: tuple[int, int]) -> bool:
    return field == "text" and where[0] <= place < where[1]


def _sentence(place: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    return next(((start, end) for start, end in spans if start <= place < end), None)
