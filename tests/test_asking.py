"""What words in a search box mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.mentions import find_mentions
from tests.builders import NOON, build_article
from wirewatch.index import Index, Question
from wirewatch.index.asking import is_plain, query_for
from wirewatch.rereading import mention_fields


@pytest.mark.parametrize(
    "words", ["Kim Jong-un", "2,800 engineers", "탄도미사일 발사", "T-72", "not one inch"]
)
def test_words_are_plain(words):
    assert is_plain(words)


@pytest.mark.parametrize(
    "words",
    ['"an exact phrase"', "missile OR rocket", "missile -test", "title:missile", "missil*", "(a b", "test~"],
)
def test_query_syntax_is_left_to_the_server(words):
    assert not is_plain(words)


def names(words):
    query = query_for(words, ranked=False)
    return [
        clause["bool"]["should"][1]["constant_score"]["filter"]["term"]["entities"]
        for clause in query["bool"]["must"]
        if "constant_score" in clause["bool"]["should"][-1]
        and "entities" in clause["bool"]["should"][1]["constant_score"]["filter"]["term"]
    ]


def test_a_name_is_one_name_in_every_script():
    (name,) = names("Kim Jong-un")
    assert names("김정은") == names("Ким Чен Ын") == names("Kim Jong Un") == [name]


def stored(number, title, text, **fields):
    mentions = mention_fields(find_mentions(title, text, language=None))
    return build_article(url=f"https://paper.example/{number}", title=title, text=text, **mentions, **fields)


@pytest.mark.elastic
def test_a_leader_is_found_in_every_script_and_the_whole_answer_comes_first(index: Index):
    index.articles.save([
        stored("ko", "김정은 위원장 부대 시찰", "김정은 위원장이 부대를 시찰했다.", language="ko"),
        stored("ru", "Ким Чен Ын посетил завод", "Ким Чен Ын посетил завод.", language="ru"),
        stored("en", "Kim Jong-un visits a plant", "The leader Kim Jong-un visited a plant."),
        stored("other", "A plant opens", "A plant opened in the valley."),
    ])  # fmt: skip
    index.refresh()

    def found(**asked):
        return [hit.article.url.rsplit("/", 1)[1] for hit in index.search(Question(**asked)).hits]

    assert set(found(words="Kim Jong-un")) == {"ko", "ru", "en"}
    ranked = found(words="Kim Jong-un visits plant", sort="relevance")
    assert ranked[0] == "en"
    assert set(found(words="Kim Jong-un visits plant")) == {"en"}
    assert set(found(words='"visits a plant"')) == {"en"}


@pytest.mark.elastic
def test_words_that_name_a_topic_find_what_is_tagged_with_it_newest_first_of_equals(index: Index):
    old = stored(
        "old", "발사", "북한이 동해로 쏘았다.", topics_all=("missile_test",), topics_primary=("missile_test",)
    )
    old = replace(old, sort_at=NOON - timedelta(days=200))
    new = replace(old, article_key="new", url="https://paper.example/new", sort_at=NOON)
    index.articles.save([old, new, stored("other", "Fair opens", "A fair opened.")])
    index.refresh()
    hits = index.search(Question(words="ballistic missile launch", sort="relevance")).hits
    assert [hit.article.url.rsplit("/", 1)[1] for hit in hits] == ["new", "old"]
