"""What a feed says, judged: addresses made canonical, dates made instants, titles made text, ids distrusted where they lie.

Every doubt becomes a fault on the entry or the feed. Entries that are none of ours (media files, comments) are left out,
and the feed's faults say how many.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from extractors.dates import judge_date
from extractors.feeds.raw import Link
from extractors.records import Entry, Fault, FeedDocument, FoundDate
from extractors.urls import absolute_url, canonical_of, canonical_url, host_of, is_front, is_wrapper

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extractors.feeds.raw import RawEntry, RawFeed

# One entry with several articles (a letter, a round-up of links as `rel=alternate`) is split, up to so many.
_MOST_SPLIT = 10
# From so many entries on, one stamp for all is the time the feed was built, not a time of publication.
_STAMPED_FROM = 4
# A description of this length may be the whole article: it is kept as content, with its markup.
_FULL_TEXT_FROM = 600
_LONGEST_TITLE = 1_000
_LONGEST_SUMMARY = 20_000
_LONGEST_CONTENT = 400_000
# Clocks of servers run ahead by minutes; beyond this a date is announced, not reached.
_AHEAD = timedelta(hours=1)

_WRAPPER = Fault(kind="wrapper", detail="the address stands for another one")
_TAG = re.compile(r"<(?:[A-Za-z!/?][^<>]{0,2000})>")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
# UTF-8 read as a one-byte encoding: a lead byte's letter, then a continuation byte's sign.
_MOJIBAKE = re.compile(r"[ÂÃÐÑØÙàáâãäåæçèéêëìíîï][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_MEDIA = ("audio/", "video/", "image/")


def judged(
    raw: RawFeed,
    faults: Iterable[Fault],
    *,
    url: str,
    zone: str | None,
    now: datetime,
    distrust_ids: bool = False,
) -> FeedDocument:
    """The feed as the rest of the house sees it."""
    found = list(faults)
    base = _feed_base(raw, url)
    kept, media = [], 0
    for one in raw.entries:
        if _only_media(one):
            media += 1
        else:
            kept.append(one)
    if media:
        found.append(
            Fault(kind="enclosure-only", detail=f"{media} entries carry only a media file and are left out")
        )
    shared_ids = _untrustworthy_ids(kept, found)
    if distrust_ids:
        shared_ids |= {raw.id for raw in kept if raw.id}
    entries: list[Entry] = []
    about = _About(
        url=url, base=base, zone=zone, now=now, language=_language(raw.language), shared_ids=shared_ids
    )
    for one in kept:
        entries.extend(_entries_of(one, about))
    entries = _without_comments(_own_addresses(entries, found), found)
    entries = _without_repeats(_without_build_stamps(entries, now, found), found)
    if not entries and raw.kind != "sitemap-index":
        kind = "channel-only" if raw.has_content and not raw.total else "no-entries"
        found.append(Fault(kind=kind, detail="the feed has no entries"))
    return FeedDocument(
        kind=raw.kind, entries=tuple(entries), faults=tuple(found), title=plain_text(raw.title)[0], language=_language(raw.language),
        home_url=absolute_url(raw.home, base) if raw.home else None, self_url=absolute_url(raw.self_link, base) if raw.self_link else None,
        hub_url=absolute_url(raw.hub, base) if raw.hub else None, ttl_minutes=raw.ttl_minutes, skip_hours=raw.skip_hours,
        skip_days=raw.skip_days, sitemaps=tuple(dict.fromkeys(address for one in raw.sitemaps if (address := absolute_url(one, base)))),
    )  # fmt: skip


def plain_text(text: str | None, limit: int = _LONGEST_TITLE) -> tuple[str | None, bool]:
    """A title or summary as one line of plain text, and whether mojibake in it was mended."""
    if not text:
        return None, False
    mended = False
    text = text[: limit * 4]
    if "&" in text or "<" in text:
        text = _TAG.sub(" ", text) if "<" in text else text
        for _ in range(3):  # double and treble escapes; a fixpoint in all that was seen
            if "&" not in text:
                break
            decoded = html.unescape(text)
            if decoded == text:
                break
            text = _TAG.sub(" ", decoded)
    if not text.isascii():
        if _MOJIBAKE.search(text):
            text, mended = _unscrambled(text)
        text = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode("utf-8"))
    if not (text.isascii() and text.isprintable()):
        text = _INVISIBLE.sub("", text)
    text = " ".join(text.split())
    return text[:limit] or None, mended


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What holds for every entry of one feed."""

    url: str
    base: str
    zone: str | None
    now: datetime
    language: str | None
    shared_ids: frozenset[str]


