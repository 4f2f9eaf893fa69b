"""Openings and quotations that fit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wirewatch.excerpts import clean, opening, shortened


def test_the_opening_is_a_sentence_or_two_without_the_title_said_again():
    text = "Troops cross the line.\nTwo U.S. soldiers crossed on Friday. Gen. Ha said so to reporters in Seoul, where he met the press at noon, giving no names. A third stayed."
    found = opening(text, title="Troops cross the line")
    assert found.startswith("Two U.S. soldiers crossed on Friday. Gen. Ha said so")
    assert found.endswith("giving no names.")


def test_furniture_above_the_first_sentence_is_no_opening():
    text = "Published 20 November 2026, 19:11 KST\nНОВОСТИ\nМОСКВА, 20 ноября.\nДвое солдат перешли границу в пятницу."
    assert opening(text) == "МОСКВА, 20 ноября. Двое солдат перешли границу в пятницу."


def test_a_long_opening_ends_at_a_word():
    found = opening("word " * 200, longest=50)
    assert found.endswith("word…")
    assert len(found) <= 50


def test_nothing_in_nothing_out():
    assert opening("") == ""
    assert opening(" \n ") == ""


def test_direction_marks_and_line_breaks_do_not_survive():
    assert clean("a\u202eb\r\nBcc:\u2028c\x00d\u200e") == "ab Bcc: c d"
    assert clean("a\ufffe\ufdd0\U0001ffffb") == "ab"
    assert clean("می\u200cخواهم") == "می\u200cخواهم"


@given(st.text(), st.integers(2, 80))
def test_shortened_text_is_one_clean_line_that_fits(text, longest):
    found = shortened(text, longest)
    assert len(found) <= longest
    assert clean(found) == found
