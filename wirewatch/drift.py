"""Has a publisher's site changed so that its pages are read worse? Each publisher against its own history.

Decides only: the clock and the history come in. One named statistic serves every measure, whole numbers and yes or no
alike: the Mann-Whitney U test with correction for ties (Mann & Whitney 1947), last pages against those before, and Cliff's
delta for the size of the change. Both look at ranks, so one page of 40,000 words moves nothing.
An alarm keeps the history it was raised against, clears when the pages are as before, and gives way to the new
state of things after `ACCEPTED_AFTER`. Remembering the same page again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import sqrt
from statistics import fmean, median
from typing import Literal

# The pages that are compared, and how many others there must be: 24 against 40 that all differ give z = 6.5, so a
# redesign is seen after about 15 pages of it.
RECENT = 24
LEAST_HISTORY = 40
# Pages remembered: what is usual, and besides it what came since an alarm was raised.
USUAL = 200
SINCE_ALARM = 60
# Raised from here on: of 100 simulated publishers of 400 pages that never change, looked at after every 8 pages, none
# raises an alarm; of 99 redesigns all do, after 22 pages in the median (`python -m bench drift`).
ALARMING_Z = 4.0
ALARMING_DELTA = 0.35
# Cleared below this: between the two the alarm stays as it is.
CLEARED_DELTA = 0.2
# Longer than this, and what was new is usual.
ACCEPTED_AFTER = timedelta(days=30)

Measure = Literal["words", "trimmed", "rescued", "rejected", "untitled", "undated", "unsigned"]

# Where a body comes from when the extractors that read the page itself found too little of it.
RESCUES = frozenset({"json-ld", "feed", "paragraphs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one page gave. Of a rejected page only `rejected` counts.

    `words` are those of the body, `trimmed` the share of found words that were left out as boilerplate; `rescued` is whether
    the extractors found too little on the page, so that the body came from elsewhere (`RESCUES`).
    """

    page_key: str
    seen_at: datetime
    rejected: str | None = None  # the reason
    words: int = 0
    trimmed: float = 0.0
    rescued: bool = False
    untitled: bool = False  # no headline but the text's first line
    undated: bool = False
    unsigned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One measure that is not as usual: `usual` and `recent` are medians, shares for yes or no; `told` says it all."""

    measure: Measure
    since: datetime
    usual: float
    recent: float
    delta: float
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherHistory:
    """What is remembered of one publisher's pages, and the alarms that are open. Id: the publisher's name."""

    publisher: str
    observations: tuple[Observation, ...] = ()  # oldest first
    alarms: tuple[Alarm, ...] = ()
    alarmed_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one measure is read from a page, which way is worse (0: both), and how it is told."""

    read: Callable[[Observation], float | None]
    worse: int
    words: str
    share: bool = True
    least: float = 0.2  # of a share, how much it must change; of a number, by how much it must grow or shrink


def _of_article(read: Callable[[Observation], float | None]) -> Callable[[Observation], float | None]:
    return lambda page: None if page.rejected else read(page)


_KINDS: dict[Measure, _Kind] = {
    "words": _Kind(_of_article(lambda page: float(page.words)), 0, "words a body", share=False, least=0.4),
    "trimmed": _Kind(_of_article(lambda page: page.trimmed), +1, "of the words found left out as boilerplate", least=0.1),
    "rescued": _Kind(_of_article(lambda page: float(page.rescued)), +1, "of the bodies from elsewhere than the page's own text"),
    "rejected": _Kind(lambda page: float(page.rejected is not None), +1, "of the pages no article"),
    "untitled": _Kind(_of_article(lambda page: float(page.untitled)), +1, "of the articles without a headline"),
    "undated": _Kind(_of_article(lambda page: float(page.undated)), +1, "of the articles without a date"),
    "unsigned": _Kind(_of_article(lambda page: float(page.unsigned)), +1, "of the articles without an author"),
}  # fmt: skip


def remember(history: PublisherHistory, pages: Iterable[Observation], *, now: datetime) -> PublisherHistory:
    """The history with these pages in it, judged anew."""
    known = {page.page_key: page for page in history.observations}
    known.update((page.page_key, page) for page in pages)
    ordered = sorted(known.values(), key=lambda page: (page.seen_at, page.page_key))
    since = history.alarmed_since
    if since is not None and now - since > ACCEPTED_AFTER:
        ordered = [page for page in ordered if page.seen_at >= since]
        history, since = replace(history, alarms=()), None
    alarms = _judged(history.alarms, ordered, since, now)
    since = min((alarm.since for alarm in alarms), default=None)
    return replace(history, observations=tuple(_bounded(ordered, since)), alarms=alarms, alarmed_since=since)


