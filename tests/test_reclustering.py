"""Stories decided anew: any order of arrival, what a re-clustering changes and what it leaves alone, kills, readers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench._memory import MemoryStore
from tests.builders import NOON
from tests.test_clustering import PLACES, article, clustered, filler, groups, newsroom, stories
from tests.test_rulings import correction
from tests.test_stories import claim
from wirewatch.clustering import cluster_articles
from wirewatch.clustering.reclustering import recluster

LATER = NOON + timedelta(hours=3)
SINCE = NOON - timedelta(days=2)

# Two events told by several houses in words of their own, so that who joins whom depends on what is there already.
EVENTS = """
Grain silo collapses at the {p} harbour, two dock workers hurt. A silo holding four thousand tonnes of barley gave way at \
the {p} harbour before dawn and two dock workers were taken to hospital, the port authority said.

Two hurt as {p} silo gives way. The port authority of {p} said barley spilled over the quay when a grain silo burst; two \
dock workers are in hospital and ships wait outside the harbour.

Barley on the quay: {p} counts the cost of the burst silo. Ships waited outside {p} harbour after a grain silo collapsed, \
spilling barley and sending two workers to hospital, port officials said on Friday.
""".strip().split("\n\n")


def events():
    return [
        article(
            f"{place}{n}", text.format(p=place), title=text.format(p=place).split(". ")[0], minutes=7 * n + at
        )
        for at, place in enumerate(PLACES[:3])
        for n, text in enumerate(EVENTS)
    ]


def everything():
    return [*newsroom(), *events()]


@given(st.permutations(range(22)), st.lists(st.integers(1, 21), max_size=3, unique=True))
@settings(max_examples=40, deadline=None)
def test_order_of_arrival_over_batches_changes_nothing(places, cuts):
    arrived = [everything()[place] for place in places]
    edges = [0, *sorted(cuts), len(arrived)]
    store = clustered(*(arrived[start:end] for start, end in pairwise(edges)))
    straight = clustered(everything())
    assert groups(store) == groups(straight)
    assert stories(store) == stories(straight)
    assert store.terms == straight.terms
    reports = {frozenset(s.articles): s.independent_reports for s in store.told.values() if not s.merged_into}
    assert reports == {frozenset(s.articles): s.independent_reports for s in straight.told.values()}


def run(store, since=SINCE, now=LATER):
    """Re-cluster, writing what comes; the differences."""
    found = []
    for part in recluster(store, since=since, now=now, say=lambda _: None).parts:
        store.write(part.change)
        found += part.differences
    return found


def disturbed():
    """Two stories that the machine holds to be one run together, and one that it has torn apart."""
    store = clustered(everything())
    wire = store.articles["wire"].story_key
    one, other = store.articles["filler0"].story_key, store.articles["filler1"].story_key
    assert len({wire, one, other}) == 3
    moved = {key: one for key, each in store.articles.items() if each.story_key == other}
    moved["own"] = other
    for key, story in moved.items():
        store._write_article(key, {"story_key": story})
    for story in (wire, one, other):
        members = tuple(sorted(key for key, each in store.articles.items() if each.story_key == story))
        store.told[story] = replace(store.told[story], articles=members)
    return store


def snapshot(store):
    told = {key: story for key, story in store.told.items() if story.merged_into is None}
    return stories(store), {key: story.articles for key, story in told.items()}


def test_reclustering_what_is_right_changes_nothing():
    store = clustered(everything())
    before = dict(store.told)
    assert run(store) == []
    assert store.told == before


def test_reclustering_puts_right_what_is_wrong_and_says_what_it_did():
    store = disturbed()
    found = run(store)
    assert stories(store) == stories(clustered(everything()))
    assert {each.what for each in found} <= {"new", "changed", "merged"}
    moved = {key for each in found for key in each.came}
    assert "own" in moved
    for each in found:
        if each.what != "merged":
            assert store.told[each.story_key].independent_reports == each.independent_reports[1]


def test_a_second_reclustering_finds_nothing_to_do():
    store = disturbed()
    run(store)
    assert run(store) == []


def test_deciding_writes_nothing():
    store = disturbed()
    before = snapshot(store)
    for part in recluster(store, since=SINCE, now=LATER, say=lambda _: None).parts:
        assert part.differences
    assert snapshot(store) == before


def test_every_key_that_there_was_leads_to_a_story_afterwards():
    store = disturbed()
    keys = set(store.told)
    run(store)
    for key in keys:
        story = store.told[key]
        while story.merged_into:
            story = store.told[story.merged_into]
        assert set(story.articles) == {
            each for each, a in store.articles.items() if a.story_key == story.story_key
        }


def test_a_reclustering_tells_no_reader_anything():
    store = disturbed()
    before = dict(store.told)
    run(store)
    for key, story in store.told.items():
        if story.merged_into is None:
            assert story.changed_at <= NOON
            assert story.revision == (before[key].revision if key in before else 1)


def test_a_story_that_takes_in_a_newer_one_stays_due_until_that_one_was():
    store = clustered(everything())
    older, newer = store.articles["wire"].story_key, store.articles["own"].story_key
    if older == newer:  # tear them apart by hand, the reclustering joins them again
        newer = "younger"
        store._write_article("own", {"story_key": newer})
        rest = tuple(key for key in store.told[older].articles if key != "own")
        store.told[newer] = replace(
            store.told[older], story_key=newer, articles=("own",), changed_at=NOON + timedelta(hours=2)
        )
        store.told[older] = replace(store.told[older], articles=rest)
    run(store)
    assert store.told[newer].merged_into == older
    assert store.told[older].changed_at == NOON + timedelta(hours=2)
    assert store.told[older].revision == 2


def test_figures_that_contradict_each_other_only_in_the_joined_story_are_news():
    def says(key, number, source):
        return replace(store.articles[key], claims=(claim(number, number, source=source),))

    store = clustered(everything())
    older = store.articles[f"{PLACES[0]}0"].story_key
    assert store.articles[f"{PLACES[0]}1"].story_key == older
    before = store.told[older]
    store.articles[f"{PLACES[0]}0"] = says(f"{PLACES[0]}0", 2, "the port authority")
    store.articles[f"{PLACES[0]}1"] = says(f"{PLACES[0]}1", 40, "the dockers' union")
    store._write_article(f"{PLACES[0]}1", {"story_key": "torn off"})
    rest = tuple(key for key in before.articles if key != f"{PLACES[0]}1")
    store.told["torn off"] = replace(before, story_key="torn off", articles=(f"{PLACES[0]}1",))
    store.told[older] = replace(before, articles=rest)
    run(store)
    after = store.told[older]
    assert len(after.conflicts) == 1
    assert (after.revision, after.changed_at) == (before.revision + 1, LATER)


def test_analysts_corrections_survive_a_reclustering():
    store = clustered(everything())
    one = sorted(store.told[store.articles["wire"].story_key].articles)
    other = sorted(store.told[store.articles["filler0"].story_key].articles)
    store.decided = [
        correction("merge", one, other),
        correction("split", ["own"], [key for key in one if key != "own"], minutes=1),
    ]
    cluster_articles(store, now=LATER)
    before = stories(store)
    run(store)
    assert stories(store) == before
    assert store.articles["own"].story_key != store.articles["wire"].story_key


def test_a_window_decides_whole_stories_and_leaves_older_ones_alone():
    old = [replace(each, sort_at=each.sort_at - timedelta(days=20)) for each in newsroom()]
    store = clustered(old, events())
    before = {each.article_key: store.articles[each.article_key].story_key for each in old}
    found = recluster(store, since=SINCE, now=LATER, say=lambda _: None)
    assert found.articles == len(events())
    assert {key: store.articles[key].story_key for key in before} == before


def test_cut_off_after_any_part_it_ends_the_same():
    for done in range(4):
        store = disturbed()
        parts = recluster(store, since=SINCE, now=LATER, say=lambda _: None, batch=1).parts
        for _, part in zip(range(done), parts, strict=False):
            store.write(part.change)
        run(store)
        whole = disturbed()
        run(whole)
        assert snapshot(store) == snapshot(whole)
        assert store.terms == whole.terms


def test_late_articles_settle_what_surrounds_them_where_the_window_is_too_large_for_all():
    everything_, late = [*filler(30), *events()], events()[0]
    rest = [each for each in everything_ if each.article_key != late.article_key]
    store = MemoryStore(rest)
    cluster_articles(store, now=NOON, settled=12)
    store.add([late])
    cluster_articles(store, now=NOON, settled=12)
    straight = clustered(everything_)
    for key in (f"{PLACES[0]}{n}" for n in range(3)):
        mine = store.told[store.articles[key].story_key].articles
        assert mine == straight.told[straight.articles[key].story_key].articles


# --------------------------------------------------------------------------- on a real node


@pytest.fixture
def engine(index):
    from wirewatch.index.similar import SimilarStore
    from wirewatch.pipeline.engine import Engine
    from wirewatch.settings import load_settings

    index.articles.create(everything())
    index.articles.refresh()
    cluster_articles(SimilarStore(index), now=NOON)
    disturb(index)
    return Engine(settings=load_settings(), index=index, clock=lambda: LATER)


def disturb(index):
    """As `disturbed`, on the real store."""
    placed = {each.article_key: each for each in index.articles.records()}
    one, other = placed["filler0"].story_key, placed["filler1"].story_key
    moved = {key: one for key, each in placed.items() if each.story_key == other} | {"own": other}
    index.articles.save(replace(placed[key], story_key=story) for key, story in moved.items())
    index.articles.refresh()
    for key in {one, other, placed["own"].story_key}:
        story = index.stories.get([key])[key]
        members = tuple(each.article_key for each in index.articles_of(key))
        index.stories.save([replace(story, articles=members)])
    index.refresh()


def partition(index):
    found: dict[str, set[str]] = {}
    for each in index.articles.records():
        found.setdefault(each.story_key, set()).add(each.article_key)
    return {frozenset(members) for members in found.values()}


@pytest.mark.elastic
def test_the_real_store_is_put_right_in_view_of_readers(engine):
    import threading

    from wirewatch.pipeline.reclustering import recluster as real

    index = engine.index
    keys = [story.story_key for story in index.stories.records()]
    before = partition(index)
    seen: list[dict] = []
    real(engine, since=SINCE, dry_run=True, tell=seen.append)
    assert seen
    index.refresh()
    assert partition(index) == before
    ended, gaps = threading.Event(), []

    def read():
        while not ended.is_set():
            gaps.extend(key for key in keys if index.story(key) is None)
            index.articles.refresh()
            gaps.extend(
                each.article_key
                for each in list(index.articles.records())
                if each.story_key is not None and index.story(each.story_key) is None
            )

    reader = threading.Thread(target=read)
    reader.start()
    late = article("late arrival", "The ferry to Borva runs again after its engine was mended overnight.")

    def arrives(_difference):
        index.articles.create([late])
        index.articles.refresh()

    counts = real(engine, since=SINCE, tell=arrives)
    ended.set()
    reader.join()
    assert gaps == []
    assert counts["articles_moved"] >= 1
    index.refresh()
    assert index.articles.get(["late arrival"])["late arrival"].story_key is not None
    whole = clustered([*everything(), late])
    assert partition(index) == stories(whole)


@pytest.mark.elastic
def test_killed_while_it_writes_it_goes_on_where_it_was(engine, monkeypatch):
    from wirewatch.index.memory import Memory
    from wirewatch.pipeline.reclustering import recluster as real
    from wirewatch.pipeline.reclustering import unfinished

    class Killed(Exception):
        """Stands for kill -9: nothing after it runs."""

    def killed(*_args, **_kwargs):
        raise Killed

    monkeypatch.setattr(Memory, "actions", killed)
    with pytest.raises(Killed):
        real(engine, since=SINCE)
    monkeypatch.undo()
    assert unfinished(engine) == SINCE
    real(engine, since=unfinished(engine))
    engine.index.refresh()
    assert unfinished(engine) is None
    assert partition(engine.index) == stories(clustered(everything()))


@pytest.mark.elastic
def test_it_is_refused_while_another_writer_is_at_work(engine, monkeypatch):
    from wirewatch.index.lease import writing
    from wirewatch.pipeline import reclustering

    monkeypatch.setattr(reclustering, "PATIENCE", timedelta(0))
    with writing(engine.index), pytest.raises(reclustering.WriterBusy, match="process"):
        reclustering.recluster(engine, since=SINCE)


def test_times_are_said_as_people_say_them():
    from wirewatch.pipeline.reclustering import moment

    assert moment("36h", NOON) == NOON - timedelta(hours=36)
    assert moment("2w", NOON) == NOON - timedelta(weeks=2)
    assert moment("2026-11-01", NOON).isoformat() == "2026-11-01T00:00:00+00:00"
    for wrong in ("yesterday", "2027-01-01", "99999999999999w", ""):
        with pytest.raises(ValueError, match=r"no time|not in the past"):
            moment(wrong, NOON)
