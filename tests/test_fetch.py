"""Fetching from a web that misbehaves: every answer ends in a verdict, within time and memory."""

from __future__ import annotations

import asyncio
import itertools
import resource
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver

from wirewatch.fetch import Fetcher, forbidden, guarded_connector
from wirewatch.fetch.hosts import Hosts
from wirewatch.fetch.verdicts import read_retry_after
from wirewatch.newsroom import answers
from wirewatch.newsroom.misbehaviour import MisbehavingWeb
from wirewatch.newsroom.standing import FEED
from wirewatch.settings import Settings
from wirewatch.verdicts import Fetched, Gone, NotModified, Refused, Unreachable


@pytest.fixture(scope="module")
def web():
    with MisbehavingWeb() as server:
        yield server


@pytest.fixture(autouse=True)
def _empty_log(web):
    web.forget()


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path, allow_loopback=True, host_delay_seconds=0, fetch_timeout_seconds=0.8)


def feed(settings, url, **validators):
    async def fetch():
        async with Fetcher(settings) as fetcher:
            return await fetcher.fetch_feed(url, **validators)

    return asyncio.run(fetch())


def page(settings, *urls):
    async def fetch():
        async with Fetcher(settings) as fetcher:
            return [await fetcher.fetch_page(url) for url in urls]

    found = asyncio.run(fetch())
    return found[0] if len(urls) == 1 else found


def test_a_feed_comes_whole_with_its_headers(web, settings):
    verdict = feed(settings, web.url("/ok/feed.xml"))
    assert isinstance(verdict, Fetched)
    assert verdict.body == FEED
    assert verdict.header("etag") == 'W/"five"'
    assert verdict.fetched_at.tzinfo is UTC


def test_t2_validators_go_back_verbatim_and_304_is_a_verdict(web, settings):
    verdict = feed(
        settings, web.url("/ok/feed.xml"), etag='W/"five"', last_modified="Tue, 01 Sep 2026 01:00:00 GMT"
    )
    assert isinstance(verdict, NotModified)
    (request,) = web.requests("/ok/feed.xml")
    assert request.header("if-none-match") == 'W/"five"'
    assert request.header("if-modified-since") == "Tue, 01 Sep 2026 01:00:00 GMT"


def test_we_say_who_we_are_and_whom_to_write_to(web, settings):
    feed(replace(settings, contact="desk@wirewatch.example"), web.url("/ok/feed.xml"))
    (request,) = web.received
    assert (
        request.header("user-agent")
        == "Wirewatch/0.1 (+https://wirewatch.example/bot) (desk@wirewatch.example)"
    )
    assert request.header("from") == "desk@wirewatch.example"


@pytest.mark.parametrize(
    ("path", "kind", "reason", "weight"),
    [
        ("/404", Gone, None, None),
        ("/410", Gone, None, None),
        ("/401", Refused, "HTTP 401", None),
        ("/403", Refused, "HTTP 403", None),
        ("/451", Refused, "HTTP 451", None),
        ("/html/wall-403", Refused, "HTTP 403", None),
        ("/400", Unreachable, "HTTP 400", 1.0),
        ("/418", Unreachable, "HTTP 418", 1.0),
        ("/500", Unreachable, "HTTP 500", 0.5),
        ("/502", Unreachable, "HTTP 502", 0.25),
        ("/503", Unreachable, "HTTP 503", 0.25),
        ("/204", Unreachable, "HTTP 204", 0.5),
        ("/redirect/loop", Unreachable, "redirect loop", 1.0),
        ("/redirect/self", Unreachable, "redirect loop", 1.0),
        ("/redirect/chain/100", Unreachable, "more than 10 redirects", 1.0),
        ("/redirect/nowhere", Unreachable, "HTTP 302 without a location", 0.5),
        ("/slow/body", Unreachable, "timeout", 0.25),
        ("/slow/head", Unreachable, "timeout", 0.25),
        ("/slow/start", Unreachable, "timeout", 0.25),
        ("/endless/drip", Unreachable, "timeout", 0.25),
        ("/gzip/broken", Unreachable, "broken body", 0.5),
        ("/gzip/truncated", Unreachable, "broken body: gzip ends early", 0.5),
        ("/headers/flood", Unreachable, "not HTTP", 0.5),
        ("/headers/long", Unreachable, "not HTTP", 0.5),
        ("/headers/broken", Unreachable, "not HTTP", 0.5),
        ("/reset/at-once", Unreachable, "connection", 0.25),
        ("/length/cut", Unreachable, "connection closed within the body", 0.25),
    ],
)
def test_every_refusal_and_failure_is_a_verdict(web, settings, path, kind, reason, weight):
    verdict = feed(settings, web.url(path))
    assert isinstance(verdict, kind), verdict
    if reason is not None:
        assert verdict.reason.startswith(reason)
    if weight is not None:
        assert verdict.weight == weight


