"""What analysts decide at the desk: kept apart from the machine's word, signed, taken back, and out of others' reach."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from tests.builders import NOON, build_article, build_correction, build_story
from tests.desk_server import desk_settings, filled_index, served
from wirewatch.desk.deciding import NotDecided, decided, decisions_on, judge_tag, judged_tags
from wirewatch.records import StoredArticle


def tagged(**fields) -> StoredArticle:
    from extractors.records import Evidence, TopicTag

    words = "crossed the military demarcation line"
    article = build_article(**fields)
    start = article.text.index(words)
    span = Evidence(field="text", start=start, end=start + len(words), text=words)
    tag = TopicTag(topic="defection", level="primary", rule="crossed", evidence=(span,))
    return build_article(**{**fields, "topics": (tag,)})


def test_an_analysts_word_on_a_tag_goes_before_the_machines_and_both_are_kept():
    article = tagged()
    no = judge_tag(article, "defection", "remove", words=None, by="ana", now=NOON, note="a border walk")
    (tag,) = judged_tags(article, [no])
    assert not tag.holds
    assert tag.machine is article.topics[0]
    assert no.evidence_text == "crossed the military demarcation line"


def test_of_two_words_on_a_tag_the_later_one_stands_and_what_was_taken_back_does_not():
    article = tagged()
    no = judge_tag(article, "defection", "remove", words=None, by="ana", now=NOON, note=None)
    yes = judge_tag(
        article, "defection", "add", words=None, by="ben", now=NOON + timedelta(hours=1), note=None
    )
    assert judged_tags(article, [yes, no])[0].holds
    withdrawn = build_correction(kind="tag", topic="defection", verdict="remove", withdrawn_at=NOON)
    assert judged_tags(article, [withdrawn])[0].analyst is None


def test_words_that_show_a_topic_must_stand_in_the_article():
    with pytest.raises(NotDecided, match="not in the article"):
        judge_tag(build_article(), "espionage", "add", words="a spy", by="ana", now=NOON, note=None)


def test_a_joining_waits_until_the_articles_are_in_one_story():
    merge = build_correction(kind="merge", story_key="s", articles=("1",), others=("2",))
    assert decisions_on(build_story(story_key="s", articles=("1",)), [merge]).all[0].waits
    assert not decisions_on(build_story(story_key="s", articles=("1", "2")), [merge]).all[0].waits


def test_a_splitting_waits_until_the_articles_are_apart():
    split = build_correction(kind="split", story_key="s", articles=("2",), others=("1",))
    assert decided(split, ("1", "2")).waits
    assert not decided(split, ("1",)).waits


@pytest.fixture(scope="module")
def newsroom(node_url, tmp_path_factory):
    home = tmp_path_factory.mktemp("desk")
    with (
        filled_index(node_url, home) as index,
        served(desk_settings(index, home, WIREWATCH_DESK_ANALYST="ana")) as address,
    ):
        yield address, index, home


@pytest.fixture
def desk(newsroom):
    address, index, _ = newsroom
    with httpx.Client(base_url=address, timeout=60, follow_redirects=True) as client:
        yield client, index
        for one in index.corrections.standing(["pin", "mute", "merge", "split", "tag"]):
            client.post(f"/decisions/{one.correction_key}/withdraw")
    index.corrections.delete([one.correction_key for one in index.corrections.records()])
    index.corrections.refresh()


def titles(client, query=""):
    return [story["title"] for story in client.get(f"/api/stories?{query}").json()["stories"]]


@pytest.mark.elastic
def test_a_muted_story_leaves_the_list_and_comes_back_when_that_is_taken_back(desk):
    client, index = desk
    page = client.post("/stories/crossing/mark", data={"kind": "mute", "note": "off our beat"})
    assert page.status_code == 200
    assert "off our beat" in page.text
    assert "Sergeant crosses the line" not in titles(client)
    assert "1 muted" in client.get("/").text
    assert "Sergeant crosses the line" in titles(client, "muted=true")
    (decision,) = index.corrections.standing(["mute"])
    assert decision.by == "ana"
    assert client.post(f"/decisions/{decision.correction_key}/withdraw").status_code == 200
    client.get("/stories/crossing")
    assert index.corrections.get([decision.correction_key])[decision.correction_key].withdrawn_by == "ana"
    assert "Sergeant crosses the line" in titles(client)


@pytest.mark.elastic
def test_a_pinned_story_stands_first_where_the_filters_let_it_in(desk):
    client, _ = desk
    assert titles(client)[-1] != titles(client)[0]
    last = client.get("/api/stories").json()["stories"][-1]
    client.post(f"/stories/{last['story_key']}/mark", data={"kind": "pin"})
    listed = client.get("/api/stories").json()
    assert listed["stories"][0]["story_key"] == last["story_key"]
    assert len({story["story_key"] for story in listed["stories"]}) == listed["total"]
    other = "defection" if last["topics_primary"] != ["defection"] else "provocation"
    assert last["title"] not in titles(client, f"topic={other}")


@pytest.mark.elastic
def test_a_corrected_tag_shows_what_the_machine_said_and_what_the_analyst_says(desk):
    client, index = desk
    key = index.story("crossing").articles[0]
    page = client.post(f"/articles/{key}/tag", data={"topic": "defection", "verdict": "remove"})
    assert "The machine says it has, <strong>ana</strong> says it has not" in page.text
    assert "crossed-the-line" in page.text
    page = client.post(
        f"/articles/{key}/tag",
        data={"topic": "espionage", "verdict": "add", "words": "the Joint Staff said"},
    )
    assert "The machine says it has not, <strong>ana</strong> says it has" in page.text
    assert client.get("/decisions").text.count("<strong>ana</strong>") == 2


@pytest.mark.elastic
@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"topic": "none", "verdict": "add"}, "There is no topic"),
        ({"topic": "espionage", "verdict": "perhaps"}, "verdict"),
        ({"topic": "espionage", "verdict": "add", "words": "never printed"}, "not in the article"),
        ({"topic": "espionage", "verdict": "add", "note": "x" * 501}, "note"),
    ],
)
def test_a_tag_that_makes_no_sense_is_refused_with_the_reason(desk, form, reason):
    client, index = desk
    answer = client.post(f"/articles/{index.story('crossing').articles[0]}/tag", data=form)
    assert answer.status_code == 422
    assert reason in answer.text
    assert index.corrections.count() == 0


@pytest.mark.elastic
def test_joining_and_splitting_are_kept_for_the_one_writer(desk):
    client, index = desk
    page = client.post("/stories/crossing/merge", data={"other": f"{client.base_url}/stories/tongues?x#y"})
    assert "belong in one story" in page.text
    keys = index.story("crossing").articles
    page = client.post("/stories/crossing/split", data={"article": [keys[3]], "note": "another event"})
    assert "another event" in page.text
    assert {one.kind for one in index.corrections.records()} == {"merge", "split"}
    for path, form in (
        ("merge", {"other": "none"}),
        ("merge", {"other": "crossing"}),
        ("split", {}),
        ("split", {"article": list(keys)}),
    ):
        assert client.post(f"/stories/crossing/{path}", data=form).status_code == 409


@pytest.mark.elastic
def test_a_search_is_saved_shared_subscribed_to_and_deleted(desk):
    client, index = desk
    asked = {"q": "sergeant", "topic": "defection", "reports": "2"}
    page = client.post("/searches", data={**asked, "name": "Line  crossers"})
    assert "Line crossers" in page.text
    (search,) = index.searches.records()
    assert (search.name, search.words, search.topics, search.minimum_reports, search.made_by) == (
        "Line crossers", "sergeant", ("defection",), 2, "ana",
    )  # fmt: skip
    assert client.post("/searches", data={**asked, "name": "line crossers"}).status_code == 409
    opened = client.get(f"/searches/{search.search_key}")
    assert "Sergeant crosses the line" in opened.text
    assert dict(opened.url.params) == asked
    path = f"/searches/{search.search_key}/subscribe"
    for wrong in ({"address": "nobody"}, {"zone": "Berlin"}, {"at": "25:00"}, {"frequency": "often"}):
        assert client.post(path, data=wrong).status_code == 422
    assert client.post(path, data={"frequency": "hourly"}).status_code == 200
    (reader,) = index.subscriptions.records()
    preview = client.get(f"/digests/{reader.subscriber}").text
    assert "found by the saved search “Line crossers”" in preview
    assert "Sergeant crosses the line" in preview
    assert reader.subscriber in client.get("/digests").text
    assert client.post(f"/searches/{search.search_key}/delete").status_code == 200
    assert (index.searches.count(), index.subscriptions.count()) == (0, 0)
    assert client.get(f"/digests/{reader.subscriber}").status_code == 404


@pytest.mark.elastic
def test_ending_a_subscription_keeps_the_search(desk):
    client, index = desk
    client.post("/searches", data={"topic": "defection", "name": "all of it"})
    (search,) = index.searches.records()
    client.post(f"/searches/{search.search_key}/subscribe", data={"address": "ana@desk.example"})
    (reader,) = index.subscriptions.records()
    assert "ana@desk.example" not in client.get("/searches").text + client.get("/digests").text
    assert client.post(f"/subscriptions/{reader.subscription_key}/end").status_code == 200
    assert (index.searches.count(), index.subscriptions.count()) == (1, 0)
    client.post(f"/searches/{search.search_key}/delete")


@pytest.mark.elastic
@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_search_without_a_fit_name_is_not_saved(desk, name):
    client, index = desk
    assert client.post("/searches", data={"q": "x", "name": name}).status_code == 422
    assert index.searches.count() == 0


@pytest.mark.elastic
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://127.0.0.1:1"},
    ],
)
def test_a_form_of_another_site_changes_nothing(desk, headers):
    client, index = desk
    answer = client.post("/stories/crossing/mark", data={"kind": "mute"}, headers=headers)
    assert answer.status_code == 403
    assert "not carried out" in answer.text
    assert index.corrections.count() == 0


@pytest.mark.elastic
@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip"])
def test_whoever_comes_through_a_proxy_only_reads(desk, header):
    client, index = desk
    answer = client.post("/stories/crossing/mark", data={"kind": "mute"}, headers={header: "203.0.113.9"})
    assert answer.status_code == 403
    assert index.corrections.count() == 0
    assert "Pin or mute" not in client.get("/stories/crossing", headers={header: "203.0.113.9"}).text


@pytest.mark.elastic
def test_a_name_that_was_pointed_at_this_machine_is_not_answered(desk):
    client, _ = desk
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.elastic
def test_a_desk_without_a_name_to_sign_with_only_reads_and_says_how_to_decide(newsroom):
    _, index, home = newsroom
    with served(desk_settings(index, home)) as address:
        refused = httpx.post(f"{address}/stories/crossing/mark", data={"kind": "pin"}, timeout=60)
        story = httpx.get(f"{address}/stories/crossing", timeout=60).text
        listed = httpx.get(f"{address}/decisions", timeout=60).text
    assert refused.status_code == 403
    assert "WIREWATCH_DESK_ANALYST" in refused.text
    assert "<form" not in story.split("<main", 1)[1]
    assert "WIREWATCH_DESK_ANALYST" in listed
