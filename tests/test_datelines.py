"""When an article was published, by the ways that pages write it; a case is what stands on the page and the day."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.articles import extract_article
from extractors.datelines import written_day
from tests.builders import build_news_page

CASES = Path(__file__).parent / "cases" / "datelines"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def each_case():
    for file in sorted(CASES.glob("*.toml")):
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["cases"]:
            yield pytest.param(case, id=f"{file.stem}: {case['why']}")


@pytest.mark.parametrize("case", list(each_case()))
def test_a_dateline_tells_the_day_of_publication(case):
    parts = {key: case[key] for key in ("language", "head", "by", "end") if key in case}
    published = extract_article(build_news_page(**parts), now=NOW).published
    assert (str(written_day(published)) if published else "") == case["day"]