def _bounded(ordered: list[Observation], since: datetime | None) -> list[Observation]:
    if since is None:
        return ordered[-(USUAL + RECENT) :]
    usual = [page for page in ordered if page.seen_at < since]
    return usual[-USUAL - RECENT :] + [page for page in ordered if page.seen_at >= since][-SINCE_ALARM:]


def _judged(
    open_alarms: Sequence[Alarm], ordered: list[Observation], since: datetime | None, now: datetime
) -> tuple[Alarm, ...]:
    recent = ordered[-RECENT:]
    before = [page for page in ordered[:-RECENT] if since is None or page.seen_at < since]
    were = {alarm.measure: alarm for alarm in open_alarms}
    alarms = []
    for measure, kind in _KINDS.items():
        usual = [value for page in before if (value := kind.read(page)) is not None]
        values = [value for page in recent if (value := kind.read(page)) is not None]
        was = were.get(measure)
        if len(usual) < LEAST_HISTORY or 2 * len(values) < RECENT:
            # Nothing to compare with; what was alarming stays so, perhaps because no page is an article any more.
            alarms += [was] if was else []
            continue
        z, delta = rank_test(values, usual)
        bad = abs(delta) if kind.worse == 0 else delta * kind.worse
        raised = abs(z) >= ALARMING_Z and bad >= ALARMING_DELTA and _is_much(measure, kind, usual, values)
        if raised or (was is not None and bad >= CLEARED_DELTA):
            alarms.append(
                _alarm(measure, kind, usual, values, delta, was.since if was else _began(recent, now))
            )
    return tuple(alarms)


def _began(recent: Sequence[Observation], now: datetime) -> datetime:
    """The first of the pages that raise the alarm: what came before them stays the measure of things."""
    return min((page.seen_at for page in recent), default=now)


def _alarm(
    measure: Measure, kind: _Kind, usual: list[float], values: list[float], delta: float, since: datetime
) -> Alarm:
    was, now = _middle(measure, usual), _middle(measure, values)
    form = ".0%" if kind.share else ".0f"
    told = (
        f"{now:{form}} {kind.words}, {was:{form}} are usual "
        f"(last {len(values)} pages against {len(usual)}, Cliff's delta {delta:+.2f})"
    )
    return Alarm(measure=measure, since=since, usual=was, recent=now, delta=round(delta, 3), told=told)


def _middle(measure: Measure, values: Sequence[float]) -> float:
    """The median; of yes or no the share, which is their mean."""
    return median(values) if measure in {"words", "trimmed"} else fmean(values)


def _is_much(measure: Measure, kind: _Kind, usual: Sequence[float], values: Sequence[float]) -> bool:
    """Whether the change is one that matters, however sure it is that there is one."""
    was, now = _middle(measure, usual), _middle(measure, values)
    if kind.share:
        return abs(now - was) >= kind.least
    return max(was, now) >= (1 + kind.least) * min(was, now)


def rank_test(sample: Sequence[float], others: Sequence[float]) -> tuple[float, float]:
    """Mann-Whitney: z of the sample's ranks among all, and Cliff's delta (-1: all smaller, +1: all larger)."""
    m, n = len(sample), len(others)
    if not m or not n:
        return 0.0, 0.0
    ranked = sorted([(value, True) for value in sample] + [(value, False) for value in others])
    rank_sum, ties, at = 0.0, 0.0, 0
    while at < m + n:
        end = at
        while end < m + n and ranked[end][0] == ranked[at][0]:
            end += 1
        same = end - at
        rank_sum += sum(mine for _, mine in ranked[at:end]) * (at + end + 1) / 2
        ties += same**3 - same
        at = end
    u = rank_sum - m * (m + 1) / 2
    spread = m * n / 12 * ((m + n + 1) - ties / ((m + n) * (m + n - 1)))
    z = (u - m * n / 2) / sqrt(spread) if spread > 0 else 0.0
    return z, 2 * u / (m * n) - 1
