"""Claims: own passages with every figure they hold, its source, certainty, role, unit and period; offsets."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.claims import find_claims

CASES = [
    pytest.param(case, id=case["name"])
    for file in sorted((Path(__file__).parent / "cases" / "claims").glob("*.toml"))
    for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
]


def claims_of(text, published="2025-01-15", title=""):
    at = datetime.fromisoformat(published).replace(tzinfo=UTC)
    return find_claims(title, text, language=None, published_at=at)


@pytest.mark.parametrize("case", CASES)
def test_a_passage_claims_these_figures_and_no_others(case):
    found = claims_of(case["text"], case.get("published", "2025-01-15"))
    assert [(one.low, one.high) for one in found] == [
        (want.get("low"), want.get("high")) for want in case["claims"]
    ]
    for one, want in zip(found, case["claims"], strict=True):
        assert want.get("source", "").lower() in (one.source or "").lower()
        assert one.certainty == want.get("certainty", "asserted")
        assert one.role == want.get("role", "current")
        assert one.approximate == want.get("approximate", False)
        assert want.get("unit", one.unit) == one.unit
        assert want.get("period", one.period) == one.period


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Nine soldiers were killed, the army said.", "killed"),
        ("The army captured 30 men, it said.", "captured"),
        ("Seoul said 1,000 troops had been sent.", "deployed"),
        ("북한군 300명이 사망했다고 국정원이 밝혔다.", "killed"),
        ("Сбито 20 дронов, сообщили военные.", "shot_down"),
    ],
)
def test_a_claim_says_what_happened(text, event):
    assert [one.event for one in claims_of(text)] == [event]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Between October 8 and 13 some 1,500 soldiers were shipped.", "2025-10-08/2025-10-13"),
        ("Since May 28 the North has sent 5,000 balloons.", "since 2025-05-28"),
        ("In the first half of 2024 some 105 people arrived.", "2024-01/2024-06"),
        ("올해 상반기 탈북민 105명이 입국했다.", "2025-01/2025-06"),
        ("Last week 20 men fled.", "Last week"),
        ("The latest group would bring the number of soldiers to 13,800.", "in total"),
        ("With the latest arrivals, 13,800 soldiers are there.", "in total"),
        ("SEOUL, Nov. 21 (Hanbit) -- Some 20 men fled.", None),
        ("Since the start of the war 13,800 men have fled.", "since the start of the war"),
        ("So far 5,000 balloons have been sent.", "in total"),
        ("They counted 5,000 balloons in all.", "in total"),
        ("They counted 45 ships in all of the strait.", None),
        ("En la zona trabajan 21 soldiers.", None),
    ],
)
def test_a_claim_says_when(text, period):
    assert [one.period for one in claims_of(text)][:1] == [period]


def test_each_figure_has_the_period_beside_it():
    text = "The North has lost 13,800 men since the start of the war and 4,000 this month, Kyiv said."
    assert [one.period for one in claims_of(text)] == ["since the start of the war", "this month"]


@pytest.mark.parametrize(
    "dateline",
    ["SEOUL, Nov. 21 (Hanbit) -- ", "SEOUL (Hanbit) - ", "SEOUL, Nov. 21 (Hanbit) — ", "SEOUL -- "],
)
def test_a_dateline_is_no_part_of_the_source(dateline):
    (one,) = claims_of(f"{dateline}South Korea's intelligence agency said 1,500 soldiers had been sent.")
    assert one.source == "South Korea's intelligence agency"


@pytest.mark.parametrize(
    "written", ["37 billion won", "37 bln won", "37bn won", "370억 원", "3.7 trillion won"]
)
def test_a_scale_is_never_lost(written):
    (one,) = claims_of(f"Hackers stole {written}, police said.")
    assert one.low == (3.7e12 if "trillion" in written else 3.7e10)


def test_attribution_points_at_the_words_that_name_the_source():
    text = "It was quiet. Some 40 men fled, the commander said."
    (one,) = claims_of(text)
    assert one.attribution is not None
    assert text[one.attribution.start : one.attribution.end] == one.attribution.text == "the commander"


def test_title_and_text_are_apart():
    found = claims_of("Seoul said 12 men had fled.", title="Seoul: 12 men flee")
    assert [one.evidence.field for one in found] == ["title", "text"]


PIECES = st.sampled_from(
    [
        "1,500",
        "soldiers",
        "said",
        "Kyiv",
        "1만2000",
        "명이",
        "밝혔다",
        "12 тысяч",
        "солдат",
        "三千名",
        "士兵",
        "dozens of",
        "İ",
        "\U0001f600",
        "e\u0301",
        ". ",
        "\n",
        ", ",
        "%",
        "$1.3bn",
        "up from",
        "of them",
        "no",
        "٣",
        "²",
        "½",
    ]
)


@settings(max_examples=120, deadline=None)
@given(st.lists(PIECES | st.text(max_size=6), max_size=25))
def test_offsets_survive_any_unicode(pieces):
    text = " ".join(pieces)
    for one in find_claims("", text, language=None):
        assert text[one.evidence.start : one.evidence.end] == one.evidence.text != ""
        if one.attribution is not None:
            assert text[one.attribution.start : one.attribution.end] == one.attribution.text


def test_a_text_of_a_megabyte_is_bounded():
    assert 0 < len(find_claims("", "Seoul said 1,500 soldiers had left. " * 30_000, language="en")) <= 120
