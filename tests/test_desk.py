"""The desk: evidence cut at its offsets, pages on a real index, nothing of a feed's text taken for markup."""

from __future__ import annotations

import uuid
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.feeds import read_feed
from extractors.records import Claim, Evidence, TopicTag
from tests.builders import NOON, build_article, build_feed_state, build_story
from tests.desk_server import desk_settings, fill, served
from wirewatch.archive import Archive
from wirewatch.desk import build_app
from wirewatch.desk.evidence import amount, paragraphs, segments
from wirewatch.desk.views import article_view, claim_groups, is_silent, short_span, story_view
from wirewatch.desk.workbench import try_text
from wirewatch.index import Question, connect
from wirewatch.settings import load_settings
from wirewatch.verdicts import Fetched

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


def test_a_copy_of_a_copy_stands_under_the_first():
    first = build_article(url="https://a.example/1")
    second = build_article(url="https://b.example/1", near_duplicate_of=first.article_key)
    third = build_article(url="https://c.example/1", near_duplicate_of=second.article_key)
    view = story_view(build_story(), [first, second, third])
    assert [len(item.copies) for item in view.articles] == [2]


def test_articles_said_to_copy_each_other_are_shown_all_the_same():
    first = build_article(
        url="https://a.example/1", near_duplicate_of=build_article(url="https://b.example/1").article_key
    )
    second = build_article(url="https://b.example/1", near_duplicate_of=first.article_key)
    view = story_view(build_story(), [first, second])
    assert sum(1 + len(item.copies) for item in view.articles) == 2


def test_a_figure_that_a_source_repeats_is_one_row_with_everyone_who_prints_it():
    claim = Claim(
        low=2, high=2, approximate=False, unit="soldiers", event="defected", source="the army",
        evidence=evidence("Two soldiers"),
    )  # fmt: skip
    articles = [
        build_article(url=f"https://{name}.example/1", publisher=name, text=TEXT, claims=(claim, claim))
        for name in ("Paper", "Post")
    ]
    (group,) = claim_groups(articles, ("defected: 2 soldiers (the army) against 3 (the navy)",))
    assert group.disputed
    (row,) = group.rows
    assert row.contested
    assert [article.publisher for article in row.printed_by] == ["Paper", "Post"]


def test_a_figure_in_another_unit_is_not_contested_by_the_conflict_beside_it():
    companies = Claim(
        low=2,
        high=2,
        approximate=False,
        unit="companies",
        event="defected",
        evidence=evidence("Two soldiers"),
    )
    article = build_article(text=TEXT, claims=(companies,))
    (group,) = claim_groups([article], ("defected: 2 soldiers (the army) against 3 (the navy)",))
    assert group.disputed
    assert not group.rows[0].contested


def test_a_quote_ends_with_its_paragraph():
    view = article_view(
        build_article(
            text=TEXT,
            topics=(TopicTag(topic="x", level="primary", rule="r", evidence=(evidence("was hurt"),)),),
        )
    )
    assert ["".join(part.text for part in quote) for quote in view.quotes] == ["One was hurt."]


def test_a_feed_is_silent_when_its_usual_pause_is_long_past():
    usual = {"rhythm_seconds": 3600, "status": "ok"}
    assert is_silent(build_feed_state(changed_at=NOON - timedelta(hours=6), **usual), NOON)
    assert not is_silent(build_feed_state(changed_at=NOON - timedelta(hours=4), **usual), NOON)


@pytest.mark.parametrize("text", ["", "\x00\ufffe", "금요일 북한군 하사 1명이 귀순했다.", "a\n" * 50])
def test_the_workbench_reads_any_text(text):
    from extractors.taxonomy import load_taxonomy

    tried = try_text(text[:20], text, load_taxonomy())
    told = "".join(part.text for paragraph in tried.paragraphs for part in paragraph)
    assert told == text.replace("\n", "")


def test_quotes_that_are_close_together_are_one_quote():
    view = article_view(
        build_article(
            text=TEXT,
            topics=(
                TopicTag(
                    topic="defection", level="primary", rule="r", evidence=(evidence("soldiers crossed"),)
                ),
                TopicTag(topic="border", level="secondary", rule="r", evidence=(evidence("Friday"),)),
            ),
        )
    )
    assert len(view.quotes) == 1


def test_how_long_ago_reads_in_one_unit():
    assert short_span(NOON - timedelta(hours=3), NOON) == "3 hours ago"
    assert short_span(NOON + timedelta(minutes=1), NOON) == "in 1 minute"
    assert short_span(None, NOON) == "never"


