"""When a page says it was published and modified: each date with its zone and the place it was found.

Every place that dates an article is asked, and the day most of them name wins. Never from prose, never in the future,
and None where no place names one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lxml import etree

from extractors.dates import ASCII_DIGITS, read_date
from extractors.numeric_days import day_goes_first, in_order, url_day
from extractors.records import Entry, FoundDate
from extractors.structured import texts
from extractors.vicinity import names
from extractors.visible_dates import visible_dates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import lxml.html

    from extractors.structured import Structured
    from extractors.vicinity import Vicinity

# A clock ahead of ours, and a day begun east of us, is no date of the future.
AHEAD = timedelta(hours=26)

# The zones of the earth: a local day lies within these of the UTC day.
FARTHEST_EAST = timedelta(hours=14)
FARTHEST_WEST = timedelta(hours=12)

# A byline's date this much before the stated one is no matter of zones.
DAYS_BEFORE = timedelta(days=3)

# How much a place counts when places name different days. On 205 kept pages article:published_time was right on 93 %,
# JSON-LD datePublished on 92 %, the first time element on 84 %, the URL on 84 %, other meta dates on about 83 %.
WEIGHTS = {"meta": 1.05, "json-ld": 1.0, "feed": 1.0, "microdata": 0.9, "url": 0.7, "time-element": 0.65, "other-meta": 0.6, "json-ld-page": 0.55, "visible": 0.5, "time-far": 0.45}  # fmt: skip

_PUBLISHED = (
    "article:published_time", "article:published", "og:article:published_time", "og:published_time", "og:publish_date",
    "datepublished", "rnews:datepublished", "dc.date.issued", "dc:date.issued", "dcterms.issued", "citation_publication_date",
    "citation_online_date", "parsely-pub-date", "sailthru.date", "shareaholic:article_published_time", "publishdate",
    "publish_date", "publish-date", "published_at", "publication_date", "publication-date", "pubdate", "pub_date",
    "originalpublicationdate", "article.published", "article_date_original", "cxenseparse:publishtime",
    "cxenseparse:recs:publishtime", "cxenseparse:recs:published_time", "displaydate", "release_date", "dcsext.articlefirstpublished",
)  # fmt: skip
_OTHER = (
    "date", "dc.date", "dc:date", "dcterms.date", "dc.date.created", "dcterms.created", "dc.created", "date.created", "datecreated",
    "created", "published", "citation_date", "ptime", "timestamp", "article:date", "bt:pubdate", "weibo:article:create_at",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "article:modified", "og:article:modified_time", "og:updated_time", "datemodified", "last-modified",
    "dc.date.modified", "dcterms.modified", "dc.modified", "date.updated", "date.modified", "lastmod", "sailthru.lastmod",
    "parsely-update-date", "cxenseparse:recs:articlemodified",
)  # fmt: skip

# A page's date without its year could be of any year; feeds' are of the last days, and read with their own.
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d|\d{10}|주체|juche|令和", re.IGNORECASE)
_ISO_DAY = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?=[T\s]|$)")
_ZONE_AT_END = re.compile(r"\s*(?:Z|\(?[A-Z]{2,5}\)?|(?:GMT|UTC)?\s*[+-]\d{1,2}(?::?\d{2})?)\s*$")
_OFFSET_AT_END = re.compile(r"(?!.*[+-]00:?00$).*[+-]\d{2}:?\d{2}$")


# Readers see these as well: no later date in the byline is truer.
_SHOWN = frozenset({"time-element", "microdata", "rdfa", "url"})


@dataclass(frozen=True, slots=True)
class Dates:
    """What a page, its URL and its feed say about time."""

    published: FoundDate | None
    modified: FoundDate | None


def find_dates(
    tree: lxml.html.HtmlElement,
    structured: Structured,
    *,
    url: str,
    vicinity: Vicinity,
    zone: str | None = None,
    entry: Entry | None = None,
    now: datetime,
) -> Dates:
    """The dates of publication and of the last change, or None where no place names them."""
    day_first = day_goes_first(url, tree.get("lang") or structured.first("og:locale", "content-language"))
    seen = _Candidates(zone=zone, now=now, day_first=day_first)
    seen.note_all(_stated(structured))
    if not seen.settled():
        seen.note_all(_beside_text(tree, vicinity))
    if in_url := url_day(url, day_first=day_first):
        seen.note("url", in_url, "url")
    if entry and entry.published_raw:
        seen.note("feed", entry.published_raw, entry.published_from or "feed")
    if not seen.sure():
        # Readers see at most one date of publication: the likeliest that can be read.
        for raw, source in visible_dates(vicinity):
            if seen.note("visible", raw, source):
                break
    if not seen.found:
        for raw in _in_scripts(tree):
            seen.note("other-meta", raw, "script")
    published = _elected(seen.found)
    if published and len(seen.found) == 1 and published.source not in _SHOWN:
        published = _shown_before(published, visible_dates(vicinity), seen) or published
    return Dates(published, _modified(structured, published, zone, now))


class _Candidates:
    """The dates found so far, each with the weight of its place."""

    def __init__(self, *, zone: str | None, now: datetime, day_first: bool | None) -> None:
        self.found: list[tuple[float, FoundDate]] = []
        self._zone = zone
        self._now = now
        self._day_first = day_first

    def note_all(self, stated: Iterator[tuple[str, str, str]]) -> None:
        """Take in every (place, text, source)."""
        for place, raw, source in stated:
            self.note(place, raw, source)

    def settled(self) -> bool:
        """Whether two statements agree: enough to spare a walk over the page for more."""
        return len(self.found) > 1 and _agree(self.found[0][1], self.found[1][1])

    def sure(self) -> bool:
        """Whether a place was found that deserves more belief than what readers see."""
        return any(weight > WEIGHTS["visible"] for weight, _ in self.found)

    def note(self, place: str, raw: str, source: str) -> bool:
        """Take a date in, if `raw` is one that has a year and is not in the future."""
        found = self.read(raw, source)
        if found is not None:
            self.found.append((WEIGHTS[place], found))
        return found is not None

    def read(self, raw: str, source: str) -> FoundDate | None:
        """The date in `raw`, if it has a year and is not in the future."""
        raw = raw.translate(ASCII_DIGITS)
        if not _YEAR.search(raw):
            return None
        if source.startswith("visible"):
            # What machines are told is often in the order of the content system's country, not of the site's.
            raw = in_order(raw, day_first=self._day_first)
        found = read_date(raw, zone=self._zone, source=source, now=self._now)
        return found if found and found.at <= self._now + AHEAD else None


def written_day(found: FoundDate) -> date:
    """The day as the page writes it: 01:00 in Seoul is of that day, though in UTC it is the day before.

    `FoundDate.at` is an instant, in whatever zone; the day written stands in `raw`, read again here without its zone.
    """
    if match := _ISO_DAY.match(found.raw):
        return date(int(match[1]), int(match[2]), int(match[3]))
    raw = _ZONE_AT_END.sub("", found.raw) if found.zone == "offset" else found.raw
    again = read_date(raw, source=found.source)
    return again.at.date() if again else found.at.date()


def _stated(structured: Structured) -> Iterator[tuple[str, str, str]]:
    """Dates stated for machines: (place, text, source)."""
    yield from _in_json_ld(structured)
    for place, known in (("meta", _PUBLISHED), ("other-meta", _OTHER)):
        if raw := structured.first(*known):
            yield place, raw, "meta"
            return
    for name, raw in structured.meta:
        if _DATED_NAME.search(name) and not _NOT_PUBLISHED.search(name):
            yield "other-meta", raw, "meta"


def _in_json_ld(structured: Structured) -> Iterator[tuple[str, str, str]]:
    for node in structured.articles():
        for key in ("datePublished", "uploadDate", "dateCreated"):
            if raw := _told(node.get(key)):
                yield "json-ld", raw, f"json-ld:{key}"
                return
    for types, node in structured.nodes:
        if types & _DATED_TYPES and (raw := _told(node.get("datePublished"))):
            yield "json-ld-page", raw, "json-ld:datePublished"
            return


def _told(value: Any) -> str | None:
    """The first text in a JSON-LD value: plain, in a list, under "@value", or an instant as a number."""
    return str(value) if isinstance(value, int) else next(iter(texts(value)), None)


# Meta elements of content systems we have not met, by what their names say.
_DATED_NAME = re.compile(
    r"publi.*(?:date|time)|(?:date|time).*publi|first[._:-]?publish(?:ed)?(?:[._:-]?(?:at|on))?$|issued|created|pubdate|(?:^|[._:-])date$",
    re.IGNORECASE,
)
_NOT_PUBLISHED = re.compile(
    r"modif|updat|expir|copyright|revis|valid|event|start|end|render|generat|countdown|deadline",
    re.IGNORECASE,
)
_DATED_TYPES = frozenset(
    {
        "webpage",
        "itempage",
        "newsmediaorganization",
        "videoobject",
        "medicalwebpage",
        "event",
        "podcastepisode",
    }
)


# RDFa's names of the day of publication.
_RDFA = re.compile(r"(?:^|[\s:])(?:datePublished|issued|created)\b|\bdc(?:terms)?:date\b")


def _beside_text(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> Iterator[tuple[str, str, str]]:
    """Dates stated in the page's elements: schema.org, RDFa, hAtom, time elements."""
    marked = [e for e in tree.xpath("//*[@itemprop or @property or @pubdate]") if e.tag != "meta"]
    for found, source in (
        (
            (e for e in marked if e.get("itemprop") == "datePublished" or e.get("pubdate") is not None),
            "microdata",
        ),
        ((e for e in tree.iter("abbr") if "published" in (e.get("class") or "")), "microdata"),
        ((e for e in marked if _RDFA.search(e.get("property") or "")), "rdfa"),
    ):
        for element in found:
            raw = element.get("datetime") or element.get("content") or element.get("title")
            if raw := (raw or element.text_content()).strip():
                yield "microdata", raw, source
                break
    yield from _in_times(tree, vicinity)


