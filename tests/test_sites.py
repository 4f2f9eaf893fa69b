"""A site's lines are learned in the pipeline and left out; a site that is redesigned raises the alarm, and mending clears it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from extractors.articles import extract_article
from extractors.reading import annotate
from extractors.records import Page, Rejected
from extractors.taxonomy import load_taxonomy
from wirewatch.cli.commands import app
from wirewatch.index import Index
from wirewatch.newsroom.misbehaviour import MisbehavingWeb
from wirewatch.newsroom.redesigns import NOTICE, Look, feed_of, page_of, path_of
from wirewatch.pipeline import Engine, open_engine
from wirewatch.pipeline.ingesting import ingest
from wirewatch.pipeline.polls import poll
from wirewatch.pipeline.sites import SiteMemory, open_alarms
from wirewatch.settings import load_settings

pytestmark = pytest.mark.elastic

FEED = "/herald/feed.xml"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOPICS = load_taxonomy()


@dataclass
class Herald:
    """The paper on the web, the engine that follows it, the clock of both, and what the engine said."""

    web: MisbehavingWeb
    engine: Engine
    environ: dict[str, str]
    said: list[str]
    now: list[datetime]

    def publish(self, numbers: range, look: Look) -> None:
        """These articles appear in this look, and are collected an hour later."""
        for number in numbers:
            self.web.script(path_of(number), page_of(number, look))
        self.web.script(FEED, feed_of(numbers, base=self.web.base))
        self.now[0] += timedelta(hours=24)
        poll(self.engine, everything=True)
        ingest(self.engine)
        self.engine.index.refresh("articles", "sites", "publishers")

    def alarms(self) -> dict[str, set[str]]:
        return {
            history.publisher: {alarm.measure for alarm in history.alarms}
            for history in self.engine.index.drifting()
        }


@pytest.fixture(scope="module")
def herald(node_url, tmp_path_factory) -> Iterator[Herald]:
    home = tmp_path_factory.mktemp("herald")
    said: list[str] = []
    now = [datetime(2026, 11, 1, 6, tzinfo=UTC)]
    with MisbehavingWeb() as web:
        feeds = home / "feeds.toml"
        feeds.write_text(f'[[feed]]\nurl = "{web.base}{FEED}"\npublisher = "Saltmarsh Herald"\n')
        environ = {
            "WIREWATCH_HOME": str(home),
            "WIREWATCH_ELASTICSEARCH_URL": node_url,
            "WIREWATCH_INDEX_PREFIX": f"t{uuid.uuid4().hex[:10]}",
            "WIREWATCH_ALLOW_LOOPBACK": "1",
            "WIREWATCH_HOST_DELAY_SECONDS": "0",
            "WIREWATCH_FEEDS": str(feeds),
        }
        with open_engine(load_settings(environ=environ), clock=lambda: now[0], say=said.append) as engine:
            yield Herald(web, engine, environ, said, now)
            engine.index.drop()


def noted(index: Index, numbers: range) -> SiteMemory:
    memory = SiteMemory(index)
    for number in numbers:
        url = f"https://herald.example{path_of(number)}"
        page = Page(url=url, final_url=url, status=200, body=page_of(number, "before").body, fetched_at=NOON)
        article = extract_article(page, now=NOON)
        memory.note(
            page, "Saltmarsh Herald", article if isinstance(article, Rejected) else annotate(article, TOPICS)
        )
    return memory


def test_two_tasks_that_write_about_one_publisher_lose_nothing_of_each_other(index: Index):
    first, second = noted(index, range(5)), noted(index, range(5, 9))
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(lambda memory: memory.write(NOON), (first, second))) == [(), ()]
    index.refresh("sites", "publishers")
    (history,), (site,) = index.publishers.records(), index.sites.records()
    assert (len(history.observations), len(site.articles)) == (9, 9)


def test_a_batch_done_twice_after_a_crash_is_learned_once(index: Index):
    for _ in range(2):
        noted(index, range(4)).write(NOON)
    index.refresh("sites", "publishers")
    (history,), (site,) = index.publishers.records(), index.sites.records()
    assert (len(history.observations), len(site.articles)) == (4, 4)
    assert [(line.text, line.witnesses) for line in site.lines] == [(NOTICE, 4)]


def test_a_paper_is_followed_learned_redesigned_and_mended(herald: Herald, monkeypatch):
    for name, value in herald.environ.items():
        monkeypatch.setenv(name, value)
    herald.publish(range(44), "before")
    (site,) = herald.engine.index.sites.records()
    assert [line.text for line in site.lines] == [NOTICE]
    shown = CliRunner().invoke(app, ["feeds", "lines", site.host])
    assert NOTICE in shown.output
    assert herald.alarms() == {}

    herald.publish(range(100, 130), "before")
    late = [
        article
        for article in herald.engine.index.articles.records()
        if "body: 1 learned line of the site left out" in article.provenance
    ]
    assert len(late) == 30
    assert not any(NOTICE in article.text for article in late)
    assert herald.alarms() == {}

    herald.publish(range(200, 224), "after")
    assert {"words", "unsigned"} <= herald.alarms()["Saltmarsh Herald"]
    assert any(line.startswith("drift alarm: Saltmarsh Herald: ") for line in herald.said)
    assert open_alarms(herald.engine.index) == len(herald.alarms()["Saltmarsh Herald"])
    asked = CliRunner().invoke(app, ["doctor"])
    assert asked.exit_code == 1
    assert "drift Saltmarsh Herald" in asked.output

    herald.publish(range(300, 324), "before")
    assert herald.alarms() == {}
    assert open_alarms(herald.engine.index) == 0
