"""Mutated pages against the reader: any bytes give an article or a verdict, in bounded time and memory.

    python -m bench fuzz --minutes 10 [--data DIR] [--seed N] [--keep FOLDER]

Seeds are the pages of the sample press and of the tests' case files, monsters built here, and with --data the kept pages.
Each is mutated (bytes flipped, chunks cut, doubled, moved and spliced from other pages, markup that parsers stumble over,
lying encodings), then read whole, as the pipeline does it, in a worker process. A finding is an exception, also one that
`extract_article` turned into a verdict; a page over 5 s of CPU time; one that adds over 300 MB; a worker that died.
Findings are kept in FOLDER, bytes and reason. Exit code 1 when there are any.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import resource
import time
import tomllib
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from extractors.articles import UNPARSED
from extractors.reading import read_page
from extractors.records import Page, Rejected
from extractors.taxonomy import Taxonomy, load_taxonomy

SECONDS, MEGABYTES = 5.0, 300.0
# A machine that is busy otherwise makes a page wait; past this the worker hangs.
WALL_SECONDS = 60
# A fresh worker now and then, so that what one page took is not another's.
PAGES_A_WORKER = 400
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CASES = Path(__file__).parent.parent / "tests" / "cases" / "pages"

_TOKENS = [
    b"<p>", b"</p>", b"<div>", b"</div></div></div>", b"<table><tr><td>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<script type='application/ld+json'>",
    b"</script>", b'{"@type":"NewsArticle","author":', b'{"@graph":[{"@type":["NewsArticle",null],"datePublished":{}}]}', b"<h1>", b"<article>",
    b"&#xD800;", b"&#1114112;", b"&nbsp;" * 40, b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"<a href='http://[::1'>", b"<a href='//'>", b"<base href='x:'>",
    b"<time datetime='9999-99-99'>", b"<time datetime='0000-01-01T25:61:61+99:99'>", b"<meta property='article:published_time' content='-1'>",
    b"<meta charset='utf-7'>", b"<meta charset='utf-16'>", b"<meta charset='idna'>", b"<meta charset='undefined'>", b"<link rel=canonical href='http://\x80'>",
    b"<meta property='og:url' content='https://[bad/'>", b"<svg><p>", b"<math>", b"<template>", b"<noscript>", b"<frameset>", b"<plaintext>", b"<xmp>",
    "\u202e\u0000\ufffe".encode("utf-8", "replace"), "한국어 문장입니다. ".encode() * 20, "\U0001f600".encode() * 30, b"word " * 300, b"<br>" * 300, b"<b>" * 2000,
    b"<ul><li>" * 500, b"<font>" * 300, b"<a>" * 500, b"<form>" * 50, b" style='" + b"x" * 5000 + b"'>", b"<div class='" + b"a-" * 4000 + b"'>",
    b"<meta name='author' content='" + b"A B, " * 500 + b"'>", b"9" * 4000, b"(" * 3000, b"\n" * 3000, b"\xe2\x80\xa8" * 500,
]  # fmt: skip
_CHARSETS = (None, None, None, "utf-8", "utf-16", "utf-16-be", "utf-7", "euc-kr", "shift_jis", "iso-2022-jp", "gb18030", "big5", "cp1251", "idna", "rot13", "hex", "no-such", "x" * 200)  # fmt: skip
_TYPES = (None, None, "text/html", "text/html; charset=" + "é" * 10, "application/xhtml+xml", "text/plain; charset=utf-16", ";;;=", "image/png")  # fmt: skip
_URLS = ("https://daily.example/2026/11/20/ferry", "https://daily.example/", "http://[::1]:8/x", "https://daily.example/%ff%00?" + "q=1&" * 200, "https://xn--a.example/2026/13/45/x", "https://daily.example/tag/x")  # fmt: skip


def main(argv: list[str]) -> int:
    options = _options(argv)
    draw = random.Random(options.seed)
    seeds = list(own_pages()) + monsters()
    if options.data:
        rows = json.loads((options.data / "gold.json").read_text(encoding="utf-8"))
        seeds += [gzip.decompress((options.data / row["html"]).read_bytes()) for row in rows]
    print(f"{len(seeds)} seeds, seed {options.seed}, {options.minutes:g} minutes", flush=True)
    outcomes: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    slowest, largest, until = 0.0, 0.0, time.monotonic() + options.minutes * 60
    with ProcessPool(max_workers=1, max_tasks=PAGES_A_WORKER, initializer=_begin) as pool:
        while time.monotonic() < until:
            page = mutated(draw, seeds)
            future = pool.schedule(_read, args=[page], timeout=WALL_SECONDS)
            try:
                outcome, seconds, megabytes = future.result()
            except (TimeoutError, FutureTimeout):
                outcome, seconds, megabytes = f"FINDING hangs: over {WALL_SECONDS} s", 0.0, 0.0
            except ProcessExpired as fault:
                outcome, seconds, megabytes = f"FINDING worker died: {fault}", 0.0, 0.0
            slowest, largest = max(slowest, seconds), max(largest, megabytes)
            if seconds > SECONDS:
                outcome = f"FINDING slow: {seconds:.1f} s"
            elif megabytes > MEGABYTES:
                outcome = f"FINDING large: {megabytes:.0f} MB"
            if outcome.startswith("FINDING"):
                findings[outcome.splitlines()[-1] if "Traceback" in outcome else outcome] += 1
                _keep(options.keep, page, outcome)
            outcomes["finding" if outcome.startswith("FINDING") else outcome] += 1
    print(f"{outcomes.total()} pages:", dict(outcomes.most_common()))
    print(f"slowest {slowest:.2f} s of CPU time, largest +{largest:.0f} MB")
    for what, number in findings.most_common():
        print(f"{number:5} {what}")
    return 1 if findings else 0


def own_pages() -> Iterator[bytes]:
    """The sample press as it is served, and the pages of the tests' case files."""
    from wirewatch.newsroom.pages import article_page, front_page
    from wirewatch.newsroom.press import load_press
    from wirewatch.newsroom.printing import print_articles

    for publisher in load_press():
        base = f"https://{publisher.key}.example"
        printed = print_articles(publisher, base=base, epoch=NOW, advanced_at=NOW + timedelta(hours=1))
        yield front_page(publisher, printed).encode()
        for one in printed[:8]:
            yield article_page(publisher, one, printed, base=base).encode()
    body = (CASES / "body.html").read_text(encoding="utf-8")
    for file in sorted(CASES.glob("*.toml")):
        case = tomllib.loads(file.read_text(encoding="utf-8"))
        yield case["html"].replace("{{body}}", body).encode()