@pytest.fixture(scope="module")
def desk(node_url, tmp_path_factory):
    home = tmp_path_factory.mktemp("desk")
    index = connect(
        load_settings(
            environ={
                "WIREWATCH_HOME": str(home),
                "WIREWATCH_ELASTICSEARCH_URL": node_url,
                "WIREWATCH_INDEX_PREFIX": f"t{uuid.uuid4().hex[:10]}",
            }
        )
    )
    fill(index)
    settings = desk_settings(index, home)
    page = Fetched(
        url="https://kept.example/1",
        final_url="https://kept.example/1",
        status=200,
        body=b"<script>alert(1)</script>",
        headers=(("content-type", "text/html"),),
        fetched_at=NOON,
        elapsed=timedelta(seconds=1),
    )
    kept = build_article(url=page.url, archived_in=Archive(settings).store(page))
    index.articles.save([kept])
    index.refresh()
    with served(settings) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client, kept.article_key
    index.drop()
    index.close()


@pytest.mark.elastic
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "single source"),
        ("/?q=sergeant&topic=defection&sort=relevance", "Sergeant crosses the line"),
        ("/stories/crossing", "2 copies of this text"),
        ("/stories/hostile", '<mark class="topic"'),
        ("/stories/crossing?beside=true", "No statement of another story"),
        ("/typed?q=serg", "Sergeant crosses the line"),
        ("/feeds", "blocked"),
        ("/feeds", "1 alarm: its pages changed"),
        ("/feeds/one?url=https://blocked.example/feed.xml", "20 words"),
        ("/feeds/one?url=https://paper.example/feed.xml", "robots.txt"),
        ("/workbench", "Try it"),
    ],
)
def test_every_page_shows_its_facts_and_takes_no_text_for_markup(desk, path, shown):
    client, _ = desk
    answer = client.get(path)
    assert answer.status_code == 200
    assert shown in answer.text
    assert "<script>window" not in answer.text
    assert "<img" not in answer.text
    assert "unsafe-inline" not in answer.headers["content-security-policy"]


@pytest.mark.elastic
@pytest.mark.parametrize("path", ["/stories/none", "/articles/none", "/feeds/one?url=none", "/nothing"])
def test_a_page_that_is_not_there_says_so(desk, path):
    client, _ = desk
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is no" in answer.text or "has been polled" in answer.text


@pytest.mark.elastic
@pytest.mark.parametrize("query", ["page=100000", "sort=other", "reports=0", "q=" + "x" * 501, "topic="])
def test_parameters_beyond_their_bounds_are_refused_with_the_reason(desk, query):
    client, _ = desk
    answer = client.get(f"/?{query}")
    assert answer.status_code == 422
    assert query.split("=")[0] in answer.text


@pytest.mark.elastic
def test_odd_words_are_searched_as_they_stand(desk):
    client, _ = desk
    odd = client.get("/", params={"q": "sergeant ((("})
    assert odd.status_code == 200
    assert "as they stand" in odd.text
    assert "Sergeant crosses the line" in odd.text


@pytest.mark.elastic
def test_best_match_is_ranked_before_it_is_paged_and_filters_still_hold(desk):
    client, _ = desk
    found = client.get("/api/stories", params={"q": "sergeant OR farmer OR signed", "offtopic": True}).json()
    assert found["stories"][0]["story_key"] == "crossing"
    assert {story["story_key"] for story in found["stories"]} == {"crossing", "football"}
    tagged = client.get("/api/stories", params={"q": "sergeant OR farmer OR signed"}).json()
    assert [story["story_key"] for story in tagged["stories"]] == ["crossing"]
    assert tagged["untagged"] == 1


@pytest.mark.elastic
def test_stories_of_a_first_read_count_by_the_day_they_were_published(desk, index):
    index.stories.save([
        build_story(story_key="old", backfill=True, first_published_at=NOON - timedelta(days=9)),
        build_story(story_key="fresh", backfill=True, first_published_at=NOON - timedelta(hours=2)),
        build_story(story_key="live", first_published_at=NOON - timedelta(days=9)),
    ])  # fmt: skip
    index.refresh()
    found = index.search_stories(Question(since=NOON - timedelta(days=1)))
    assert {story.story_key for story in found.stories} == {"fresh", "live"}


@pytest.mark.elastic
def test_the_json_api_gives_records_as_stored_and_describes_itself(desk):
    client, _ = desk
    story = client.get("/api/stories/crossing").json()
    assert [article["publisher"] for article in story["articles"]] == [
        "Lantern", "Harbour Post", "Evening Post", "Meridian",
    ]  # fmt: skip
    article = client.get(f"/api/articles/{story['articles'][0]['article_key']}").json()
    (evidence,) = article["topics"][0]["evidence"]
    assert article["text"][evidence["start"] : evidence["end"]] == evidence["text"]
    assert "fingerprints" not in article
    assert {feed["status"] for feed in client.get("/api/feeds").json()} == {"ok", "blocked"}
    assert client.get("/api/stories/none").json()["detail"] == "There is no story none."
    assert "/api/stories" in client.get("/api/openapi.json").json()["paths"]


