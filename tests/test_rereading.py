"""A stored article read again by other rules: its topics, claims and mentions, dated, with analysts' word on top."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.taxonomy import load_taxonomy
from tests.builders import NOON, build_article
from tests.test_corrections import correct
from wirewatch.corrections import machine_topics
from wirewatch.rereading import Reader, changed, gains, reread

STRIKE = """
id = "harbour_strike"
definition = "Dock workers stop work."
[[patterns]]
id = "strike"
any = ["port strike/n"]
gate = false
"""
LATER = NOON + timedelta(hours=3)
ARTICLE = build_article(
    title="Port strike enters its second week in Tessaro",
    text="The port strike goes on. About 300 dockers were arrested on Friday, the Interior Ministry of South Korea said.",
    story_key="story-1",
    clustered_at=NOON,
)


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    """A reader of the shipped rules, and one that knows the operator's topic too."""
    folder = tmp_path_factory.mktemp("topics")
    (folder / "harbour_strike.toml").write_text(STRIKE)
    old = Reader(taxonomy=load_taxonomy(), version="r1", now=NOON)
    return old, Reader(taxonomy=load_taxonomy([folder]), version="r1", now=LATER)


def test_a_topic_gained_by_newer_rules_is_dated_and_its_story_is_to_be_told_anew(readers):
    old, new = readers
    before = reread(ARTICLE, "everything", old)
    after = reread(before, "topics", new)
    (tag,) = [tag for tag in after.topics if tag.topic == "harbour_strike"]
    assert (tag.effective_from, after.untold) == (LATER, True)
    assert after.taxonomy_version == new.taxonomy.version
    (gain,) = gains(before, after)
    assert (gain.gained, gain.rule, gain.words) == (
        True,
        "harbour_strike/strike",
        ("Port strike", "port strike"),
    )


def test_a_topic_that_was_there_before_keeps_its_date(readers):
    _old, new = readers
    first = reread(replace(ARTICLE, clustered_at=None, story_key=None), "everything", new)
    assert {tag.effective_from for tag in first.topics} == {None}
    again = reread(replace(first, clustered_at=NOON, story_key="s"), "everything", replace(new, now=LATER))
    assert {tag.effective_from for tag in again.topics} == {None}


def test_a_topic_lost_is_told_with_the_words_it_had(readers):
    old, new = readers
    before = reread(ARTICLE, "everything", new)
    (gain,) = gains(before, reread(before, "topics", old))
    assert (gain.topic, gain.gained) == ("harbour_strike", False)
    assert "Port strike" in gain.words


def test_reading_again_by_the_same_rules_changes_nothing(readers):
    _, new = readers
    before = reread(ARTICLE, "everything", new)
    again = reread(replace(before, untold=None), "everything", replace(new, now=LATER + timedelta(days=1)))
    assert not changed(before, again)
    assert again.untold is None


def test_an_article_out_of_reach_only_notes_the_versions(readers):
    old, new = readers
    before = reread(ARTICLE, "everything", old)
    after = reread(replace(before, untold=None), "nothing", new)
    assert after == replace(before, untold=None, taxonomy_version=new.taxonomy.version)


def test_a_newer_reader_finds_claims_and_mentions_anew(readers):
    old, _ = readers
    after = reread(ARTICLE, "everything", old)
    assert [claim.low for claim in after.claims] == [300]
    assert "South Korea" in after.entities
    assert after.untold is True


def test_an_analysts_word_survives_rules_that_say_otherwise(readers):
    old, new = readers
    said = [
        correct("harbour_strike", "remove", article=ARTICLE),
        correct("sanctions", "add", article=ARTICLE),
    ]
    before = reread(ARTICLE, "everything", old, said)
    after = reread(before, "topics", new, said)
    assert "harbour_strike" not in after.topics_all
    assert "sanctions" in after.topics_primary
    assert "harbour_strike" in {tag.topic for tag in machine_topics(after)}
    assert "sanctions" not in {tag.topic for tag in machine_topics(after)}
