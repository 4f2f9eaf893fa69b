"""Feeds as servers send them: one case a file, its expectation inside; and properties over broken bytes."""

from __future__ import annotations

import contextlib
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.errors import FeedUnreadable
from extractors.feeds import ENTRY_CAP, find_feed_links, read_feed
from extractors.feeds.loose import read_loose
from extractors.feeds.trees import read_tree

NOW = datetime(2024, 8, 22, tzinfo=UTC)
URL = "https://harbour.example/feed.xml"
CASES = sorted((Path(__file__).parent / "cases" / "feeds").glob("*.toml"))
ENTRY_FIELDS = {"id": "entry_id"}


def _read(case):
    body = case["feed"].lstrip("\n").encode(case.get("encoding", "utf-8"))
    return read_feed(
        body, url=case.get("url", URL), content_type=case.get("content_type"), zone=case.get("zone"), now=NOW
    )


def _shown(value):
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple):
        return [getattr(one, "kind", one) for one in value]
    return "" if value is None else value


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_feed_gives_what_its_case_says(path):
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    if reason := case.get("unreadable"):
        with pytest.raises(FeedUnreadable) as raised:
            _read(case)
        assert raised.value.reason.startswith(f"{reason}:")
        return
    document = _read(case)
    assert len(document.entries) == case.get("entries", len(case.get("entry", ())))
    for name in ("kind", "language", "ttl_minutes"):
        assert getattr(document, name) == case.get(name, getattr(document, name))
    assert document.hub_url == case.get("hub")
    for name in ("faults", "sitemaps", "skip_hours", "skip_days"):
        if name in case:
            assert _shown(getattr(document, name)) == case[name]
    for entry, wanted in zip(document.entries, case.get("entry", ()), strict=False):
        assert {name: _shown(getattr(entry, ENTRY_FIELDS.get(name, name))) for name in wanted} == wanted


def _rss(items: str) -> bytes:
    return f'<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>H</title>{items}</channel></rss>'.encode()


def _items(count: int, *, first: int = 0, day=lambda n: 1 + n % 20) -> str:
    return "".join(
        f"<item><title>Story {n}</title><link>https://harbour.example/{n}</link><pubDate>2024-0{1 + n // 20000}-{day(n):02d}T00:00:{n % 60:02d}Z</pubDate></item>"
        for n in range(first, first + count)
    )


def test_p18_a_feed_of_50000_entries_is_capped_and_read_within_seconds():
    started = time.process_time()
    document = read_feed(_rss(_items(50_000)), url=URL, now=NOW)
    assert time.process_time() - started < 10
    assert len(document.entries) == ENTRY_CAP
    assert [fault.kind for fault in document.faults] == ["too-many-entries"]


