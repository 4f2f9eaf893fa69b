"""The store on a real node: strict mappings that fit the records, conditional writes, the ledger, searches."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest

from extractors.lines import SiteLines
from extractors.records import TopicTag
from tests.builders import NOON, build_article, build_entry, build_feed_state, build_story
from wirewatch import records
from wirewatch.corrections import Correction
from wirewatch.drift import PublisherHistory
from wirewatch.index import Index, IndexRejected, IndexUnreachable, Question, connect, schema
from wirewatch.index.analyzers import mappings_folder
from wirewatch.searches import SavedSearch, Subscription
from wirewatch.settings import load_settings

STORED = {
    "articles": records.StoredArticle,
    "stories": records.Story,
    "claims": records.StoredClaim,
    "entries": records.LedgerEntry,
    "feeds": records.FeedState,
    "deliveries": records.Delivery,
    "corrections": Correction,
    "searches": SavedSearch,
    "subscriptions": Subscription,
    "rules": records.RuleSet,
    "sites": SiteLines,
    "publishers": PublisherHistory,
    "subscribers": records.ListedSubscriber,
}


@pytest.mark.parametrize("kind", STORED)
def test_field_names_in_the_mapping_are_the_record_field_names(kind):
    mapping = json.loads((mappings_folder() / f"{kind}.json").read_text())["mappings"]
    assert mapping["dynamic"] == "strict"
    own = {name for name, field in mapping["properties"].items() if not only_aliases(field)}
    assert own == {field.name for field in dataclasses.fields(STORED[kind])}


def only_aliases(field):
    if "properties" in field:
        return all(only_aliases(inner) for inner in field["properties"].values())
    return field["type"] == "alias"


@pytest.mark.elastic
def test_an_article_comes_back_as_it_was_stored(index: Index):
    article = build_article()
    assert index.articles.save([article]).done == (article.article_key,)
    index.refresh()
    assert index.articles.get([article.article_key]) == {article.article_key: article}


@pytest.mark.elastic
def test_saving_again_in_a_later_month_keeps_one_document(index: Index):
    article = build_article()
    index.articles.save([article])
    index.refresh()
    later = dataclasses.replace(article, title="Corrected", indexed_at=NOON + timedelta(days=40))
    index.articles.save([later])
    index.refresh()
    assert index.articles.count() == 1
    assert index.articles.get([article.article_key])[article.article_key].title == "Corrected"


@pytest.mark.elastic
def test_a_template_of_a_version_that_noted_no_digest_is_made_anew(index: Index):
    name, pattern = index.name("feeds"), index.names.pattern("feeds")
    index.client.indices.put_index_template(name=name, index_patterns=[pattern])
    index.prepare(NOON)
    (template,) = index.client.indices.get_index_template(name=name)["index_templates"]
    assert "mappings" in template["index_template"]["template"]


@pytest.mark.elastic
def test_preparing_twice_changes_nothing_and_keeps_the_documents(index: Index):
    index.articles.save([build_article()])
    index.prepare(NOON)
    index.refresh()
    assert index.articles.count() == 1


@pytest.mark.elastic
def test_a_field_that_is_new_in_the_mappings_is_added_to_the_indices_of_earlier_runs(index: Index):
    name = index.names.single("feeds")
    properties = json.loads((mappings_folder() / "feeds.json").read_text())["mappings"]["properties"]
    index.client.indices.delete(index=name)
    early = {field: kind for field, kind in properties.items() if field != "title"}
    index.client.indices.create(
        index=name, mappings={"dynamic": "strict", "properties": early}, aliases={index.name("feeds"): {}}
    )
    index.prepare(NOON)
    assert index.feeds.save([build_feed_state(title="Paper")]).refused == ()


@pytest.mark.elastic
def test_a_field_that_is_new_inside_an_object_is_added_too(index: Index):
    name = index.names.month("articles", NOON)
    properties = schema.properties("articles", index.capabilities)
    del properties["topics"]["properties"]["effective_from"]
    settings = index.client.indices.get_settings(index=name)[name]["settings"]["index"]
    index.client.indices.delete(index=name)
    index.client.indices.create(
        index=name,
        settings={"analysis": settings["analysis"]},
        mappings={"dynamic": "strict", "properties": properties},
        aliases={index.name("articles"): {}},
    )
    index.prepare(NOON)
    late = TopicTag(topic="defection", level="primary", rule="defection/fled", effective_from=NOON)
    assert index.articles.save([build_article(topics=(late,))]).refused == ()


@pytest.mark.elastic
def test_a_conditional_write_on_an_old_version_is_refused(index: Index):
    story = build_story()
    index.stories.save([story])
    read, token = index.stories.with_token(story.story_key)
    assert index.stories.replace(dataclasses.replace(read, revision=2), token)
    assert not index.stories.replace(dataclasses.replace(read, revision=3), token)


@pytest.mark.elastic
def test_an_entry_is_created_once_and_queued_again_only_when_the_feed_changed_it(index: Index):
    entry = build_entry(content_hash="a")
    assert index.ledger.enter([entry], NOON).new == (entry.entry_key,)
    index.refresh()
    assert index.ledger.enter([entry], NOON).known == (entry.entry_key,)
    index.ledger.save([dataclasses.replace(entry, state="indexed")])
    index.refresh()
    changed = dataclasses.replace(entry, content_hash="b", seen_at=NOON + timedelta(hours=1))
    assert index.ledger.enter([changed], NOON).changed == (entry.entry_key,)
    index.refresh()
    (row,) = index.ledger.take(now=NOON)
    assert (row.state, row.seen_at, row.reason) == ("queued", entry.seen_at, "changed in the feed")


@pytest.mark.elastic
def test_an_entry_that_waits_is_not_taken_before_its_time(index: Index):
    index.ledger.enter([build_entry(next_attempt_at=NOON + timedelta(minutes=5))], NOON)
    index.refresh()
    assert index.ledger.take(now=NOON) == []
    assert len(index.ledger.take(now=NOON + timedelta(minutes=6))) == 1


@pytest.mark.elastic
def test_the_ledger_reconciles_and_shows_an_unknown_state_as_a_difference(index: Index):
    index.ledger.enter(
        [
            build_entry(url=f"https://a.example/{number}", state=state)
            for number, state in enumerate(["indexed", "gone", "queued"])
        ],
        NOON,
    )
    index.refresh()
    (day,) = index.ledger.reconcile()
    assert (day.seen, day.difference) == (3, 0)
    index.ledger.save([build_entry(url="https://a.example/9", state="lost")])
    index.refresh()
    (day,) = index.ledger.reconcile()
    assert (day.seen, day.difference) == (4, 1)


@pytest.mark.elastic
def test_one_refused_document_does_not_stop_the_others(index: Index):
    bad = build_entry(url="https://a.example/bad", shard=2**40)
    good = build_entry(url="https://a.example/good")
    entered = index.ledger.enter([bad, good], NOON)
    assert entered.new == (good.entry_key,)
    ((key, reason),) = entered.refused
    assert key == bad.entry_key
    assert "shard" in reason


@pytest.mark.elastic
def test_a_server_that_takes_no_writes_fails_the_step_and_condemns_no_document(index: Index):
    index.client.indices.put_settings(index=index.name("entries"), settings={"blocks.write": True})
    with pytest.raises(IndexRejected, match="block"):
        index.ledger.enter([build_entry()], NOON)


@pytest.mark.elastic
def test_words_that_are_no_valid_query_are_searched_as_they_stand(index: Index):
    index.articles.save([build_article(title="Two soldiers (crossed the line")])
    index.refresh()
    page = index.search(Question(words="soldiers (crossed"))
    assert page.total == 1
    assert "as they stand" in page.note


@pytest.mark.elastic
def test_stories_are_found_by_the_words_of_their_articles_and_by_topic(index: Index):
    index.stories.save([build_story(story_key="s1", topics_all=("defection",)), build_story(story_key="s2")])
    index.articles.save([build_article(text="A sergeant walked over the bridge.", story_key="s1")])
    index.refresh()
    assert [story.story_key for story in index.search_stories(Question(words="sergeant")).stories] == ["s1"]
    assert [story.story_key for story in index.search_stories(Question(topics=("defection",))).stories] == [
        "s1"
    ]
    assert index.search_stories(Question()).total == 2


@pytest.mark.elastic
@pytest.mark.parametrize(("sort", "which"), [("relevance", "best matches"), ("changed", "newest")])
def test_words_of_more_articles_than_are_looked_at_are_said_to_be_common(
    index: Index, monkeypatch, sort, which
):
    monkeypatch.setattr("wirewatch.index.listing.ARTICLES_WITH_WORDS", 2)
    said = []
    for number in range(3):
        index.articles.save([build_article(text="A sergeant walked.", url=f"https://a.example/{number}")])
        index.refresh()
        said.append(index.search_stories(Question(words="sergeant", sort=sort)).note)
    assert said[:2] == [None, None]
    assert f"only the {which} were looked at" in said[2]


@pytest.mark.elastic
def test_a_merged_story_answers_under_its_old_key(index: Index):
    index.stories.save([build_story(story_key="old", merged_into="new"), build_story(story_key="new")])
    index.refresh()
    assert index.story("old").story_key == "new"


def test_a_server_that_does_not_answer_is_named_with_the_mend(tmp_path):
    settings = load_settings(
        environ={"WIREWATCH_HOME": str(tmp_path), "WIREWATCH_ELASTICSEARCH_URL": "http://127.0.0.1:9"}
    )
    with pytest.raises(IndexUnreachable, match="wirewatch doctor"):
        connect(settings)
