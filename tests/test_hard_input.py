"""What is meant to break the writer, or does by accident: no runaway story, bounded questions, nothing lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractors.fingerprints import fingerprint
from tests.builders import NOON
from tests.test_clustering import BOX, PLACES, REPORT, SUBJECTS, article, clustered, filler, groups, stories
from wirewatch.clustering import board, cluster_articles, comparable, writer

FORM = (
    "Air quality bulletin for {p}. Fine dust stood at {a} micrograms at seven, {b} at noon and {c} in the evening. Sulphur"
    " dioxide reached {d} micrograms. The station at the market measured {e}. Windows may stay open where values are below"
    " the limit. The next bulletin follows tomorrow at seven."
)


def own_text(number):
    """A text of its own for each number."""
    return (
        SUBJECTS[number % 4].format(PLACES[number % 12]).capitalize() + f". It was case {number} of the year."
    )


def placed_all(store, count):
    assert len(store.articles) == count
    assert all(each.clustered_at for each in store.articles.values())
    assert sum(len(s.articles) for s in store.told.values() if not s.merged_into) == count


def test_bulletins_of_one_form_stay_apart_day_by_day_and_place_by_place():
    bulletins = [
        article(
            f"b{day}",
            FORM.format(p="Borva", a=11 + day, b=23 + 2 * day, c=31 + 3 * day, d=5 + 7 * day, e=70 + 5 * day),
            minutes=1440 * day,
        )
        for day in range(8)
    ]
    store = clustered([*bulletins, *filler(8)])
    placed_all(store, 16)
    assert len(groups(store)) >= 8 + 1
    assert len({store.articles[f"b{day}"].story_key for day in range(8)}) == 8


def test_articles_that_are_nothing_but_furniture_found_no_great_story():
    store = clustered(
        [article(f"own{n}", f"{own_text(n)}\n{BOX}", minutes=n) for n in range(12)],
        [article(f"box{n}", BOX, title=f"{PLACES[n]} in brief", minutes=30 + n) for n in range(6)],
    )
    placed_all(store, 18)
    assert max(map(len, stories(store))) <= 6
    assert all(len({key[:3] for key in group}) == 1 for group in groups(store))


def test_a_megabyte_of_text_is_placed_with_bounded_fingerprints_and_matches_its_excerpt():
    report = "\n".join(f"Paragraph {n}. {own_text(n)}" for n in range(9000))
    assert len(report) > 1_000_000
    store = clustered(
        [article("long", report), article("again", report[: len(report) * 9 // 10], minutes=3), *filler(4)]
    )
    placed_all(store, 6)
    assert len(store.articles["long"].fingerprints) <= 400
    assert store.articles["again"].near_duplicate_of == "long"


def test_made_up_fingerprints_that_collide_with_everything_match_nothing():
    flood = fingerprint(REPORT).values
    attack = [
        replace(article(f"attack{n}", own_text(n), minutes=n), fingerprints=flood, shingle_count=40)
        for n in range(40)
    ]
    store = clustered([article("wire", REPORT), *attack[:20]], attack[20:])
    placed_all(store, 41)
    assert store.articles["wire"].near_duplicate_of is None
    assert all(not each.near_duplicate_of for each in store.articles.values())


def test_a_question_for_similar_texts_has_bounded_terms():
    from wirewatch.index.similar import MOST_ASKED, _like_text

    many = tuple(f"v{n}" for n in range(5000))
    question = _like_text(comparable(replace(article("flood", REPORT), fingerprints=many)), frozenset())
    asked = question["bool"]["should"][1]["bool"]["should"]
    assert len(asked) == MOST_ASKED


def test_one_text_in_very_many_articles_goes_on_in_a_continuation_with_an_alarm(monkeypatch, caplog):
    monkeypatch.setattr(board, "MOST_HELD", 20)
    monkeypatch.setattr(writer, "MOST_HELD", 20)
    copies = [article(f"hub{n:03}", f"{REPORT} Edition {n}.", minutes=n) for n in range(55)]
    store = clustered(copies[:15], copies[15:30], copies[30:])
    placed_all(store, 55)
    sizes = sorted(map(len, stories(store)))
    assert sizes == [15, 20, 20]
    assert all(story.independent_reports <= 20 for story in store.told.values())
    originals = [key for key, each in store.articles.items() if each.near_duplicate_of is None]
    assert len(originals) == 3
    assert "story is full" in caplog.text
    for each in store.articles.values():
        if each.near_duplicate_of:
            assert store.articles[each.near_duplicate_of].story_key == each.story_key


def test_a_text_that_carries_hundreds_of_others_joins_none_of_their_stories_together():
    parts = [article(f"part{n}", f"{own_text(n)} {own_text(n + 100)}", minutes=n) for n in range(60)]
    everything = article("roundup", "\n".join(part.text for part in parts), minutes=90, type="roundup")
    store = clustered(parts, [everything])
    before = clustered(parts)
    placed_all(store, 61)
    assert {group - {"roundup"} for group in stories(store)} - {frozenset()} == stories(before)


@pytest.mark.elastic
def test_what_an_operator_should_look_at_is_said_with_the_mend(index, monkeypatch):
    from datetime import timedelta

    from wirewatch.index import alarms
    from wirewatch.index.alarms import story_alarms
    from wirewatch.index.similar import SimilarStore

    later = NOON + timedelta(hours=2)
    index.articles.create([article("wire", REPORT), article("again", REPORT, minutes=5)])
    index.refresh()
    (stuck,) = story_alarms(index, later)
    assert stuck[0] == "2 articles wait for a story for more than an hour"
    assert "wirewatch run --once" in stuck[1]
    store = SimilarStore(index)
    cluster_articles(store, now=NOON)
    assert list(story_alarms(index, later)) == []
    monkeypatch.setattr(alarms, "MOST_HELD", 2)
    (full,) = story_alarms(index, later)
    assert "is full: 2 articles" in full[0]
    monkeypatch.undo()
    store.memory.note_reclustering(NOON)
    index.refresh()
    (cut,) = story_alarms(index, later)
    assert cut == (
        "a re-clustering since 2026-11-20 12:00 was cut off",
        "run `wirewatch recluster` to go on with it",
    )
