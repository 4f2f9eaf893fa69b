"""When a feed is asked again, and what a poll teaches about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Entry, Fault, FeedDocument
from wirewatch import polling
from wirewatch.entering import entry_key, ledger_rows, shard_of
from wirewatch.feedreading import reading_of
from wirewatch.polling import after_poll, due, unchanged, validators
from wirewatch.records import Feed, FeedState
from wirewatch.verdicts import Due, Fetched, Gone, NotModified, NotYet, Refused, Unreachable

NOON = datetime(2024, 8, 21, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEED = Feed(url="https://harbour.example/feed.xml")


def entries(count, gap=HOUR, *, first=NOON - MINUTE):
    return tuple(
        Entry(
            feed_url=FEED.url, entry_id=f"{n}", url=f"https://harbour.example/{n}", link=f"https://harbour.example/{n}",
            title=f"Story {n}", published_at=first - n * gap,
        )
        for n in range(count)
    )  # fmt: skip


def document(count=10, gap=HOUR, **more):
    return FeedDocument(kind="rss20", entries=entries(count, gap), **more)


def fetched(*headers, body=b"<rss/>", redirects=(), at=NOON):
    return Fetched(
        url=FEED.url, final_url=redirects[-1][1] if redirects else FEED.url, status=200, body=body, headers=tuple(headers),
        fetched_at=at, elapsed=MINUTE, redirects=tuple(redirects),
    )  # fmt: skip


def healthy(**more):
    known = {
        "status": "ok", "first_read_at": NOON - 9 * DAY, "read_at": NOON - HOUR, "changed_at": NOON - HOUR, "polled_at": NOON - HOUR,
        "interval_seconds": 1_800, "etag": '"e"', "last_modified": "Tue, 20 Aug 2024 12:00:00 GMT", "next_poll_at": NOON,
    }  # fmt: skip
    return FeedState(url=FEED.url, **(known | more))


def read(state=None, *, feed=FEED, verdict=None, doc=None, new=0, now=NOON):
    return after_poll(feed, state, verdict or fetched(), reading_of(doc or document()), new, now)


def failed(state, verdict, now=NOON):
    return after_poll(FEED, state, verdict, None, 0, now)


def wait_of(state, now=NOON):
    return state.next_poll_at - now


# --------------------------------------------------------------------------- due


def test_a_feed_never_asked_is_due_and_one_asked_waits():
    waiting = healthy(next_poll_at=NOON + HOUR)
    assert due([FEED], {}, NOON) == [Due(feed=FEED, state=None)]
    assert due([FEED], {FEED.url: waiting}, NOON) == [NotYet(feed=FEED, until=NOON + HOUR)]
    assert due([FEED], {FEED.url: waiting}, NOON + HOUR) == [Due(feed=FEED, state=waiting)]
    assert due([FEED], {FEED.url: waiting}, NOON, everything=True) == [Due(feed=FEED, state=waiting)]


def test_an_interval_that_the_operator_shortened_holds_at_once():
    often = replace(FEED, every=5 * MINUTE)
    state = healthy(next_poll_at=NOON + 5 * HOUR, polled_at=NOON - HOUR)
    assert isinstance(due([often], {FEED.url: state}, NOON)[0], Due)
    assert isinstance(due([often], {FEED.url: replace(state, failures=3.0)}, NOON)[0], NotYet)


# --------------------------------------------------------------------------- rhythm


def test_a_feed_is_asked_twice_in_its_usual_time_between_entries():
    assert 30 * MINUTE <= wait_of(read(doc=document(10, HOUR))) <= 33 * MINUTE


def test_the_interval_stays_within_its_bounds():
    assert wait_of(read(doc=document(30, timedelta(seconds=20)))) >= polling.SHORTEST
    assert wait_of(read(doc=document(30, 40 * DAY))) <= polling.LONGEST * 1.1


def test_p12_a_feed_is_asked_before_its_window_slides_by_however_long_its_ttl():
    few = document(6, 10 * MINUTE, ttl_minutes=1_440)
    assert wait_of(read(doc=few)) <= 50 * MINUTE / 3 * 1.1


def test_hints_of_server_and_feed_are_kept_within_reason():
    slow = document(40, 20 * MINUTE, ttl_minutes=60)
    assert wait_of(read(doc=slow)) >= HOUR
    assert (
        wait_of(read(doc=document(40, HOUR), verdict=fetched(("cache-control", "public, max-age=7200"))))
        >= 2 * HOUR
    )
    expires = ("expires", format_datetime(NOON + 2 * HOUR, usegmt=True))
    assert wait_of(read(doc=document(40, HOUR), verdict=fetched(expires))) >= 2 * HOUR
    assert (
        wait_of(read(doc=document(40, HOUR), verdict=fetched(("cache-control", "max-age=99999999"))))
        <= polling.LONGEST_HINT * 1.1
    )


def test_the_operators_interval_goes_before_all_hints():
    often = replace(FEED, every=5 * MINUTE)
    state = after_poll(
        often,
        None,
        fetched(("cache-control", "max-age=9999")),
        reading_of(document(ttl_minutes=60)),
        10,
        NOON,
    )
    assert 5 * MINUTE <= wait_of(state) <= 5.5 * MINUTE


def test_hours_and_days_to_skip_are_skipped_unless_that_is_always():
    skipping = document(10, HOUR, skip_hours=(12, 13), skip_days=(2,))
    at = read(doc=skipping).next_poll_at
    assert at.weekday() != 2
    assert at.hour not in {12, 13}
    assert wait_of(read(doc=document(10, HOUR, skip_hours=tuple(range(24))))) < 9 * DAY


def test_a_feed_without_dates_is_asked_quicker_while_something_new_comes():
    undated = FeedDocument(
        kind="rss20", entries=tuple(replace(entry, published_at=None) for entry in entries(9))
    )
    assert (
        wait_of(read(healthy(), doc=undated, new=3))
        < 30 * MINUTE
        < wait_of(read(healthy(), doc=undated, new=0))
    )


# --------------------------------------------------------------------------- validators


def test_t2_validators_are_stored_from_every_answer_and_sent_back():
    verdict = fetched(("etag", 'W/"x"'), ("last-modified", "Wed, 21 Aug 2024 12:00:00 GMT"))
    state = read(verdict=verdict, new=10)
    assert validators(state, NOON + HOUR) == ('W/"x"', "Wed, 21 Aug 2024 12:00:00 GMT")
    after = after_poll(
        FEED,
        state,
        NotModified(url=FEED.url, headers=(("etag", '"y"'),), fetched_at=NOON),
        None,
        0,
        NOON + HOUR,
    )
    assert validators(after, NOON + 2 * HOUR)[0] == '"y"'


def test_t1_now_and_then_a_feed_is_read_in_full_whatever_its_etag():
    state = read(verdict=fetched(("etag", '"stale"')), new=10)
    assert validators(state, NOON + 10 * HOUR) == ('"stale"', None)
    assert validators(state, NOON + 25 * HOUR) == (None, None)


def test_t1_the_same_bytes_need_no_parsing_and_other_bytes_do():
    state = read(verdict=fetched(body=b"one"), new=10)
    assert unchanged(state, fetched(body=b"one"))
    assert not unchanged(state, fetched(body=b"two"))
    assert not unchanged(replace(state, status="broken"), fetched(body=b"one"))
    after = after_poll(FEED, state, fetched(body=b"one"), None, 0, NOON + HOUR)
    assert (after.status, after.failures, after.read_at) == ("ok", 0.0, NOON + HOUR)


def test_t3_a_cut_off_answer_leaves_no_validators():
    cut = document(faults=(Fault(kind="truncated", detail="x"),))
    state = read(verdict=fetched(("etag", '"e"')), doc=cut, new=10)
    assert validators(state, NOON) == (None, None)
    assert not unchanged(state, fetched())


def test_t3_a_304_after_a_failure_keeps_the_failure_and_the_next_read_is_full():
    broken = after_poll(FEED, healthy(), fetched(), None, 0, NOON, fault="html: a page")
    assert validators(broken, NOON) == (None, None)
    after = after_poll(FEED, broken, NotModified(url=FEED.url, fetched_at=NOON), None, 0, NOON + HOUR)
    assert (after.status, after.reason, after.failures) == ("broken", "html: a page", 0.5)


# --------------------------------------------------------------------------- failures


def test_failures_weigh_by_class_and_the_wait_grows_with_them():
    hard, soft, temporary = (
        Unreachable(url=FEED.url, reason="x", weight=weight) for weight in (1.0, 0.5, 0.25)
    )
    waits = [wait_of(failed(healthy(), verdict)) for verdict in (hard, soft, temporary)]
    assert waits == sorted(waits, reverse=True)
    state = healthy()
    for _ in range(30):
        state = failed(state, hard)
    assert state.failures == 30
    assert wait_of(state) <= polling.LONGEST_WAIT["failed"] * 1.1


def test_a_success_forgets_all_failures():
    state = read(failed(healthy(), Unreachable(url=FEED.url, reason="timeout", weight=0.25)), new=0)
    assert (state.status, state.reason, state.failures) == ("ok", None, 0.0)


def test_t4_retry_after_is_kept_within_a_day():
    asked = Unreachable(url=FEED.url, reason="HTTP 429", weight=0.25, retry_after=3 * HOUR)
    assert 3 * HOUR <= wait_of(failed(healthy(), asked)) <= 3.4 * HOUR
    absurd = replace(asked, retry_after=99 * DAY)
    assert wait_of(failed(healthy(), absurd)) <= 27 * HOUR


def test_t7_a_feed_that_is_gone_is_asked_rarely_and_never_forgotten():
    state404 = state410 = healthy()
    for _ in range(40):
        state404, state410 = (
            failed(state404, Gone(url=FEED.url, status=404)),
            failed(state410, Gone(url=FEED.url, status=410)),
        )
    assert DAY < wait_of(state404) < wait_of(state410) < 30 * DAY
    assert read(state410, new=1).status == "ok"


def test_t5_blocked_is_neither_empty_nor_broken():
    assert failed(healthy(), Refused(url=FEED.url, reason="HTTP 403")).status == "blocked"
    assert (
        failed(healthy(), Refused(url=FEED.url, reason="forbidden address 10.0.0.1 (private)")).status
        == "refused"
    )
    wall = after_poll(FEED, healthy(), fetched(), None, 0, NOON, fault="blocked: a bot challenge")
    assert (wall.status, wall.failures) == ("blocked", 0.5)


def test_t6_a_page_at_the_feeds_address_is_no_success_and_keeps_what_was_known():
    state = after_poll(
        FEED, healthy(title="Harbour", entries_seen=7), fetched(), None, 0, NOON, fault="html: a page"
    )
    assert (state.status, state.title, state.entries_seen) == ("broken", "Harbour", 7)


def test_p15_no_entries_is_no_success():
    state = read(healthy(), doc=FeedDocument(kind="rss20", entries=()))
    assert (state.status, state.failures) == ("empty", 0.25)


# --------------------------------------------------------------------------- moved feeds


def test_t8_a_move_within_the_house_is_followed_after_three_confirmations():
    state, new = healthy(), "https://www.harbour.example/new.xml"
    for number in range(3):
        assert state.current_url is None
        state = read(state, verdict=fetched(redirects=[(301, new)]), now=NOON + number * HOUR)
    assert state.current_url == new
    assert failed(state, Gone(url=new, status=404)).current_url is None


@pytest.mark.parametrize(
    "redirects",
    [
        [(302, "https://harbour.example/new.xml")],
        [(301, "https://harbour.example/a"), (302, "https://harbour.example/b")],
        [(301, "https://harbour.example/")],
    ],
)
def test_t8_temporary_redirects_and_those_to_the_home_page_are_never_followed_for_good(redirects):
    state = healthy()
    for _ in range(20):
        state = read(state, verdict=fetched(redirects=redirects))
    assert state.current_url is None


def test_t8_a_move_to_another_house_takes_longer_and_is_told():
    state, other = healthy(), "https://elsewhere.example/feed"
    for _ in range(3):
        state = read(state, verdict=fetched(redirects=[(308, other)]))
    assert state.current_url is None
    assert state.faults == (f"off-domain: redirected to {other}",)


# --------------------------------------------------------------------------- what an operator must see


def test_p12_no_known_entry_in_the_answer_is_a_suspected_gap_and_hurries():
    lost = read(healthy(interval_seconds=7_200), doc=document(10, 6 * HOUR), new=10)
    assert lost.gap_suspected
    assert wait_of(lost) <= 1.1 * HOUR
    assert not read(lost, doc=document(10), new=9).gap_suspected
    assert not read(None, new=10).gap_suspected


def test_silence_is_measured_against_the_feeds_own_history():
    often = healthy(rhythm_seconds=3_600, changed_at=NOON - 2 * DAY)
    seldom = healthy(rhythm_seconds=3 * 86_400, changed_at=NOON - 2 * DAY)
    assert read(often).status == "quiet"
    assert read(often).reason == "no new entry for 2 days; usually one every 60 minutes"
    assert read(seldom).status == "ok"
    assert read(often, new=1).status == "ok"


def test_t14_a_wrong_clock_is_told():
    assert read(verdict=fetched(("date", format_datetime(NOON - HOUR, usegmt=True)))).faults == (
        "clock-skew: the server's clock is off by -3600 s",
    )


def test_t16_an_answer_that_varies_by_who_asks_is_told():
    (line,) = read(verdict=fetched(("vary", "Accept-Encoding, User-Agent"))).faults
    assert line.startswith("variant: what comes depends on user-agent")


def test_faults_of_entries_are_counted_by_kind():
    assumed = tuple(replace(entry, faults=(Fault(kind="zone-assumed", detail="x"),)) for entry in entries(3))
    assert read(doc=FeedDocument(kind="rss20", entries=assumed)).faults == ("zone-assumed: 3 entries",)


# --------------------------------------------------------------------------- the ledger's rows


def test_p13_the_first_read_of_a_feed_is_backfill_and_later_ones_are_not():
    first = ledger_rows(document(3), FEED, None, NOON)
    assert [row.backfill for row in first] == [True] * 3
    assert [
        row.backfill
        for row in ledger_rows(document(3), FEED, FeedState(url=FEED.url, status="unreachable"), NOON)
    ] == [True] * 3
    assert [row.backfill for row in ledger_rows(document(3), FEED, read(new=3), NOON)] == [False] * 3
    assert {row.state for row in first} == {"queued"}


def test_e18_u7_a_bumped_date_is_no_change_and_a_changed_word_is():
    (row,) = ledger_rows(document(1), FEED, None, NOON)
    (entry,) = entries(1)
    for changed, same in ((replace(entry, updated_at=NOON), True), (replace(entry, title="Other"), False)):
        (again,) = ledger_rows(FeedDocument(kind="rss20", entries=(changed,)), FEED, None, NOON + HOUR)
        assert again.entry_key == row.entry_key
        assert (again.content_hash == row.content_hash) is same


def test_o5_an_entry_older_than_what_is_kept_does_not_return_as_new():
    old, young = ledger_rows(document(2, 30 * DAY), FEED, healthy(), NOON, oldest=NOON - 10 * DAY)[::-1]
    assert (old.state, old.reason) == ("filtered", "older than what is kept (keep_months)")
    assert (young.state, young.reason) == ("queued", None)


def test_p17_one_article_in_two_feeds_is_two_rows_of_one_article():
    other = replace(FEED, url="https://harbour.example/world.xml")
    (left,), (right,) = (
        ledger_rows(document(1), FEED, None, NOON),
        ledger_rows(document(1), other, None, NOON),
    )
    assert left.entry_key != right.entry_key
    assert left.article_key == right.article_key


def test_all_hosts_of_a_site_share_a_shard_and_loopback_ports_do_not_count_as_one_site():
    assert shard_of("https://www.harbour.example/1") == shard_of("http://m.harbour.example:8080/2")
    assert len({shard_of(f"http://127.0.0.1:{port}/") for port in range(8_000, 8_050)}) > 20
    assert all(0 <= shard_of(f"https://h{n}.example/") < 64 for n in range(100))
    assert len(entry_key("a", "b")) == 32


# --------------------------------------------------------------------------- properties

_verdicts = st.one_of(
    st.just(fetched()), st.just(NotModified(url=FEED.url, fetched_at=NOON)), st.sampled_from([404, 410]).map(lambda code: Gone(url=FEED.url, status=code)),
    st.just(Refused(url=FEED.url, reason="HTTP 403")),
    st.builds(Unreachable, url=st.just(FEED.url), reason=st.just("x"), weight=st.sampled_from([0.25, 0.5, 1.0]),
              retry_after=st.none() | st.timedeltas(timedelta(0), 60 * DAY)),
)  # fmt: skip


@given(
    st.lists(st.tuples(_verdicts, st.integers(0, 10), st.booleans()), max_size=25),
    st.none() | st.integers(1, 500),
)
def test_whatever_happens_a_feed_is_asked_again_within_thirty_days_and_not_at_once(steps, every):
    feed = replace(FEED, every=every * MINUTE if every else None)
    state, now = None, NOON
    for verdict, new, readable in steps:
        doc = document(10, HOUR) if isinstance(verdict, Fetched) and readable else None
        before = state.entries_seen if state else 0
        fault = None if doc or not isinstance(verdict, Fetched) else "html: x"
        state = after_poll(feed, state, verdict, doc and reading_of(doc), new if doc else 0, now, fault=fault)
        assert MINUTE <= state.next_poll_at - now <= 30 * DAY
        assert state.entries_seen - before == (new if doc else 0)
        assert state.failures >= 0
        now = state.next_poll_at