@pytest.mark.elastic
def test_the_workbench_survives_bytes_that_are_no_text(desk):
    client, _ = desk
    answer = client.post(
        "/workbench",
        content=b"title=%ED%A0%80%FF&text=a%00b%ED%A0%80",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200


@pytest.mark.elastic
def test_changed_rules_are_tried_on_what_is_stored(desk):
    client, _ = desk
    page = client.get("/workbench?topic=balloon_leaflet")
    assert "balloon_leaflet" in page.text
    rules = 'id = "farmers"\nname = "Farmers"\ndefinition = "x"\n[[patterns]]\nid = "f"\nany = ["farmer/n"]\n'
    answer = client.post("/workbench/rules", data={"rules": rules, "days": 31})
    assert "The farmer who met him" in answer.text
    assert "<strong>1</strong> gained" in answer.text
    assert client.get("/workbench?topic=none").status_code == 404
    for wrong in ({"rules": rules, "days": 32}, {"rules": "", "days": 1}, {"rules": "x" * 100_001}):
        assert client.post("/workbench/rules", data=wrong).status_code == 422
    assert "cannot be read" in client.post("/workbench/rules", data={"rules": "id = "}).text


@pytest.mark.elastic
def test_a_faulty_topic_file_is_shown_and_the_pages_go_on(desk, index, tmp_path):
    topics = tmp_path / "topics"
    topics.mkdir()
    (topics / "wrong.toml").write_text('id = "wrong"\ncolour = 1\n')
    with served(desk_settings(index, tmp_path, WIREWATCH_TOPICS=str(topics))) as address:
        for path in ("/workbench", "/feeds"):
            page = httpx.get(address + path, timeout=60)
            assert page.status_code == 200
            assert "wrong.toml" in page.text
            assert "stays in force" in page.text


def test_inside_airflow_the_api_does_not_describe_itself(settings):
    paths = [getattr(route, "path", "") for route in build_app(settings).routes]
    assert "/api/stories" in paths
    assert "/api/openapi.json" not in paths


@pytest.mark.elastic
def test_any_search_is_an_atom_feed_that_feed_readers_read(desk):
    client, _ = desk
    answer = client.get("/atom.xml", params={"topic": "provocation"})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    read = read_feed(answer.content, url=str(answer.url), now=NOON)
    (entry,) = read.entries
    assert entry.url.endswith("/stories/hostile")
    assert "window.ran" in (entry.title or "")


@pytest.mark.elastic
def test_an_archived_page_is_shown_as_text_that_cannot_run(desk):
    client, key = desk
    answer = client.get(f"/articles/{key}/page")
    assert answer.text == "<script>alert(1)</script>"
    assert answer.headers["content-type"].startswith("text/plain")
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.elastic
def test_little_charts_count_new_stories_by_day(index):
    index.stories.save([
        build_story(story_key="a", topics_all=("cyber",), first_published_at=NOON),
        build_story(story_key="b", topics_all=("cyber",), first_published_at=NOON - timedelta(days=2)),
        build_story(story_key="c", topics_all=("cyber",), first_published_at=NOON - timedelta(days=30)),
        build_story(story_key="d", topics_all=("cyber",), first_published_at=NOON, merged_into="a"),
    ])  # fmt: skip
    index.refresh()
    assert index.topic_volume(until=NOON, days=3) == {"cyber": (1, 0, 1)}


@pytest.mark.elastic
def test_indices_dropped_under_an_open_desk_are_said_to_be_gone_and_made_anew(index, tmp_path):
    with served(desk_settings(index, tmp_path)) as address:
        assert httpx.get(f"{address}/", timeout=30).status_code == 200
        index.drop()
        assert httpx.get(f"{address}/", timeout=30).status_code == 503
        again = httpx.get(f"{address}/", timeout=30)
    assert again.status_code == 200
    assert "No story matches" in again.text


def test_a_dead_server_gives_a_page_with_the_mend(tmp_path):
    settings = load_settings(
        environ={"WIREWATCH_HOME": str(tmp_path), "WIREWATCH_ELASTICSEARCH_URL": "http://127.0.0.1:9"}
    )
    with served(settings) as address:
        page, told = httpx.get(f"{address}/", timeout=30), httpx.get(f"{address}/api/stories", timeout=30)
    assert page.status_code == told.status_code == 503
    assert "wirewatch doctor" in page.text
    assert "wirewatch doctor" in told.json()["mend"]


def test_the_unsubscribe_page_is_there_without_login_and_opening_it_changes_nothing(tmp_path):
    from wirewatch.delivery.links import unsubscribe_token

    settings = load_settings(
        environ={"WIREWATCH_HOME": str(tmp_path), "WIREWATCH_ELASTICSEARCH_URL": "http://127.0.0.1:9"}
    )
    with served(settings) as address, httpx.Client(base_url=address, timeout=30) as client:
        answer = client.get(f"/u/{unsubscribe_token('night-desk', settings)}")
        assert answer.status_code == 200
        assert "night-desk" in answer.text
        assert client.get("/u/forged").status_code == 404