def monsters() -> list[bytes]:
    """Pages that are wrong in one way, and very much so."""
    page = (
        b"<html><head><title>A page of the bay</title></head><body><h1>A page of the bay</h1>%b</body></html>"
    )
    return [
        b"", b"\x00" * 1000, b"<", b"<div>" * 20_000 + b"x", page % (b"<p>" + b"word " * 100_000), page % (b"<a href=x>y</a>" * 10_000),
        page % (b"<p>" + b"The boat came on Monday. " * 20_000 + b"</p>"), page % (b"<p>one line of text</p>" * 8_000), b"{" * 50_000,
        page % (b"<script type='application/ld+json'>" + b"[" * 20_000), page % (b"<table>" + b"<tr><td>1<td>2" * 4_000),
        page % b"<p>\xed\xa0\x80 surrogates \xf4\x90\x80\x80</p>", "<p>시험 문장. </p>".encode("cp949") * 500, "<p>проба. </p>".encode("utf-16") * 500,
        page % (b"<p>" + "\u0301".encode() * 40_000 + b"</p>"), page % (b"<p>" + b"a" * 500_000 + b"</p>"), page % (b"<ul>" + b"<li><ul>" * 3_000), b"<html><title>" + b"The ferry - the pier | " * 20_000,
    ]  # fmt: skip


def mutated(draw: random.Random, seeds: list[bytes]) -> Page:
    """One page made of the seeds by one to a dozen mutations."""
    body = draw.choice(seeds)
    for _ in range(draw.choice((1, 1, 2, 3, 5, 12))):
        body = _mutate(draw, body, seeds)
    return Page(
        url=(url := draw.choice(_URLS)),
        final_url=url,
        status=200,
        body=body,
        fetched_at=NOW,
        charset=draw.choice(_CHARSETS),
        content_type=draw.choice(_TYPES),
    )


def _mutate(draw: random.Random, body: bytes, seeds: list[bytes]) -> bytes:
    start = draw.randrange(len(body) + 1)
    end = min(len(body), start + draw.choice((1, 8, 60, 400, 3000, 40_000)))
    way = draw.randrange(9)
    if way == 0:
        return body[:start] + bytes(draw.randrange(256) for _ in range(min(40, end - start))) + body[end:]
    if way == 1:
        return body[:start] + body[end:]
    if way == 2:
        return body[:end] + body[start:end] * draw.choice((1, 2, 20)) + body[end:]
    if way == 3:
        return body[:start]
    if way == 4:
        other = draw.choice(seeds)
        at = draw.randrange(len(other) + 1)
        return body[:start] + other[at : at + draw.choice((100, 2000, 50_000))] + body[start:]
    if way == 5:
        return body.replace(b">", draw.choice((b"", b">>", b"/>", b" >")), draw.choice((1, 5, 50)))
    if way == 6:
        return body.replace(draw.choice((b"<p", b"<div", b"content=", b'"', b"</", b"2026", b"class=")), draw.choice(_TOKENS), draw.choice((1, 3, 30)))  # fmt: skip
    return body[:start] + draw.choice(_TOKENS) * draw.choice((1, 1, 3)) + body[start:]


_TAXONOMY: list[Taxonomy] = []


def _begin() -> None:
    _TAXONOMY[:] = [load_taxonomy()]


def _read(page: Page) -> tuple[str, float, float]:
    before, started = _peak(), time.process_time()
    try:
        read = read_page(page, taxonomy=_TAXONOMY[0], now=NOW)
    except Exception:  # noqa: BLE001  # what is looked for
        outcome = f"FINDING {traceback.format_exc(limit=-4)}"
    else:
        outcome = read.reason if isinstance(read, Rejected) else "article"
        if isinstance(read, Rejected) and read.reason == "unparsable" and read.detail != UNPARSED:
            outcome = f"FINDING caught: {read.detail}"
    return outcome, time.process_time() - started, _peak() - before


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _keep(folder: Path | None, page: Page, outcome: str) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(page.body).hexdigest()[:12]
    (folder / f"{name}.html").write_bytes(page.body)
    about = f"{outcome}\nurl {page.url}\ncharset {page.charset}\ncontent type {page.content_type}\n"
    (folder / f"{name}.txt").write_text(about, encoding="utf-8")


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--data", type=Path, help="a folder of kept pages, as for `bench extraction`")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where to keep findings")
    return parser.parse_args(argv)
