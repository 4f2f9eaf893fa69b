"""Which blocks of a page are its article: what is measured of them, and the trees that weigh it."""

import json
import math

import lxml.html
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench._boosting import Growth, fit
from extractors.blocks import read_blocks
from extractors.likelihood import MODEL, read_trees, shipped_trees
from extractors.paragraphs import read_paragraphs
from extractors.traits import TRAITS, measure


def build_tree(body):
    return lxml.html.document_fromstring(f"<html><body>{body}</body></html>")


def rows_of(body, base="", second="", **given_):
    reading = read_paragraphs(build_tree(body), None)
    table = measure(reading, reading.hear(base), reading.hear(second), **given_)
    return [dict(zip(TRAITS, row, strict=True)) for row in table.tolist()]


def test_a_row_of_data_is_one_block_and_a_row_of_layout_is_not():
    data = build_tree("<table><tr><td>Monday</td><td><p>06:40</p></td></tr></table>")
    assert [(block.tag, block.text) for block in read_blocks(data)] == [("tr", "Monday | 06:40")]
    layout = build_tree(f"<table><tr><td>Menu</td><td><p>{'word ' * 80}</p><p>More</p></td></tr></table>")
    assert [block.tag for block in read_blocks(layout)] == ["td", "p", "p"]


@pytest.mark.parametrize("cell", ["{}", "<b>{}</b>"])
def test_a_long_cell_makes_a_row_one_of_layout_whether_it_holds_elements_or_not(cell):
    rows = [f"<table><tr><td>Menu</td><td>{cell.format('w' * size)}</td></tr></table>" for size in (300, 301)]
    assert [[block.tag for block in read_blocks(build_tree(row))] for row in rows] == [["tr"], ["td", "td"]]


def test_the_shipped_trees_ask_only_for_what_is_measured():
    trees = shipped_trees()
    assert trees.columns.max() < len(TRAITS)
    assert trees.answers.shape[1] == 2 ** trees.columns.shape[1]


def test_trees_fitted_on_other_traits_are_refused():
    stored = {**json.loads(MODEL.read_text(encoding="utf-8")), "traits": ["length"]}
    with pytest.raises(ValueError, match="fit_body"):
        read_trees(stored)


def test_a_block_is_measured_against_its_base_and_its_like():
    rows = rows_of(
        "<div><p>one two three four five</p><p>six seven eight nine</p></div><p>ten</p>",
        "one two three four five",
    )
    assert [row["in_base"] for row in rows] == [2, 0, 0]
    assert rows[1]["like_in_base"] == 1
    assert rows[0]["like_count"] == 2
    assert rows[1]["base_before"] == 5
    assert rows[2]["like_in_base"] < 0


def test_a_long_stated_body_speaks_against_what_it_lacks():
    text = "A sentence of the article that is stated. " * 10
    rows = rows_of(f"<p>{text}</p><p>Something that is not stated there</p>", stated=text)
    assert [row["stated"] for row in rows] == [1, -1]


def test_what_is_under_a_heading_counts_from_it():
    rows = rows_of("<p>one</p><h2>Two</h2><p>three</p><p>four</p>")
    assert [row["since_heading"] for row in rows] == [50, 0, 1, 2]


@given(st.recursive(
    st.text(alphabet="ab .한", max_size=12),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{' '.join(parts)}</{tag}>",
        st.sampled_from(["p", "div", "a", "td", "tr", "table", "ul", "li", "h2", "b"]), st.lists(inner, max_size=4),
    ),
    max_leaves=25,
))  # fmt: skip
def test_every_block_has_a_row_of_finite_figures_and_a_probability(body):
    reading = read_paragraphs(build_tree(body or "x"), None)
    table = measure(reading, reading.hear("ab"), reading.hear("ba"), headline="ab", stated="ab" * 200)
    assert table.shape == (len(reading.blocks), len(TRAITS))
    assert np.isfinite(table).all()
    assert all(0 <= likely <= 1 for likely in shipped_trees().likelihoods(table))


def test_boosted_trees_learn_an_answer_that_takes_two_questions():
    random = np.random.default_rng(1)
    table = random.random((600, 4))
    answers = ((table[:, 1] > 0.5) & (table[:, 3] < 0.5)).astype(float)
    stored = fit(table, answers, np.ones(600), np.arange(600) // 10, Growth(trees=30, depth=3, columns=1.0))
    trees = read_trees({"traits": list(TRAITS), **stored})
    told = np.array(trees.likelihoods(table)) > 0.5
    assert (told == (answers > 0.5)).mean() > 0.97
    assert math.isclose(stored["start"], math.log(answers.mean() / (1 - answers.mean())), abs_tol=1e-3)
