"""Pages in, articles or verdicts out: every rule has its case file, and no bytes at all raise."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.articles import extract_article
from extractors.datelines import written_day
from extractors.lines import line_key
from extractors.pages import REASONS
from extractors.records import Article, Entry, Page, Publisher, Rejected

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CASES = Path(__file__).parent / "cases" / "pages"
BODY = (CASES / "body.html").read_text(encoding="utf-8").strip()
PLAIN = BODY.replace("<p>", "").replace("</p>", "\n")


def build_page(body, url="https://daily.example/news/ferry", **fields):
    raw = body.encode() if isinstance(body, str) else body
    return Page(**{"url": url, "final_url": url, "status": 200, "body": raw, "fetched_at": NOW, **fields})


def read(case):
    html = case["html"].replace("{{body}}", BODY).replace("{{text}}", json.dumps(PLAIN)[1:-1])
    given_ = case["expect"].pop("given", case.get("given", {}))
    entry = None
    if given_.get("feed_body"):
        entry = Entry(
            feed_url="https://daily.example/feed",
            entry_id="1",
            url=case["url"],
            link=case["url"],
            content_html=BODY,
        )
    return extract_article(
        build_page(html, case["url"]),
        entry=entry,
        learned_lines=frozenset(line_key(line) for line in given_.get("learned_lines", ())),
        now=NOW,
    )


def facts(article):
    """What the case files speak of; absence is "" there."""
    sources = dict(article.provenance)
    return {
        "title": article.title,
        "raw_title": article.raw_title,
        "language": article.language,
        "authors": list(article.authors),
        "day": str(written_day(article.published)) if article.published else "",
        "published_at": article.published.at.isoformat() if article.published else "",
        "published_from": article.published.source if article.published else "",
        "modified_at": article.modified.at.isoformat() if article.modified else "",
        "canonical_url": article.canonical_url or "",
        "syndicated_from": article.syndicated_from or "",
        "credit": article.credit or "",
        "image": article.image or "",
        "section": article.section or "",
        "keywords": list(article.keywords),
        "access": article.access,
        "type": article.type,
        "text_from": sources["text"],
        "left_out": sources.get("body", ""),
        "next_part": sources.get("next_part", ""),
    }


@pytest.mark.parametrize("file", sorted(CASES.glob("*.toml")), ids=lambda file: file.stem)
def test_a_page_is_read_as_its_case_file_says(file):
    case = tomllib.loads(file.read_text(encoding="utf-8"))
    expected = dict(case["expect"])
    verdict = read(case)
    if reason := expected.pop("reason", None):
        assert isinstance(verdict, Rejected), verdict
        assert verdict.reason == reason, verdict.detail
        assert verdict.detail
        return
    assert isinstance(verdict, Article), verdict
    for words in expected.pop("present", ()):
        assert words in verdict.text
    for words in expected.pop("absent", ()):
        assert words not in verdict.text
    for words in expected.pop("once", ()):
        assert verdict.text.count(words) == 1
    for kind in expected.pop("signals", ()):
        assert kind in {signal.kind for signal in verdict.farm_signals}
    if (exactly := expected.pop("exactly_signals", None)) is not None:
        assert sorted(signal.kind for signal in verdict.farm_signals) == exactly
    found = facts(verdict)
    assert {key: found[key] for key in expected} == expected


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_give_an_article_or_a_verdict(body):
    verdict = extract_article(build_page(body), now=NOW)
    assert isinstance(verdict, Article) or verdict.reason in REASONS


FRAGMENTS = ["<p>", "</p>", "<div>", "<table>", "<td", "<!--", "]]>", "<script type='application/ld+json'>", "</script>", '{"@type":"NewsArticle","author":', "<h1>", "<article>", "&#xD800;", "\x00", "é" * 30, "word " * 60, "<a href='x'>", "<time datetime='9999-99-99'>", "<meta property='article:published_time' content='0000-00-00'>", "<title>", "한국 " * 40]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join),
    st.sampled_from([None, "utf-16", "euc-kr", "no-such", "shift_jis"]),
)
def test_any_markup_under_any_declared_encoding_gives_an_article_or_a_verdict(markup, charset):
    verdict = extract_article(build_page(f"<html><body>{markup}", charset=charset), now=NOW)
    assert isinstance(verdict, Article) or verdict.reason in REASONS


@pytest.mark.parametrize(
    "body",
    [b"<div>" * 100_000 + b"x", b"<p>" + b"word " * 1_000_000, b"<a href=x>y</a>" * 60_000, b"{" * 200_000, b'<script type="application/ld+json">' + b"[" * 100_000, b"<html><title>" + b"The ferry - the pier | " * 40_000],
    ids=["nested tags", "one line of 5 MB", "a megabyte of links", "braces", "nested JSON-LD", "a title without end"],
)  # fmt: skip
def test_a_monstrous_page_ends_in_seconds(body):
    verdict = extract_article(build_page(body), now=NOW)
    assert isinstance(verdict, Article | Rejected)


def test_a_number_of_thousands_of_digits_costs_the_page_nothing_else():
    html = f'<html><head><title>Ferry line reopens again</title><script type="application/ld+json">{{"@type": "NewsArticle", "wordCount": {"9" * 12_000}, "datePublished": "2026-08-20T10:00:00Z"}}</script></head><body><h1>Ferry line reopens again</h1>{BODY}</body></html>'
    article = extract_article(build_page(html), now=NOW)
    assert article.published.at == datetime(2026, 8, 20, 10, tzinfo=UTC)
    assert article.published.source == "json-ld:datePublished"


def test_the_publishers_zone_reads_a_time_without_one():
    seoul = Publisher(name="Daily", domains=("daily.example",), zone="Asia/Seoul")
    html = f'<html><head><title>Ferry line reopens again</title><meta name="pubdate" content="2026-08-21 01:00"></head><body><h1>Ferry line reopens again</h1>{BODY}</body></html>'
    article = extract_article(build_page(html), publisher=seoul, now=NOW)
    assert article.published.at == datetime(2026, 8, 20, 16, tzinfo=UTC)
    assert str(written_day(article.published)) == "2026-08-21"


def test_a_publishers_selectors_choose_the_body_and_drop_boxes():
    told = Publisher(
        name="Daily",
        domains=("daily.example",),
        body_selector="div.story",
        drop_selectors=(".house-promise",),
    )
    html = f'<html><head><title>Ferry line reopens again</title></head><body><div class="other"><p>{"Another text. " * 60}</p></div><div class="story">{BODY}<p class="house-promise">We promise to be on every quay of the bay, every day of the year, in every weather.</p></div></body></html>'
    article = extract_article(build_page(html), publisher=told, now=NOW)
    assert "4.2 million crowns" in article.text
    assert "Another text" not in article.text
    assert "We promise" not in article.text


def test_text_in_a_korean_encoding_that_the_page_only_half_declares_is_read():
    html = f'<html><head><meta charset="euc-kr"><title>북부 여객선 운항 재개</title></head><body><h1>북부 여객선 운항 재개</h1>{"<p>말로만 시의회는 북부 여객선 운항을 월요일부터 재개하기로 했다고 밝혔다. 똠방각하.</p>" * 5}</body></html>'
    article = extract_article(build_page(html.encode("cp949")), now=NOW)
    assert article.title == "북부 여객선 운항 재개"
    assert article.language == "ko"
