"""The tests' web does what it says, seen through a bare socket and through an ordinary client."""

import gzip
import http.client
import socket
import time
import zlib
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import brotli
import pytest

from wirewatch.newsroom import answers
from wirewatch.newsroom.misbehaviour import MisbehavingWeb
from wirewatch.newsroom.standing import FEED, PRIVATE, standing

# These never end, by design, or take as long as the client lets them.
ENDLESS = {"/endless", "/endless/page", "/endless/drip", "/slow/body", "/slow/head", "/slow/start"}


@pytest.fixture(scope="module")
def shared_web():
    with MisbehavingWeb() as web:
        yield web


@pytest.fixture
def web(shared_web):
    shared_web.forget()
    return shared_web


def raw(web, path, *headers, most=None, wait=5.0):
    """Everything the server sends for one request, as bytes; at most `most` of them."""
    lines = [f"GET {path} HTTP/1.1", "Host: test", "Connection: close", *headers]
    with socket.create_connection(("127.0.0.1", web.port), timeout=wait) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        got = b""
        while piece := connection.recv(1 << 16):
            got += piece
            if most is not None and len(got) >= most:
                break
        return got


def body_of(answer):
    return answer.partition(b"\r\n\r\n")[2]


def get(url, **headers):
    return build_opener(ProxyHandler({})).open(Request(url, headers=headers), timeout=5)


@pytest.mark.parametrize(
    "path", sorted(path for path in set(standing()) - ENDLESS if "chain/100/" not in path)
)
def test_every_standing_path_answers_or_resets(web, path):
    try:
        answer = raw(web, path)
    except ConnectionResetError:
        assert path.startswith("/reset")
    else:
        assert answer.startswith(b"HTTP/1.1 ") or path.startswith("/reset")
    assert [one.path for one in web.received] == [path]


def test_a_path_with_nothing_answers_404(web):
    assert raw(web, "/nowhere").startswith(b"HTTP/1.1 404 ")


def test_a_good_feed_is_answered_304_when_asked_with_its_etag(web):
    first = get(web.url("/ok/feed.xml"))
    assert first.read() == FEED
    with pytest.raises(HTTPError) as not_modified:
        get(web.url("/ok/feed.xml"), **{"If-None-Match": first.headers["ETag"]})
    assert not_modified.value.code == 304
    not_modified.value.close()


def test_a_good_feed_is_answered_304_when_asked_with_its_date(web):
    assert raw(web, "/ok/feed.xml", "If-Modified-Since: Tue, 01 Sep 2026 01:00:00 GMT").startswith(
        b"HTTP/1.1 304"
    )
    assert raw(web, "/ok/feed.xml", "If-None-Match: other").startswith(b"HTTP/1.1 200")


def test_a_script_runs_in_order_and_its_last_answer_stays(web):
    web.script("/scripted", [answers.too_many("7"), answers.Answer(status=503), answers.text("here")])
    statuses = [raw(web, "/scripted").split(b" ", 2)[1] for _ in range(4)]
    assert statuses == [b"429", b"503", b"200", b"200"]


def test_a_script_may_look_at_the_request(web):
    web.script("/echo", lambda received: answers.text(received.header("user-agent") or "none"))
    assert body_of(raw(web, "/echo?a=1", "User-Agent: Wirewatch/0.1")) == b"Wirewatch/0.1"
    assert [one.path for one in web.requests("/echo")] == ["/echo?a=1"]


def test_the_body_of_a_post_is_kept(web):
    web.script("/hook", answers.Answer(status=204))
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=5)
    connection.request("POST", "/hook", body=b'{"a": 1}')
    assert connection.getresponse().status == 204
    connection.close()
    assert web.requests("/hook")[0].body == b'{"a": 1}'


def test_one_connection_takes_many_requests(web):
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=5)
    for _ in range(3):
        connection.request("GET", "/ok/feed.xml")
        assert connection.getresponse().read() == FEED
    connection.close()


def test_retry_after_comes_in_every_form(web):
    def retry_after(path):
        head = raw(web, path).partition(b"\r\n\r\n")[0].decode()
        return next((line[13:] for line in head.split("\r\n") if line.startswith("Retry-After: ")), None)

    assert retry_after("/429/none") is None
    assert retry_after("/429/seconds") == "120"
    assert retry_after("/429/negative") == "-30"
    assert parsedate_to_datetime(retry_after("/429/date")) > parsedate_to_datetime(retry_after("/429/past"))


def test_bombs_are_small_on_the_wire_and_large_unpacked(web):
    assert len(body_of(raw(web, "/gzip/bomb"))) < 300_000
    assert len(body_of(raw(web, "/brotli/bomb"))) < 100_000
    small = 5  # the same bombs, small enough to unpack quickly
    assert len(gzip.decompress(answers.gzip_bomb(small).body)) == small * 1_000_000
    assert len(brotli.decompress(answers.brotli_bomb(small).body)) == small * 1_000_000


def test_good_gzip_unpacks_and_broken_gzip_does_not(web):
    assert gzip.decompress(body_of(raw(web, "/gzip/ok"))) == FEED
    with pytest.raises((zlib.error, OSError)):
        gzip.decompress(body_of(raw(web, "/gzip/broken")))
    with pytest.raises(EOFError):
        gzip.decompress(body_of(raw(web, "/gzip/truncated")))


def test_an_endless_body_goes_on_until_the_client_leaves(web):
    assert len(raw(web, "/endless", most=5_000_000)) >= 5_000_000


def test_a_slow_body_drips(web):
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        raw(web, "/slow/head", wait=0.4)
    assert time.monotonic() - start < 3


def test_a_wrong_length_is_said(web):
    answer = raw(web, "/length/too-long")
    assert f"Content-Length: {len(FEED) + 100}".encode() in answer
    assert body_of(answer) == FEED


def test_a_stale_etag_hides_a_changed_body(web):
    assert body_of(raw(web, "/etag/stale")) != body_of(raw(web, "/etag/stale"))
    assert raw(web, "/etag/stale", 'If-None-Match: "stale"').startswith(b"HTTP/1.1 304")


def test_redirects_lead_to_every_kind_of_private_address(web):
    for name, location in PRIVATE.items():
        assert f"Location: {location}\r\n".encode() in raw(web, f"/redirect/private/{name}")


def test_a_chain_of_redirects_ends_at_the_feed(web):
    assert get(web.url("/redirect/chain/3")).read() == FEED


def test_stopping_frees_the_port_even_while_a_body_runs():
    web = MisbehavingWeb()
    web.start()
    with socket.create_connection(("127.0.0.1", web.port), timeout=5) as connection:
        connection.sendall(b"GET /endless HTTP/1.1\r\nHost: test\r\n\r\n")
        connection.recv(100)
        web.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", web.port), timeout=5)
    web.stop()


def test_it_binds_loopback_only():
    with pytest.raises(ValueError, match="not a loopback"):
        MisbehavingWeb(host="0.0.0.0")
