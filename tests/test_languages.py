"""Languages by script where the script says it, by statistics where the text is long, by the hint where it is short."""

import tomllib
from pathlib import Path

import pytest

from extractors.languages import detect_language, normal_tag

CASES = tomllib.loads(
    (Path(__file__).parent / "cases" / "languages" / "languages.toml").read_text(encoding="utf-8")
)["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:30])
def test_the_language_of_a_text(case):
    assert (detect_language(case["text"], case.get("hint")) or "") == case["language"]


@pytest.mark.parametrize(
    ("tag", "language"),
    [("en-GB", "en"), ("ko_KR", "ko"), ("EN", "en"), ("", None), (None, None), ("english", None)],
)
def test_a_language_tag_is_cut_to_its_language(tag, language):
    assert normal_tag(tag) == language