@pytest.mark.parametrize(
    "path",
    ["/gzip/ok", "/gzip/not", "/brotli/not", "/encoding/unknown", "/length/too-long", "/length/none", "/redirect/chain/5",
     "/redirect/301", "/redirect/302", "/redirect/303", "/redirect/307", "/redirect/308", "/redirect/relative"],
)  # fmt: skip
def test_what_browsers_read_we_read(web, settings, path):
    verdict = feed(settings, web.url(path))
    assert isinstance(verdict, Fetched), verdict
    assert verdict.body == FEED


def test_redirects_are_told_in_order(web, settings):
    verdict = feed(settings, web.url("/redirect/chain/3"))
    assert [status for status, _ in verdict.redirects] == [301, 301, 301]
    assert verdict.final_url == web.url("/ok/feed.xml") == verdict.redirects[-1][1]
    assert verdict.url == web.url("/redirect/chain/3")


@pytest.mark.parametrize("path", ["/gzip/bomb", "/brotli/bomb", "/endless", "/gzip/bomb.html"])
def test_t9_bombs_and_endless_bodies_stop_at_the_limit(web, settings, path):
    web.script("/warm", answers.text(FEED))
    feed(settings, web.url(path))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    verdict = feed(replace(settings, feed_limit_mb=4.0, fetch_timeout_seconds=10), web.url(path))
    assert time.monotonic() - started < 5
    assert isinstance(verdict, Unreachable)
    assert verdict.reason == "too large: more than 4 MB"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # KB


def test_a_bomb_within_a_bomb_stops_too(web, settings):
    import gzip

    inner = gzip.compress(gzip.compress(b" " * 40_000_000))
    web.script("/nested", answers.text(inner, answers.RSS_TYPE).having(("Content-Encoding", "gzip")))
    assert feed(replace(settings, feed_limit_mb=1.0), web.url("/nested")).reason.startswith("too large")
    web.script("/unannounced", answers.text(gzip.compress(FEED), "application/gzip"))
    assert feed(settings, web.url("/unannounced")).body == FEED


def test_t4_a_host_that_asks_to_wait_is_left_alone_by_every_feed(web, settings):
    async def fetch():
        async with Fetcher(settings) as fetcher:
            return await fetcher.fetch_feed(web.url("/429/seconds")), await fetcher.fetch_feed(
                web.url("/ok/feed.xml")
            )

    first, second = asyncio.run(fetch())
    assert first.retry_after == timedelta(seconds=120)
    assert timedelta(seconds=110) < second.retry_after <= timedelta(seconds=120)
    assert not web.requests("/ok/feed.xml")


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("316800", timedelta(hours=24)),
        ("9" * 40, timedelta(hours=24)),
        ("Sun, 01 Sep 2024 00:10:00 GMT", timedelta(minutes=10)),
        ("Sat, 31 Aug 2024 00:00:00 GMT", None),
        ("-30", None),
        ("soon", None),
        ("0", None),
        (None, None),
    ],
)
def test_t4_retry_after_is_read_in_every_form_and_capped(text, wait):
    assert read_retry_after(text, datetime(2024, 9, 1, tzinfo=UTC)) == wait


