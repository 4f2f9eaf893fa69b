"""What words in a search box mean, as a query on articles: names in every script, topics by their words, the rest as written.

Decides only. A name of the alias table finds every article that mentions it, in whatever script; words that name a topic
find the articles tagged with it; other words must stand in the article, in its title or its text. Whoever writes query
syntax (quotes, OR, -, *, field:) gets exactly that.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from extractors.mentions import find_mentions
from extractors.taxonomy import Taxonomy, load_taxonomy
from extractors.taxonomy.reading import FIRES

# A headline that matches says more than a body that does: 1, 2, 3 and 5 gave .800, .791, .773 and .768 over the judged
# questions (`python -m bench search`); 2, because the sample's headlines are longer than most.
# Korean and Russian sub-fields are there on servers that can analyze them; elsewhere they find nothing and change no score.
FIELDS = ("title^2", "title.en^2", "title.ko^2", "title.ru^2", "text", "text.en", "text.ko", "text.ru")
# Up to three words must all be there; of more, three in four.
ENOUGH = "3<75%"
# A name that is mentioned in any script, and a topic that the words name, next to a score of 5-15 for matching words:
# half and double of each moved nDCG@10 by less than .01. What answers the whole question must come before what shares
# some words: weights 0, 2, 4 and 10 gave .726, .750, .773 and .802.
NAMED, PRIMARY, TAGGED, PHRASE, NEW, WHOLE = 2.0, 4.0, 2.0, 2.0, 1.0, 10.0
# Of two equal answers the newer one comes first; after this time half of that is gone.
PIVOT = "30d"
_SYNTAX = re.compile(r'["()\[\]{}*?~^|\\/:!&]|(?:^|\s)[-+]|\b(?:AND|OR|NOT)\b')


def is_plain(words: str) -> bool:
    """Whether these are words and no query syntax."""
    return _SYNTAX.search(words) is None


def query_for(words: str, *, ranked: bool) -> dict[str, Any]:
    """The query for plain words. Where the best come first (`ranked`), what answers in part follows; else it is left out."""
    names, rest = _names(words)
    must = [_named(written, name) for written, name in names]
    if rest:
        must.append(_written(rest, _topics(words)))
    should = [
        {"multi_match": {"query": words, "fields": FIELDS, "type": "phrase", "slop": 2, "boost": PHRASE}},
        {"distance_feature": {"field": "sort_at", "origin": "now", "pivot": PIVOT, "boost": NEW}},
    ]
    if not ranked:
        return {"bool": {"must": must, "should": should}}
    whole = {"constant_score": {"filter": {"bool": {"must": must}}, "boost": WHOLE}}
    any_word = {"multi_match": {"query": words, "fields": FIELDS, "type": "cross_fields"}}
    parts = [*must, any_word]
    return {
        "bool": {"must": [{"bool": {"should": parts, "minimum_should_match": 1}}], "should": [whole, *should]}
    }


def _names(words: str) -> tuple[list[tuple[str, str]], str]:
    """The names in the words, as written and as the alias table has them, and the words that are none."""
    found = {
        (span.start, span.end): mention.name
        for mention in find_mentions("", words, language=None)
        for span in mention.evidence
    }
    rest = list(words)
    for start, end in found:
        rest[start:end] = " " * (end - start)
    return [(words[start:end], name) for (start, end), name in sorted(found.items())], " ".join(
        "".join(rest).split()
    )


def _named(written: str, name: str) -> dict[str, Any]:
    """An article that has the name as it is written, or mentions who bears it under any name."""
    return {
        "bool": {
            "should": [
                {"multi_match": {"query": written, "fields": FIELDS, "type": "phrase"}},
                {"constant_score": {"filter": {"term": {"entities": name}}, "boost": NAMED}},
            ],
            "minimum_should_match": 1,
        }
    }


def _written(rest: str, topics: tuple[str, ...]) -> dict[str, Any]:
    """An article with these words, or one tagged with a topic that they name."""
    should: list[dict[str, Any]] = [
        {
            "multi_match": {
                "query": rest,
                "fields": FIELDS,
                "type": "cross_fields",
                "minimum_should_match": ENOUGH,
            }
        }
    ]
    for topic in topics:
        should.append({"constant_score": {"filter": {"term": {"topics_all": topic}}, "boost": TAGGED}})
        should.append({"constant_score": {"filter": {"term": {"topics_primary": topic}}, "boost": PRIMARY}})
    return {"bool": {"should": should, "minimum_should_match": 1}}


def _topics(words: str) -> tuple[str, ...]:
    """The topics that the words name: they hold all that one of its rules asks for, or the topic's name.

    Gates and vetoes are for texts; three words in a search box have no neighbours.
    """
    taxonomy = _taxonomy()
    here = {group for *_, groups in taxonomy.index.marks(words) for group in groups}
    named = {
        pattern.topic
        for group in here
        for pattern in taxonomy.by_trigger.get(group, ())
        if pattern.weight >= FIRES and all(not slot.numbers.isdisjoint(here) for slot in pattern.slots)
    }
    lower = f" {words.lower()} "
    named |= {topic.id for topic in taxonomy.topics.values() if f" {topic.name.lower()} " in lower}
    return tuple(sorted(named))


@cache
def _taxonomy() -> Taxonomy:
    return load_taxonomy()
