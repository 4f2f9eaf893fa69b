"""Who wrote an article, by every way that pages say it; a case is a byline and the names in it."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.articles import extract_article
from extractors.persons import split_names
from tests.builders import build_news_page

CASES = Path(__file__).parent / "cases"
NAMES = ("Mira Holt", "Jonas Petrell", "Ana Brekk", "Dr. Ada Lindqvist", "Tomas O'Dell", "Ida van der Meer")


def each_case():
    for file in sorted((CASES / "bylines").glob("*.toml")):
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["cases"]:
            yield pytest.param(case, id=f"{file.stem}: {case['why']}")


@pytest.mark.parametrize("case", list(each_case()))
def test_a_byline_names_who_wrote_it(case):
    parts = {key: case[key] for key in ("language", "head", "by", "end") if key in case}
    page = build_news_page(**parts)
    assert list(extract_article(page, now=page.fetched_at).authors) == case["authors"]


@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True),
    st.sampled_from((" and ", ", ", " & ", "; ", " | ", " / ", " und ", " y ")),
    st.sampled_from(("", "By ", "Von ", "Words: ", "Story by ", "Автор: ")),
)
def test_names_joined_in_any_way_come_apart_again(names, joint, label):
    assert split_names(label + joint.join(names)) == names


@given(st.text(max_size=120))
def test_any_text_gives_tidy_names_or_none(text):
    assert all(name == name.strip() and "\n" not in name for name in split_names(text))
