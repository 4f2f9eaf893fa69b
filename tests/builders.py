"""Records with sensible defaults; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from extractors.records import Page
from wirewatch.corrections import Correction, correction_key
from wirewatch.records import Feed, FeedState, LedgerEntry, StoredArticle, Story

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


NEWS_TEXT = (Path(__file__).parent / "cases" / "pages" / "body.html").read_text(encoding="utf-8").strip()


def build_news_page(*, language: str = "en", head: str = "", by: str = "", end: str = "") -> Page:
    """A report with what stands in its head, between its headline and its text, and after its text."""
    html = f"""<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>Council reopens northern ferry line - The Daily Example</title>
<meta property="og:site_name" content="The Daily Example">{head}</head>
<body><header><nav><a href="/">Home</a> <a href="/world">World</a></nav></header>
<main><article><h1>Council reopens northern ferry line</h1>{by}{NEWS_TEXT}{end}</article></main>
<footer>© The Daily Example. All rights reserved.</footer></body></html>"""
    url = "https://daily.example/news/ferry-line-reopens"
    return Page(url=url, final_url=url, status=200, body=html.encode(), fetched_at=NOON)


def build_feed(**fields: Any) -> Feed:
    return Feed(**{"url": "https://paper.example/feed.xml", "publisher": "Paper", **fields})


def build_feed_state(**fields: Any) -> FeedState:
    return FeedState(**{"url": "https://paper.example/feed.xml", **fields})


def build_entry(**fields: Any) -> LedgerEntry:
    url = fields.get("url", "https://paper.example/news/1")
    defaults = {
        "entry_key": sha256(f"feed|{url}".encode()).hexdigest()[:32],
        "article_key": sha256(url.encode()).hexdigest()[:32],
        "feed": "https://paper.example/feed.xml",
        "url": url,
        "link": url,
        "host": "paper.example",
        "shard": 3,
        "state": "queued",
        "seen_at": NOON,
        "state_at": NOON,
    }
    return LedgerEntry(**{**defaults, **fields})


def build_article(**fields: Any) -> StoredArticle:
    url = fields.get("url", "https://paper.example/news/1")
    defaults = {
        "article_key": sha256(url.encode()).hexdigest()[:32],
        "url": url,
        "title": "Two soldiers cross the line",
        "text": "Two soldiers crossed the military demarcation line on Friday, the Joint Staff said.",
        "language": "en",
        "publisher": "Paper",
        "first_seen_at": NOON,
        "fetched_at": NOON,
        "indexed_at": NOON,
        "sort_at": NOON,
        "text_hash": "0" * 16,
    }
    return StoredArticle(**{**defaults, **fields})


def build_story(**fields: Any) -> Story:
    defaults = {
        "story_key": "story-1",
        "title": "Two soldiers cross the line",
        "articles": ("a1",),
        "publishers": ("Paper",),
        "first_seen_at": NOON,
        "last_seen_at": NOON,
        "changed_at": NOON,
    }
    return Story(**{**defaults, **fields})


def build_correction(**fields: Any) -> Correction:
    defaults = {"kind": "pin", "by": "ana", "made_at": NOON}
    merged = {**defaults, **fields}
    subject = "|".join((str(merged.get("story_key")), *merged.get("articles", ()), *merged.get("others", ())))
    key = correction_key(merged["kind"], by=merged["by"], made_at=merged["made_at"], subject=subject)
    return Correction(**{"correction_key": key, **merged})
