"""Pinned and muted stories: the latest decision counts, and a decision follows its articles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import NOON, build_correction
from wirewatch.attention import Attention, attention


def test_a_pinned_and_a_muted_story_are_told_apart():
    found = attention(
        [
            build_correction(kind="pin", story_key="a", articles=("1",)),
            build_correction(kind="mute", story_key="b", articles=("2",)),
        ],
        {"a": ("1",), "b": ("2",), "c": ("3",)},
    )
    assert found == Attention(pinned=frozenset("a"), muted=frozenset("b"))


@pytest.mark.parametrize("order", [1, -1])
def test_the_latest_decision_about_a_story_counts(order):
    decisions = [
        build_correction(kind="mute", story_key="a", made_at=NOON),
        build_correction(kind="pin", story_key="a", made_at=NOON + timedelta(minutes=1)),
    ]
    assert attention(decisions[::order], {"a": ("1",)}).pinned == {"a"}


def test_what_was_taken_back_decides_nothing():
    taken_back = build_correction(kind="mute", story_key="a", withdrawn_at=NOON, withdrawn_by="ana")
    assert attention([taken_back], {"a": ("1",)}) == Attention()


def test_a_decision_about_tags_or_stories_lines_says_nothing_about_attention():
    decisions = [
        build_correction(kind=kind, story_key="a", articles=("1",)) for kind in ("tag", "merge", "split")
    ]
    assert attention(decisions, {"a": ("1",)}) == Attention()


def test_a_decision_goes_with_its_articles_to_their_new_story():
    decision = build_correction(kind="mute", story_key="gone", articles=("1", "2", "3"))
    assert attention([decision], {"new": ("1", "2"), "other": ("3", "4")}).muted == {"new"}


def test_a_muted_story_that_joined_a_larger_one_does_not_mute_it():
    stories = {"large": ("1", "2", "3", "4", "5")}
    assert not attention(
        [build_correction(kind="mute", story_key="gone", articles=("1", "2"))], stories
    ).muted
    pinned = build_correction(kind="pin", story_key="gone", articles=("1", "2"))
    assert attention([pinned], stories).pinned == {"large"}


def test_a_story_that_was_torn_in_equal_halves_loses_the_decision():
    decision = build_correction(kind="pin", story_key="gone", articles=("1", "2"))
    assert attention([decision], {"x": ("1",), "y": ("2",)}) == Attention()