def _in_times(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> Iterator[tuple[str, str, str]]:
    """The time element of the article: the first near its headline, the first at all, or the only day on the page."""
    times = [time for time in tree.iter("time") if time.get("datetime")]
    own = [time for time in times if not _is_elsewhere(time, vicinity)]
    near = [time for time in own if vicinity.is_near(time)]
    if not own and len({(time.get("datetime") or "")[:10] for time in times}) == 1:
        # Builders of pages call every part a widget or a card: where the page has but one day, that is its own.
        own = [time for time in times if not vicinity.is_others(time)]
    for time in (near or own)[:1]:
        yield "time-element" if near else "time-far", time.get("datetime") or "", "time-element"
    if not times:
        yield from _in_attributes(tree, vicinity)


def _in_attributes(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> Iterator[tuple[str, str, str]]:
    """The date in an attribute of an element near the headline that shows something else ("3 months ago"), or nothing."""
    for element in _DATED(tree):
        raw = next((value for name in _DATE_ATTRIBUTES if (value := element.get(name))), None)
        if raw is None and _DATE_NAME.search(names(element)):
            raw = element.get("title")
        beside = element if element.text else element.getparent()
        if _NOT_PUBLISHED.search(names(element)) or not raw or not vicinity.is_near(beside):
            continue
        if not _is_elsewhere(element, vicinity):
            yield "time-element", raw, "time-element"
            return


# Where scripts that write "3 months ago" find the day.
_DATE_ATTRIBUTES = (
    "datetime",
    "data-datetime",
    "data-date",
    "data-timestamp",
    "data-published",
    "data-time",
    "data-utc",
)
_DATED: Callable[[lxml.html.HtmlElement], Any] = etree.XPath(
    "/html/body//*[" + " or ".join(f"@{name}" for name in (*_DATE_ATTRIBUTES, "title")) + "]"
)
_DATE_NAME = re.compile(r"date|time|publi|stamp|ago\b", re.IGNORECASE)


_IN_SCRIPT = re.compile(
    r"""(?:date_?-?(?:first_?-?)?publi(?:shed|cation)|(?:first_?-?)?publi(?:sh|shed|cation)_?-?(?:date|at|on|time)(?:_?-?time)?|"""
    r"""pub_?-?date|article_?-?date|display_?-?date|posted_?-?(?:date|at|on)|date_?-?posted)"""
    r"""\\?["']\s*:\s*\\?["']([^"'\\]{8,40})\\?["']""",
    re.IGNORECASE,
)


def _in_scripts(tree: lxml.html.HtmlElement) -> Iterator[str]:
    """The date of publication in a script's data, where the whole page's scripts name but one."""
    raws = {raw for script in tree.iter("script") if script.text for raw in _IN_SCRIPT.findall(script.text)}
    if len({raw[:10] for raw in raws}) == 1:
        yield max(raws, key=len)


_ELSEWHERE = re.compile(
    r"comment|related|sidebar|recommend|popular|latest|recent|teaser|footer|newsletter|update|modif|live-?blog|ticker|trending|most-read",
    re.IGNORECASE,
)


def _is_elsewhere(element: lxml.html.HtmlElement, vicinity: Vicinity) -> bool:
    """Whether the element dates something other than the article: a comment, a teaser, a last change."""
    if vicinity.is_elsewhere(element, near=vicinity.is_near(element)):
        return True
    for node in vicinity.below(element)[:DEEPEST_BOX]:
        if node.tag in {"aside", "footer", "nav"}:
            return True
        called = f"{node.get('class') or ''} {node.get('id') or ''}"
        # "entry-date published updated" is what content systems call the date of what never changed.
        if _ELSEWHERE.search(called) and not (node is element and _FIRST_DAY.search(called)):
            return True
    return False


# How many boxes around a date are asked for their names.
DEEPEST_BOX = 8
_FIRST_DAY = re.compile(r"publish|entry-date|posted", re.IGNORECASE)


def _elected(candidates: list[tuple[float, FoundDate]]) -> FoundDate | None:
    """The date most weight agrees on: same instant, or same day as written."""
    if not candidates:
        return None
    votes = [sum(weight for weight, other in candidates if _agree(found, other)) for _, found in candidates]
    best = max(range(len(candidates)), key=lambda i: (votes[i], candidates[i][0], -i))
    stated = candidates[best][1]
    winner = _local(stated, [found for _, found in candidates])
    if winner is not stated:
        return winner
    agreeing = [found for _, found in candidates if _agree(winner, found)]
    # Of those that agree, one with a time of day, and with the page's own offset rather than UTC.
    timed = [f for f in agreeing if f.zone != "day"] or agreeing
    local = [
        f
        for f in timed
        if abs(f.at - winner.at) < timedelta(minutes=2) and _OFFSET_AT_END.match(f.raw.strip())
    ]
    if winner.zone == "day" or winner not in timed:
        return (local or timed)[0]
    return winner if _OFFSET_AT_END.match(winner.raw.strip()) or not local else local[0]


def _shown_before(stated: FoundDate, shown: list[tuple[str, str]], seen: _Candidates) -> FoundDate | None:
    """The byline's date where it is days before the only one that is stated: content systems state their last saving."""
    for raw, source in shown:
        if source != "visible" or (found := seen.read(raw, source)) is None:
            continue
        return found if found.at < stated.at - DAYS_BEFORE else None
    return None


def _local(winner: FoundDate, others: list[FoundDate]) -> FoundDate:
    """A date given in UTC, with the day that the page's URL or byline writes where that is the neighbouring one.

    Content systems state 23:11 UTC for what their own URL files under the next day: the reader's day is the latter.
    """
    if winner.zone != "offset" or _OFFSET_AT_END.match(winner.raw.strip()):
        return winner
    for other in others:
        if other.zone == "day" and other.source in {"url", "visible", "time-element", "microdata"}:
            day = datetime.combine(written_day(other), datetime.min.time(), UTC)
            if (
                day - FARTHEST_EAST <= winner.at < day + timedelta(days=1) + FARTHEST_WEST
                and written_day(winner) != day.date()
            ):
                return FoundDate(
                    at=winner.at, raw=other.raw, source=f"{winner.source}+{other.source}", zone="offset"
                )
    return winner


def _agree(a: FoundDate, b: FoundDate) -> bool:
    return abs(a.at - b.at) < timedelta(minutes=2) or written_day(a) == written_day(b)


def _modified(
    structured: Structured, published: FoundDate | None, zone: str | None, now: datetime
) -> FoundDate | None:
    raws = [
        (raw, "json-ld:dateModified")
        for node in structured.articles()
        if (raw := _told(node.get("dateModified")))
    ]
    raws += [(raw, "meta") for raw in structured.every(*_MODIFIED)]
    for raw, source in raws:
        found = read_date(raw, zone=zone, source=source, now=now)
        if (
            found
            and found.at <= now + AHEAD
            and (published is None or found.at >= published.at.astimezone(UTC))
        ):
            return found
    return None
