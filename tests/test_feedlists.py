"""Feed lists: what is read, what is written, and every fault at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.feedlists import FeedListError, feeds_as_opml, feeds_as_toml, read_feed_list, read_span
from wirewatch.records import Feed

TOML = """
[[feed]]
url = "https://harbour.example/feed.xml"
publisher = "Harbour Daily"
family = "harbour-group"
language = "ko"
zone = "Asia/Seoul"
every = "5m"

[[feed]]
url = "http://127.0.0.1:8001/rss"
"""
FULL = Feed(
    url="https://harbour.example/feed.xml", publisher="Harbour Daily", family="harbour-group", language="ko", zone="Asia/Seoul",
    every=timedelta(minutes=5),
)  # fmt: skip


def _written(tmp_path, text, name="feeds.toml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def _faults(path):
    with pytest.raises(FeedListError) as raised:
        read_feed_list(path)
    return [f"{where}: {reason}".replace(f"{path}", "FILE") for where, reason in raised.value.faults]


def test_a_toml_list_gives_its_feeds_in_order(tmp_path):
    assert read_feed_list(_written(tmp_path, TOML)) == (FULL, Feed(url="http://127.0.0.1:8001/rss"))


def test_every_fault_is_told_at_once_with_its_feed_and_key(tmp_path):
    path = _written(
        tmp_path,
        """
colour = "red"
[[feed]]
url = "ftp://harbour.example/x"
zone = "Asia/Soul"
[[feed]]
publisher = "No address"
every = "5 minutes or so"
[[feed]]
url = "https://a.example/1"
langauge = "en"
every = 5
[[feed]]
url = "https://b.example/1"
[[feed]]
url = "https://b.example/1?utm_source=x"
""",
    )
    assert _faults(path) == [
        "FILE: colour: no such key; feeds stand in [[feed]] tables",
        "FILE: feed 1: url: wants an address such as \"https://daily.example/feed.xml\", not 'ftp://harbour.example/x'",
        "FILE: feed 1: zone: wants a zone such as \"Asia/Seoul\", not 'Asia/Soul'",
        'FILE: feed 2: every: wants a time such as "5m", "1h" or "1d", from 1m to 31d, not \'5 minutes or so\'',
        'FILE: feed 2: url: missing; wants an address such as "https://daily.example/feed.xml"',
        "FILE: feed 3: langauge: no such key; did you mean language?",
        'FILE: feed 3: every: wants a time such as "5m", "1h" or "1d", from 1m to 31d, not 5',
        "FILE: https://b.example/1?utm_source=x: stands twice in the list; take one of them out",
    ]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("feeds.toml", "[[feed]\n", "not TOML"),
        ("feeds.toml", "", "no feeds in it"),
        ("feeds.toml", "feed = 3", "two brackets"),
        ("feeds.toml", "[feed]\nurl='https://a.example'", "two brackets"),
        ("feeds.opml", "<opml><body>", "not XML"),
        ("feeds.opml", "<rss/>", "an OPML file has <opml>"),
        ("feeds.opml", "<opml/>", "no feeds in it"),
    ],
)
def test_an_unreadable_list_says_what_is_wrong(tmp_path, name, text, fault):
    (told,) = _faults(_written(tmp_path, text, name))
    assert fault in told


def test_a_missing_or_misencoded_file_is_told_as_such(tmp_path):
    assert "cannot be read" in _faults(tmp_path / "none.toml")[0]
    path = tmp_path / "feeds.toml"
    path.write_bytes(b"\xff\xfe[")
    assert "not UTF-8" in _faults(path)[0]


def test_opml_of_other_readers_is_read_wherever_its_outlines_stand(tmp_path):
    opml = """<?xml version="1.0"?><opml version="1.0"><head/><body><outline text="Asia">
    <outline type="rss" text="Harbour Daily" title="x" xmlUrl="https://harbour.example/feed.xml" htmlUrl="https://harbour.example" language="ko-KR"/></outline>
    <outline title="Other" xmlUrl="https://other.example/rss"/></body></opml>"""
    assert read_feed_list(_written(tmp_path, opml, "reader.opml")) == (
        Feed(url="https://harbour.example/feed.xml", publisher="Harbour Daily", language="ko"),
        Feed(url="https://other.example/rss", publisher="Other"),
    )


_names = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1
).filter(lambda text: text.strip() == text)
_feeds = st.lists(
    st.builds(
        Feed, url=st.integers(0, 10**6).map(lambda n: f"https://harbour.example/{n}"), publisher=_names, family=st.none() | _names,
        language=st.none() | st.sampled_from(["en", "ko"]), zone=st.none() | st.sampled_from(["Asia/Seoul", "UTC"]),
        every=st.none() | st.integers(60, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
    ),
    min_size=1, max_size=4, unique_by=lambda feed: feed.url,
)  # fmt: skip


@settings(max_examples=30)
@given(_feeds)
def test_what_is_written_is_read_back(tmp_path_factory, feeds):
    folder = tmp_path_factory.mktemp("lists")
    assert read_feed_list(_written(folder, feeds_as_toml(feeds, heading="two\nlines"))) == tuple(feeds)
    assert read_feed_list(_written(folder, feeds_as_opml(feeds), "feeds.opml")) == tuple(feeds)


def test_spans_of_time_are_read():
    assert read_span("1h30m") == timedelta(minutes=90)
    assert read_span("90s") == timedelta(seconds=90)
    for wrong in ("", "5", "m", "5 weeks", "-5m", "5m!"):
        with pytest.raises(ValueError, match="is no time"):
            read_span(wrong)


def test_the_starting_set_says_everything_the_pipeline_needs_of_each_feed():
    feeds = read_feed_list(Path(__file__).parent.parent / "feeds.toml")
    assert len(feeds) >= 60
    assert all(feed.publisher and feed.family and feed.language and feed.zone for feed in feeds)
