"""A changed topic file tried on articles: what it would add and take, within its time, whatever was pasted."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.taxonomy import load_taxonomy
from extractors.terms import TermFault, expand
from tests.builders import build_article
from wirewatch.desk.trial import try_rules

LANTERNS = """
id = "lantern_launch"
name = "Lantern launch"
definition = "Paper lanterns sent over a border."
[[patterns]]
id = "lanterns-sent"
any = ["paper lantern/n"]
[examples]
match = ["Hundreds of paper lanterns drifted over the river."]
no_match = ["The lamp was lit."]
"""


def never() -> float:
    return 0.0


def articles(*texts):
    return [build_article(url=f"https://a.example/{n}", text=text) for n, text in enumerate(texts)]


def test_a_new_topic_says_which_articles_gain_it_and_by_which_words():
    trial = try_rules(LANTERNS, (), articles("Farmers saw a paper lantern land.", "The council met."), never)
    assert (trial.topic, trial.looked_at, trial.removed_number) == ("lantern_launch", 2, 0)
    (change,) = trial.added
    assert (change.article.url, change.topic, change.words) == (
        "https://a.example/0", "lantern_launch", ("paper lantern",),
    )  # fmt: skip


def test_a_topic_robbed_of_its_rules_and_signs_says_which_articles_lose_it():
    robbed = "signs = false\n" + LANTERNS.replace("lantern_launch", "balloon_leaflet")
    text = "North Korea floated hundreds of trash balloons across the border into South Korea on Friday."
    trial = try_rules(robbed, (), articles(text), never)
    assert "balloon_leaflet" in [change.topic for change in trial.removed]
    assert trial.added == ()


def test_rules_that_cannot_be_read_are_named_and_nothing_is_tried():
    trial = try_rules(LANTERNS.replace("any", "anny"), (), articles("x"), never)
    assert trial.looked_at == 0
    assert any("anny" in fault for fault in trial.faults)


def test_a_file_that_breaks_its_own_examples_says_which():
    trial = try_rules(LANTERNS.replace("The lamp was lit.", "A paper lantern was lit."), (), [], never)
    assert trial.examples_failed == ("should not match: A paper lantern was lit.",)


def test_a_trial_ends_when_its_time_is_up_and_says_so():
    ticks = count()
    trial = try_rules(LANTERNS, (), articles(*["x"] * 50), lambda: float(next(ticks)), seconds=5)
    assert trial.out_of_time
    assert trial.looked_at == 5


@settings(max_examples=25, deadline=None)
@given(st.one_of(st.text(max_size=200), st.just(LANTERNS).map(lambda text: text.replace('"', "'", 3))))
def test_whatever_is_pasted_is_answered(text):
    trial = try_rules(text, (), [], never)
    assert trial.faults or trial.topic


@pytest.mark.parametrize("term", ["{a,b}" * 40, " ".join(["go/v"] * 30), "{" + ",".join("ab" * 300) + "}"])
def test_a_term_of_too_many_forms_is_refused_before_they_are_made(term):
    with pytest.raises(TermFault, match="more than 400 forms"):
        expand(term)


def test_trying_leaves_the_rules_in_force_as_they_were():
    before = load_taxonomy().version
    try_rules(LANTERNS, (), [], never)
    assert load_taxonomy().version == before
    assert "lantern_launch" not in load_taxonomy().topics
