"""Analysts' corrections as examples for the topic files."""

from __future__ import annotations

import tomllib
from dataclasses import replace

from extractors.records import Evidence, TopicTag
from tests.builders import NOON, build_article
from tests.test_corrections import correct
from wirewatch.cases import cases_of, topic_examples

ARTICLE = build_article(
    title="Rain in the hills",
    text='It rained. The striker "defected" to a rival club on Friday. Nobody cared.',
)
WORDS = "defected"
START = ARTICLE.text.index(WORDS)
TAGGED = replace(
    ARTICLE,
    topics=(
        TopicTag(
            topic="defection",
            level="primary",
            rule="defection/left",
            evidence=(Evidence(field="text", start=START, end=START + len(WORDS), text=WORDS),),
        ),
    ),
)
SENTENCE = 'The striker "defected" to a rival club on Friday.'


def test_a_removed_tag_gives_the_sentence_of_the_machines_evidence_as_no_match():
    (case,) = cases_of([TAGGED], [correct("defection", "remove")])
    assert (case.topic, case.match, case.sentence) == ("defection", False, SENTENCE)


def test_an_added_tag_gives_the_sentence_of_the_marked_words_as_match():
    (case,) = cases_of([ARTICLE], [correct("sanctions", "add", evidence_text="rival club")])
    assert (case.match, case.sentence) == (True, SENTENCE)


def test_without_marked_words_the_headline_is_judged():
    (case,) = cases_of([ARTICLE], [correct("sanctions", "add")])
    assert case.sentence == "Rain in the hills"


def test_what_was_taken_back_or_is_no_longer_in_the_article_gives_nothing():
    back = replace(correct("sanctions", "add"), withdrawn_at=NOON)
    gone = correct("cyber", "add", evidence_text="words that a revision took away")
    assert cases_of([ARTICLE], [back, gone]) == ()


def test_the_examples_are_toml_that_a_topic_file_takes():
    cases = cases_of([TAGGED], [correct("defection", "remove"), correct("sanctions", "add")])
    written = topic_examples(cases)
    assert tomllib.loads(written["defection"])["examples"] == {"no_match": [SENTENCE]}
    assert tomllib.loads(written["sanctions"])["examples"] == {"match": ["Rain in the hills"]}
