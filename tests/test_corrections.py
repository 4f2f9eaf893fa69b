"""The topics of an article: the machine's tags, and what analysts say of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Evidence, TopicTag
from tests.builders import NOON, build_article
from wirewatch.corrections import (
    Correction,
    correction_key,
    effective_topics,
    machine_topics,
    with_topics,
)

ABOVE = {"desertion": ("defection",)}
ARTICLE = build_article()
CROSSED = Evidence(field="text", start=13, end=20, text=ARTICLE.text[13:20])


def build_tag(topic, **fields):
    given_ = {"level": "primary", "rule": f"{topic}/any", "evidence": (CROSSED,)}
    return TopicTag(topic=topic, **{**given_, **fields})


def correct(topic, verdict, *, minutes=0, article=ARTICLE, **fields):
    at = NOON + timedelta(minutes=minutes)
    return Correction(
        correction_key=correction_key("tag", by="Ana", made_at=at, subject=f"{article.article_key}|{topic}"),
        kind="tag",
        articles=(article.article_key,),
        topic=topic,
        verdict=verdict,
        by="Ana",
        made_at=at,
        **fields,
    )


def topics(machine, *corrections, above=ABOVE):
    return [tag.topic for tag in effective_topics(ARTICLE, machine, corrections, above=above)]


def test_without_corrections_the_machine_stands_alone():
    machine = (build_tag("defection"), build_tag("sanctions", level="mention"))
    assert effective_topics(ARTICLE, machine, (), above=ABOVE) == machine
    assert with_topics(ARTICLE, machine, (), above=ABOVE).machine_topics is None


def test_a_removed_topic_is_gone_and_the_machine_tag_is_kept_apart():
    machine = (build_tag("sanctions"), build_tag("cyber", level="secondary"))
    corrected = with_topics(ARTICLE, machine, [correct("sanctions", "remove")], above=ABOVE)
    assert corrected.topics_all == ("cyber",)
    assert machine_topics(corrected) == machine


def test_a_topic_above_a_removed_one_goes_when_it_stands_on_the_same_words():
    machine = (build_tag("desertion"), build_tag("defection", rule="desertion/any"))
    assert topics(machine, correct("desertion", "remove")) == []


def test_a_topic_above_a_removed_one_stays_when_other_words_earned_it():
    other = Evidence(field="title", start=0, end=3, text=ARTICLE.title[:3])
    machine = (build_tag("desertion"), build_tag("defection", evidence=(CROSSED, other)))
    assert topics(machine, correct("desertion", "remove")) == ["defection"]


def test_an_added_topic_is_primary_brings_its_parent_and_names_the_correction():
    correction = correct("desertion", "add", evidence_text="crossed the military demarcation line")
    added, parent = effective_topics(ARTICLE, (), [correction], above=ABOVE)
    assert (added.topic, added.level, parent.topic) == ("desertion", "primary", "defection")
    assert added.rule == f"analyst/{correction.correction_key}"
    (span,) = added.evidence
    assert ARTICLE.text[span.start : span.end] == span.text == correction.evidence_text


def test_words_that_a_revision_took_away_are_no_evidence():
    (added,) = effective_topics(ARTICLE, (), [correct("cyber", "add", evidence_text="stolen keys")], above={})
    assert added.evidence == ()


def test_adding_a_topic_raises_a_passing_mention():
    machine = (build_tag("cyber", level="mention"),)
    (tag,) = effective_topics(ARTICLE, machine, [correct("cyber", "add")], above={})
    assert (tag.level, tag.evidence) == ("primary", (CROSSED,))


def test_the_newest_word_of_an_analyst_holds():
    add, remove = correct("cyber", "add"), correct("cyber", "remove", minutes=5)
    assert topics((), remove, add) == []
    assert topics((), add, replace(remove, withdrawn_at=NOON)) == ["cyber"]


def test_a_removed_parent_does_not_come_back_with_an_added_child():
    assert topics((), correct("defection", "remove"), correct("desertion", "add", minutes=5)) == ["desertion"]


def test_what_is_said_of_another_article_changes_nothing():
    other = build_article(url="https://paper.example/news/2")
    assert topics((build_tag("cyber"),), correct("cyber", "remove", article=other)) == ["cyber"]


TOPICS = ("defection", "desertion", "cyber", "sanctions")


@given(
    st.sets(st.sampled_from(TOPICS)),
    st.sets(st.sampled_from(TOPICS)),
    st.lists(st.tuples(st.sampled_from(TOPICS), st.sampled_from(["add", "remove"]))),
)
def test_corrections_say_the_same_whatever_the_machine_says_before_or_after(before, after, said):
    """An analyst's word on a topic survives re-tagging, and correcting twice is correcting once."""
    corrections = [correct(topic, verdict, minutes=n) for n, (topic, verdict) in enumerate(said)]
    one = with_topics(ARTICLE, [build_tag(topic) for topic in sorted(before)], corrections, above=ABOVE)
    again = with_topics(one, machine_topics(one), corrections, above=ABOVE)
    assert again == one
    retagged = with_topics(one, [build_tag(topic) for topic in sorted(after)], corrections, above=ABOVE)
    verdicts = dict(said)
    for topic, verdict in verdicts.items():
        for article in (one, retagged):
            assert (topic in article.topics_all) == (verdict == "add")
    assert [tag.topic for tag in machine_topics(retagged)] == sorted(after)
