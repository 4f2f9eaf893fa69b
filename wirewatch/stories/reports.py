"""How many independent reports a story has, and why articles count as one.

Articles share a report when they share text (one is a copy of the other), publisher or publisher family, a credited
agency (or one is that agency's own), or when one names another as its original. Everything else is independent. Each
fold carries its reason as a sentence.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from extractors.credits import agency_id
from wirewatch.records import IndependentReport, StoredArticle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A reason per fold is enough to check it; a report of a hundred copies would say the same a hundred times.
MOST_REASONS = 12


def independent_reports(articles: Sequence[StoredArticle]) -> tuple[IndependentReport, ...]:
    """The independent reports of a story, earliest first."""
    ordered = sorted(articles, key=order)
    report = {article.article_key: article.article_key for article in ordered}
    reasons: defaultdict[str, list[str]] = defaultdict(list)

    def root(key: str) -> str:
        while report[key] != key:
            report[key] = report[report[key]]
            key = report[key]
        return key

    for one, other, reason in _shared(ordered):
        first, second = root(one), root(other)
        if first != second:
            report[second] = first
            reasons[first].extend([reason, *reasons.pop(second, [])])
    groups: defaultdict[str, list[StoredArticle]] = defaultdict(list)
    for article in ordered:
        groups[root(article.article_key)].append(article)
    return tuple(_report(members, reasons[key]) for key, members in groups.items())


def order(article: StoredArticle) -> tuple[object, str]:
    """Articles of a story, earliest first; of equal times the one with the lower key."""
    return article.sort_at, article.article_key


def _report(members: list[StoredArticle], reasons: list[str]) -> IndependentReport:
    return IndependentReport(
        articles=tuple(article.article_key for article in members),
        publishers=tuple(dict.fromkeys(article.publisher for article in members)),
        reasons=tuple(dict.fromkeys(reasons))[:MOST_REASONS],
    )


def _shared(ordered: Sequence[StoredArticle]) -> Iterable[tuple[str, str, str]]:
    """(earlier article, later article, why they are one report), strongest evidence first."""
    yield from _same_text(ordered)
    yield from _same_origin(ordered)
    first: dict[tuple[str, str], StoredArticle] = {}
    for article in ordered:
        for kind, house in _houses(article):
            before = first.setdefault((kind, house), article)
            if before is not article:
                yield before.article_key, article.article_key, _because(kind, before, article)


def _same_text(ordered: Sequence[StoredArticle]) -> Iterable[tuple[str, str, str]]:
    by_key = {article.article_key: article for article in ordered}
    words = {
        "exact": "has the same text as",
        "syndicated": "is a copy of",
        "rewrite": "is a rewrite of",
        "embedded": "carries the text of",
    }
    for article in ordered:
        source = by_key.get(article.near_duplicate_of or "")
        if source is not None and source is not article:
            relation = words.get(article.duplicate_kind or "", "is a copy of")
            yield (
                source.article_key,
                article.article_key,
                f"{article.publisher} {relation} {source.publisher}",
            )


def _same_origin(ordered: Sequence[StoredArticle]) -> Iterable[tuple[str, str, str]]:
    by_url = {url: article for article in ordered for url in (article.canonical_url, article.url) if url}
    for article in ordered:
        source = by_url.get(article.syndicated_from or "")
        if source is not None and source is not article:
            reason = f"{article.publisher} names {source.publisher} as the original"
            yield source.article_key, article.article_key, reason


def _houses(article: StoredArticle) -> Iterable[tuple[str, str]]:
    """What an article's report may share with another's: its house, its family, its agency."""
    yield "publisher", article.publisher.casefold()
    if article.family:
        yield "family", article.family.casefold()
    if article.credit:
        yield "agency", article.credit.casefold()
    else:  # an agency's own article need not credit it
        for name in filter(None, (article.publisher, article.family)):
            yield "agency", agency_id(name) or name.casefold()


def _because(kind: str, before: StoredArticle, article: StoredArticle) -> str:
    if kind == "publisher":
        return f"both by {article.publisher}"
    if kind == "family":
        return f"{before.publisher} and {article.publisher} are of one family, {article.family}"
    if before.credit and article.credit:
        return f"{before.publisher} and {article.publisher} both credit {article.credit}"
    crediting, agency_itself = (article, before) if article.credit else (before, article)
    return f"{crediting.publisher} credits {agency_itself.publisher}"
