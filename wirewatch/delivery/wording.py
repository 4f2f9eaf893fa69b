"""The words around the stories: subject, preheader, headings, times in the reader's zone, what is missing and why.

Pure. The templates only lay out what is worded here, so that text and HTML say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from wirewatch.delivery.links import Links
from wirewatch.digests import BACKFILL, SINGLE_SOURCE, standing_still
from wirewatch.excerpts import clean, shortened
from wirewatch.records import Digest, DigestItem, Subscriber

# Phones show 40 to 60 characters of a subject and up to 90 of what follows it.
LONGEST_SUBJECT = 60
LONGEST_PREHEADER = 90
# Longer headlines are whole paragraphs that a page called its title.
LONGEST_HEADLINE = 200

_SECTIONS = {
    "update": "Changed since you last read of it",
    "corroborated": "Newly corroborated",
    "new": "New",
    "single": "Single source, not confirmed by another",
}
_FREQUENCIES = {
    "instant": "as things change",
    "hourly": "every hour",
    "daily": "every day",
    "weekly": "every Monday",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One story, worded."""

    headline: str
    url: str | None  # None where it is no web address: then the headline is no link
    language: str | None
    labels: tuple[str, ...]
    summary: str
    publisher: str
    changes: tuple[str, ...]
    conflicts: tuple[str, ...]
    sourcing: str
    seen: str
    why: tuple[str, ...]
    others: tuple[tuple[str, str], ...]
    story_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Stories of one standing, under one heading."""

    heading: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A digest, worded: what both templates lay out."""

    subject: str
    preheader: str
    title: str
    period: str
    warnings: tuple[str, ...]
    note: str | None
    sections: tuple[Section, ...]
    nothing: str | None
    more: str | None
    more_url: str | None
    reason: str
    leave: str
    leave_url: str | None


def word(digest: Digest, subscriber: Subscriber, links: Links) -> Letter:
    """Everything a digest says, in words."""
    zone = ZoneInfo(subscriber.zone)
    # What is true of every story is said once, above them.
    told = (
        frozenset({BACKFILL})
        if digest.items and all(BACKFILL in i.labels for i in digest.items)
        else frozenset()
    )
    sections = tuple(
        Section(heading=_SECTIONS[standing], cards=tuple(_card(item, zone, links, told) for item in items))
        for standing, items in groupby(digest.items, key=_standing)
    )
    quiet = "" if standing_still(digest) else "Nothing new on what you follow."
    return Letter(
        subject=subject(digest),
        preheader=preheader(digest),
        title="Your first digest" if digest.kind == "first" else f"Your {digest.kind} digest",
        period=f"{moment(digest.window_start, zone)} to {moment(digest.window_end, zone)} ({subscriber.zone})",
        warnings=_warnings(digest, zone),
        note="All of it is what the feeds held when they were first read." if told else None,
        sections=sections,
        nothing=None if digest.items else quiet or None,
        more=_more(digest),
        more_url=links.desk() if digest.left_out or digest.backfilled else None,
        reason=_reason(subscriber),
        leave=_leave(links),
        leave_url=links.leave,
    )


def subject(digest: Digest) -> str:
    """Concrete and short: one story by its headline, more by their number and topics. Nothing unconfirmed leads."""
    if standing_still(digest) and not digest.items:
        return "No news collected: the collectors stand still"
    if not digest.items:
        return "Nothing new"
    if len(digest.items) == 1:
        (item,) = digest.items
        prefix = {"update": "Update: ", "corroborated": "Corroborated: "}.get(item.kind, "")
        prefix = "Single source: " if item.independent_reports == 1 else prefix
        return prefix + shortened(item.headline, LONGEST_SUBJECT - len(prefix))
    changed = sum(item.kind in {"update", "corroborated"} for item in digest.items)
    new = len(digest.items) - changed
    updates = f"{changed} update{'s' if changed > 1 else ''}" if changed else ""
    start = f"{new} new" if new else updates
    end = f"; {updates}" if new and updates else ""
    topics = _topics(digest.items, LONGEST_SUBJECT - len(start) - len(end) - 2)
    return f"{start}: {topics}{end}" if topics else f"{start}{end}"


def preheader(digest: Digest) -> str:
    """What a mail program shows beside the subject: the leading headlines that the subject does not name."""
    shown = digest.items[1 if len(digest.items) == 1 else 0 :]
    if not shown:
        return shortened(digest.items[0].summary, LONGEST_PREHEADER) if digest.items else "Nothing changed."
    lead = ("Single source: " if shown[0].independent_reports == 1 else "") + shown[0].headline
    rest = len(shown) - 1
    tail = f" and {rest} more" if rest else ""
    return shortened(lead, LONGEST_PREHEADER - len(tail)) + tail


