"""What stands where on the misbehaving web when nothing is scripted: one path, one fault.

The paths are the contract with the tests; `tests/test_misbehaviour.py` walks them all.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from xml.sax.saxutils import escape

from wirewatch.newsroom import answers
from wirewatch.newsroom.answers import RSS_TYPE, Answer, Received, Reply

ENTRIES = [
    (
        f"Entry number {number}",
        f"https://daily.example/news/{number}",
        f"Tue, {number:02d} Sep 2026 10:00:00 +0900",
    )
    for number in range(1, 6)
]
FEED = answers.rss(ENTRIES)
KOREAN = (
    '<rss version="2.0"><channel><title>시험 신문</title><link>https://daily.example/</link>'
    "<description>시험</description><item><title>합참 “특이 동향 없다”</title>"
    "<link>https://daily.example/ko/1</link></item></channel></rss>"
)
RUSSIAN = (
    '<rss version="2.0"><channel><title>Пробная газета</title><link>https://daily.example/</link>'
    "<description>проба</description><item><title>Рота осталась на позициях</title>"
    "<link>https://daily.example/ru/1</link></item></channel></rss>"
)
WALL = (
    "<!doctype html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1>"
    "<p>Please wait while we verify that you are not a robot.</p></body></html>"
)
LOGIN = (
    "<!doctype html><html><head><title>Sign in</title></head><body><form><input name=user>"
    "<input name=password type=password><button>Sign in</button></form></body></html>"
)

# Where a redirect must never lead a fetcher.
PRIVATE = {
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "ten": "http://10.0.0.1/feed.xml",
    "home-net": "http://192.168.1.1/",
    "mapped": "http://[::ffff:10.0.0.1]/",
    "ipv6-local": "http://[fd00::1]/",
    "ipv6-link": "http://[fe80::1]/",
    "nat64": "http://[64:ff9b::a00:1]/",
    "decimal": "http://167772161/",
    "octal": "http://012.0.0.1/",
    "zero": "http://0.0.0.0/",
    "file": "file:///etc/hostname",
    "ftp": "ftp://10.0.0.1/feed.xml",
    "gopher": "gopher://10.0.0.1/",
    "script": "javascript:alert(1)",
    "credentials": "http://user:password@10.0.0.1/",
}

CHAIN_LENGTHS = (1, 3, 5, 20, 100)


def standing() -> dict[str, Reply]:
    """Path -> reply, anew for each server: some replies count what they answered."""
    good = answers.text(FEED, RSS_TYPE)
    return {
        "/": answers.page("Front page", "Welcome."),
        "/robots.txt": answers.text("User-agent: *\nDisallow: /private/\n", "text/plain"),
        "/ok/feed.xml": answers.conditional(
            FEED, etag='W/"five"', last_modified="Tue, 01 Sep 2026 01:00:00 GMT"
        ),
        "/ok/page.html": answers.page(
            "A quiet day at the border", *["The Joint Staff saw nothing unusual."] * 12
        ),
        "/private/page.html": answers.page("Private", "Not for robots."),
        "/304": Answer(status=304, headers=(("ETag", '"same"'),)),
        **{f"/{status}": Answer(status=status, body=b"no") for status in (400, 401, 403, 404, 410, 418, 451)},
        **{f"/{status}": Answer(status=status, body=b"later") for status in (500, 502, 503, 504, 522)},
        "/204": Answer(status=204),
        "/429/none": answers.too_many(),
        "/429/seconds": answers.too_many("120"),
        "/429/date": answers.too_many_until(timedelta(minutes=10)),
        "/429/past": answers.too_many_until(timedelta(days=-400)),
        "/429/huge": answers.too_many("316800"),
        "/429/absurd": answers.too_many("9" * 40),
        "/429/negative": answers.too_many("-30"),
        "/429/words": answers.too_many("soon"),
        "/503/seconds": answers.too_many("60", status=503),
        **_redirects(),
        "/slow/body": answers.dripping(FEED),
        "/slow/head": answers.dripping(FEED, slow_head=True),
        "/slow/start": replace(good, wait=600.0),
        "/endless": answers.endless(),
        "/endless/page": answers.endless(answers.HTML_TYPE),
        "/endless/drip": replace(answers.endless(), piece=1, pause=1.0),
        **_bombs(),
        "/length/too-long": answers.wrong_length(FEED, +100),
        "/length/too-short": answers.wrong_length(FEED, -100),
        "/length/cut": answers.cut_off(FEED, 300),
        "/length/none": replace(good, length=-1),
        "/charset/cp1251-as-utf8": answers.said_and_sent(
            RUSSIAN, said="utf-8", sent="cp1251", prolog="utf-8"
        ),
        "/charset/utf8-as-cp1251": answers.said_and_sent(
            RUSSIAN, said="windows-1251", sent="utf-8", prolog="windows-1251"
        ),
        "/charset/cp949": answers.said_and_sent(KOREAN, said="euc-kr", sent="cp949", prolog="euc-kr"),
        "/charset/cp949-as-latin1": answers.said_and_sent(KOREAN, said="iso-8859-1", sent="cp949"),
        "/charset/utf16": answers.said_and_sent(KOREAN, said="utf-16", sent="utf-16", prolog="utf-16"),
        "/charset/none": answers.said_and_sent(KOREAN, said="", sent="utf-8", header=False),
        "/charset/unknown": answers.said_and_sent(KOREAN, said="x-nobody", sent="utf-8"),
        **_bad_xml(),
        "/many/2000": _many(2_000),
        "/many/50000": _many(50_000),
        "/html/page": answers.page("We have moved", f"Our feed is elsewhere: {escape('<rss>')}."),
        "/html/login": answers.text(LOGIN),
        "/html/wall": answers.text(WALL),
        "/html/wall-403": answers.text(WALL, status=403),
        "/headers/flood": answers.header_flood(),
        "/headers/long": good.having(("X-Long", "x" * 300_000)),
        "/headers/broken": good.having(("Bad header with spaces", "x")),
        "/reset/at-once": answers.reset(),
        "/reset/midway": answers.reset(20_000),
        "/etag/stale": _stale_validator(),
    }


def _bombs() -> dict[str, Reply]:
    return {
        "/gzip/ok": answers.gzipped(FEED),
        "/gzip/broken": answers.broken_gzip(FEED * 20),
        "/gzip/truncated": answers.truncated_gzip(FEED * 20),
        "/gzip/not": answers.not_gzip(FEED),
        "/gzip/bomb": lambda _: answers.gzip_bomb(),
        "/gzip/bomb.html": lambda _: answers.gzip_bomb(content_type=answers.HTML_TYPE),
        "/brotli/bomb": lambda _: answers.brotli_bomb(),
        "/brotli/not": answers.text(FEED, RSS_TYPE).having(("Content-Encoding", "br")),
        "/encoding/unknown": answers.text(FEED, RSS_TYPE).having(("Content-Encoding", "x-nobody")),
    }


def _redirects() -> dict[str, Reply]:
    found: dict[str, Reply] = {
        f"/redirect/{status}": answers.redirect("/ok/feed.xml", status)
        for status in (301, 302, 303, 307, 308)
    }
    for length in CHAIN_LENGTHS:
        for step in range(length):
            following = f"/redirect/chain/{length}/{step + 1}" if step + 1 < length else "/ok/feed.xml"
            path = f"/redirect/chain/{length}" + (f"/{step}" if step else "")
            found[path] = answers.redirect(following, 301)
    found["/redirect/loop"] = answers.redirect("/redirect/loop/back", 302)
    found["/redirect/loop/back"] = answers.redirect("/redirect/loop", 302)
    found["/redirect/self"] = answers.redirect("/redirect/self", 301)
    found["/redirect/home"] = answers.redirect("/", 301)
    found["/redirect/nowhere"] = Answer(status=302)
    found["/redirect/relative"] = answers.redirect("../ok/feed.xml", 302)
    for name, location in PRIVATE.items():
        found[f"/redirect/private/{name}"] = answers.redirect(location, 302)
    return found


def _bad_xml() -> dict[str, Reply]:
    laughs = "".join(f'<!ENTITY l{n} "{"".join(f"&l{n - 1};" for _ in range(10))}">' for n in range(1, 12))
    bodies: dict[str, bytes] = {
        "malformed": FEED.replace(b"<channel>", b"<channel><b>&nbsp; AT&T <i></b>", 1),
        "truncated": FEED[: len(FEED) * 2 // 3],
        "junk-before": b"\n\n<!-- cache -->\n" + FEED,
        "junk-after": FEED + b"<script>1</script>",
        "control": FEED.replace(b"Entry number 2", b"Entry\x00 \x0b number 2", 1),
        "surrogate": FEED.replace(b"Entry number 2", b"Entry &#xD800; number 2", 1),
        "beyond-unicode": FEED.replace(b"Entry number 2", b"Entry &#1114112; number 2", 1),
        "invalid-utf8": FEED.replace(b"Entry number 2", b"Entry \xff\xfe\xc3 number 2", 1),
        "billion-laughs": f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>'.encode()
        + FEED.partition(b"?>")[2].replace(b"Entry number 1", b"&l11;", 1),
        "external-entity": b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        + FEED.partition(b"?>")[2].replace(b"Entry number 1", b"&x;", 1),
        "doctype": b'<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Example//DTD RSS 0.91//EN" "rss.dtd">'
        + FEED.partition(b"?>")[2],
        "deep": b'<?xml version="1.0"?>' + b"<a>" * 50_000 + b"</a>" * 50_000,
        "no-entries": answers.rss([]),
        "empty": b"",
        "spaces": b"   \n\n  ",
    }
    return {f"/xml/{name}": answers.text(body, RSS_TYPE) for name, body in bodies.items()}


def _many(count: int) -> Reply:
    def reply(_: Received) -> Answer:
        entries = [(f"Entry {n}", f"https://daily.example/many/{n}", "") for n in range(count)]
        return answers.text(answers.rss(entries), RSS_TYPE)

    return reply


def _stale_validator() -> Reply:
    """The body changes with every answer, the ETag never does; asked conditionally it says 304 all the same."""
    count = 0

    def reply(received: Received) -> Answer:
        nonlocal count
        if received.header("if-none-match") == '"stale"':
            return Answer(status=304, headers=(("ETag", '"stale"'),))
        count += 1
        entry = (f"Entry of answer {count}", f"https://daily.example/stale/{count}", "")
        return answers.text(answers.rss([entry]), RSS_TYPE).having(("ETag", '"stale"'))

    return reply
