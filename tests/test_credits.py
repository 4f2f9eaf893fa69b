"""Agencies are credited in datelines, brackets, source lines; a text that only speaks of one credits none."""

import tomllib
from pathlib import Path

import pytest

from extractors.credits import AGENCIES, agency_id, find_credit

CASES = tomllib.loads(
    (Path(__file__).parent / "cases" / "credits" / "credits.toml").read_text(encoding="utf-8")
)["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_the_agency_a_text_credits(case):
    assert (find_credit(case["text"]) or "") == case["credit"]


def test_a_publishers_own_pattern_goes_first():
    assert (
        find_credit("Agency desk: Kyodo\nThe boats left. (AP)", patterns=(r"^Agency desk: (\w+)",)) == "kyodo"
    )


def test_every_name_leads_to_its_agency():
    assert all(agency_id(name) == agency for agency, names in AGENCIES.items() for name in names)