# --------------------------------------------------------------------------- SSRF


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1",
     "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1",
     "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
     "2002:a00:1::1", "2001:0:0:0:0:0:f5ff:fffe", "::7f00:1", "2001:db8::1", "not an address"],
)  # fmt: skip
def test_t10_no_address_that_is_not_public_may_be_connected_to(address):
    assert forbidden(address, allow_loopback=False) is not None
    loopback = address.startswith("127.") or address == "::1"
    assert (forbidden(address, allow_loopback=True) is None) is loopback


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1", "2002:101:101::"]
)
def test_public_addresses_may(address):
    assert forbidden(address, allow_loopback=False) is None


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.1.",
     "LOCALHOST", "①②⑦.0.0.1", "%31%32%37.0.0.1", "0"],
)  # fmt: skip
def test_t10_every_spelling_of_loopback_is_refused_without_a_connection(web, settings, host):
    guarded = replace(settings, allow_loopback=False)
    for verdict in (
        feed(guarded, f"http://{host}:{web.port}/ok/feed.xml"),
        page(guarded, f"http://{host}:{web.port}/ok/page.html"),
    ):
        assert not isinstance(verdict, Fetched | NotModified | Gone), verdict
    assert not web.received


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "data:text/html,x",
        "javascript:1",
        "x:y",
        "x",
        "",
    ],
)
def test_t10_only_web_addresses_are_asked_for(settings, url):
    assert isinstance(feed(settings, url), Refused)


def test_t10_redirects_are_checked_at_every_hop(web, settings):
    from wirewatch.newsroom.standing import PRIVATE

    for name in PRIVATE:
        verdict = feed(settings, web.url(f"/redirect/private/{name}"))
        assert isinstance(verdict, Refused | Unreachable), (name, verdict)
        if not isinstance(verdict, Refused):
            assert "dns" in verdict.reason or "no connection" in verdict.reason, (name, verdict)


class _Rebinding(AbstractResolver):
    """A name that is public when looked at and loopback when connected to."""

    async def resolve(self, host, port=0, family=0):
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}]

    async def close(self):
        pass


def test_t10_a_name_that_turns_inward_is_refused_at_connect_time(web, settings):
    async def ask():
        connector = guarded_connector(replace(settings, allow_loopback=False), resolver=_Rebinding())
        async with aiohttp.ClientSession(connector=connector) as session:
            await session.get(f"http://public.example:{web.port}/ok/feed.xml")

    with pytest.raises(aiohttp.ClientConnectorError, match="forbidden address"):
        asyncio.run(ask())
    assert not web.received


# --------------------------------------------------------------------------- robots and pace


def test_robots_txt_is_obeyed_and_asked_once(web, settings):
    allowed, refused, again = page(
        settings, web.url("/ok/page.html"), web.url("/private/page.html"), web.url("/ok/page.html?2")
    )
    assert isinstance(allowed, Fetched)
    assert refused == Refused(url=web.url("/private/page.html"), reason="robots.txt")
    assert isinstance(again, Fetched)
    assert len(web.requests("/robots.txt")) == 1
    assert not web.requests("/private/page.html")


def test_robots_are_obeyed_behind_a_redirect_too(settings):
    with MisbehavingWeb() as other:
        other.script("/go", answers.redirect("/private/page.html"))
        assert page(settings, other.url("/go")) == Refused(url=other.url("/go"), reason="robots.txt")


def test_a_host_without_robots_txt_allows_and_one_in_trouble_does_not(settings):
    with MisbehavingWeb() as other:
        other.script("/robots.txt", answers.text("gone", status=404))
        assert isinstance(page(settings, other.url("/ok/page.html")), Fetched)
        other.script("/robots.txt", answers.text("trouble", status=500))
        verdict = page(settings, other.url("/ok/page.html"))
        assert isinstance(verdict, Unreachable)
        assert verdict.reason == "robots.txt: HTTP 500"


