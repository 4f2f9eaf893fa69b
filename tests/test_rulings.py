"""What analysts decided on stories, as rules on articles; and which key a story inherits. Pure."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from wirewatch.corrections import Correction
from wirewatch.stories.lineage import Before, inherit
from wirewatch.stories.rulings import rulings


def correction(kind, articles, others, *, minutes=0, withdrawn=False):
    return Correction(
        correction_key=f"{kind}{minutes}",
        kind=kind,
        articles=tuple(articles),
        others=tuple(others),
        by="analyst",
        made_at=NOON + timedelta(minutes=minutes),
        withdrawn_at=NOON if withdrawn else None,
    )


def test_what_was_merged_belongs_together_and_what_follows_from_it():
    found = rulings([correction("merge", "a", "b"), correction("merge", "b", "c", minutes=1)])
    assert found.together("a") == {"a", "b", "c"}
    assert found.together("z") == frozenset()


def test_what_was_split_belongs_together_and_apart_from_the_rest():
    found = rulings([correction("split", "ab", "cd")])
    assert found.together("a") == {"a", "b"}
    assert found.apart("a") == found.apart("b") == {"c", "d"}
    assert found.apart("c") == {"a", "b"}
    assert found.together("c") == {"c"}


def test_who_was_merged_with_one_of_two_that_are_apart_is_apart_from_the_other():
    found = rulings([correction("split", "a", "b"), correction("merge", "b", "c", minutes=1)])
    assert found.apart("a") == {"b", "c"}


def test_the_newest_of_two_that_contradict_each_other_holds_with_a_warning():
    merge, split = correction("merge", "a", "b"), correction("split", "a", "b", minutes=1)
    found = rulings([merge, split])
    assert found.apart("a") == {"b"}
    assert found.warnings == [
        "merge merge0 by analyst of 2026-11-20 12:00 is overruled by a newer correction for 1 of its articles"
    ]
    later = rulings([correction("merge", "a", "b", minutes=2), split])
    assert later.together("a") == {"a", "b"}
    assert len(later.warnings) == 1


def test_an_overruled_correction_holds_for_its_other_articles():
    found = rulings([correction("merge", "ab", "cd"), correction("split", "d", "abc", minutes=1)])
    assert found.together("a") == {"a", "b", "c"}
    assert found.apart("d") == {"a", "b", "c"}


def test_what_was_withdrawn_and_what_is_no_matter_of_stories_counts_for_nothing():
    found = rulings([correction("merge", "a", "b", withdrawn=True), correction("pin", "a", "")])
    assert not found
    assert found.together("a") == frozenset()


KEYS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True)


@given(st.lists(st.tuples(st.sampled_from(["merge", "split"]), KEYS, KEYS), max_size=6))
def test_no_article_is_ever_to_be_with_and_without_the_same_other(decisions):
    made = [
        correction(kind, articles, [key for key in others if key not in articles], minutes=n)
        for n, (kind, articles, others) in enumerate(decisions)
    ]
    found = rulings(made)
    for key in "abcdef":
        assert found.together(key).isdisjoint(found.apart(key))
        for other in found.apart(key):
            assert key in found.apart(other)


# --------------------------------------------------------------------------- which key a story inherits


def before(key, articles, *, minutes=0, gone=False):
    return Before(
        story_key=key, articles=frozenset(articles), first_at=NOON + timedelta(minutes=minutes), gone=gone
    )


def lines(stories, *now):
    found = inherit(stories, [frozenset(each) for each in now])
    return list(found.keys), found.homes


def test_a_story_that_is_as_it_was_keeps_its_key():
    assert lines([before("A", "ab"), before("B", "c")], "c", "ab") == (["B", "A"], {})


def test_where_stories_come_together_the_oldest_stays_and_the_other_redirects():
    older, younger = before("A", "ab", minutes=5), before("B", "cde", minutes=9)
    assert lines([younger, older], "abcde") == (["A"], {"B": 0})


def test_a_story_that_falls_apart_goes_on_where_most_of_it_is():
    assert lines([before("A", "abcde")], "ab", "cde") == ([None, "A"], {})


def test_a_story_that_had_been_merged_away_and_comes_about_again_gets_its_key_back():
    stories = [before("A", "abcde"), before("B", "cde", gone=True)]
    assert lines(stories, "ab", "cde") == (["A", "B"], {})


def test_a_story_without_a_key_takes_that_of_its_origin_if_nobody_else_has_it():
    stories = [before("A", "abc", minutes=1), before("B", "def")]
    assert lines(stories, "bcdef", "a") == (["B", "A"], {})


STORIES = st.lists(st.sampled_from("ABC"), min_size=1, max_size=8)


@given(STORIES, STORIES)
def test_every_key_has_one_heir_or_one_home(old, new):
    size = min(len(old), len(new))
    stories = [
        before(key, {str(n) for n in range(size) if old[n] == key}) for key in dict.fromkeys(old[:size])
    ]
    now = [frozenset(str(n) for n in range(size) if new[n] == key) for key in dict.fromkeys(new[:size])]
    found = inherit(stories, now)
    inherited = [key for key in found.keys if key is not None]
    assert len(inherited) == len(set(inherited))
    assert {*inherited, *found.homes} == {story.story_key for story in stories}
    assert set(inherited).isdisjoint(found.homes)
