"""Saved searches, the digests made of them, and what pins and mutes do to digests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, build_correction
from tests.ledger_in_memory import IndexInMemory
from tests.test_digests import a_story, an_article, tag
from wirewatch.dispatch import deliver_due, preview
from wirewatch.index import Question
from wirewatch.readership import question_of, subscribers_in_force
from wirewatch.searches import (
    SavedSearch,
    Subscription,
    search_key,
    subscriber_name,
    subscription_key,
)
from wirewatch.settings import load_settings
from wirewatch.subscribers import _name

AT = NOON - timedelta(minutes=30)


def a_search(name="Border troops", **fields) -> SavedSearch:
    return SavedSearch(search_key=search_key(name), name=name, made_by="ana", made_at=NOON, **fields)


def a_subscription(search, **fields) -> Subscription:
    key = subscription_key(search.search_key, fields.get("address"))
    return Subscription(
        subscription_key=key, subscriber=subscriber_name(search, key), search_key=search.search_key,
        frequency="hourly", made_by="ana", made_at=NOON, **fields,
    )  # fmt: skip


@pytest.fixture
def home(tmp_path):
    def made(text='[[subscriber]]\nname = "all"\noutbox = "all"\nfrequency = "hourly"\n'):
        file = tmp_path / "subscribers.toml"
        file.write_text(text)
        return load_settings(
            environ={"WIREWATCH_HOME": str(tmp_path / "home"), "WIREWATCH_SUBSCRIBERS": str(file)}
        )

    return made


def put(store, number, **fields):
    own = [
        an_article(f"{number}.{n}", at=AT, **{"topics": [tag("defection")], **fields.pop("article", {})})
        for n in range(2)
    ]
    store.put([a_story(f"s{number}", own, changed_at=AT, **fields)], own)


def told(store, settings, name):
    return [item.story_key for item in preview(store, settings, name, NOON).digest.items]


def test_a_muted_story_is_told_to_nobody_and_a_pinned_one_comes_first(home):
    store = IndexInMemory()
    for number in (1, 2, 3):
        put(store, number)
    first = told(store, home(), "all")
    store.corrections.by_key = {
        "m": build_correction(kind="mute", story_key=first[0]),
        "p": build_correction(kind="pin", story_key=first[2]),
    }
    assert told(store, home(), "all") == [first[2], first[1]]
    labels = preview(store, home(), "all", NOON).digest.items[0].labels
    assert "pinned by an analyst" in labels


@given(st.text(max_size=80))
def test_any_name_of_a_search_gives_a_name_that_deliveries_can_be_kept_by(name):
    search = a_search(name)
    assert _name(subscriber_name(search, subscription_key(search.search_key, None)))


def test_case_and_blanks_make_no_other_search():
    assert search_key("Border  Troops ") == search_key("border troops")


def test_a_subscription_without_an_address_is_filed_in_the_outbox_of_its_name(home):
    store = IndexInMemory()
    search = a_search()
    one = a_subscription(search)
    store.subscriptions.by_key = {one.subscription_key: one}
    *_, reader = subscribers_in_force(store, home())
    assert (reader.name, reader.outbox, reader.address) == (one.subscriber, one.subscriber, None)


def test_readers_of_a_search_that_was_deleted_get_nothing_and_the_log_says_so(home, caplog):
    store = IndexInMemory()
    put(store, 1)
    one = a_subscription(a_search())
    store.subscriptions.by_key = {one.subscription_key: one}
    store.stories_matching = lambda question, keys: set()
    assert told(store, home(), one.subscriber) == []
    assert "saved search is gone" in caplog.text


def test_a_search_asks_for_what_it_was_saved_with():
    search = a_search(words="border", topics=("defection",), since="day", minimum_reports=2, untagged=True)
    assert question_of(search, NOON) == Question(
        words="border", topics=("defection",), since=NOON - timedelta(days=1), minimum_reports=2
    )


@pytest.mark.elastic
def test_a_digest_of_a_search_holds_what_the_search_finds_and_says_so(index, home, tmp_path):
    articles = [
        an_article("1", at=AT, text="A sergeant crossed the border at night.", topics=[tag("defection")]),
        an_article("2", at=AT, text="Ministers met in the capital.", topics=[tag("diplomacy")]),
        an_article("3", at=AT, text="The border cafe won a prize.", topics=[]),
    ]
    stories = [
        a_story(f"s{n}", [one], changed_at=AT, topics_all=tuple(t.topic for t in one.topics))
        for n, one in enumerate(articles, 1)
    ]
    from dataclasses import replace

    index.articles.save(
        replace(one, story_key=story.story_key) for one, story in zip(articles, stories, strict=True)
    )
    index.stories.save(stories)
    narrow, wide = a_search(words="border"), a_search("border, anything", words="border", untagged=True)
    index.searches.save([narrow, wide])
    index.subscriptions.save([a_subscription(narrow)])
    index.refresh()
    settings = home(
        '[[subscriber]]\nname = "wide"\noutbox = "wide"\nsearch = "Border, Anything"\nfrequency = "hourly"\n'
    )
    assert index.stories_matching(Question(words="border"), {"s1", "s2", "s3", "s4"}) == {"s1", "s3"}
    assert set(told(index, settings, "wide")) == {"s1", "s3"}
    assert told(index, settings, a_subscription(narrow).subscriber) == ["s1"]
    (item,) = preview(index, settings, a_subscription(narrow).subscriber, NOON).digest.items
    assert item.why[0] == "found by the saved search “Border troops”"
    mail = preview(index, settings, a_subscription(narrow).subscriber, NOON).text
    assert "what the saved search “Border troops” finds" in " ".join(mail.split())
    assert deliver_due(index, settings, NOON)["sent"] == 2
    assert list((tmp_path / "home" / "outbox" / a_subscription(narrow).subscriber).glob("*.txt"))
