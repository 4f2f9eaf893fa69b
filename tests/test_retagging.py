"""Older articles on a real node are read again by the rules in force; their stories and claims follow."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from extractors.reading import reader_version
from extractors.taxonomy import load_taxonomy
from tests.builders import NOON, build_article, build_story
from tests.test_corrections import correct
from wirewatch.index.shelf import token_of
from wirewatch.pipeline import open_engine
from wirewatch.pipeline.placing import tell_stories
from wirewatch.rereading import Reader, reread
from wirewatch.retagging import PAGE, Wanted, retag
from wirewatch.rules import put_in_force
from wirewatch.settings import load_settings

pytestmark = pytest.mark.elastic

STRIKE = """
id = "harbour_strike"
definition = "Dock workers stop work."
[[patterns]]
id = "strike"
any = ["port strike/n"]
gate = false
"""
TEXTS = {
    "strike": "The port strike goes on. About 300 dockers were arrested on Friday, the Interior Ministry of South Korea said.",
    "launch": "North Korea fired a ballistic missile into the sea on Friday, the Joint Staff said.",
    "weather": "It rained all day in the hills and the market stayed closed.",
}
LATER = NOON + timedelta(hours=5)


@pytest.fixture(scope="module")
def shipped(node_url, tmp_path_factory):
    """An engine on an index of this module's own, without an operator's topics."""
    environ = {
        "WIREWATCH_HOME": str(tmp_path_factory.mktemp("home")),
        "WIREWATCH_ELASTICSEARCH_URL": node_url,
        "WIREWATCH_INDEX_PREFIX": f"t{uuid.uuid4().hex[:10]}",
    }
    with open_engine(load_settings(environ=environ), clock=lambda: LATER) as engine:
        engine.index.prepare(NOON)
        yield engine
        engine.index.drop()


@pytest.fixture
def engine(shipped, tmp_path):
    """The engine after the operator added a topic; every article is tagged by the rules before."""
    index = shipped.index
    for shelf, name in ((index.articles, "article_key"), (index.stories, "story_key"), (index.claims, "claim_key"),
                        (index.corrections, "correction_key"), (index.rules, "version")):  # fmt: skip
        shelf.refresh()
        shelf.delete([hit["_id"] for hit in shelf.scan(fields=[name])])
        shelf.refresh()
    put_in_force(index, shipped.settings, NOON)
    reader = Reader(taxonomy=load_taxonomy(), version=reader_version(), now=NOON)
    for name, text in TEXTS.items():
        article = build_article(
            url=f"https://paper.example/{name}", title=name.capitalize(), text=text, text_hash=name * 2,
            story_key=f"story-{name}", clustered_at=NOON, is_representative=True, lag_minutes=0,
        )  # fmt: skip
        article = replace(reread(article, "everything", reader), untold=None)
        index.articles.save([article])
        index.stories.save([
            build_story(story_key=article.story_key, articles=(article.article_key,), topics_all=article.topics_all,
                        topics_primary=article.topics_primary, claims=article.claims, revision=3)
        ])  # fmt: skip
    index.refresh()
    folder = tmp_path / "topics"
    folder.mkdir()
    (folder / "harbour_strike.toml").write_text(STRIKE)
    return replace(shipped, settings=replace(shipped.settings, topics=folder))


def stored(engine):
    engine.index.refresh()
    return {article.title.lower(): article for article in engine.index.articles.records()}


def stories(engine):
    return {story.story_key: story for story in engine.index.stories.records()}


def run(engine, **wanted):
    return retag(engine.index, engine.rules, now=LATER, wanted=Wanted(**wanted))


def test_a_new_topic_reaches_only_the_articles_with_its_words_and_the_report_shows_them(engine):
    report = run(engine)
    assert (report.looked_at, report.read_again, report.changed, report.left) == (3, 1, 1, 0)
    (topic,) = report.topics.values()
    assert (topic.topic, topic.added, topic.removed) == ("harbour_strike", 1, 0)
    assert topic.added_to[0].words == ("port strike",)
    articles = stored(engine)
    assert "harbour_strike" in articles["strike"].topics_all
    assert {article.taxonomy_version for article in articles.values()} == {engine.rules.taxonomy.version}
    again = run(engine)
    assert (again.looked_at, again.left) == (0, 0)


def test_a_dry_run_reports_the_same_and_writes_nothing(engine):
    before = stored(engine)
    tried = run(engine, dry_run=True)
    assert stored(engine) == before
    assert tried.topics == run(engine).topics


def test_the_story_follows_with_its_revision_and_the_time_of_its_last_change_as_they_were(engine):
    run(engine)
    before = stories(engine)["story-strike"]
    assert tell_stories(engine)["stories_retold"] == 1
    engine.index.refresh()
    story = stories(engine)["story-strike"]
    assert "harbour_strike" in story.topics_primary
    assert (story.revision, story.changed_at) == (before.revision, before.changed_at)
    assert stored(engine)["strike"].untold is None
    assert tell_stories(engine)["stories_retold"] == 0


def test_claims_are_made_again_when_the_reader_changed_and_their_documents_follow(engine):
    old = replace(stored(engine)["strike"], reader_version="before", claims=(), mentions=(), entities=())
    engine.index.articles.save([old])
    report = run(engine)
    assert (report.claims_changed, report.mentions_changed) == (1, 1)
    tell_stories(engine)
    engine.index.refresh()
    (claim,) = engine.index.claims.records()
    assert (claim.low, claim.story_key) == (300, "story-strike")
    assert claim.low in {each.low for each in stories(engine)["story-strike"].claims}


def test_an_analysts_correction_survives(engine):
    article = stored(engine)["strike"]
    engine.index.corrections.save([correct("harbour_strike", "remove", article=article)])
    engine.index.corrections.refresh()
    report = run(engine)
    after = stored(engine)["strike"]
    assert "harbour_strike" not in after.topics_all
    assert "harbour_strike" in {tag.topic for tag in after.machine_topics}
    assert report.topics == {}


def test_cut_off_after_any_piece_and_started_again_it_ends_as_in_one_go(engine):
    before = stored(engine)
    run(engine)
    whole = stored(engine)
    engine.index.articles.save(before.values())
    engine.index.articles.refresh()
    lefts = []
    while not lefts or lefts[-1]:
        lefts.append(run(engine, most=1).left)
    assert lefts == [2, 1, 0]
    assert stored(engine) == whole


def test_a_piece_ends_where_there_is_enough(engine):
    copies = [
        build_article(
            url=f"https://paper.example/old/{number}", text_hash=str(number), taxonomy_version="unknown"
        )
        for number in range(PAGE + 1)
    ]
    engine.index.articles.save(copies)
    report = run(engine, enough=lambda: True)
    assert (report.looked_at, report.left) == (PAGE, 4)


def test_what_somebody_wrote_meanwhile_is_not_overwritten(engine):
    article = stored(engine)["strike"]
    (hit,) = engine.index.articles.scan({"term": {"article_key": article.article_key}})
    engine.index.articles.save([replace(article, title="Corrected")])
    written = engine.index.articles.update([(token_of(hit), article.article_key, {"title": "Old"})])
    assert (written.done, written.known) == ((), (article.article_key,))
    assert "corrected" in stored(engine)


def test_only_from_a_day_on_and_only_one_topic(engine):
    assert run(engine, since=NOON + timedelta(days=1), dry_run=True).looked_at == 0
    assert run(engine, topics=("missile_test",), dry_run=True).looked_at == 1
    assert run(engine, topics=("harbour_strike",)).looked_at == 1
    assert (
        Counter(article.taxonomy_version for article in stored(engine).values())[
            engine.rules.taxonomy.version
        ]
        == 1
    )


def test_the_command_reports_as_json_and_has_the_stories_told(engine, monkeypatch):
    settings = engine.settings
    for name in ("home", "elasticsearch_url", "index_prefix", "topics"):
        monkeypatch.setenv(f"WIREWATCH_{name.upper()}", str(getattr(settings, name)))
    from wirewatch.cli.commands import app

    found = json.loads(CliRunner().invoke(app, ["retag", "--json"]).stdout)
    assert (found["changed"], found["stories_retold"], found["left"]) == (1, 1, 0)
    assert found["topics"][0]["added_to"][0]["words"] == ["port strike"]
    (settings.topics / "harbour_strike.toml").write_text("id = 3")
    done = CliRunner().invoke(app, ["retag", "--dry-run"])
    assert done.exit_code == 1
    assert "harbour_strike.toml: id: a text is wanted" in done.output
    wrong = CliRunner().invoke(app, ["retag", "--topic", "nothing_such"])
    assert wrong.exit_code == 2
