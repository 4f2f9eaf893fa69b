"""The ordered writer: any order of arrival, late articles, updates, merges, kills; in memory and on a real node."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench._memory import MemoryStore
from extractors.fingerprints import fingerprint
from tests.builders import NOON, build_article
from tests.test_stories import CASES
from wirewatch.clustering import cluster_articles
from wirewatch.records import Revision

REPORT = CASES[0]["one"]
WITH_BOX = CASES[0]["other"]
EXCERPT = CASES[1]["other"]
OTHER_WORDS = CASES[-1]["other"]
BOX = WITH_BOX.strip().splitlines()[-1]
PLACES = [
    "Aldin",
    "Borva",
    "Celm",
    "Dorst",
    "Elvin",
    "Farsk",
    "Gorle",
    "Hesk",
    "Irvo",
    "Jelm",
    "Korst",
    "Lemna",
]
SUBJECTS = [
    "the ferry to {0} stays in harbour because its engine failed during the crossing of the strait at night",
    "bakers of {0} raise the price of bread since flour and gas cost more than in any winter they remember",
    "a school in {0} burned down while the pupils were rehearsing a play about the founding of the republic",
    "the court of {0} acquitted a clerk whom the treasury had accused of forging stamps for twenty years",
]


def article(key, text, *, minutes=0, title=None, **fields):
    made = fingerprint(text)
    return build_article(
        article_key=key,
        url=f"https://{key}.example/1",
        title=title or text.strip()[:60],
        text=text,
        text_hash=made.text_hash,
        fingerprints=made.values,
        shingle_count=made.shingle_count,
        **{
            "publisher": f"Paper {key}",
            "sort_at": NOON + timedelta(minutes=minutes),
            "published_at": NOON + timedelta(minutes=minutes),
            **fields,
        },
    )


def filler(count):
    """Unrelated articles, so that words have a rarity."""
    return [
        article(
            f"filler{n}",
            SUBJECTS[n % 4].format(PLACES[n % 12]).capitalize() + f" in case number {n}.",
            minutes=n,
        )
        for n in range(count)
    ]


def newsroom():
    """A report, its copies of several kinds, and other articles."""
    return [
        article("wire", REPORT, minutes=0),
        article("paper", WITH_BOX, minutes=20),
        article("short", EXCERPT, minutes=40),
        article("late", REPORT + " Our correspondent adds that the road was closed until noon.", minutes=60),
        article("own", OTHER_WORDS, minutes=30),
        *filler(8),
    ]


def groups(store):
    """Articles that are copies of one another, as sets."""
    found = {}
    for key in store.articles:
        root = key
        while store.articles[root].near_duplicate_of:
            root = store.articles[root].near_duplicate_of
        found.setdefault(root, set()).add(key)
    return {frozenset(members) for members in found.values()}


def stories(store):
    found = {}
    for key, placed in store.articles.items():
        found.setdefault(placed.story_key, set()).add(key)
    return {frozenset(members) for members in found.values()}


def clustered(*batches):
    store = MemoryStore()
    for batch in batches:
        store.add(batch)
        cluster_articles(store, now=NOON)
    return store


def test_copies_share_a_story_and_the_earliest_speaks_for_it():
    store = clustered(newsroom())
    assert {"wire", "paper", "short", "late"} in groups(store)
    story = store.told[store.articles["wire"].story_key]
    assert set(story.articles) >= {"wire", "paper", "short", "late"}
    assert (story.copies, story.first_publisher) == (3, "Paper wire")
    assert store.articles["wire"].is_representative
    assert store.articles["late"].lag_minutes == 60


@given(st.permutations(range(13)))
@settings(max_examples=25, deadline=None)
def test_order_within_a_batch_changes_nothing(places):
    everything = newsroom()
    shuffled = clustered([everything[place] for place in places])
    straight = clustered(everything)
    assert groups(shuffled) == groups(straight)
    assert stories(shuffled) == stories(straight)


@given(st.permutations(range(5)), st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_order_of_arrival_over_batches_does_not_change_the_groups_of_copies(places, cut):
    reports, rest = newsroom()[:5], newsroom()[5:]
    arrived = [reports[place] for place in places]
    store = clustered(rest, arrived[:cut], arrived[cut:])
    assert groups(store) == groups(clustered(newsroom()))


def test_a_late_original_takes_its_place_before_the_copies_and_the_story_key_stays():
    store = clustered(filler(8), [article("paper", WITH_BOX, minutes=20)])
    key = store.articles["paper"].story_key
    store.add([article("wire", REPORT)])
    cluster_articles(store, now=NOON)
    assert store.articles["paper"].near_duplicate_of == "wire"
    assert store.articles["wire"].story_key == store.articles["paper"].story_key == key
    assert store.told[key].first_publisher == "Paper wire"


def test_an_article_that_shows_two_stories_to_be_one_merges_them_and_the_older_key_stays():
    words = REPORT.split()
    half = len(words) // 2
    first = " ".join(words[:half])
    second = " ".join(words[half:])
    store = clustered(
        filler(8),
        [article("head", first + " " + " ".join(words[half : half + 8]), minutes=5)],
        [article("tail", " ".join(words[10:half]) + " " + second, minutes=9)],
    )
    before = {store.articles["head"].story_key, store.articles["tail"].story_key}
    store.add([article("whole", REPORT)])
    cluster_articles(store, now=NOON)
    after = {store.articles[key].story_key for key in ("head", "tail", "whole")}
    assert len(after) == 1
    assert after <= before
    for gone in before - after:
        assert store.told[gone].merged_into == next(iter(after))


def test_the_same_template_with_other_facts_is_another_story():
    case = next(case for case in CASES if "template" in case["name"])
    store = clustered(
        [article("monday", case["one"]), article("tuesday", case["other"], minutes=1440), *filler(8)]
    )
    assert store.articles["tuesday"].near_duplicate_of is None
    assert store.articles["tuesday"].story_key != store.articles["monday"].story_key


def test_furniture_is_learned_from_articles_that_share_nothing_else():
    bodies = [each.text for each in filler(12)]
    store = clustered([article(f"a{n}", f"{body}\n{BOX} {BOX[::-1]}") for n, body in enumerate(bodies)])
    assert set(fingerprint(BOX).values) & store.furniture()


def test_a_text_of_a_few_words_is_a_copy_only_under_the_same_title_at_the_same_time():
    store = clustered(
        [
            article("a", "Watch the video.", title="Storm over Borva"),
            article("b", "Watch the video.", title="Storm over Borva", minutes=5),
            article("c", "Watch the video.", title="Bread prices rise", minutes=6),
            article("d", "Watch the video.", title="Storm over Borva", minutes=60 * 24 * 9),
            *filler(4),
        ]
    )
    assert store.articles["b"].near_duplicate_of == "a"
    assert store.articles["c"].near_duplicate_of is None
    assert store.articles["d"].near_duplicate_of is None


@pytest.mark.parametrize("text", ["", "Video", "…"])
def test_articles_without_a_text_do_not_run_together(text):
    store = clustered(
        [article(f"e{n}", text, title=f"{PLACES[n]} wins the cup", minutes=n) for n in range(10)]
    )
    assert all(placed.clustered_at for placed in store.articles.values())
    assert len(groups(store)) == 10


def test_one_text_in_hundreds_of_articles_is_bounded_work_and_one_group():
    copies = [article(f"hub{n:03}", f"{REPORT} Edition {n}.", minutes=n) for n in range(300)]
    store = clustered(copies[:150], copies[150:])
    assert len(groups(store)) == 1


def test_an_update_of_an_article_keeps_its_story_and_raises_the_revision_when_it_matters():
    store = clustered(newsroom())
    before = store.articles["own"]
    story = store.told[before.story_key]
    text = before.text.replace("two are held", "three are held")
    made = fingerprint(text)
    changes = ("numbers gone: two; new: three",)
    revision = Revision(text_hash=before.text_hash, title=before.title, replaced_at=NOON, changes=changes)
    store.articles["own"] = replace(
        before,
        text=text,
        text_hash=made.text_hash,
        fingerprints=made.values,
        clustered_at=None,
        revisions=(revision,),
    )
    store._queue.append("own")
    cluster_articles(store, now=NOON + timedelta(hours=1))
    assert store.articles["own"].story_key == before.story_key
    assert store.told[before.story_key].revision == story.revision + 1


def test_the_words_of_an_article_are_counted_once_however_often_it_is_updated():
    store = clustered(newsroom())
    counted = store.terms
    for minutes in (1, 2):
        before = store.articles["own"]
        text = before.text.replace("two are held", "three are held")
        revision = Revision(
            text_hash=before.text_hash, title=before.title, replaced_at=NOON, changes=("two",)
        )
        store.articles["own"] = replace(before, text=text, clustered_at=None, revisions=(revision,))
        store._queue.append("own")
        cluster_articles(store, now=NOON + timedelta(minutes=minutes))
    assert store.terms.articles == counted.articles
    assert max((store.terms.counts - counted.counts).values(), default=1) == 1  # the new word, once


def test_a_store_that_keeps_nothing_ends_the_run_instead_of_turning_for_ever():
    class Forgetful(MemoryStore):
        def write(self, change):
            pass

    store = Forgetful(newsroom())
    assert cluster_articles(store, now=NOON).as_dict()["stuck"] == 13


# --------------------------------------------------------------------------- on a real node


def real_store(index, articles):
    from wirewatch.index.similar import SimilarStore

    index.articles.create(articles)
    index.articles.refresh()
    return SimilarStore(index)


def placed(index):
    index.articles.refresh()
    return {each.article_key: each for each in index.articles.records()}


@pytest.mark.elastic
def test_the_real_store_gives_what_memory_gives(index):
    first, second = newsroom()[::2], newsroom()[1::2]
    memory = clustered(first, second)
    store = real_store(index, first)
    cluster_articles(store, now=NOON)
    store = real_store(index, second)
    cluster_articles(store, now=NOON)
    fields = (
        "near_duplicate_of",
        "duplicate_kind",
        "story_key",
        "story_title",
        "is_representative",
        "lag_minutes",
        "independent_reports",
        "conflicts",
    )
    for key, real in placed(index).items():
        expected = memory.articles[key]
        assert [getattr(real, name) for name in fields] == [getattr(expected, name) for name in fields], key
    assert {s.story_key: s for s in index.stories.records()} == memory.told


@pytest.mark.elastic
def test_a_second_run_finds_nothing_to_do(index):
    store = real_store(index, newsroom())
    assert cluster_articles(store, now=NOON).as_dict()["articles"] == 13
    assert cluster_articles(store, now=NOON).as_dict()["articles"] == 0


class Killed(Exception):
    """Stands for kill -9: nothing after it runs."""


@pytest.mark.elastic
@pytest.mark.parametrize("step", ["journal", "_write_articles", "stories", "memory", "after"])
def test_killed_at_any_point_the_next_start_ends_the_same(index, monkeypatch, step):
    from wirewatch.index.journal import Journal
    from wirewatch.index.memory import Memory
    from wirewatch.index.similar import SimilarStore

    expected = clustered(newsroom())
    store = real_store(index, newsroom())

    def killed(*_args, **_kwargs):
        raise Killed

    if step == "journal":
        monkeypatch.setattr(SimilarStore, "write", killed)
    elif step == "stories":
        monkeypatch.setattr(index.stories, "save", killed)
    elif step == "after":
        monkeypatch.setattr(index, "refresh", killed)
    elif step == "memory":
        monkeypatch.setattr(Memory, "actions", killed)
    else:
        monkeypatch.setattr(Journal, step, killed)
    with pytest.raises(Killed):
        cluster_articles(store, now=NOON)
    monkeypatch.undo()
    again = SimilarStore(index)
    cluster_articles(again, now=NOON)
    assert {key: a.story_key for key, a in placed(index).items()} == {
        key: a.story_key for key, a in expected.articles.items()
    }
    assert {s.story_key: s for s in index.stories.records()} == expected.told
    assert again.term_counts() == expected.terms
    assert again.unfinished() is None


@pytest.mark.elastic
def test_the_journal_keeps_values_that_are_taken_away(index):
    from wirewatch.clustering import Change
    from wirewatch.index.journal import _CHANGE

    change = Change(
        batch_key="b",
        articles={"a": {"near_duplicate_of": None}},
        texts={},
        stories=(),
        profiles=(),
        closed=(),
        furniture=frozenset({"a3x"}),
        terms={},
    )
    assert _CHANGE.validate_json(_CHANGE.dump_json(change)) == change