def test_a_host_s_crawl_delay_is_kept(settings):
    with MisbehavingWeb() as other:
        other.script("/robots.txt", answers.text("User-agent: *\nCrawl-delay: 0.3\n", "text/plain"))
        page(settings, *(other.url(f"/ok/page.html?{n}") for n in range(3)))
        times = [request.at for request in other.requests("/ok/page.html")]
        assert all(later - earlier > timedelta(seconds=0.25) for earlier, later in itertools.pairwise(times))


def test_t15b_one_slow_host_does_not_hold_the_slots_of_others(web, settings):
    async def fetch():
        async with Fetcher(replace(settings, fetch_concurrency=4, host_concurrency=2)) as fetcher:
            slow = [asyncio.create_task(fetcher.fetch_feed(web.url(f"/slow/start?{n}"))) for n in range(6)]
            await asyncio.sleep(0.1)
            started = time.monotonic()
            with MisbehavingWeb() as other:
                verdict = await fetcher.fetch_feed(other.url("/ok/feed.xml"))
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
            return verdict, time.monotonic() - started

    verdict, took = asyncio.run(fetch())
    assert isinstance(verdict, Fetched)
    assert took < 1


def test_a_host_that_refuses_connections_is_left_alone_after_three(settings):
    async def fetch():
        async with Fetcher(settings) as fetcher:
            return [await fetcher.fetch_feed("http://127.0.0.1:9/feed") for _ in range(4)]

    *tried, spared = asyncio.run(fetch())
    assert all(verdict.reason.startswith("no connection") for verdict in tried)
    assert spared.reason == "the host is left alone for a while"
    assert spared.retry_after > timedelta(minutes=9)


def test_t15_a_stale_kept_connection_is_tried_afresh(settings):
    with MisbehavingWeb() as other:
        other.script("/flaky", [answers.reset(), answers.text(FEED, answers.RSS_TYPE)])
        assert isinstance(feed(settings, other.url("/flaky")), Fetched)


def test_requests_to_one_host_keep_their_distance():
    async def run():
        now = 100.0
        hosts = Hosts(at_once=4, per_host=4, clock=lambda: now)
        started = time.monotonic()
        async with hosts.turn("a", 0.1):
            pass
        async with hosts.turn("b", 0.1):
            free = time.monotonic() - started
        async with hosts.turn("a", 0.1):
            waited = time.monotonic() - started
        return free, waited

    free, waited = asyncio.run(run())
    assert free < 0.05
    assert waited >= 0.1


def test_t12_tls_failures_are_told_apart(tmp_path, settings):
    pytest.importorskip("cryptography")
    from tests.certificates import tls_server

    with tls_server(tmp_path, days=30) as url:
        assert feed(settings, url).reason == "tls: self-signed certificate"
    with tls_server(tmp_path, days=-1) as url:
        assert feed(settings, url).reason in {"tls: certificate expired", "tls: self-signed certificate"}
    with MisbehavingWeb() as plain:
        verdict = feed(settings, f"https://127.0.0.1:{plain.port}/feed")
        assert verdict.reason.startswith(("tls:", "connection", "timeout"))
        assert verdict.weight in {1.0, 0.25}


def test_k1_outdated_tls_is_spoken_only_to_hosts_the_operator_named(settings):
    import ssl

    from wirewatch.fetch.client import _legacy_tls_context

    context = _legacy_tls_context()
    assert context.options & 0x4  # OP_LEGACY_SERVER_CONNECT
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert Fetcher(replace(settings, legacy_tls_hosts="old.example, older.example"))._legacy == {
        "old.example",
        "older.example",
    }
    assert "old.example" not in Fetcher(settings)._legacy
