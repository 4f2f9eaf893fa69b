"""`wirewatch feeds ...` as an operator uses it, against a loopback web."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from wirewatch.cli.feeds import app
from wirewatch.feedlists import FeedListError, read_feed_list
from wirewatch.newsroom import answers
from wirewatch.newsroom.misbehaviour import MisbehavingWeb
from wirewatch.settings import SettingsError

NEWS_SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://harbour.example/1</loc><news:news><news:publication_date>2024-08-21T09:00:00+09:00</news:publication_date><news:title>Story</news:title></news:news></url></urlset>"""


@pytest.fixture
def web():
    with MisbehavingWeb() as server:
        yield server


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("WIREWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WIREWATCH_ALLOW_LOOPBACK", "1")
    monkeypatch.delenv("WIREWATCH_FEEDS", raising=False)
    monkeypatch.delenv("WIREWATCH_CONFIG", raising=False)

    def invoke(*arguments, **more):
        found = CliRunner().invoke(app, [str(one) for one in arguments], **more)
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return found

    return invoke


def test_parse_shows_entries_dates_and_faults(run, tmp_path):
    path = tmp_path / "feed.xml"
    path.write_bytes(
        answers.rss([("One", "/1", "Wed, 21 Aug 2024 09:00:00 KST"), ("Two", "/2", "2024-08-21 09:00")])
    )
    found = run("parse", path, "--url", "https://harbour.example/feed", "--zone", "Asia/Seoul", "--json")
    document = json.loads(found.stdout)
    assert found.exit_code == 0
    assert document["kind"] == "rss20"
    assert document["faults"] == []
    assert [(one["url"], one["published_at"], one["published_raw"]) for one in document["entries"]] == [
        ("https://harbour.example/1", "2024-08-21T00:00:00+00:00", "Wed, 21 Aug 2024 09:00:00 KST"),
        ("https://harbour.example/2", "2024-08-21T00:00:00+00:00", "2024-08-21 09:00"),
    ]
    assert "https://harbour.example/1" in run("parse", path, "--url", "https://harbour.example/feed").stdout


def test_parse_of_what_is_no_feed_fails_and_says_why(run, tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<html><body>News</body></html>")
    found = run("parse", path, "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout) == {
        "kind": None,
        "entries": [],
        "faults": [{"kind": "html", "detail": "a page instead of the feed"}],
    }


def test_parse_with_wrong_arguments_ends_with_2(run, tmp_path):
    assert run("parse", tmp_path / "none").exit_code == 2
    (tmp_path / "x").write_text("<rss/>")
    assert run("parse", tmp_path / "x", "--zone", "Asia/Soul").exit_code == 2


def test_list_shows_the_feed_list_and_its_faults_are_told_at_once(run, tmp_path):
    path = tmp_path / "feeds.toml"
    path.write_text('[[feed]]\nurl = "https://harbour.example/feed"\nevery = "5m"\n')
    (row,) = (json.loads(line) for line in run("list", path, "--json").stdout.splitlines())
    assert (row["url"], row["every_seconds"]) == ("https://harbour.example/feed", 300)
    path.write_text('[[feed]]\nurl = 1\n[[feed]]\nzone = "x"\n')
    with pytest.raises(FeedListError) as raised:
        run("list", path)
    assert len(raised.value.faults) == 3
    with pytest.raises(SettingsError):
        run("list")


def test_t13_k4_check_tells_what_is_wrong_with_which_feed(run, web, tmp_path):
    web.script(
        "/twin",
        answers.text(
            answers.rss(
                [(f"Story number {n} of the harbour", f"https://harbour.example/{n}", "") for n in range(4)]
            ),
            answers.RSS_TYPE,
        ),
    )
    web.script("/moved", answers.redirect("/twin", 301))
    lines = [
        f'[[feed]]\nurl = "{web.url(path)}"\n'
        for path in ("/twin", "/moved", "/404", "/html/wall", "/xml/no-entries")
    ]
    path = tmp_path / "feeds.toml"
    path.write_text("".join(lines))
    found = run("check", path, "--json")
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.exit_code == 1
    assert rows[0]["wrong"] == []
    assert rows[0]["entries"] == 4
    assert rows[1]["wrong"] == [
        f"shares most of its articles with {web.url('/twin')}",
        f"moved to {web.url('/twin')}",
    ]
    assert rows[2]["wrong"] == ["HTTP 404"]
    assert rows[3]["wrong"][0].startswith("blocked:")
    assert rows[4]["wrong"] == ["no entries"]


def test_discover_finds_named_feeds_news_sitemaps_and_common_paths(run, web):
    web.script(
        "/",
        answers.text(
            '<html><head><link rel="alternate" type="application/rss+xml" href="/ok/feed.xml"></head></html>'
        ),
    )
    web.script(
        "/robots.txt", answers.text(f"User-agent: *\nSitemap: {web.url('/maps/news.xml')}\n", "text/plain")
    )
    web.script("/maps/news.xml", answers.text(NEWS_SITEMAP, "application/xml"))
    web.script(
        "/rss.xml", answers.text(answers.rss([("One", "https://harbour.example/1", "")]), answers.RSS_TYPE)
    )
    found = run("discover", web.url("/"), "--json")
    rows = {json.loads(line)["url"]: json.loads(line) for line in found.stdout.splitlines()}
    assert found.exit_code == 0
    assert {url: row["found_in"] for url, row in rows.items()} == {
        web.url("/ok/feed.xml"): "named by the page",
        web.url("/maps/news.xml"): "named by robots.txt",
        web.url("/rss.xml"): "common path",
    }
    assert rows[web.url("/maps/news.xml")]["kind"] == "sitemap-news"
    assert run("discover", web.url("/rss.xml")).stdout.startswith(web.url("/rss.xml"))
    assert run("discover", web.url("/404")).exit_code == 1
    assert run("discover", web.url("/500")).exit_code == 3


def test_opml_is_imported_beside_what_is_there_and_exported(run, tmp_path):
    opml = tmp_path / "reader.opml"
    opml.write_text(
        '<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example/feed"/><outline text="B" xmlUrl="https://b.example/feed"/></body></opml>'
    )
    into = tmp_path / "feeds.toml"
    into.write_text('# ours\n[[feed]]\nurl = "https://a.example/feed"\n')
    assert run("import", opml, "--into", into).exit_code == 0
    assert into.read_text().startswith("# ours\n")
    assert [feed.url for feed in read_feed_list(into)] == ["https://a.example/feed", "https://b.example/feed"]
    assert run("import", opml, "--into", into).exit_code == 0
    assert len(read_feed_list(into)) == 2
    exported = tmp_path / "out.opml"
    exported.write_text(run("export", into).stdout)
    assert [feed.url for feed in read_feed_list(exported)] == [
        "https://a.example/feed",
        "https://b.example/feed",
    ]
    assert "[[feed]]" in run("import", opml).stdout
    assert "[[feed]]" in run("export", into, "--toml").stdout
