"""Feeds as they come back from the processes that read them."""

from __future__ import annotations

from datetime import timedelta

from tests.builders import NOON
from wirewatch.feedreading import FeedJob, joined, read_one
from wirewatch.records import Feed
from wirewatch.verdicts import Fetched

FEED = Feed(url="https://harbour.example/sitemaps.xml")
SPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def read(body: str):
    verdict = Fetched(
        url=FEED.url, final_url=FEED.url, status=200, body=body.encode(), headers=(), fetched_at=NOON, elapsed=timedelta(0)
    )  # fmt: skip
    return read_one(FeedJob(feed=FEED, state=None, verdict=verdict, zone=None, now=NOON))


def sitemap(*names: str) -> str:
    entries = "".join(
        f"<url><loc>https://harbour.example/{name}</loc><news:news><news:title>{name}</news:title>"
        "<news:publication_date>2024-08-20T09:00:00Z</news:publication_date></news:news></url>"
        for name in names
    )
    return f"<urlset {SPACES}>{entries}</urlset>"


def test_a_sitemap_index_is_one_feed_with_what_stands_in_its_sitemaps():
    index = read(
        f"<sitemapindex {SPACES}><sitemap><loc>https://harbour.example/1.xml</loc></sitemap></sitemapindex>"
    )
    assert index.reading.sitemaps == ("https://harbour.example/1.xml",)
    whole = joined(index, [read(sitemap("pier", "quay")), read(sitemap("quay", "mole"))])
    assert len(whole.rows) == 3, "an entry of two sitemaps is one row"
    reading = whole.reading
    assert (reading.kind, reading.entries) == ("sitemap-index", 4)
    assert len(reading.published) == len(reading.appeared) == 4


def test_of_a_feed_its_dates_and_the_kinds_of_its_entries_faults_come_back():
    items = "".join(
        f"<item><title>{n}</title><link>https://harbour.example/{n}</link><pubDate>{date}</pubDate></item>"
        for n, date in enumerate(("20 Aug 2024 09:00:00 +0000", "20 Aug 2024 10:00", "soon", "later"))
    )
    reading = read(f'<rss version="2.0"><channel><title>Harbour</title>{items}</channel></rss>').reading
    assert (reading.title, reading.entries, len(reading.published)) == ("Harbour", 4, 2)
    assert reading.entry_faults == (("date-unreadable", 2), ("zone-assumed", 1))
