"""Lines that recur across a site's articles: its furniture, learned from what it publishes, and left out of its texts.

"We are a team of ...", "Follow us on ...", a house's notice after every report: no rule knows them in every language, and
every site shows them again and again. Counts distinct articles and never fetches: an article is remembered under its key,
so that seeing it twice is seeing it once, and copies of one text on one site bear witness together.
Only whole lines are known and only whole lines go: a sentence inside a paragraph is never touched. Pure: the memory of a
site comes in and goes out as a record, whoever keeps it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Literal

from extractors.boilerplate import size_of

# Articles of a site that are remembered, newest first, and lines of each: about 30 KB a site at most.
REMEMBERED = 60
LINES_EACH = 100
# Learned lines of a site at most, and how long one that no article shows any more is kept.
MOST_LINES = 300
KEPT_UNSEEN = timedelta(days=30)

# Fewer distinct articles than this teach nothing: two articles on one event quote the same sentence.
LEAST_WITNESSES = 3
# A label is furniture in a twentieth of the articles: of one section, one author, one campaign.
LABEL_SHARE = 0.05
# A sentence that always stands among the first or last lines is furniture in a third of them ...
EDGE_SHARE = 0.34
# ... and one that also stands between paragraphs in half: the background that reports of one crisis repeat does not.
INNER_SHARE = 0.5
# Lines at either end of a text that count as its edge, and the part of a short text that they are at most.
FIRST_LINES, LAST_LINES = 3, 6
FIRST_PART, LAST_PART = 4, 3
# A line up to this long that does not end like a sentence is a label.
LABEL_WORDS = 12
# Longer lines are never furniture: the longest house notice of our own pages has 70 words.
LONGEST_LINE = 120
# Lines of this many words tell copies of one text: so many in common, and half of the longer one's.
LONG_LINE = 20
COPY_LINES = 3
# What must be left of a text for anything to be taken out of it: words.
LEAST_LEFT = 25

Place = Literal["beginning", "end", "anywhere"]

_SPACE = re.compile(r"\s+")
_DIGITS = re.compile(r"\d+")
_SENTENCE_END = re.compile(r"[.!?。！？…؟۔][\"'”’»」』)\]]*$|다$")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenArticle:
    """The lines of one article in their order, by key.

    A key ends in "+" for a line of `LONG_LINE` words or more, and in "=" for one that was left out: where it stood is what
    was learned of it before.
    """

    article_key: str
    seen_at: datetime
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedLine:
    """A line of the site's furniture and what showed it: in how many of how many distinct articles, and where."""

    line_key: str
    text: str
    witnesses: int
    of_articles: int
    place: Place
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLines:
    """What is remembered of one host. Bounded: `REMEMBERED` articles, `MOST_LINES` learned lines."""

    host: str
    articles: tuple[SeenArticle, ...] = ()
    lines: tuple[LearnedLine, ...] = ()

    @property
    def learned(self) -> frozenset[str]:
        """The learned lines by key, as `leave_out` wants them."""
        return frozenset(line.line_key for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLines:
    """An article as it stood on its page: the lines of its text in their order, and those that were left out."""

    article_key: str
    seen_at: datetime
    lines: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def line_key(line: str) -> str:
    """The key of a line: equal for lines that differ in case, space and figures only ("3 comments", "12 comments")."""
    plain = _DIGITS.sub("0", _SPACE.sub(" ", line.strip()).casefold())
    return blake2b(plain.encode("utf-8", "replace"), digest_size=6).hexdigest()


def leave_out(text: str, learned: AbstractSet[str]) -> tuple[str, tuple[str, ...]]:
    """`text` without its learned lines, and the lines that went. Of a text that would be next to nothing, none go."""
    if not learned:
        return text, ()
    kept: list[str] = []
    out: list[str] = []
    for line in text.splitlines():
        (out if line.strip() and line_key(line) in learned else kept).append(line)
    left = "\n".join(kept)
    if not out or size_of(left) < LEAST_LEFT:
        return text, ()
    return left, tuple(line.strip() for line in out)


def learn(
    site: SiteLines, shown: Iterable[ShownLines], *, now: datetime, least: int = LEAST_WITNESSES
) -> SiteLines:
    """The site's memory with these articles in it. Learning the same articles again changes nothing."""
    shown = list(shown)
    articles = {article.article_key: article for article in site.articles}
    articles.update((each.article_key, _seen(each)) for each in shown)
    newest = sorted(articles.values(), key=lambda one: (one.seen_at, one.article_key))[-REMEMBERED:]
    texts = {
        line_key(line): line.strip()
        for each in shown
        for line in (*each.lines, *each.left_out)
        if line.strip()
    }
    known = {line.line_key: line for line in site.lines}
    fresh = _recurring(newest, texts, known, least)
    for key, line in known.items():
        if key not in fresh and now - line.last_seen_at <= KEPT_UNSEEN and _is_still(line, newest):
            fresh[key] = line
    kept = sorted(fresh.values(), key=lambda line: (-line.witnesses, line.line_key))[:MOST_LINES]
    return replace(site, articles=tuple(newest), lines=tuple(kept))


def _is_still(line: LearnedLine, articles: Sequence[SeenArticle]) -> bool:
    """Whether a learned line stays so: no article shows it for now, or half as many as it takes to be learned do."""
    count = sum(1 for article in articles if line.line_key in _plain(article.lines))
    wanted = wanted_share(line.text, inner=line.place == "anywhere") * len(articles)
    return count == 0 or 2 * count >= wanted


def _seen(shown: ShownLines) -> SeenArticle:
    lines = [line for line in shown.lines if line.strip()]
    if len(lines) > LINES_EACH:
        lines = lines[: LINES_EACH // 2] + lines[-(LINES_EACH // 2) :]
    keys = [line_key(line) + ("+" if size_of(line) >= LONG_LINE else "") for line in lines]
    keys += [line_key(line) + "=" for line in shown.left_out[:LINES_EACH]]
    return SeenArticle(article_key=shown.article_key, seen_at=shown.seen_at, lines=tuple(keys))


def _plain(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(line.rstrip("+=") for line in lines)


def _recurring(
    articles: Sequence[SeenArticle], texts: Mapping[str, str], known: Mapping[str, LearnedLine], least: int
) -> dict[str, LearnedLine]:
    texts_of = _without_copies(articles)
    number = len(texts_of)
    witnesses: Counter[str] = Counter()
    places: dict[str, set[Place]] = {}
    times: dict[str, list[datetime]] = {}
    for article in texts_of:
        for key, where in _places(article, known).items():
            witnesses[key] += 1
            places.setdefault(key, set()).add(where)
            times.setdefault(key, []).append(article.seen_at)
    found = {}
    for key, count in witnesses.items():
        text = texts.get(key) or (known[key].text if key in known else None)
        if text is None or count < least:
            continue
        place: Place = next(iter(places[key])) if len(places[key]) == 1 else "anywhere"
        inner = "anywhere" in places[key]
        if count < wanted_share(text, inner=inner) * number or size_of(text) > LONGEST_LINE:
            continue
        first = min(times[key])
        found[key] = LearnedLine(
            line_key=key,
            text=text,
            witnesses=count,
            of_articles=number,
            place=place,
            first_seen_at=min(first, known[key].first_seen_at) if key in known else first,
            last_seen_at=max(times[key]),
        )
    return found


def wanted_share(text: str, *, inner: bool) -> float:
    """In which share of a site's articles a line must stand to be furniture."""
    if size_of(text) <= LABEL_WORDS and not _SENTENCE_END.search(text.strip()):
        return LABEL_SHARE
    return INNER_SHARE if inner else EDGE_SHARE


def _places(article: SeenArticle, known: Mapping[str, LearnedLine]) -> dict[str, Place]:
    number = sum(not line.endswith("=") for line in article.lines)
    first, last = min(FIRST_LINES, number // FIRST_PART), min(LAST_LINES, number // LAST_PART)
    found: dict[str, Place] = {}
    for at, line in enumerate(article.lines):
        where: Place = "end" if at >= number - last else "beginning" if at < first else "anywhere"
        key = line.rstrip("+=")
        if line.endswith("="):
            where = known[key].place if key in known else "anywhere"
        found[key] = where if found.get(key, where) == where else "anywhere"
    return found


def _without_copies(articles: Sequence[SeenArticle]) -> list[SeenArticle]:
    """One article of each text: the first that was seen."""
    kept: list[tuple[SeenArticle, frozenset[str]]] = []
    for article in articles:
        long = frozenset(line for line in article.lines if line.endswith("+"))
        if not any(_is_copy(long, other) for _, other in kept):
            kept.append((article, long))
    return [article for article, _ in kept]


def _is_copy(long: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(long & other)
    return shared >= COPY_LINES and 2 * shared >= max(len(long), len(other))