def test_of_too_many_entries_the_newest_are_read_even_when_they_come_last():
    newest_last = read_feed(_rss(_items(2_500, day=lambda n: 1 + n // 100)), url=URL, now=NOW)
    assert newest_last.entries[-1].title == "Story 2499"
    assert newest_last.entries[0].title == "Story 500"


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel>" + b"<a>" * 100_000,
        b"<rss><channel><item>" + b"<b>" * 50_000 + b"</item></channel></rss>",
        b"<rss version='2.0'><channel>" + b"<item><title>x</title>" * 5_000,
        b"<rss>" + b"<![CDATA[" * 100_000 + b"</rss>",
        b"<rss>" + b"&" * 300_000 + b"</rss>",
        b"<rss>" + b"&#xD83D;" * 60_000 + b"</rss>",
        b"<rss " + b"a='b' " * 50_000 + b"></rss>",
        b"<!DOCTYPE rss ["
        + b"<!ENTITY a 'b'>" * 20_000
        + b"]><rss><channel><item><title>&a;</title></item></channel></rss>",
        b"<!DOCTYPE rss [" * 20_000 + b"<rss/>",
        b"<rss><channel><item><title>" + b"<" * 200_000 + b"</title></item></channel></rss>",
        b"<feed><entry><title>"
        + b"&lt;" * 100_000
        + b"</title><link href='https://harbour.example/1'/></entry></feed>",
        b"[" * 100_000,
        b'{"items":[' + b"[" * 100_000,
        b"<?xml" * 100_000,
        b"<urlset>" + b"<url>" * 100_000,
    ],
    ids=lambda body: body[:24].decode(),
)
def test_t11_hostile_markup_costs_no_more_than_its_size(body):
    started = time.process_time()
    with contextlib.suppress(FeedUnreadable):
        read_feed(body, url=URL, now=NOW)
    assert time.process_time() - started < 5


@given(st.binary(max_size=300))
def test_any_bytes_are_a_feed_or_unreadable(body):
    for start in (b"", b"<rss version='2.0'><channel><item>", b'{"items": [', b"<feed><entry>"):
        with contextlib.suppress(FeedUnreadable):
            read_feed(start + body, url=URL, now=NOW)


WHOLE = _rss(
    "".join(
        f"<item><title>Story {n} &amp; more – 서울</title><link>https://harbour.example/{n}</link>"
        f"<description><![CDATA[<p>Text {n}</p>]]></description><pubDate>Wed, 21 Aug 2024 09:{n:02d}:00 KST</pubDate></item>"
        for n in range(8)
    )
)


@settings(max_examples=60)
@given(st.integers(0, len(WHOLE)))
def test_p1_wherever_a_feed_is_cut_every_whole_entry_before_the_cut_is_read(at):
    part = WHOLE[:at]
    whole = part.count(b"</item>")
    try:
        document = read_feed(part, url=URL, now=NOW)
    except FeedUnreadable:
        assert whole == 0
        return
    assert [entry.url for entry in document.entries] == [f"https://harbour.example/{n}" for n in range(whole)]


@settings(max_examples=60)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=3))
def test_p1_a_few_bad_bytes_cost_at_most_the_entry_they_fall_into(at, noise):
    broken = WHOLE[:at] + noise + WHOLE[at:]
    try:
        document = read_feed(broken, url=URL, now=NOW)
    except FeedUnreadable:
        assert at < 100
        return
    found = {entry.url for entry in document.entries}
    wanted = {f"https://harbour.example/{n}" for n in range(8)}
    assert len(wanted - found) <= 1 or at < 150


def test_the_fast_reader_reads_what_feedparser_reads():
    """feedparser is the reference: on well-formed feeds both give the same fields."""
    compared = 0
    for path in CASES:
        case = tomllib.loads(path.read_text(encoding="utf-8"))
        if (
            case.get("unreadable")
            or not case["feed"].lstrip().startswith("<")
            or path.stem in {"p4-news-sitemap", "p4-sitemap-index", "t11-billion-laughs"}
        ):
            continue
        text = case["feed"].lstrip("\n").split("?>", 1)[-1]
        try:
            ours = read_tree(text, cap=50)
        except SyntaxError:
            continue
        from extractors.feeds.loose import _by_feedparser

        theirs = _by_feedparser(text)
        assert len(ours.entries) == len(theirs.entries), path.stem
        for mine, reference in zip(ours.entries, theirs.entries, strict=True):
            assert mine.title == reference.title or "<" in str(mine.title) + str(reference.title), path.stem
            if reference.dates:
                assert set(reference.dates) <= set(mine.dates), path.stem
            absolute = {link.href for link in mine.links if link.href.startswith("https://")}
            assert absolute <= {link.href for link in reference.links} | {reference.id}, path.stem
            compared += 1
    assert compared > 30


def test_a_page_names_its_feeds():
    page = """<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml">
    <link rel="alternate" hreflang="ko" href="/ko"><link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" href="https://harbour.example/atom">"""
    assert find_feed_links(page, "https://harbour.example/news/") == (URL, "https://harbour.example/atom")


def test_broken_entries_are_bounded_in_number():
    soup = "<rss><channel>" + "<item><title>a<b></title></item>" * 3_000 + "</channel></rss>"
    started = time.process_time()
    feed, faults = read_loose(soup, cap=ENTRY_CAP)
    assert time.process_time() - started < 10
    assert faults[0].kind == "malformed"
    assert feed.total == 3_000
