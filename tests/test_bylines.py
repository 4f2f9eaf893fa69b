"""Who wrote an article, by every way that pages say it; a case is a byline and the names in it."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.articles import extract_article
from extractors.persons import split_names
from extractors.records import Page

CASES = Path(__file__).parent / "cases"
BODY = (CASES / "pages" / "body.html").read_text(encoding="utf-8").strip()
PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>Council reopens northern ferry line - The Daily Example</title>
<meta property="og:site_name" content="The Daily Example">{head}</head>
<body><header><nav><a href="/">Home</a> <a href="/world">World</a></nav></header>
<main><article><h1>Council reopens northern ferry line</h1>{by}{body}{end}</article></main>
<footer>© The Daily Example. All rights reserved.</footer></body></html>"""
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAMES = ("Mira Holt", "Jonas Petrell", "Ana Brekk", "Dr. Ada Lindqvist", "Tomas O'Dell", "Ida van der Meer")


def each_case():
    for file in sorted((CASES / "bylines").glob("*.toml")):
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["cases"]:
            yield pytest.param(case, id=f"{file.stem}: {case['why']}")


@pytest.mark.parametrize("case", list(each_case()))
def test_a_byline_names_who_wrote_it(case):
    parts = {key: case.get(key, "") for key in ("head", "by", "end")}
    html = PAGE.format(language=case.get("language", "en"), body=BODY, **parts)
    url = "https://daily.example/news/ferry-line-reopens"
    page = Page(url=url, final_url=url, status=200, body=html.encode(), fetched_at=NOW)
    assert list(extract_article(page, now=NOW).authors) == case["authors"]


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
