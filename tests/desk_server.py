"""A desk served over loopback HTTP on an index of its own, and a small press to fill it with."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from extractors.records import Claim, Evidence, TopicTag
from tests.builders import build_article, build_entry, build_feed_state, build_story
from wirewatch.desk.serving import listen, server
from wirewatch.drift import Alarm, PublisherHistory
from wirewatch.index import Index, connect
from wirewatch.records import IndependentReport, StoredArticle
from wirewatch.settings import Settings, load_settings

NOW = datetime.now(UTC)
HOSTILE = '<img src=x onerror="window.ran=1"><script>window.ran=1</script> & "quotes" {{7*7}}'
AGENCY_TEXT = (
    "SEOUL (Lantern) - A North Korean sergeant crossed the demarcation line on Friday, the Joint Staff said.\n"
    "About 20 soldiers had come over the line a week before, the ministry said."
)
RIVAL_TEXT = (
    "He walked for two hours, says a farmer who gave him water.\n"
    "The Defence Ministry counted 35 soldiers who defected since January."
)
KOREAN_TEXT = "북한군 하사 1명이 금요일 군사분계선을 넘어 귀순했다고 합동참모본부가 밝혔다."
RUSSIAN_TEXT = "Сержант армии КНДР перешёл демаркационную линию и попросил убежища."


def span(text: str, words: str, field: str = "text") -> Evidence:
    """The evidence that `words` are."""
    start = text.index(words)
    return Evidence(field=field, start=start, end=start + len(words), text=words)  # type: ignore[arg-type]


def desk_settings(index: Index, home: object, **more: str) -> Settings:
    """Settings of a desk on this index; `more` are WIREWATCH_* variables."""
    return load_settings(
        environ={
            "WIREWATCH_HOME": str(home),
            "WIREWATCH_ELASTICSEARCH_URL": index.url,
            "WIREWATCH_INDEX_PREFIX": index.names.prefix,
            **more,
        }
    )


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of a running desk."""
    listener = listen(0)
    running = server(settings)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join(10)


@contextmanager
def filled_index(node_url: str, home: object) -> Iterator[Index]:
    """An index of its own with the small press in it, dropped afterwards."""
    opened = connect(
        load_settings(
            environ={
                "WIREWATCH_HOME": str(home),
                "WIREWATCH_ELASTICSEARCH_URL": node_url,
                "WIREWATCH_INDEX_PREFIX": f"t{uuid.uuid4().hex[:10]}",
            }
        )
    )
    try:
        fill(opened)
        yield opened
    finally:
        opened.drop()
        opened.close()


def fill(index: Index) -> None:
    """A story in two reports with copies and a conflict, one in Korean and Russian, one hostile, one off topic."""
    crossing, other = _crossing(), _other_stories()
    index.articles.save([*crossing, *other])
    keys = [article.article_key for article in crossing]
    index.stories.save([
        build_story(
            story_key="crossing", title=crossing[0].title, articles=tuple(keys), copies=2,
            publishers=("Lantern", "Harbour Post", "Evening Post", "Meridian"), independent_reports=2,
            reports=(
                IndependentReport(
                    articles=tuple(keys[:3]), publishers=("Lantern", "Harbour Post", "Evening Post"),
                    reasons=("Harbour Post is a copy of Lantern", "Evening Post is a copy of Harbour Post"),
                ),
                IndependentReport(articles=(keys[3],), publishers=("Meridian",)),
            ),
            topics_primary=("defection",), topics_all=("defection", "espionage"),
            conflicts=("defected: about 20 soldiers (the ministry) against 35 (The Defence Ministry)",),
            languages=("en",), language="en", first_published_at=NOW - timedelta(hours=5), last_seen_at=NOW,
        ),
        build_story(
            story_key="tongues", title=other[0].title, articles=(other[0].article_key, other[1].article_key),
            publishers=("한들신문", "Створ"), topics_primary=("defection",), topics_all=("defection",),
            independent_reports=2, languages=("ko", "ru"), language="ko",
            first_published_at=NOW - timedelta(hours=6), last_seen_at=NOW,
        ),
        build_story(
            story_key="hostile", title=HOSTILE, articles=(other[2].article_key,), publishers=(HOSTILE,),
            topics_primary=("provocation",), topics_all=("provocation",), conflicts=(HOSTILE,),
            first_published_at=NOW - timedelta(hours=7), last_seen_at=NOW,
        ),
        build_story(
            story_key="football", title="Winger defects to rivals", articles=(other[3].article_key,),
            publishers=("Harbour Post",), first_published_at=NOW - timedelta(hours=1), last_seen_at=NOW,
        ),
    ])  # fmt: skip
    index.feeds.save([
        build_feed_state(
            status="ok", title="News", kind="rss", read_at=NOW, changed_at=NOW, polled_at=NOW,
            next_poll_at=NOW + timedelta(hours=1), rhythm_seconds=3600, interval_seconds=1800,
        ),
        build_feed_state(
            url="https://blocked.example/feed.xml", publisher=HOSTILE, status="blocked", reason=HOSTILE,
            faults=("no dates", HOSTILE), changed_at=NOW - timedelta(days=9), rhythm_seconds=3600,
        ),
    ])  # fmt: skip
    alarm = Alarm(
        measure="words", since=NOW, usual=300.0, recent=20.0, delta=0.9, told=f"20 words: {HOSTILE}"
    )
    index.publishers.save([PublisherHistory(publisher=HOSTILE, alarms=(alarm,), alarmed_since=NOW)])
    index.ledger.save([
        build_entry(url=crossing[0].url, state="indexed", title=crossing[0].title, seen_at=NOW, state_at=NOW),
        build_entry(
            url="https://paper.example/2", state="refused", reason="robots.txt", title=HOSTILE, seen_at=NOW
        ),
    ])  # fmt: skip
    index.refresh()