def _entries_of(raw: RawEntry, about: _About) -> list[Entry]:
    faults = [Fault(kind=kind, detail="read with repairs") for kind in raw.faults]
    base = (raw.base and absolute_url(raw.base, about.base)) or about.base
    links = _links(raw, base, faults)
    said = _said(raw, about, faults)
    trusted = raw.id if raw.id and raw.id not in about.shared_ids else None
    if not links:
        known_by = trusted or f"{said['title']}|{raw.summary}"
        marker = hashlib.sha256(known_by.encode("utf-8", "replace")).hexdigest()[:16]
        own = f"{about.url}#entry-0{marker}"
        links = [(own, canonical_url(own) or own)]
        faults.append(Fault(kind="no-link", detail="the entry names no address of its own"))
    if len(links) > 1:
        faults.append(Fault(kind="split-entry", detail=f"one of {len(links)} addresses of one entry"))
    return [
        Entry(
            **said, feed_url=about.url, entry_id=(trusted or canonical)[:1_000], url=canonical, link=link,
            faults=(*faults, _WRAPPER) if is_wrapper(canonical) else tuple(faults),
        )
        for link, canonical in links[:_MOST_SPLIT]
    ]  # fmt: skip


def _said(raw: RawEntry, about: _About, faults: list[Fault]) -> dict[str, Any]:
    """The fields of an entry that do not depend on its address."""
    title, scrambled = plain_text(raw.title)
    summary, scrambled_too = plain_text(raw.summary, _LONGEST_SUMMARY)
    if scrambled or scrambled_too:
        faults.append(Fault(kind="mojibake", detail="UTF-8 that was read as a one-byte encoding, mended"))
    published, published_from = _first_date(raw.dates, about, faults)
    updated, _ = _first_date(raw.updates, about, faults)
    body = raw.content or (raw.summary if raw.summary and len(raw.summary) > _FULL_TEXT_FROM else None)
    return {
        "title": title,
        "summary": summary,
        "content_html": body[:_LONGEST_CONTENT] if body else None,
        "authors": tuple(name for one in raw.authors if (name := plain_text(one, 200)[0])),
        "categories": tuple(name for one in raw.categories if (name := plain_text(one, 200)[0])),
        "language": _language(raw.language) if raw.language else about.language,
        "published_at": published.at.astimezone(UTC) if published else None,
        "published_raw": raw.dates[0][1][:200] if raw.dates else None,
        "published_from": published_from,
        "updated_at": updated.at.astimezone(UTC) if updated else None,
        "updated_raw": raw.updates[0][1][:200] if raw.updates else None,
        "source_url": absolute_url(raw.source_url, about.base) if raw.source_url else None,
        "source_name": plain_text(raw.source_name, 300)[0],
    }


def _links(raw: RawEntry, base: str, faults: list[Fault]) -> list[tuple[str, str]]:
    """The addresses of the articles that an entry stands for: (link as given, canonical), best kind of link only."""
    originals = [link for link in raw.links if link.rel == "original"]
    pages = [
        link for link in raw.links if link.rel == "alternate" and not (link.type or "").startswith(_MEDIA)
    ]
    unusable: list[str] = []
    found = _resolved(originals, base, unusable) or _resolved(_one_language(pages), base, unusable)
    if not found and raw.id and (raw.id_is_link or raw.id.startswith(("http://", "https://"))):
        found = _resolved([Link(href=raw.id)], None, [])
    if unusable:
        faults.append(Fault(kind="bad-link", detail=repr(unusable[0][:120])))
    return found


def _one_language(links: list[Link]) -> list[Link]:
    """Links that differ in `hreflang` only are translations of one article: the first stands for it."""
    return links[:1] if len({link.language for link in links}) == len(links) > 1 else links


