"""Lines that are not the article go, sentences that only sound like them stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.boilerplate import is_label, trim

TEXT = "The ferry line reopens on Monday, the council said.\nThe first boat leaves at dawn."


@pytest.mark.parametrize(
    "line",
    ["Read more: Storm tears away the pier", "Share this article", "Advertisement", "Lesen Sie auch: Der Sturm", "Читайте также: Шторм", "관련기사", "関連記事", "À lire aussi : la tempête", "Lee también: la tormenta", "© 2026 The Daily Example", "Sign up for our newsletter", "3 comments", "Photo: Harbour Press", "Reporting by Ada Holt; editing by Jo Petrell"],
)  # fmt: skip
def test_a_line_that_opens_like_a_boxs_label_goes(line):
    assert trim(f"{TEXT}\n{line}") == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "Share prices fell on Thursday after the port authority said that the northern line would stay closed for weeks.",
        "Photos of the damaged pier, taken by a passenger on the last boat, were shown to the council on Thursday evening.",
        "Copyright law was at the heart of the case that the museum brought against the makers of the maps last year.",
    ],
)
def test_a_sentence_that_begins_with_such_a_word_stays(line):
    assert trim(f"{TEXT}\n{line}").endswith(line)


def test_the_headline_and_the_byline_go_from_the_first_lines_only():
    text = f"Ferry line reopens\nBy Mira Holt\n{TEXT}\nThe storm was in March.\nIt took the pier.\nFerry line reopens"
    trimmed = trim(text, headline="Ferry Line Reopens!")
    assert trimmed.startswith("The ferry line")
    assert trimmed.endswith("Ferry line reopens")


def test_what_the_publishers_patterns_find_goes():
    text = f"{TEXT}\nCheck also: the tide table of the coming and of the following week"
    assert trim(text, patterns=("^Check also:",)) == TEXT


def test_a_text_of_nothing_but_labels_is_left_as_it_is():
    assert trim("Share\nPrint") == "Share\nPrint"


@given(st.text(max_size=400))
def test_trimming_twice_changes_nothing_more_and_adds_nothing(text):
    once = trim(text)
    assert set(once.splitlines()) <= {line.strip() for line in text.splitlines()}
    assert isinstance(is_label(text), bool)
