"""The command line as a shell sees it: exit codes, JSON on standard output, faults with their mend on standard error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = """<!doctype html><html lang="en"><head><title>Two soldiers cross the line - Harbour Paper</title>
<meta property="og:title" content="Two soldiers cross the line">
<meta property="article:published_time" content="2026-11-20T09:30:00+09:00"></head><body>
<nav><a href="/">Home</a> <a href="/world">World</a></nav>
<article><h1>Two soldiers cross the line</h1>
<p>Two North Korean soldiers defected to the South on Friday by crossing the military demarcation line, the Joint
Staff said. Both men were unarmed and asked for protection when patrols met them, a spokesman told reporters.</p>
<p>The spokesman said about 1,500 troops had been deployed to the area since the beginning of the month, and that the
search for a third man went on through the night. Officials declined to say which unit the two men had belonged to.</p>
<p>It was the first crossing on foot since the spring, the unification ministry said in a statement later on Friday.</p>
</article><footer>Copyright Harbour Paper</footer></body></html>"""


def wirewatch(
    *arguments: str, home: Path, stdin: str | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from wirewatch.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        input=stdin,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "WIREWATCH_HOME": str(home / "state"), **environ},
        check=False,
        timeout=120,
    )


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "saved page.html"
    file.write_text(PAGE, encoding="utf-8")
    return file


def test_extract_gives_one_object_whose_evidence_is_in_the_text(tmp_path, page):
    done = wirewatch("extract", str(page), "--url", "https://paper.example/news/1", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["verdict"] == "article"
    assert found["title"] == "Two soldiers cross the line"
    assert found["published_at"] == "2026-11-20T09:30:00+09:00"
    assert "Copyright" not in found["text"]
    assert "defection" in {topic["topic"] for topic in found["topics"] if topic["level"] == "primary"}
    spans = [span for topic in found["topics"] for span in topic["evidence"]]
    spans += [claim["evidence"] for claim in found["claims"]]
    assert spans
    for span in spans:
        assert found[span["field"]][span["start"] : span["end"]] == span["text"]
    for name in ("access", "type", "credit", "canonical", "farm_signals", "mentions", "authors", "language"):
        assert name in found
    (deployed,) = [claim for claim in found["claims"] if claim["low"] == 1500]
    assert deployed["approximate"] is True


def test_a_page_that_is_no_article_has_a_verdict_with_its_reason(tmp_path):
    done = wirewatch("extract", "-", "--json", home=tmp_path, stdin="<html><body></body></html>")
    found = json.loads(done.stdout)
    assert (done.returncode, found["verdict"]) == (0, "not_an_article")
    assert found["reason"]
    assert found["published_at"] is None


def test_extract_of_a_missing_file_says_what_to_give_and_exits_with_2(tmp_path):
    done = wirewatch("extract", str(tmp_path / "none.html"), home=tmp_path)
    assert done.returncode == 2
    assert "readable file" in done.stderr


def test_a_loopback_address_is_refused_unless_it_is_allowed(tmp_path):
    done = wirewatch("extract", "http://127.0.0.1:9/x", home=tmp_path)
    assert done.returncode == 1
    assert "127.0.0.1" in done.stderr


def test_tag_shows_the_words(tmp_path):
    done = wirewatch(
        "tag", "-", home=tmp_path, stdin="Seoul said 1,500 North Korean troops had been sent to Russia."
    )
    assert done.returncode == 0, done.stderr
    assert "troop_deployment" in done.stdout
    assert "“troops”" in done.stdout


def test_every_fault_of_the_settings_is_told_at_once_with_exit_2(tmp_path):
    done = wirewatch(
        "doctor", home=tmp_path, WIREWATCH_SHARDS="many", WIREWATCH_KEEP_MONTHS="0", WIREWATCH_NONSENSE="1"
    )
    assert done.returncode == 2
    for name in ("WIREWATCH_SHARDS", "WIREWATCH_KEEP_MONTHS", "WIREWATCH_NONSENSE"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_a_feed_list_with_faults_starts_nothing_and_names_each(tmp_path):
    feeds = tmp_path / "feeds.toml"
    feeds.write_text('[[feed]]\nurl = "nowhere"\n[[feed]]\nurl = "https://a.example/f"\nzone = "Mars/Base"\n')
    for command in (["run", "--once", "--feeds", str(feeds)], ["up", "--feeds", str(feeds)]):
        done = wirewatch(*command, home=tmp_path)
        assert done.returncode == 2, done.stderr
        assert "url" in done.stderr
        assert "zone" in done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "state").exists()


def test_a_subscribers_file_with_faults_starts_nothing(tmp_path):
    feeds, subscribers = tmp_path / "feeds.toml", tmp_path / "subscribers.toml"
    feeds.write_text('[[feed]]\nurl = "https://a.example/f"\n')
    subscribers.write_text('[[subscriber]]\nname = "a"\nzone = "Mars/Base"\nfrequency = "often"\n')
    done = wirewatch(
        "run", "--once", "--feeds", str(feeds), home=tmp_path, WIREWATCH_SUBSCRIBERS=str(subscribers)
    )
    assert done.returncode == 2
    assert "zone" in done.stderr
    assert "frequency" in done.stderr
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("command", [["search", "x"], ["export", "articles"], ["story", "x"]])
def test_a_server_that_is_away_exits_with_3_and_the_mend(tmp_path, command):
    done = wirewatch(*command, home=tmp_path, WIREWATCH_ELASTICSEARCH_URL="http://127.0.0.1:9")
    assert done.returncode == 3
    assert "wirewatch doctor" in done.stderr
    assert "Traceback" not in done.stderr


def test_run_without_once_says_what_it_does(tmp_path):
    done = wirewatch("run", home=tmp_path)
    assert done.returncode == 2
    assert "--once" in done.stderr


def test_a_wrong_topic_file_is_refused_with_file_key_and_reason_before_anything_starts(tmp_path):
    feeds, topics = tmp_path / "feeds.toml", tmp_path / "topics"
    feeds.write_text('[[feed]]\nurl = "https://a.example/f"\n')
    topics.mkdir()
    (topics / "smuggling.toml").write_text('id = "smuggling"\nparent = "no_such_topic"\n')
    done = wirewatch("run", "--once", "--feeds", str(feeds), home=tmp_path, WIREWATCH_TOPICS=str(topics))
    assert done.returncode == 2, done.stderr
    assert "smuggling.toml" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "state").exists()


WHOLE = """<!doctype html><html lang="en"><head><title>Two soldiers cross the line - Harbour Paper</title>
<link rel="canonical" href="https://paper.example/news/two-soldiers"><meta property="og:image" content="/line.jpg">
<meta property="article:section" content="World"><meta name="keywords" content="border, soldiers">
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Two soldiers cross the line", "author": {"@type": "Person",
"name": "Ada Holt"}, "datePublished": "2026-11-20T09:30:00+09:00", "dateModified": "2026-11-20T11:00:00+09:00"}</script></head>"""


def test_extract_shows_every_fact_with_its_offset_and_where_it_was_found(tmp_path, page):
    page.write_text(
        WHOLE + PAGE[PAGE.index("<body>") :].replace("</article>", "<p>(Yonhap)</p></article>"), "utf-8"
    )
    done = wirewatch(
        "extract", str(page), "--url", "https://paper.example/news/1?ref=a", "--json", home=tmp_path
    )
    found = json.loads(done.stdout)
    expected = {
        "access": "open", "type": "news", "credit": "yonhap", "canonical": "https://paper.example/news/two-soldiers",
        "section": "World", "keywords": ["border", "soldiers"], "image": "https://paper.example/line.jpg", "language": "en",
        "authors": ["Ada Holt"], "published_at": "2026-11-20T09:30:00+09:00", "modified_at": "2026-11-20T11:00:00+09:00",
        "published_from": "json-ld:datePublished", "modified_from": "json-ld:dateModified", "published_zone": "offset", "farm_signals": [],
    }  # fmt: skip
    assert {name: found[name] for name in expected} == expected
    assert {"title", "text", "authors", "published"} <= set(found["provenance"])


def test_a_page_that_is_no_article_has_the_same_names_and_a_reason(tmp_path, page):
    article = json.loads(wirewatch("extract", str(page), "--json", home=tmp_path).stdout)
    done = wirewatch(
        "extract", "-", "--json", home=tmp_path, stdin="<title>Just a moment...</title><body>Wait"
    )
    rejected = json.loads(done.stdout)
    assert set(rejected) == set(article)
    assert (rejected["verdict"], rejected["reason"]) == ("not_an_article", "bot-challenge")
    assert rejected["detail"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no such file.html"], "No such file"),
        (["."], "directory"),
        (["-", "--zone", "Mars/Base"], "Asia/Seoul"),
        (["-", "--url", "paper.example/news"], "https://"),
        (["-", "--url", "http://[bad/"], "https://"),
    ],
)
def test_wrong_input_of_extract_is_told_with_its_mend_and_exit_code_2(tmp_path, arguments, told):
    done = wirewatch("extract", *arguments, home=tmp_path, stdin="<p>x</p>")
    assert done.returncode == 2, done.stdout + done.stderr
    assert told.lower() in done.stderr.lower()
    assert "Traceback" not in done.stderr
