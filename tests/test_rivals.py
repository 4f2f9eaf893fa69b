"""Stories that contradict one another, from their words on: claims, topics and actors as the extractors read them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from extractors.claims import find_claims
from extractors.mentions import find_mentions
from extractors.taxonomy import load_taxonomy
from extractors.topics import tag
from tests.builders import NOON, build_article
from wirewatch.stories.figures import rivals

CASES = [
    pytest.param(case, id=case["name"])
    for file in sorted((Path(__file__).parent / "cases" / "rivals").glob("*.toml"))
    for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
]


def read(number, text):
    """The only article of a story, with everything that is read out of its text."""
    return build_article(
        url=f"https://paper{number}.example/a",
        publisher=f"Paper {number}",
        story_key=f"s{number}",
        title="",
        text=text,
        published_at=NOON,
        sort_at=NOON,
        topics=tag("", text, language=None, taxonomy=load_taxonomy()),
        mentions=find_mentions("", text, language=None),
        claims=find_claims("", text, language=None, published_at=NOON),
    )


@pytest.mark.parametrize("case", CASES)
def test_two_stories_contradict_each_other_on_these_topics_and_no_others(case):
    ours, theirs = read(1, case["ours"]), read(2, case["theirs"])
    found = rivals([ours], [theirs])
    assert sorted({one.topic for one in found}) == case["rivals"]
    assert sorted({one.topic for one in rivals([theirs], [ours])}) == case["rivals"]
    for one in found:
        assert set(case.get("actors", [])) <= set(one.actors)
        assert (one.ours, one.theirs) == (case["ours"], case["theirs"])
