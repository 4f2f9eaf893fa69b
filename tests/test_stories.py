"""Copies, independent reports, conflicts and how a story is told; all without a store."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.fingerprints import read_text
from extractors.records import Claim, Evidence, TopicTag
from tests.builders import NOON, build_article
from wirewatch.stories import compare, copy_kind, independent_reports, tell, what_changed
from wirewatch.stories.assignment import ALIKE, STAYS, choose_story, profile_of
from wirewatch.stories.conflicts import conflicts, stances

CASES = tomllib.loads((Path(__file__).parent / "cases/sameness/copies.toml").read_text(encoding="utf-8"))[
    "pairs"
]
REPORT = CASES[0]["one"]
MENU = "Home Politics Economy Sport Culture Weather Contact Imprint Subscribe Search Letters Archive"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_copy_is_told_from_what_only_looks_like_one(case):
    one, other = read_text(case["one"]), read_text(case["other"])
    overlap = compare(one, other)
    kind = "none" if overlap is None else copy_kind(other, one, overlap)
    assert kind == case["kind"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_order_of_a_pair_does_not_matter(case):
    one, other = read_text(case["one"]), read_text(case["other"])
    assert compare(one, other) == compare(other, one)


@given(st.lists(st.sampled_from(MENU.split()), max_size=15))
def test_a_copy_plus_a_menu_is_still_a_copy(menu):
    assert compare(read_text(REPORT), read_text(" ".join(menu) + "\n" + REPORT)) is not None


@pytest.mark.parametrize("text", ["", "Video", "No injuries were reported."])
def test_a_few_words_are_no_copy_by_overlap(text):
    assert compare(read_text(text), read_text(text)) is None


# --------------------------------------------------------------------------- updates


def test_an_update_says_which_numbers_and_names_came_and_went():
    changes = what_changed(
        "Quake", "A quake killed 12 people near Kobe.", "Quake", "A quake killed 31 people near Kyoto."
    )
    assert changes == ("numbers gone: 12; new: 31", "names gone: Kobe; new: Kyoto")


def test_punctuation_and_small_words_are_no_change_that_matters():
    assert what_changed("Quake", "A quake, they say.", "Quake", "A quake they say") == ()


def test_a_new_headline_is_a_change():
    assert what_changed("Two cross", "x", "Three cross", "x") == (
        "headline: “Two cross” became “Three cross”",
    )


# --------------------------------------------------------------------------- independent reports


def article(key, publisher, **fields):
    return build_article(
        article_key=key, url=f"https://{key}.example/1", publisher=publisher, **{"sort_at": NOON, **fields}
    )


def test_publishers_with_their_own_texts_are_independent():
    reports = independent_reports([article("a", "Morning"), article("b", "Evening")])
    assert [report.publishers for report in reports] == [("Morning",), ("Evening",)]
    assert all(not report.reasons for report in reports)


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ({}, {"near_duplicate_of": "a", "duplicate_kind": "exact"}, "Evening has the same text as Morning"),
        ({}, {"near_duplicate_of": "a", "duplicate_kind": "rewrite"}, "Evening is a rewrite of Morning"),
        (
            {"family": "Harbour House"},
            {"family": "Harbour House"},
            "Morning and Evening are of one family, Harbour House",
        ),
        ({"credit": "yonhap"}, {"credit": "yonhap"}, "Morning and Evening both credit yonhap"),
        ({}, {"syndicated_from": "https://a.example/1"}, "Evening names Morning as the original"),
    ],
)
def test_articles_that_share_text_house_or_agency_are_one_report(one, other, reason):
    (report,) = independent_reports([article("a", "Morning", **one), article("b", "Evening", **other)])
    assert report.articles == ("a", "b")
    assert report.reasons == (reason,)


def test_a_paper_that_credits_an_agency_is_one_report_with_the_agency_itself():
    (report,) = independent_reports(
        [article("a", "Yonhap News Agency"), article("b", "Evening", credit="yonhap")]
    )
    assert report.reasons == ("Evening credits Yonhap News Agency",)


def test_sharing_is_transitive_and_every_fold_has_its_reason():
    members = [
        article("a", "Morning", credit="tass"),
        article("b", "Evening", credit="tass", family="Harbour House"),
        article("c", "Night", family="Harbour House"),
        article("d", "Other"),
    ]
    reports = independent_reports(members)
    assert [report.articles for report in reports] == [("a", "b", "c"), ("d",)]
    assert len(reports[0].reasons) == 2


@given(st.permutations([0, 1, 2, 3, 4]))
def test_reports_do_not_depend_on_the_order_of_articles(places):
    members = [
        article("a", "Morning", credit="tass"),
        article("b", "Evening", credit="tass"),
        article("c", "Night", near_duplicate_of="b", duplicate_kind="exact"),
        article("d", "Other", sort_at=NOON + timedelta(hours=1)),
        article("e", "Night", sort_at=NOON + timedelta(hours=2)),
    ]
    assert independent_reports([members[place] for place in places]) == independent_reports(members)


# --------------------------------------------------------------------------- telling


def claim(low, high, *, source=None, certainty="asserted", **fields):
    evidence = Evidence(field="text", start=0, end=1, text="x")
    return Claim(
        low=low,
        high=high,
        unit="people",
        event="killed",
        source=source,
        certainty=certainty,
        evidence=evidence,
        **{"approximate": False, **fields},
    )


def test_figures_that_cannot_both_be_true_are_a_conflict():
    members = [
        article("a", "Morning", claims=(claim(300, 300, source="Agency A"),)),
        article("b", "Evening", claims=(claim(1000, 1000, source="Ministry B"),)),
    ]
    assert conflicts(members) == ("killed: 300 people (Agency A) against 1,000 (Ministry B)",)


@pytest.mark.parametrize(
    "other",
    [
        claim(300, None),
        claim(320, 320, approximate=True),
        claim(900, 900, role="comparison"),
        claim(None, None),
    ],
    ids=["at least", "about", "comparison", "vague"],
)
def test_figures_that_may_both_be_true_are_none(other):
    members = [article("a", "Morning", claims=(claim(310, 310),)), article("b", "Evening", claims=(other,))]
    assert conflicts(members) == ()


def test_a_part_and_the_whole_that_an_article_gives_itself_are_no_conflict():
    members = [
        article("a", "Morning", claims=(claim(2800, 2800), claim(13800, 13800, source="Ministry"))),
        article("b", "Evening", claims=(claim(13800, 13800),)),
    ]
    assert conflicts(members) == ()


def test_two_sources_that_one_article_holds_against_each_other_are_a_conflict():
    said = (claim(2800, 2800, source="Seoul"), claim(4000, 4000, source="Kyiv"))
    assert conflicts([article("a", "Morning", claims=said)]) == (
        "killed: 2,800 people (Seoul) against 4,000 (Kyiv)",
    )


def test_a_toll_that_one_source_raises_is_no_conflict():
    members = [
        article("a", "Morning", claims=(claim(3, 3, source="Police"),)),
        article("b", "Evening", sort_at=NOON + timedelta(hours=1), claims=(claim(9, 9, source="Police"),)),
    ]
    assert conflicts(members) == ()


def test_a_denial_stays_in_the_story_with_its_stance():
    denied = TopicTag(topic="defection", level="primary", rule="r", status="denied")
    assert stances([article("a", "Morning"), article("b", "Evening", topics=(denied,))]) == ("denial",)
    assert stances([article("a", "Morning", title="CORRECTED: Two cross the line")]) == ("correction",)


def test_the_first_reporter_is_the_earliest_and_lags_count_from_it():
    members = [
        article("b", "Evening", sort_at=NOON + timedelta(minutes=45)),
        article("a", "Morning", sort_at=NOON),
    ]
    told = tell("s", members, before=None, terms=(), now=NOON)
    assert told.story.first_publisher == "Morning"
    assert told.lags == {"a": 0, "b": 45}


def test_the_headline_is_that_of_the_earliest_open_original():
    members = [
        article("a", "Morning", title="Stub", access="partial"),
        article("b", "Evening", title="Copy", near_duplicate_of="c"),
        article("c", "Night", title="Whole", sort_at=NOON + timedelta(minutes=1)),
    ]
    assert tell("s", members, before=None, terms=(), now=NOON).story.title == "Whole"


def test_a_further_copy_does_not_raise_the_revision_and_an_independent_report_does():
    later = NOON + timedelta(hours=3)
    first = article("a", "Morning")
    story = tell("s", [first], before=None, terms=(), now=NOON).story
    copied = tell(
        "s", [first, article("b", "Evening", near_duplicate_of="a")], before=story, terms=(), now=later
    ).story
    assert (copied.revision, copied.changed_at, copied.copies) == (1, NOON, 1)
    grown = tell("s", [first, article("c", "Night")], before=copied, terms=(), now=later).story
    assert (grown.revision, grown.changed_at, grown.independent_reports) == (2, later, 2)


def test_a_revision_of_substance_raises_the_storys_revision():
    first = article("a", "Morning")
    story = tell("s", [first], before=None, terms=(), now=NOON).story
    assert tell("s", [first], before=story, terms=(), now=NOON, revised=True).story.revision == 2


@pytest.mark.parametrize(
    ("likeness", "joins", "stays"),
    [(ALIKE, True, True), (ALIKE * (1 + STAYS) / 2, False, True), (ALIKE * STAYS * 0.99, False, False)],
)
def test_an_article_leaves_a_story_that_readers_know_only_when_it_is_clearly_less_alike(
    likeness, joins, stays
):
    known = profile_of("known", {"ferry": 1.0}, NOON, title_only=False, house="harbour")

    def chosen(told_in):
        return choose_story(
            {"ferry": likeness}, NOON, [known], title_only=False, house="other", told_in=told_in
        )

    assert (chosen(frozenset()) is known, chosen({"known"}) is known) == (joins, stays)


def test_where_an_article_was_told_does_not_keep_it_from_a_story_that_is_more_alike():
    known = profile_of("known", {"ferry": 1.0}, NOON, title_only=False, house="harbour")
    closer = profile_of("closer", {"strike": 1.0}, NOON, title_only=False, house="harbour")
    vector = {"ferry": ALIKE, "strike": 2 * ALIKE}
    chosen = choose_story(vector, NOON, [known, closer], title_only=False, house="other", told_in={"known"})
    assert chosen is closer
