"""What a change of rules can reach: an article that is said to be out of reach keeps its tags, always."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.taxonomy import HOME, TAGGER_CLASSES, load_taxonomy
from extractors.taxonomy.changes import Reached, reach, rule_versions
from extractors.topics import tag
from wirewatch.newsroom.press import load_press

SHIPPED = load_taxonomy()
OWN = """
id = "harbour_strike"
definition = "Dock workers stop work."
[[patterns]]
id = "strike"
any = ["dock strike/n", "port strike/n"]
gate = false
[examples]
match = ["The dock strike entered its second week."]
"""
TEXTS = [
    (article.title, "\n".join(article.body)) for publisher in load_press() for article in publisher.articles
]
TEXTS += [("", example) for topic in SHIPPED.topics.values() for example in (*topic.match, *topic.no_match)]


def versions(taxonomy):
    return rule_versions(taxonomy, shared_classes=TAGGER_CLASSES)


def loaded(folder: Path, **files: str):
    for name, body in files.items():
        (folder / f"{name}.toml").write_text(body, encoding="utf-8")
    return load_taxonomy([folder])


def shipped(topic):
    return (HOME / f"{topic}.toml").read_text(encoding="utf-8")


def test_the_same_rules_reach_nothing():
    assert not reach(versions(SHIPPED), versions(SHIPPED), SHIPPED)


def test_a_new_definition_and_new_examples_reach_nothing(tmp_path):
    changed = shipped("cyber").replace("definition = ", 'definition = "Now: " # ', 1)
    taxonomy = loaded(tmp_path, cyber=changed)
    assert taxonomy.version != SHIPPED.version
    assert not reach(versions(SHIPPED), versions(taxonomy), taxonomy)


def test_a_topic_of_the_operators_reaches_only_articles_with_its_first_words(tmp_path):
    taxonomy = loaded(tmp_path, harbour_strike=OWN)
    found = reach(versions(SHIPPED), versions(taxonomy), taxonomy)
    assert (found.everything, found.topics) == (False, {"harbour_strike"})
    reached = Reached(found, taxonomy)
    assert reached("", "The port strike goes on.", [])
    assert not reached("", "The strike goes on.", ["cyber"])


def test_a_topic_taken_away_reaches_the_articles_that_carry_it(tmp_path):
    before = loaded(tmp_path, harbour_strike=OWN)
    found = reach(versions(before), versions(SHIPPED), SHIPPED)
    assert Reached(found, SHIPPED)("", "Nothing here.", ["harbour_strike"])


def test_a_new_word_of_a_class_reaches_every_topic_that_names_the_class(tmp_path):
    (tmp_path / "words").mkdir()
    words = (HOME / "words" / "forces.toml").read_text(encoding="utf-8")
    (tmp_path / "words" / "forces.toml").write_text(
        re.sub(r"en = \[", 'en = ["space marine/n", ', words, count=1)
    )
    taxonomy = load_taxonomy([tmp_path])
    found = reach(versions(SHIPPED), versions(taxonomy), taxonomy)
    assert found.everything or {"troop_deployment", "desertion"} & found.topics


def test_an_unknown_set_reaches_everything():
    assert reach(None, versions(SHIPPED), SHIPPED).everything


def test_a_topic_that_gives_way_to_a_changed_one_is_reached_too(tmp_path):
    yielding = sorted(
        (topic.id, other)
        for topic in SHIPPED.topics.values()
        for other in {other for pattern in topic.patterns for other in pattern.unless}
    )[:4]
    assert yielding
    for topic, other in yielding:
        folder = tmp_path / f"{topic}-{other}"
        folder.mkdir(exist_ok=True)
        taxonomy = loaded(folder, **{other: shipped(other).replace("any = [", 'any = ["zyzzyva", ', 1)})
        assert topic in reach(versions(SHIPPED), versions(taxonomy), taxonomy).topics


def _without_a_word(body: str, place: int) -> str:
    """A topic file without one of the terms of its rules."""
    terms = list(re.finditer(r'(?<=[\[ ])"[^"@]+", ?', body.split("[examples]", maxsplit=1)[0]))
    if not terms:
        return body
    term = terms[place % len(terms)]
    return body[: term.start()] + body[term.end() :]


@pytest.fixture(scope="module")
def before():
    return {
        text: tag(text[0], text[1], language=None, taxonomy=SHIPPED)
        for text in random.Random(7).sample(TEXTS, min(len(TEXTS), 80))
    }


@settings(max_examples=4, deadline=None)
@given(topic=st.sampled_from(sorted(SHIPPED.topics)), place=st.integers(0, 10_000))
def test_what_is_out_of_reach_keeps_its_tags(before, tmp_path_factory, topic, place):
    taxonomy = loaded(tmp_path_factory.mktemp("own"), **{topic: _without_a_word(shipped(topic), place)})
    for one, other in ((SHIPPED, taxonomy), (taxonomy, SHIPPED)):
        reached = Reached(reach(versions(one), versions(other), other), other)
        for (title, text), found in before.items():
            then = found if one is SHIPPED else tag(title, text, language=None, taxonomy=one)
            if not reached(title, text, [each.topic for each in then]):
                assert tag(title, text, language=None, taxonomy=other) == then
