"""The whole pipeline over the sample newsroom, on real HTTP and a real node, held against what is true of the sample."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.urls import canonical_url
from wirewatch.index import Index
from wirewatch.newsroom import Newsroom
from wirewatch.newsroom.press import load_press
from wirewatch.newsroom.truth import true_articles, true_events
from wirewatch.pipeline import Engine, open_engine, run_once
from wirewatch.records import FINAL_STATES
from wirewatch.settings import load_settings

pytestmark = pytest.mark.elastic
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One pass over the sample, and what it left in the index."""

    newsroom: Newsroom
    engine: Engine
    counts: dict[str, dict[str, int]]

    @property
    def index(self) -> Index:
        return self.engine.index

    def articles(self):
        """Stored articles by the sample's keys."""
        keys = {canonical_url(address): key for key, address in self.newsroom.addresses().items()}
        stored = {article.url: article for article in self.index.articles.records()}
        return {keys[url]: article for url, article in stored.items() if url in keys}


@pytest.fixture(scope="module")
def sample(node_url, tmp_path_factory) -> Iterator[Pass]:
    home = tmp_path_factory.mktemp("sample home")
    with Newsroom(home, datetime.now(UTC)) as newsroom:
        newsroom.write_feed_list(home / "feeds.toml")
        settings = load_settings(
            environ={
                "WIREWATCH_HOME": str(home),
                "WIREWATCH_ELASTICSEARCH_URL": node_url,
                "WIREWATCH_INDEX_PREFIX": f"t{uuid.uuid4().hex[:10]}",
                "WIREWATCH_ALLOW_LOOPBACK": "1",
                "WIREWATCH_HOST_DELAY_SECONDS": "0",
                "WIREWATCH_FEEDS": str(home / "feeds.toml"),
            }
        )
        with open_engine(settings) as engine:
            counts = run_once(engine, everything=True)
            # What was learned of sites is written last and seen by searches only after a refresh.
            engine.index.refresh()
            yield Pass(newsroom=newsroom, engine=engine, counts=counts)
            engine.index.drop()


def test_every_entry_ends_in_one_final_state_with_a_reason_and_the_sum_is_what_was_seen(sample: Pass):
    rows = list(sample.index.ledger.records())
    assert len(rows) == sample.counts["poll"]["new"]
    assert {row.state for row in rows} <= set(FINAL_STATES)
    assert [row.url for row in rows if not row.reason] == []
    assert sum(day.difference for day in sample.index.ledger.reconcile()) == 0


def test_the_pages_that_are_no_articles_end_as_such(sample: Pass):
    ended = defaultdict(set)
    for row in sample.index.ledger.records():
        ended[row.state].add(row.url)
    assert (len(ended["gone"]), len(ended["refused"])) == (1, 1)
    assert any(reason.startswith("consent") for reason in sample.index.ledger.by_reason("not_an_article"))


def test_copies_are_folded_under_their_original_and_nothing_else_is(sample: Pass):
    articles = sample.articles()
    keys = {article.article_key: key for key, article in articles.items()}
    truth = {one.key: one for one in true_articles()}

    def family(key):
        while truth[key].copy_of:
            key = truth[key].copy_of
        return key

    folded = {
        (key, keys.get(article.near_duplicate_of))
        for key, article in articles.items()
        if article.near_duplicate_of
    }
    wrong = {pair for pair in folded if pair[1] is None or family(pair[0]) != family(pair[1])}
    assert wrong == set()
    true_copies = {key for key in articles if truth[key].copy_of in articles}
    missed = true_copies - {key for key, _ in folded} - {of for _, of in folded}
    assert missed == set()


def test_no_story_mixes_two_events(sample: Pass):
    truth = {one.key: one for one in true_articles()}
    events = defaultdict(set)
    for key, article in sample.articles().items():
        if truth[key].event:
            events[article.story_key].add(truth[key].event)
    assert [found for found in events.values() if len(found) > 1] == []