def moment(at: datetime, zone: ZoneInfo) -> str:
    """An instant in the reader's zone: "Sun 22 Nov, 07:00"."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"


def web_address(url: str) -> str | None:
    """The address, if a reader may be sent there: http or https, with a host, without spaces or controls."""
    if clean(url) != url or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    # Beyond ASCII an address is written in its percent form: mail programs end a link in plain text there.
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return quote(url, safe=":/?#[]@!$&'()*+,;=%~-._")


def _card(item: DigestItem, zone: ZoneInfo, links: Links, told: frozenset[str]) -> Card:
    others = tuple((clean(name), address) for name, url in item.others if (address := web_address(url)))
    return Card(
        headline=shortened(item.headline, LONGEST_HEADLINE) or "(no headline)",
        url=web_address(item.url),
        language=item.language,
        labels=tuple(label for label in item.labels if label not in {SINGLE_SOURCE, *told}),
        summary=clean(item.summary),
        publisher=clean(item.publisher),
        changes=tuple(clean(change) for change in item.changes),
        conflicts=tuple(clean(conflict) for conflict in item.conflicts),
        sourcing=_sourcing(item),
        seen=_seen(item, zone),
        why=tuple(clean(why) for why in item.why),
        others=others,
        story_url=links.story(item.story_key),
    )


def _standing(item: DigestItem) -> str:
    return "single" if item.independent_reports == 1 else item.kind


def _sourcing(item: DigestItem) -> str:
    if item.independent_reports == 1:
        reports = "1 report, no independent second one"
    else:
        reports = f"{item.independent_reports} independent reports"
    copies = f"{item.copies} {'copy' if item.copies == 1 else 'copies'} not counted"
    return f"{reports}; {copies}" if item.copies else reports


def _seen(item: DigestItem, zone: ZoneInfo) -> str:
    first, last = moment(item.first_seen_at, zone), moment(item.last_seen_at, zone)
    return f"seen {first}" if first == last else f"first seen {first}, last {last}"


def _warnings(digest: Digest, zone: ZoneInfo) -> tuple[str, ...]:
    found = []
    if standing_still(digest) and digest.data_as_of is not None:
        as_of = moment(digest.data_as_of, zone)
        found.append(
            f"The collectors stand still: no feed has been reached since {as_of}. Silence here is no all-clear."
        )
    elif digest.data_as_of is not None and digest.feeds_silent:
        feeds = "1 feed was" if digest.feeds_silent == 1 else f"{digest.feeds_silent} feeds were"
        found.append(f"{feeds} not reached for a day or more; what only they report is missing.")
    return tuple(found)


def _more(digest: Digest) -> str | None:
    parts = []
    if digest.left_out:
        count = len(digest.left_out)
        parts.append(f"and {count} more {'story' if count == 1 else 'stories'}, less well sourced")
    if digest.backfilled:
        count = digest.backfilled
        parts.append(f"{count} older {'story' if count == 1 else 'stories'} from feeds that were just added")
    return "; ".join(parts) or None


def _reason(subscriber: Subscriber) -> str:
    named = ", ".join(topic.replace("_", " ") for topic in subscriber.topics)
    searched = f"what the saved search “{subscriber.search}” finds" if subscriber.search else None
    topics = searched or named or "every topic"
    parts = [f"You get this because the subscription “{subscriber.name}” asks for {topics}"]
    if subscriber.languages:
        parts.append(f"in {', '.join(subscriber.languages)}")
    if subscriber.minimum_reports > 1:
        parts.append(f"with {subscriber.minimum_reports} independent reports or more")
    return f"{' '.join(parts)}, {_FREQUENCIES[subscriber.frequency]}."


def _leave(links: Links) -> str:
    if links.leave is not None:
        return "Unsubscribe"
    return "To end it, have the subscription taken out of the subscribers file."


def _topics(items: tuple[DigestItem, ...], room: int) -> str:
    """The topics of the stories, most frequent first, as many as fit whole."""
    first = [item.topics[0] for item in items if item.topics]
    names = [
        topic.replace("_", " ")
        for topic in sorted(set(first), key=lambda topic: (-first.count(topic), topic))
    ]
    found = ""
    for name in names:
        longer = f"{found}, {name}" if found else name
        if len(longer) > room:
            break
        found = longer
    return found
