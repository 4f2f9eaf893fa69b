"""When a feed is asked again, and what a poll leaves behind."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Entry, FeedDocument
from tests.builders import NOON, build_feed, build_feed_state
from wirewatch.entering import ledger_rows
from wirewatch.polling import (
    FULL_READ_EVERY,
    GONE_WAIT,
    LONGEST_GONE_WAIT,
    MOVES_TO_CONFIRM,
    after_poll,
    due,
    retry_after,
    validators,
)
from wirewatch.records import Due, Fetched, Gone, NotModified, NotYet, Unreachable

MINUTES = timedelta(minutes=1)


def build_fetched(**fields):
    defaults = {
        "url": "https://paper.example/feed.xml",
        "final_url": "https://paper.example/feed.xml",
        "status": 200,
        "body": b"<rss/>",
        "headers": (("etag", 'W/"1"'),),
        "fetched_at": NOON,
        "elapsed": timedelta(0),
    }
    return Fetched(**{**defaults, **fields})


def build_document(entries=2):
    return FeedDocument(
        kind="rss20",
        entries=tuple(
            Entry(
                feed_url="https://paper.example/feed.xml",
                entry_id=str(number),
                url=f"https://paper.example/{number}",
                link=f"https://paper.example/{number}?utm_source=feed",
            )
            for number in range(entries)
        ),
    )


def polled(state=None, verdict=None, document=None, new=0, now=NOON, feed=None, **more):
    return after_poll(feed or build_feed(), state, verdict or build_fetched(), document, new, now, **more)


def test_a_feed_never_polled_is_due_and_one_polled_waits_for_its_time():
    waiting = build_feed_state(next_poll_at=NOON + 5 * MINUTES)
    (first,) = due([build_feed()], {}, NOON)
    (later,) = due([build_feed()], {waiting.url: waiting}, NOON)
    (forced,) = due([build_feed()], {waiting.url: waiting}, NOON, everything=True)
    assert isinstance(first, Due)
    assert later == NotYet(feed=build_feed(), until=NOON + 5 * MINUTES)
    assert isinstance(forced, Due)


def test_a_read_keeps_the_validators_and_a_304_keeps_the_earlier_state():
    read = polled(document=build_document(), new=2)
    assert (read.status, read.etag, read.entries_seen, read.first_read_at) == ("ok", 'W/"1"', 2, NOON)
    again = polled(read, NotModified(url=read.url, fetched_at=NOON), now=NOON + 20 * MINUTES)
    assert (again.status, again.etag, again.entries_seen) == ("ok", 'W/"1"', 2)


def test_t1_validators_are_left_out_when_a_full_read_is_due_again():
    read = polled(document=build_document(), new=2)
    assert validators(read, NOON + 20 * MINUTES) == ('W/"1"', None)
    assert validators(read, NOON + FULL_READ_EVERY) == (None, None)


def test_t6_a_page_at_the_feed_address_is_no_success_and_wipes_nothing():
    read = polled(document=build_document(), new=2)
    broken = polled(read, document=None, fault="an HTML page", now=NOON + 20 * MINUTES)
    assert (broken.status, broken.reason, broken.entries_seen) == ("broken", "an HTML page", 2)
    assert broken.etag == read.etag


def test_t7_a_gone_feed_is_asked_ever_more_rarely_and_never_forgotten():
    state, waits = build_feed_state(), []
    now = NOON
    for _ in range(12):
        state = polled(state, Gone(url=state.url, status=410), now=now)
        waits.append(state.next_poll_at - now)
        now = state.next_poll_at
    assert waits[:8] == sorted(waits[:8])
    assert GONE_WAIT < waits[0]
    assert LONGEST_GONE_WAIT <= waits[-1] <= LONGEST_GONE_WAIT * 1.1


def test_t8_a_move_counts_only_after_it_was_seen_three_times():
    there = "https://new.example/feed.xml"
    state = None
    for seen in range(1, MOVES_TO_CONFIRM + 1):
        moved = build_fetched(final_url=there, redirects=((301, there),))
        state = polled(state, moved, document=build_document())
        assert state.current_url == (there if seen == MOVES_TO_CONFIRM else None)


def test_t8_a_temporary_redirect_on_the_way_moves_nothing():
    there = "https://new.example/feed.xml"
    state = None
    for _ in range(5):
        hop = build_fetched(final_url=there, redirects=((301, "x"), (302, there)))
        state = polled(state, hop, document=build_document())
    assert state.current_url is None


def test_t4_a_server_that_asks_for_patience_gets_it_up_to_a_day():
    state = polled(verdict=Unreachable(url="x", reason="429", weight=0.25, retry_after=timedelta(hours=88)))
    assert timedelta(hours=24) <= state.next_poll_at - NOON <= timedelta(hours=24) * 1.1
    assert retry_after("120", NOON) == timedelta(seconds=120)
    assert retry_after("Fri, 20 Nov 2026 12:10:00 GMT", NOON) == 10 * MINUTES
    assert retry_after("-5", NOON) is None
    assert retry_after("9" * 400, NOON) == timedelta(hours=24)


def test_p12_no_known_entry_in_a_later_read_is_a_suspected_gap():
    first = polled(document=build_document(), new=2)
    assert not first.gap_suspected
    assert polled(first, document=build_document(), new=2, now=NOON + MINUTES).gap_suspected
    assert not polled(first, document=build_document(), new=1, now=NOON + MINUTES).gap_suspected


def test_an_operators_interval_is_kept():
    state = polled(feed=build_feed(every=5 * MINUTES), document=build_document(), new=0)
    assert 5 * MINUTES <= state.next_poll_at - NOON <= 5.5 * MINUTES


def test_p13_rows_of_a_first_read_are_backfill_and_later_ones_are_not():
    document, feed = build_document(), build_feed()
    first = ledger_rows(document, feed, None, NOON)
    later = ledger_rows(document, feed, polled(document=document, new=2), NOON)
    assert {row.backfill for row in first} == {True}
    assert {row.backfill for row in later} == {False}
    assert [row.entry_key for row in first] == [row.entry_key for row in later]


@given(st.lists(st.sampled_from(["read", "same", "gone", "down"]), max_size=30))
def test_whatever_happens_the_next_poll_lies_ahead_and_within_a_fortnight_and_a_half(story):
    state, now = None, NOON
    for what in story:
        verdict = {
            "read": build_fetched(),
            "same": NotModified(url="x", fetched_at=now),
            "gone": Gone(url="x", status=404),
            "down": Unreachable(url="x", reason="timed out", weight=0.5),
        }[what]
        state = polled(state, verdict, document=build_document() if what == "read" else None, now=now)
        assert now < state.next_poll_at <= now + LONGEST_GONE_WAIT * 1.2
        now = state.next_poll_at
