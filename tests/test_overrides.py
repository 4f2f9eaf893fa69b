"""An analyst's merges and splits: applied at once, kept by everything that comes later, taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bench._memory import MemoryStore
from tests.builders import NOON
from tests.test_clustering import OTHER_WORDS, REPORT, article, clustered, filler, newsroom
from tests.test_rulings import correction
from wirewatch.clustering import apply_corrections, cluster_articles

LATER = NOON + timedelta(hours=1)


def story_of(store, key):
    """The key of an article's story and its articles, as the story tells them."""
    found = store.articles[key].story_key
    assert key in store.told[found].articles
    return found, set(store.told[found].articles)


def corrected(store, *corrections):
    store.decided = list(corrections)
    return apply_corrections(store, now=LATER)


def arrived(store, *articles):
    store.add(articles)
    cluster_articles(store, now=LATER)


def two_stories():
    store = clustered(newsroom())
    one, other = story_of(store, "wire")[1], story_of(store, "filler0")[1]
    assert one.isdisjoint(other)
    return store, sorted(one), sorted(other)


def test_merged_stories_are_one_under_the_older_key_and_the_other_redirects():
    store, one, other = two_stories()
    keys = {store.articles["wire"].story_key, store.articles["filler0"].story_key}
    corrected(store, correction("merge", one, other))
    key, articles = story_of(store, "wire")
    assert articles == {*one, *other}
    assert keys == {key, next(gone for gone in keys if store.told[gone].merged_into == key)}


def test_a_split_gives_the_articles_a_key_of_their_own_and_the_rest_keeps_the_old_one():
    store, one, _ = two_stories()
    key = store.articles["wire"].story_key
    corrected(store, correction("split", ["late"], [each for each in one if each != "late"]))
    split, articles = story_of(store, "late")
    assert (articles, split != key) == ({"late"}, True)
    assert story_of(store, "wire") == (key, set(one) - {"late"})


def test_a_copy_that_was_split_off_stands_for_itself():
    store, one, _ = two_stories()
    assert store.articles["late"].near_duplicate_of
    corrected(store, correction("split", ["late"], [each for each in one if each != "late"]))
    assert store.articles["late"].near_duplicate_of is None
    assert store.told[store.articles["late"].story_key].independent_reports == 1


def test_what_arrives_later_follows_the_merged_story():
    store, one, other = two_stories()
    corrected(store, correction("merge", one, other))
    key = store.articles["wire"].story_key
    arrived(store, article("copy", REPORT, minutes=90))
    assert store.articles["copy"].story_key == key


def test_what_arrives_later_does_not_bring_split_stories_together():
    store, one, _ = two_stories()
    corrected(store, correction("split", ["wire"], [each for each in one if each != "wire"]))
    apart = store.articles["wire"].story_key
    arrived(store, article("copy", REPORT, minutes=90), article("again", OTHER_WORDS, minutes=95))
    assert store.articles["wire"].story_key == apart
    assert {store.articles[key].story_key for key in one if key != "wire"}.isdisjoint({apart})


def test_an_article_that_was_updated_stays_where_the_analyst_put_it():
    store, one, _ = two_stories()
    corrected(store, correction("split", ["late"], [each for each in one if each != "late"]))
    apart = store.articles["late"].story_key
    text = REPORT + " More is to follow from our correspondent."
    fresh = article("late", text, minutes=60)
    arrived(
        store,
        replace(
            store.articles["late"],
            text=text,
            text_hash=fresh.text_hash,
            fingerprints=fresh.fingerprints,
            clustered_at=None,
        ),
    )
    assert store.articles["late"].story_key == apart


def test_a_correction_taken_back_leaves_everything_as_the_machine_had_it():
    store, one, other = two_stories()
    before = {key: placed.story_key for key, placed in store.articles.items()}
    other_before = store.told[store.articles[other[0]].story_key]
    merge = correction("merge", one, other)
    corrected(store, merge)
    corrected(store, correction("merge", one, other, withdrawn=True))
    assert {key: placed.story_key for key, placed in store.articles.items()} == before
    assert all(store.told[key].merged_into is None for key in before.values())
    (came_back,) = {store.articles[key].story_key for key in other}
    assert store.told[came_back] == other_before


def test_a_split_taken_back_sends_its_key_on_to_the_story_it_came_from():
    store, one, _ = two_stories()
    key = store.articles["wire"].story_key
    others = [each for each in one if each != "late"]
    corrected(store, correction("split", ["late"], others))
    split = store.articles["late"].story_key
    corrected(store, correction("split", ["late"], others, withdrawn=True))
    assert story_of(store, "late") == (key, set(one))
    assert store.told[split].merged_into == key


