"""Cues: what a pattern needs is read off it rightly, so that leaving a sentence alone never loses a match."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.claims import attribution_cyrillic, attribution_latin, doubts, periods, saying_latin, standing
from extractors.claims.cues import Cue, needs_of
from extractors.claims.no_claims import NO_CLAIM
from extractors.claims.numerals import ASIAN, CYRILLIC

# Letters that IGNORECASE takes for s, i and Cyrillic ones of today; no news text has them.
OLD_LETTERS = "ſıᲀᲁᲂᲃᲄᲅᲆᲇᲈ"

CUES = [
    pytest.param(cue, id=f"{module.__name__}.{name}")
    for module in (attribution_cyrillic, attribution_latin, doubts, periods, saying_latin, standing)
    for name, found in vars(module).items()
    for cue in (found.values() if isinstance(found, dict) else (found,))
    if isinstance(cue, Cue)
]


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        (r"\bso far\b|(?:to date)", {"so far", "to date"}),
        (r"(?:kill|wound)ed", {"killed", "wounded"}),
        (r"(?:very )?late", {"late"}),
        (r"\d+ (?:dead|missing)+", {"dead", "missing"}),
        (r"(?=.*\bonly\b)\w+", {"only"}),
        (r"(?<!not )seen", {"seen"}),
        (r"Ждёт", {"ждет"}),
        (r"\w+(?:ed)?", set()),
        (r"said|\d", set()),
        (r"明日", {"明日"}),
    ],
)
def test_what_a_pattern_cannot_match_without_is_read_off_it(pattern, needs):
    assert needs_of(pattern) == needs


@pytest.mark.parametrize("cue", CUES)
@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_a_cue_finds_what_its_pattern_finds(cue, data):
    match = data.draw(
        st.from_regex(cue.pattern, alphabet=st.characters(codec="utf-8", exclude_characters=OLD_LETTERS))
    )
    text = data.draw(st.sampled_from(["", "It was said, ", "в среду "])) + match
    assert [found.span() for found in cue.finditer(text)] == [
        found.span() for found in cue.pattern.finditer(text)
    ]


def test_a_cue_looks_only_where_it_is_asked_to():
    cue = Cue(r"\bnot\s$")
    text = "They did not cross, and not one fell."
    assert cue.search(text, 0, 13) is not None
    assert cue.search(text, 0, 19) is None


@pytest.mark.parametrize(
    "pattern",
    [NO_CLAIM["latin"], NO_CLAIM["asian"], CYRILLIC.pattern, ASIAN.pattern],
    ids=["dates", "Asian dates", "Russian and Ukrainian numbers", "Asian numbers"],
)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_looked_at_first_loses_nothing(pattern, data):
    written = pattern.pattern
    first = next(
        end for end in range(1, len(written)) if written[end - 1] == ")" and _is_whole(written[:end])
    )  # the look ahead that every match begins with
    without = re.compile(written[first:])
    text = data.draw(st.from_regex(without, alphabet=st.characters(codec="utf-8")))
    assert _spans(pattern, text) == _spans(without, text)


def _spans(pattern, text):
    """Where a pattern finds something, the white space before it left out."""
    return [(match.end() - len(match[0].lstrip()), match.end()) for match in pattern.finditer(text)]


def _is_whole(piece):
    try:
        return bool(re.compile(piece))
    except re.error:
        return False
