"""Ids that do not stay are seen between two readings of a feed, and then no longer used."""

from __future__ import annotations

from datetime import timedelta

from extractors.feeds import read_feed
from tests.builders import NOON
from wirewatch.feedreading import FeedJob, read_one
from wirewatch.identities import id_marks, ids_changed
from wirewatch.polling import after_poll
from wirewatch.records import Feed
from wirewatch.verdicts import Fetched

FEED = Feed(url="https://harbour.example/feed.xml")


def build_body(*, ids, links=True, titles="ABCDE"):
    """A feed of an entry a title, with ids made by `ids`."""
    items = "".join(
        f"<item><title>Ferry {title}</title>{f'<link>https://harbour.example/{title}</link>' if links else ''}"
        f'<guid isPermaLink="false">{ids(title)}</guid><description>Text of {title}.</description></item>'
        for title in titles
    )
    return f'<rss version="2.0"><channel><title>H</title>{items}</channel></rss>'.encode()


def marks(body):
    return id_marks(read_feed(body, url=FEED.url, now=NOON).entries)


def read(state, body, at):
    """One poll of the feed: its rows and its state afterwards."""
    verdict = Fetched(
        url=FEED.url,
        final_url=FEED.url,
        status=200,
        body=body,
        headers=(),
        fetched_at=at,
        elapsed=timedelta(0),
    )
    given = read_one(FeedJob(feed=FEED, state=state, verdict=verdict, zone=None, now=at))
    return {row.entry_key for row in given.rows}, after_poll(FEED, state, verdict, given.reading, 0, at)


def test_p10_ids_made_anew_at_every_reading_are_seen():
    first, second = (marks(build_body(ids=lambda title, n=n: f"{n}-{title}")) for n in (1, 2))
    assert ids_changed(first, second) == 5
    assert ids_changed(first, first) == 0


def test_p10_one_entry_under_a_new_id_is_an_edited_entry():
    first = marks(build_body(ids=str.lower))
    second = marks(build_body(ids=lambda title: "new" if title == "A" else title.lower()))
    assert ids_changed(first, second) == 0


def test_p10_ids_that_take_the_place_of_addresses_once_are_no_change():
    addresses = marks(build_body(ids=lambda title: f"https://harbour.example/{title}"))
    own = marks(build_body(ids=str.lower))
    assert ids_changed(addresses, own) == ids_changed(own, addresses) == 0


def test_p10_new_entries_under_new_ids_are_no_change():
    first = marks(build_body(ids=str.lower))
    assert ids_changed(first, marks(build_body(ids=str.lower, titles="VWXYZ"))) == 0


def test_p10_entries_without_an_address_are_known_again_once_their_ids_are_distrusted():
    state, readings = None, []
    for n in range(4):
        body = build_body(ids=lambda title, n=n: f"{n}-{title}", links=False)
        keys, state = read(state, body, NOON + timedelta(hours=n))
        readings.append(keys)
    assert state.distrust_ids
    assert readings[0].isdisjoint(readings[1])
    assert readings[2] == readings[3]


def test_p10_what_was_seen_is_told_as_a_fault_of_the_feed():
    _, state = read(None, build_body(ids=lambda title: f"1-{title}"), NOON)
    _, state = read(state, build_body(ids=lambda title: f"2-{title}"), NOON + timedelta(hours=1))
    assert any(fault.startswith("changing-ids: 5 entries") for fault in state.faults)


def test_p11_an_entry_without_an_address_stays_the_same_entry_when_its_title_is_edited():
    body = build_body(ids=str.lower, links=False)
    edited = body.replace(b"Ferry A", b"Corrected: Ferry A")
    assert body != edited
    assert read(None, body, NOON)[0] == read(None, edited, NOON)[0]