def _crossing() -> list[StoredArticle]:
    tag = TopicTag(
        topic="defection",
        level="primary",
        rule="crossed-the-line",
        evidence=(span(AGENCY_TEXT, "crossed the demarcation line"),),
    )
    about_20 = Claim(
        low=20.0, high=20.0, approximate=True, unit="soldiers", event="defected", source="the ministry",
        evidence=span(AGENCY_TEXT, "About 20 soldiers"),
    )  # fmt: skip
    counted_35 = Claim(
        low=35.0, high=35.0, approximate=False, unit="soldiers", event="defected",
        source="The Defence Ministry", evidence=span(RIVAL_TEXT, "35 soldiers"),
    )  # fmt: skip
    lantern = _article(
        "https://lantern.example/1", "Lantern", "Sergeant crosses the line", AGENCY_TEXT, "crossing", 300,
        topics=(tag,), claims=(about_20,), credit="Lantern",
    )  # fmt: skip
    harbour = _article(
        "https://harbour.example/1", "Harbour Post", "Unarmed and alone", AGENCY_TEXT, "crossing", 250,
        near_duplicate_of=lantern.article_key, duplicate_kind="syndicated",
    )  # fmt: skip
    evening = _article(
        "https://evening.example/1", "Evening Post", "A walk to freedom", AGENCY_TEXT, "crossing", 200,
        near_duplicate_of=harbour.article_key, duplicate_kind="syndicated",
    )  # fmt: skip
    meridian = _article(
        "https://meridian.example/1", "Meridian", "The farmer who met him", RIVAL_TEXT, "crossing", 100,
        claims=(counted_35,),
    )  # fmt: skip
    return [lantern, harbour, evening, meridian]


def _other_stories() -> list[StoredArticle]:
    korean = _article(
        "https://handeul.example/1", "한들신문", "북한군 하사, 군사분계선 넘어 귀순…합참 “신병 확보”",
        KOREAN_TEXT, "tongues", 360, language="ko",
        topics=(TopicTag(topic="defection", level="primary", rule="ko", evidence=(span(KOREAN_TEXT, "귀순"),)),),
    )  # fmt: skip
    russian = _article(
        "https://stvor.example/1",
        "Створ",
        "Сержант перешёл линию",
        RUSSIAN_TEXT,
        "tongues",
        350,
        language="ru",
    )
    hostile = _article(
        "javascript:window.ran=1", HOSTILE, HOSTILE, f"{HOSTILE}\n{HOSTILE}", "hostile", 420,
        authors=(HOSTILE,), credit=HOSTILE, entities=(HOSTILE,), provenance=(f"title: {HOSTILE}",),
        topics=(
            TopicTag(
                topic="provocation", level="primary", rule=HOSTILE,
                evidence=(Evidence(field="title", start=0, end=30, text=HOSTILE[:30]), span(HOSTILE, "onerror")),
            ),
        ),
    )  # fmt: skip
    football = _article(
        "https://harbour.example/2", "Harbour Post", "Winger defects to rivals", "He signed.", "football", 60
    )
    return [korean, russian, hostile, football]


def _article(
    url: str, publisher: str, title: str, text: str, story_key: str, minutes_ago: int, **fields: object
) -> StoredArticle:
    at = NOW - timedelta(minutes=minutes_ago)
    return build_article(
        url=url, publisher=publisher, title=title, text=text, story_key=story_key, published_at=at, sort_at=at,
        published_from="json-ld", topics_all=("defection",), **fields,
    )  # fmt: skip