def test_the_newest_of_two_contradictory_corrections_holds_and_the_writer_warns():
    store, one, other = two_stories()
    merge = correction("merge", one, other)
    split = correction("split", other, one, minutes=1)
    warnings = corrected(store, merge, split)
    assert len(warnings) == 1
    assert story_of(store, "wire")[1] == set(one)
    corrected(store, merge, split, correction("merge", one, other, minutes=2))
    assert story_of(store, "wire")[1] == {*one, *other}


def test_applying_the_same_corrections_again_changes_nothing():
    store, one, other = two_stories()
    corrected(store, correction("merge", one, other))
    told = dict(store.told)
    apply_corrections(store, now=LATER + timedelta(hours=1))
    assert store.told == told


def test_corrections_made_before_their_articles_met_hold_when_they_do():
    store = MemoryStore()
    store.decided = [correction("split", ["late"], ["wire"])]
    store.add([*newsroom()[:1], *filler(8)])
    cluster_articles(store, now=NOON)
    arrived(store, newsroom()[3])
    assert store.articles["late"].story_key != store.articles["wire"].story_key


# --------------------------------------------------------------------------- on a real node


@pytest.fixture
def stored(index):
    from wirewatch.index.similar import SimilarStore

    index.articles.create(newsroom())
    index.articles.refresh()
    cluster_articles(SimilarStore(index), now=NOON)
    return index


def of(index, key):
    return index.articles.get([key])[key].story_key


@pytest.mark.elastic
def test_an_analyst_merges_splits_and_takes_back(stored):
    from wirewatch.overrides import merge_stories, split_story, withdraw

    one, other = of(stored, "wire"), of(stored, "filler0")
    merged = merge_stories(stored, one, other, by="kim", now=LATER)
    assert merged.applied
    assert merged.stories == (of(stored, "wire"),)
    assert stored.story(one).story_key == stored.story(other).story_key
    split = split_story(stored, one, ["filler0"], by="kim", now=LATER + timedelta(minutes=1))
    assert len(split.warnings) == 1
    assert of(stored, "filler0") not in {one, of(stored, "wire")}
    for each in (split, merged):
        withdraw(stored, each.correction.correction_key, by="lee", now=LATER + timedelta(minutes=2))
    assert (of(stored, "wire"), of(stored, "filler0")) == (one, other)
    assert stored.story(other).merged_into is None


@pytest.mark.elastic
def test_a_correction_waits_while_another_writer_is_at_work(stored, monkeypatch):
    from wirewatch import overrides
    from wirewatch.index.lease import holder_of, writing

    monkeypatch.setattr(overrides, "PATIENCE", timedelta(0))
    one, other = of(stored, "wire"), of(stored, "filler0")
    with writing(stored) as lease:
        assert lease is not None
        assert "process" in holder_of(stored)
        waiting = overrides.merge_stories(stored, one, other, by="kim", now=LATER)
    assert not waiting.applied
    assert of(stored, "filler0") == other
    assert holder_of(stored) is None
    from wirewatch.index.similar import SimilarStore

    cluster_articles(SimilarStore(stored), now=LATER)
    assert of(stored, "filler0") == of(stored, "wire")


@pytest.mark.elastic
def test_what_makes_no_sense_is_refused_with_the_mend(stored):
    from wirewatch.overrides import CannotOverride, merge_stories, split_story, withdraw

    one = of(stored, "wire")
    with pytest.raises(CannotOverride, match="no story nowhere"):
        merge_stories(stored, one, "nowhere", by="kim", now=NOON)
    with pytest.raises(CannotOverride, match="one story already"):
        merge_stories(stored, one, one, by="kim", now=NOON)
    with pytest.raises(CannotOverride, match="not an article of story"):
        split_story(stored, one, ["filler0"], by="kim", now=NOON)
    with pytest.raises(CannotOverride, match="not all of them"):
        split_story(stored, one, stored.story(one).articles, by="kim", now=NOON)
    with pytest.raises(CannotOverride, match="no correction"):
        withdraw(stored, "nowhere", by="kim", now=NOON)
    assert stored.corrections.count() == 0


@pytest.mark.elastic
def test_the_lease_of_a_process_that_died_is_free_at_once_and_a_silent_one_after_a_while(index):
    import subprocess
    import sys

    from wirewatch.index import lease as leases

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    first = leases.Lease(index, holder="first")
    assert first.take()
    assert not leases.Lease(index, holder="second").take()
    document = index.client.get(index=index.name("clustering"), id="writer")["_source"]
    body = document["body"].replace(f'"pid":{__import__("os").getpid()}', f'"pid":{dead.pid}')
    index.client.index(index=index.name("clustering"), id="writer", document={**document, "body": body})
    assert leases.Lease(index, holder="third").take()
    with pytest.raises(leases.LeaseLost):
        first.renew()
