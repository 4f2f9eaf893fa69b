"""What makes texts comparable: tokens, shingles, winnowed fingerprints."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.fingerprints import (
    MOST_VALUES,
    VERSION,
    fingerprint,
    overlap,
    read_text,
    shingles,
    tokens,
)

WORDS = st.text(alphabet="abcdefghij", min_size=2, max_size=7)
TEXTS = st.lists(WORDS, min_size=30, max_size=200).map(" ".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Seoul's 1,500 Troops", ["seoul", "s", "1,500", "troops"]),
        ("Ｓｅｏｕｌ", ["seoul"]),
        ("Россия заявила", ["россия", "заявила"]),
        ("북한군 병사", ["북한군", "병사"]),
        ("境界線を", ["境界", "界線", "線を"]),
        ("兵 2人", ["兵", "2", "人"]),
        ("", []),
        ("… — !", []),
    ],
)
def test_words_are_made_comparable(text, expected):
    assert tokens(text) == expected


def test_case_and_punctuation_do_not_change_the_text_hash():
    assert fingerprint("Two men, unarmed.").text_hash == fingerprint("two men unarmed").text_hash


def test_order_of_words_changes_the_text_hash_and_the_shingles():
    assert fingerprint("a dog bit").text_hash != fingerprint("bit a dog").text_hash
    assert not shingles("dog bites man") & shingles("man bites dog")


def test_every_value_carries_the_version_and_has_ten_characters():
    values = fingerprint(" ".join(f"word{n}" for n in range(100))).values
    assert {len(value) for value in values} == {10}
    assert all(value.startswith(VERSION) for value in values)


@pytest.mark.parametrize("text", ["", " \n", "…"])
def test_a_text_without_words_has_no_fingerprint(text):
    made = fingerprint(text)
    assert made.values == ()
    assert made.shingle_count == 0


def test_one_word_is_one_shingle():
    assert fingerprint("Hello").shingle_count == 1


@pytest.mark.parametrize(
    "text",
    ["word " * 250_000, " ".join(f"w{n}" for n in range(200_000)), "字" * 1_000_000, "a" * 1_000_000],
    ids=["one word", "many words", "one character", "one long word"],
)
def test_a_megabyte_is_bounded_in_time_and_size(text):
    began = time.process_time()
    made = fingerprint(text)
    assert len(made.values) <= MOST_VALUES
    assert time.process_time() - began < 5


def test_furniture_is_taken_out_and_what_surrounds_it_stays():
    box = "Subscribe to our free letter and get the reports of the day in your mailbox every single morning at seven."
    lead = "The ministry said on Friday that two soldiers had crossed the line near the village in the early east wind."
    tail = "Nobody was hurt, and the guards went on with their round as if nothing at all had happened that night."
    left = " ".join(read_text(f"{lead} {box} {tail}", without=set(fingerprint(box).values)).words)
    assert left.startswith("the ministry said on friday that two soldiers had crossed the line")
    assert left.endswith("as if nothing at all had happened that night")
    assert "free letter and get the reports" not in left


@given(TEXTS, TEXTS)
def test_overlap_is_symmetric_and_within_bounds(one, other):
    first, second = shingles(one), shingles(other)
    jaccard, containment = overlap(first, second)
    assert (jaccard, containment) == overlap(second, first)
    assert 0 <= jaccard <= containment <= 1


@given(TEXTS)
def test_a_text_overlaps_itself_wholly(text):
    assert overlap(shingles(text), shingles(text)) == (1.0, 1.0)


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=50)
def test_a_passage_keeps_its_fingerprints_whatever_surrounds_it(passage, before, after):
    whole = set(fingerprint(f"{before} {passage} {after}").values)
    assert set(fingerprint(passage).values) <= whole
