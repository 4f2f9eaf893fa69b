"""The desk: evidence cut at its offsets, pages on a real index, nothing of a feed's text taken for markup."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Claim, Evidence, TopicTag
from tests.builders import NOON, build_article, build_feed_state, build_story
from wirewatch.desk.serving import listen, server
from wirewatch.desk.evidence import amount, paragraphs, segments
from wirewatch.desk.views import article_view, claim_groups, short_span, story_view
from wirewatch.records import IndependentReport
from wirewatch.settings import load_settings

TEXT = "Two soldiers crossed on Friday.\nOne was hurt."


def evidence(words: str, text: str = TEXT) -> Evidence:
    start = text.index(words)
    return Evidence(field="text", start=start, end=start + len(words), text=words)


def test_a_paragraph_is_cut_exactly_at_its_evidence():
    (first, second) = paragraphs(TEXT, [(evidence("soldiers crossed"), "defection", "topic")])
    assert [(part.text, part.labels) for part in first] == [
        ("Two ", ()),
        ("soldiers crossed", ("defection",)),
        (" on Friday.", ()),
    ]
    assert [part.text for part in second] == ["One was hurt."]


def test_overlapping_evidence_shares_the_piece_it_shares():
    cut = segments(
        TEXT, [(evidence("Two soldiers"), "a", "claim"), (evidence("soldiers crossed"), "b", "topic")]
    )
    assert [(part.text, part.labels) for part in cut][:3] == [
        ("Two ", ("a",)),
        ("soldiers", ("a", "b")),
        (" crossed", ("b",)),
    ]


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6))
def test_cutting_never_loses_a_character(text, spans):
    marks = [
        (Evidence(field="text", start=a, end=b, text=text[a:b]), "x", "topic")
        for a, b in spans
        if a < b <= len(text)
    ]
    assert "".join(part.text for part in segments(text, marks)) == text


@pytest.mark.parametrize(
    ("low", "high", "approximate", "words"),
    [
        (1500, 1500, False, "1,500"),
        (300, 300, True, "about 300"),
        (200, None, False, "at least 200"),
        (None, 50, False, "at most 50"),
        (10, 12, False, "10 to 12"),
        (None, None, True, "several"),
    ],
)
def test_a_figure_reads_as_it_was_bounded(low, high, approximate, words):
    claim = Claim(low=low, high=high, approximate=approximate, unit="troops", evidence=evidence("Two"))
    assert amount(claim) == words


def test_copies_stand_under_their_original():
    first = build_article(url="https://a.example/1")
    copy = build_article(
        url="https://b.example/1", near_duplicate_of=first.article_key, duplicate_kind="exact"
    )
    view = story_view(build_story(articles=(first.article_key, copy.article_key)), [first, copy])
    assert [(item.article.url, [c.url for c in item.copies]) for item in view.articles] == [
        ("https://a.example/1", ["https://b.example/1"])
    ]


def test_quotes_that_are_close_together_are_one_quote():
    view = article_view(
        build_article(
            text=TEXT,
            topics=(
                TopicTag(
                    topic="defection", level="primary", rule="r", evidence=(evidence("soldiers crossed"),)
                ),
                TopicTag(topic="casualties", level="mention", rule="r", evidence=(evidence("was hurt"),)),
            ),
        )
    )
    assert len(view.quotes) == 1


def test_how_long_ago_reads_in_one_unit():
    assert short_span(NOON - timedelta(hours=3), NOON) == "3 hours ago"
    assert short_span(NOON + timedelta(minutes=1), NOON) == "in 1 minute"
    assert short_span(None, NOON) == "never"


HOSTILE = '<script>alert(1)</script> & "quotes"'


@contextmanager
def served(settings):
    listener = listen(0)
    running = server(settings)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30) as client:
        yield client
    running.should_exit = True
    thread.join(10)


@pytest.fixture
def desk(index, tmp_path):
    article = build_article(
        title=HOSTILE,
        text=TEXT,
        publisher="<b>Paper</b>",
        story_key="story-1",
        topics=(
            TopicTag(
                topic="defection", level="primary", rule="crossing", evidence=(evidence("soldiers crossed"),)
            ),
        ),
        topics_all=("defection",),
    )
    copy = build_article(
        url="https://b.example/1", text=TEXT, story_key="story-1", near_duplicate_of=article.article_key,
        duplicate_kind="exact",
    )  # fmt: skip
    report = IndependentReport(
        articles=(article.article_key, copy.article_key), publishers=("Paper",), reasons=("same text",)
    )
    index.articles.save([article, copy])
    index.stories.save([
        build_story(
            title=HOSTILE, articles=(article.article_key, copy.article_key), copies=1, reports=(report,),
            topics_all=("defection",), topics_primary=("defection",),
        )
    ])  # fmt: skip
    index.feeds.save([build_feed_state(status="blocked", reason="<i>bot wall</i>")])
    index.refresh()
    settings = load_settings(
        environ={
            "WIREWATCH_HOME": str(tmp_path / "home"),
            "WIREWATCH_ELASTICSEARCH_URL": index.url,
            "WIREWATCH_INDEX_PREFIX": index.names.prefix,
        }
    )
    with served(settings) as client:
        yield client, article


@pytest.mark.elastic
def test_every_page_shows_its_facts_and_takes_no_text_for_markup(desk):
    client, article = desk
    for path, shown in [
        ("/", "single source"),
        ("/?q=soldiers&topic=defection&sort=relevance", "defection"),
        ("/stories/story-1", "1 copy of this text"),
        (f"/articles/{article.article_key}", '<mark class="topic"'),
        ("/feeds", "blocked"),
    ]:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert shown in answer.text, path
        assert "<script>alert" not in answer.text
        assert "<b>Paper" not in answer.text
        assert "<i>bot" not in answer.text
        assert "unsafe-inline" not in answer.headers["content-security-policy"]


@pytest.mark.elastic
def test_a_page_that_is_not_there_says_so(desk):
    client, _ = desk
    for path in ("/stories/none", "/articles/none"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "There is no" in answer.text


@pytest.mark.elastic
def test_parameters_beyond_their_bounds_are_refused_and_odd_words_are_searched_as_they_stand(desk):
    client, _ = desk
    assert client.get("/?page=100000").status_code == 422
    assert client.get("/?sort=other").status_code == 422
    odd = client.get("/", params={"q": "soldiers ((("})
    assert odd.status_code == 200
    assert "as they stand" in odd.text


def test_a_dead_server_gives_a_page_with_the_mend(tmp_path):
    settings = load_settings(
        environ={"WIREWATCH_HOME": str(tmp_path), "WIREWATCH_ELASTICSEARCH_URL": "http://127.0.0.1:9"}
    )
    with served(settings) as client:
        answer = client.get("/")
    assert answer.status_code == 503
    assert "wirewatch doctor" in answer.text
