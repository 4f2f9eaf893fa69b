"""Analysts' corrections of tags as examples for the topic files: the sentence they judged, and what it must earn.

Decides only. A correction that stands becomes one example; one that was taken back, or whose words the article no longer
has, becomes none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from extractors.records import Evidence
from extractors.sentences import sentences
from wirewatch.corrections import Correction, machine_topics, topic_verdicts
from wirewatch.records import StoredArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A sentence that must (`match`) or must not earn a topic, and who said so of which article."""

    topic: str
    match: bool
    sentence: str
    by: str
    url: str


def cases_of(articles: Iterable[StoredArticle], corrections: Iterable[Correction]) -> tuple[Case, ...]:
    """The examples that the corrections of these articles give, by topic."""
    corrections = list(corrections)
    found: dict[tuple[str, bool, str], Case] = {}
    for article in articles:
        for topic, correction in topic_verdicts(article.article_key, corrections).items():
            for sentence in _judged(article, topic, correction):
                match = correction.verdict == "add"
                case = Case(topic=topic, match=match, sentence=sentence, by=correction.by, url=article.url)
                found.setdefault((topic, not match, sentence), case)
    return tuple(case for _, case in sorted(found.items()))


def topic_examples(cases: Iterable[Case]) -> Mapping[str, str]:
    """For each topic the `[examples]` table to put into its file, as TOML."""
    by_topic: dict[str, list[Case]] = {}
    for case in cases:
        by_topic.setdefault(case.topic, []).append(case)
    return {topic: _toml(topic, own) for topic, own in by_topic.items()}


def _judged(article: StoredArticle, topic: str, correction: Correction) -> tuple[str, ...]:
    """The sentences that were judged: around the marked words, else around the machine's evidence, else the headline."""
    if correction.evidence_text:
        for field, content in (("title", article.title), ("text", article.text)):
            start = content.find(correction.evidence_text)
            if start >= 0:
                return (_sentence(field, content, start),)
        return ()
    spans = [span for tag in machine_topics(article) if tag.topic == topic for span in tag.evidence]
    if correction.verdict == "remove" and spans:
        return tuple(dict.fromkeys(_around(article, span) for span in spans))
    return (article.title,)


def _around(article: StoredArticle, span: Evidence) -> str:
    content = article.title if span.field == "title" else article.text
    return _sentence(span.field, content, span.start)


def _sentence(field: str, content: str, place: int) -> str:
    if field == "title":
        return content
    return next((content[start:end] for start, end in sentences(content) if start <= place < end), content)


def _toml(topic: str, cases: Iterable[Case]) -> str:
    own = list(cases)
    lines = [f"# Judged by analysts; belongs into the file of the topic {topic}.", "[examples]"]
    for key, match in (("match", True), ("no_match", False)):
        chosen = [case for case in own if case.match is match]
        if chosen:
            lines.append(f"{key} = [")
            # A JSON string is a TOML string.
            lines += [
                f"  {json.dumps(case.sentence, ensure_ascii=False)},  # {case.by}, {case.url}"
                for case in chosen
            ]
            lines.append("]")
    return "\n".join(lines) + "\n"