def _resolved(links: list[Link], base: str | None, unusable: list[str]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for one in links:
        link = absolute_url(one.href, base)
        canonical = canonical_of(link) if link else None
        if link and canonical:
            found.setdefault(canonical, link)
        else:
            unusable.append(one.href)
    return [(link, canonical) for canonical, link in found.items()]


def _first_date(
    dates: list[tuple[str, str]], about: _About, faults: list[Fault]
) -> tuple[FoundDate | None, str | None]:
    """The first date that can be read, in order of trust, with its source; faults for the others and for doubts."""
    order = ("published", "date_published", "news:publication_date", "dc:date", "created", "updated")
    for source, text in sorted(dates, key=lambda date: order.index(date[0])) if len(dates) > 1 else dates:
        found = judge_date(text, zone=about.zone, source=f"feed:{source}", now=about.now)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        if found.zone == "assumed":
            faults.append(
                Fault(
                    kind="zone-assumed",
                    detail=f"feed:{source}: no zone given or known, read as UTC: {text[:60]!r}",
                )
            )
        if found.at > about.now + _AHEAD:
            faults.append(
                Fault(kind="date-ahead", detail=f"feed:{source}: lies in the future: {text[:60]!r}")
            )
        return found, found.source
    return None, None


def _feed_base(raw: RawFeed, url: str) -> str:
    """What relative links are relative to: `xml:base`, else the feed's address, or its home when a service serves the feed."""
    if raw.base:
        return absolute_url(raw.base, url) or url
    home = absolute_url(raw.home, url) if raw.home else None
    return home if home and is_wrapper(url) else url


def _only_media(raw: RawEntry) -> bool:
    has_media = any(link.rel == "enclosure" and (link.type or "").startswith(_MEDIA) for link in raw.links)
    has_page = any(link.rel in {"alternate", "original"} for link in raw.links) or (raw.id or "").startswith(
        "http"
    )
    return has_media and not has_page


def _untrustworthy_ids(raws: list[RawEntry], found: list[Fault]) -> frozenset[str]:
    """Ids that several entries of one feed share."""
    counts = Counter(raw.id for raw in raws if raw.id)
    shared = frozenset(name for name, count in counts.items() if count > 1)
    distinct = len(
        {(raw.title, raw.links[0].href if raw.links else None) for raw in raws if raw.id in shared}
    )
    if shared and distinct > len(shared):
        found.append(
            Fault(
                kind="shared-ids",
                detail=f"{sum(counts[name] for name in shared)} entries share {len(shared)} ids",
            )
        )
        return shared
    return frozenset()


def _own_addresses(entries: list[Entry], found: list[Fault]) -> list[Entry]:
    """Where all entries link to one front page, the entry itself is the only address there is."""
    if (
        len(entries) < 3
        or len({entry.url for entry in entries}) > 1
        or len({entry.title for entry in entries}) == 1
    ):
        return entries
    found.append(Fault(kind="shared-link", detail=f"all entries link to {entries[0].url}"))
    out = []
    for entry in entries:
        own = canonical_url(entry.entry_id) if entry.entry_id.startswith("http") else None
        if own and own != entry.url and not is_front(own):
            out.append(replace(entry, url=own, link=entry.entry_id))
            continue
        marker = hashlib.sha256(f"{entry.title}".encode("utf-8", "replace")).hexdigest()[:16]
        out.append(
            replace(entry, url=canonical_url(f"{entry.url.partition('#')[0]}#entry-0{marker}") or entry.url)
        )
    return out


def _without_comments(entries: list[Entry], found: list[Fault]) -> list[Entry]:
    kept = [entry for entry in entries if not re.search(r"#(?:comment|respond|disqus)", entry.link)]
    if len(kept) < len(entries):
        found.append(
            Fault(
                kind="comments-feed",
                detail=f"{len(entries) - len(kept)} entries are readers' comments and left out",
            )
        )
    return kept


def _without_build_stamps(entries: list[Entry], now: datetime, found: list[Fault]) -> list[Entry]:
    """Dates that are the time the feed was built are no dates: one stamp to the second for all, or all of them this minute."""
    stamps = [entry.published_at for entry in entries if entry.published_at is not None]
    if len(stamps) < _STAMPED_FROM:
        return entries
    one_stamp = len(set(stamps)) == 1 and any(_has_clock(entry.published_raw) for entry in entries)
    all_now = all(timedelta(minutes=-5) < now - stamp < timedelta(minutes=2) for stamp in stamps)
    if not one_stamp and not (all_now and max(stamps) - min(stamps) < timedelta(seconds=90)):
        return entries
    fault = Fault(
        kind="build-time-dates",
        detail=f"all {len(stamps)} entries carry the time the feed was built: {entries[0].published_raw!r}",
    )
    found.append(fault)
    return [
        replace(entry, published_at=None, published_from=None, faults=(*entry.faults, fault))
        for entry in entries
    ]


def _has_clock(raw: str | None) -> bool:
    return raw is not None and re.search(r"\d:\d\d", raw) is not None and "00:00:00" not in raw


def _without_repeats(entries: list[Entry], found: list[Fault]) -> list[Entry]:
    """One entry an address: the one changed last, at the place of the first."""
    best: dict[str, Entry] = {}
    for entry in entries:
        place = _article_number(entry) or entry.url
        known = best.get(place)
        if known is None or _changed(entry) > _changed(known):
            best[place] = entry
    if len(best) < len(entries):
        found.append(
            Fault(
                kind="repeated-entries",
                detail=f"{len(entries) - len(best)} entries repeat an address of the same feed",
            )
        )
    return list(best.values())


def _article_number(entry: Entry) -> str | None:
    """Host, number and title of an article that stands under many paths (one number, any slug)."""
    numbers = [
        number
        for number in re.findall(r"\d{6,}", entry.url)
        if not re.match(r"(?:19|20)\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])?", number)
    ]
    if not numbers or not entry.title:
        return None
    return f"{host_of(entry.url)} {max(numbers, key=len)} {entry.title}"


def _changed(entry: Entry) -> float:
    at = max((date for date in (entry.updated_at, entry.published_at) if date is not None), default=None)
    return at.timestamp() if at else 0.0


def _unscrambled(text: str) -> tuple[str, bool]:
    """UTF-8 that somebody read as Windows-1252 or Latin-1, read rightly; as it was when it is not that."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8"), True
        except UnicodeError:
            continue
    return text, False


def _language(code: str | None) -> str | None:
    """The main language of a tag such as `ko-KR`."""
    match = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]|\s*$)", code or "")
    return match.group(1).lower() if match else None
