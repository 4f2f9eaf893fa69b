"""One address, one article: case files named after the problem list, and properties over any text."""

from __future__ import annotations

import tomllib
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.urls import (
    absolute_url,
    article_key,
    canonical_claim,
    canonical_url,
    host_of,
    is_wrapper,
    registrable_domain,
    same_site,
)
from extractors.urls.addresses import split

CASES = sorted((Path(__file__).parent / "cases" / "urls").glob("*.toml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_addresses_are_the_same_or_apart_as_the_case_says(path):
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    base = case.get("base")
    for group in case.get("same", ()):
        assert {url: canonical_url(url, base) for url in group["urls"]} == dict.fromkeys(
            group["urls"], group["canonical"]
        )
    for group in case.get("apart", ()):
        keys = {article_key(canonical_url(url, base)) for url in group["urls"]}
        assert len(keys) == len(group["urls"]), group
    for group in case.get("none", ()):
        assert {url: canonical_url(url, base) for url in group["urls"]} == dict.fromkeys(group["urls"])
    for group in case.get("wrapper", ()):
        assert all(is_wrapper(canonical_url(url)) for url in group["urls"])


@pytest.mark.parametrize(
    "other", ["http://daily.example/a", "https://www.daily.example/a", "http://www.m.daily.example/a/"]
)
def test_scheme_and_www_stay_in_the_address_but_not_in_the_key(other):
    assert article_key(canonical_url(other)) == article_key("https://daily.example/a")


def test_two_ports_of_one_address_are_two_hosts_and_two_sites():
    left, right = host_of("http://127.0.0.1:8001/a"), host_of("http://127.0.0.1:8002/a")
    assert (left, right) == ("127.0.0.1:8001", "127.0.0.1:8002")
    assert registrable_domain(left) != registrable_domain(right)


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.daily.co.kr", "daily.co.kr"),
        ("news.daily.example", "daily.example"),
        ("one.blogspot.com", "one.blogspot.com"),
        ("english.daily.com.ua:8080", "daily.com.ua"),
        ("localhost:8000", "localhost:8000"),
        ("[::1]:8000", "[::1]:8000"),
        ("", ""),
    ],
)
def test_a_host_belongs_to_its_registrable_domain(host, site):
    assert registrable_domain(host) == site


def test_u5_a_canonical_link_counts_only_within_the_house_and_never_to_its_front():
    page = "https://www.daily.example/world/story-1?utm_source=x"
    assert canonical_claim("/world/story-1", page) == ("same", "https://www.daily.example/world/story-1")
    assert canonical_claim("https://daily.example/", page) == ("ignored", None)
    assert canonical_claim("https://daily.example/en/", page) == ("ignored", None)
    assert canonical_claim("https://www.daily.example/world/", page) == ("ignored", None)
    assert canonical_claim("https://wire.example/x/9", page) == ("other-house", "https://wire.example/x/9")
    assert canonical_claim("https://wire.example/", page) == ("ignored", None)
    assert canonical_claim("javascript:void(0)", page) == ("ignored", None)


def test_pages_of_one_domain_are_one_site():
    assert same_site("https://m.daily.co.kr/1", "http://www.daily.co.kr/2")
    assert not same_site("https://a.co.kr/1", "https://b.co.kr/1")
    assert not same_site("no address", "no address")


_anything = st.text(max_size=60)
_likely = st.builds(
    "".join,
    st.lists(
        st.sampled_from(
            ["http://", "https://", "//", "www.", "m.", "daily.example", ":80", ":443", "/", "amp", "/amp/", ".amp", "index.html",
             "?", "&", "=", "utm_source=1", "id=5", "#", "!", "post-1", "%2e", "%zz", "%EA", "가", " ", "..", "/./", "\\", ";jsessionid=1",
             "https://www.google.com/amp/s/", "https://web.archive.org/web/20240101/", "+", "[", "]", "@", "\ud800"]
        ),
        max_size=9,
    ),
)  # fmt: skip


@given(st.one_of(_anything, _likely))
@example("https://web.archive.org/web/20240101//./https://web.archive.org/web/20240101/http://")
def test_a_canonical_url_is_its_own_canonical_url(text):
    once = canonical_url(text, "https://daily.example/feed")
    assert once is None or canonical_url(once) == once


@given(_likely)
def test_a_canonical_url_is_plain_ascii_with_a_host(text):
    once = canonical_url(text)
    assert once is None or (once.isascii() and host_of(once) and " " not in once)


_plain = st.builds(
    "{}://{}/{}{}{}".format,
    st.sampled_from(["http", "https"]),
    st.from_regex(r"[a-z0-9-]{1,9}(\.[a-z0-9-]{1,9}){1,3}", fullmatch=True),
    st.text("abZ09-._~/%;:@!$&()*+,=[]^`{|}", max_size=20),
    st.sampled_from(["", "?id=5", "?a=b&c=d%20e", "?x=/y?z", "?"]),
    st.sampled_from(["", "#post-12", "#a#b", "#"]),
)


@given(_plain)
def test_the_short_way_takes_a_plain_address_apart_as_the_standard_library_does(address):
    assert split(address) == urlsplit(address)
    assert absolute_url(address) == urlunsplit(urlsplit(address))
