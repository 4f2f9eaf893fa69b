"""One feed under many addresses: the first is followed, the others wait, and nothing they bring is lost."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from wirewatch.newsroom import answers
from wirewatch.newsroom.misbehaviour import MisbehavingWeb
from wirewatch.pipeline import open_engine
from wirewatch.pipeline.polls import poll
from wirewatch.records import Feed, FeedState
from wirewatch.settings import load_settings
from wirewatch.twins import FEWEST_IN_COMMON, TWIN_INTERVAL, Twins, same_entries

FIRST, LATER = Feed(url="https://harbour.example/feed"), Feed(url="https://harbour.example/feed?user=7")
HOUR = timedelta(hours=1)


def state(feed, newest, *, count=20, **more):
    """A feed that was read when entry number `newest` was its newest."""
    marks = tuple(f"entry{number} id{number}" for number in range(newest, newest - count, -1))
    known = {"status": "ok", "id_marks": marks, "interval_seconds": 3600, "next_poll_at": NOON + HOUR}
    return FeedState(url=feed.url, **(known | more))


def slowed(later, first, *, feed=LATER, before=None):
    known = {each.url: each for each in (first, later) if each is not None}
    return Twins([FIRST, LATER], known).slowed(feed, before, later, NOON)


@given(start=st.integers(0, 20), one=st.integers(8, 20), other=st.integers(8, 20))
def test_t13_two_windows_on_one_sequence_are_one_feed_while_enough_stands_in_both(start, one, other):
    entries = [f"{number}" for number in range(60)]
    common = max(0, min(one, start + other) - start)
    assert same_entries(entries[:one], entries[start : start + other]) == (common >= FEWEST_IN_COMMON)


@given(st.permutations(range(1, 20)))
def test_t13_the_same_entries_in_another_order_are_another_feed(order):
    entries = [f"{number}" for number in range(20)]
    shuffled = [entries[0], *(entries[number] for number in order)]
    assert same_entries(entries, shuffled) == (shuffled == entries)


def test_t13_sections_that_share_single_entries_are_two_feeds():
    world = [f"w{number}" for number in range(20)]
    top = [
        entry for pair in zip(world, (f"t{number}" for number in range(20)), strict=True) for entry in pair
    ]
    assert not same_entries(world, top[:20])


def test_t13_the_later_listed_of_two_equal_feeds_waits_and_says_why():
    found = slowed(state(LATER, 102), state(FIRST, 100))
    assert found.next_poll_at == NOON + TWIN_INTERVAL
    assert found.faults == (f"twin: the same entries as {FIRST.url}; asked every 12 hours",)


def test_t13_the_first_listed_keeps_its_rhythm():
    first = state(FIRST, 100)
    assert slowed(first, state(LATER, 100), feed=FIRST) == first


def test_t13_a_twin_is_no_gap_although_it_knows_none_of_what_came_meanwhile():
    assert not slowed(state(LATER, 100, gap_suspected=True), state(FIRST, 100)).gap_suspected


@pytest.mark.parametrize("first", [None, state(FIRST, 300), state(FIRST, 100, status="gone", failures=3.0)])
def test_t13_a_twin_that_goes_its_own_way_or_alone_is_asked_again_at_once(first):
    twin = slowed(state(LATER, 100), state(FIRST, 100))
    found = slowed(twin, first, before=twin)
    assert (found.faults, found.next_poll_at) == ((), NOON)


def test_t13_a_twin_with_news_of_its_own_is_asked_again_at_once():
    twin = slowed(state(LATER, 100), state(FIRST, 100))
    found = slowed(
        state(LATER, 300), state(FIRST, 100), before=twin
    )  # read anew, so without its former faults
    assert (found.faults, found.next_poll_at) == ((), NOON)


def test_t13_a_twin_that_fails_waits_as_failing_feeds_do():
    failing = replace(slowed(state(LATER, 100), state(FIRST, 100)), status="unreachable", failures=1.0)
    assert slowed(failing, state(FIRST, 100), before=failing) == failing


def test_t13_the_operators_interval_holds_for_a_twin_too():
    found = slowed(state(LATER, 100), state(FIRST, 100), feed=replace(LATER, every=HOUR))
    assert found.next_poll_at == NOON + HOUR
    assert found.faults


def test_t13_two_short_feeds_are_not_told_to_be_one():
    short = state(LATER, 100, count=FEWEST_IN_COMMON - 1)
    assert slowed(short, state(FIRST, 100, count=FEWEST_IN_COMMON - 1)) == short


@pytest.mark.elastic
def test_t13_a_feed_listed_twice_is_followed_once_and_all_its_entries_are_accounted_for(node_url, tmp_path):
    now = [NOON]

    def publish(web, newest):
        rows = [
            (f"Harbour story {n}", f"https://harbour.example/{n}", "") for n in range(newest, newest - 12, -1)
        ]
        for path in ("/feed", "/feed-for-7"):  # not the same bytes: each names itself
            body = answers.rss(rows, title=f"Harbour at {path}")
            web.script(path, answers.text(body, answers.RSS_TYPE))

    with MisbehavingWeb() as web:
        feeds = tmp_path / "feeds.toml"
        feeds.write_text("".join(f'[[feed]]\nurl = "{web.url(path)}"\n' for path in ("/feed", "/feed-for-7")))
        environ = {
            "WIREWATCH_HOME": str(tmp_path), "WIREWATCH_ELASTICSEARCH_URL": node_url, "WIREWATCH_FEEDS": str(feeds),
            "WIREWATCH_INDEX_PREFIX": f"t{uuid.uuid4().hex[:10]}", "WIREWATCH_ALLOW_LOOPBACK": "1",
            "WIREWATCH_HOST_DELAY_SECONDS": "0",
        }  # fmt: skip
        with open_engine(load_settings(environ=environ), clock=lambda: now[0]) as engine:
            for newest in (20, 22):
                publish(web, newest)
                poll(engine, everything=True)
                now[0] += HOUR
            engine.index.refresh("feeds", "entries")
            states = {each.url: each for each in engine.index.feeds.records()}
            differences = [day.difference for day in engine.index.ledger.reconcile()]
            engine.index.drop()
    first, twin = (states[web.url(path)] for path in ("/feed", "/feed-for-7"))
    assert (first.faults, len(twin.faults)) == ((), 1)
    assert twin.next_poll_at - first.next_poll_at > 6 * HOUR
    assert (first.entries_seen, twin.entries_seen) == (14, 14)
    assert set(differences) == {0}