def test_independent_reports_are_never_more_than_the_truth_allows(sample: Pass):
    articles = sample.articles()
    by_story = defaultdict(set)
    for key, article in articles.items():
        by_story[article.story_key].add(key)
    stories = {story.story_key: story for story in sample.index.stories.records()}
    for event in true_events():
        for story_key in {articles[key].story_key for key in event.articles if key in articles}:
            here = frozenset(by_story[story_key])
            if here <= set(event.articles):
                assert stories[story_key].independent_reports <= event.independent_reports(of=here), event.key


def test_the_digest_holds_no_filler_and_nothing_off_topic_and_counts_no_copy_as_a_report(sample: Pass):
    truth = {one.key: one for one in true_articles()}
    by_story = defaultdict(set)
    for key, article in sample.articles().items():
        by_story[article.story_key].add(truth[key].kind)
    sample.index.refresh("deliveries")
    (sent,) = [row for row in sample.index.deliveries.records() if row.state == "sent"]
    told = [line.split(":")[0] for line in sent.stories]
    assert len(told) >= 20
    assert [key for key in told if by_story[key] and by_story[key] <= {"filler", "off-topic"}] == []
    assert "Globe Insight Today" not in (sent.message or "")


def test_every_tag_and_claim_shows_the_exact_words(sample: Pass):
    number = 0
    for article in sample.index.articles.records():
        spans = [span for tag in article.topics for span in tag.evidence]
        spans += [claim.evidence for claim in article.claims]
        spans += [span for mention in article.mentions for span in mention.evidence]
        for span in spans:
            assert getattr(article, span.field)[span.start : span.end] == span.text
            number += 1
    assert number > 200


def test_the_furniture_of_a_site_is_learned_and_no_sentence_of_its_reports(sample: Pass):
    (northline,) = [publisher for publisher in load_press() if publisher.key == "northline"]
    learned = {line.text: line for site in sample.index.sites.records() for line in site.lines}
    assert learned[northline.extras["closing"]].place == "end"
    reports = {block for publisher in load_press() for one in publisher.articles for block in one.body}
    assert reports.isdisjoint(learned)


def test_a_second_pass_finds_nothing_new(sample: Pass):
    before = {row.entry_key: (row.state, row.reason) for row in sample.index.ledger.records()}
    again = run_once(sample.engine, everything=True)
    assert again["poll"]["new"] == 0
    assert again["ingest"]["total"] == 0
    after = {row.entry_key: (row.state, row.reason) for row in sample.index.ledger.records()}
    assert after == before


@pytest.mark.parametrize("page", ["docs/stories.md", "README.md"])
def test_the_documented_example_is_what_the_command_prints(sample: Pass, page, capsys):
    # Before the second edition: the documents show what a first start shows.
    from wirewatch.cli.asks import tell_story

    def lines(text):
        # Times follow the day; topics and words are the taxonomy's and the weights' own matter.
        told = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", text).splitlines()
        return [re.sub(r"(topics|words): .*", r"\1", line) for line in told]

    text = (ROOT / page).read_text(encoding="utf-8")
    (shown,) = re.findall(
        r"```\n(?:\$ wirewatch story [^\n]*\n)?(N\. Korean soldier crosses.*?)```", text, re.DOTALL
    )
    title = shown.splitlines()[0]
    (story,) = (
        each for each in sample.index.stories.records() if each.title == title and not each.merged_into
    )
    tell_story(sample.index, story, why=True)
    assert lines(capsys.readouterr().out) == lines(shown)


def test_the_second_edition_brings_a_revision_and_late_articles_to_their_stories(sample: Pass):
    before = sample.articles()
    assert sample.newsroom.advance()
    run_once(sample.engine, everything=True)
    after = sample.articles()
    revised = [key for key, article in after.items() if article.revisions]
    assert revised == [one.key for one in true_articles() if one.revised]
    for key in revised:
        assert after[key].story_key == before[key].story_key
        assert after[key].revisions[-1].changes
    assert {one.key for one in true_articles() if one.late} <= set(after) - set(before)
    # A story that readers know loses none of its articles because others came.
    homes = defaultdict(set)
    for key, article in before.items():
        homes[article.story_key].add(after[key].story_key)
    assert [found for found in homes.values() if len(found) > 1] == []
    assert sample.index.ledger.by_state()["updated"] >= 1
