"""Records with sensible defaults; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from wirewatch.corrections import Correction, correction_key
from wirewatch.records import Feed, FeedState, LedgerEntry, StoredArticle, Story

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


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
