"""What is no article is told by its bytes first; the list of reasons is closed."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.articles import extract_article
from extractors.pages import REASONS, judge_bytes
from extractors.records import Page

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SOURCE = Path(__file__).parent.parent / "extractors"


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"", None, "empty"),
        (b"  \n ", None, "empty"),
        (b"%PDF-1.7 ...", "text/html", "not-html"),
        (b"\x89PNG\r\n\x1a\n", None, "not-html"),
        (b"\xff\xd8\xff\xe0", None, "not-html"),
        (b'{"error": "gone"}', "text/html", "not-html"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>', None, "not-html"),
        (b"plain words", "application/pdf", "not-html"),
    ],
)
def test_bytes_that_are_no_page_are_told_before_any_parsing(body, content_type, reason):
    assert judge_bytes(body, content_type).reason == reason
    page = Page(
        url="https://a.example/1",
        final_url="https://a.example/1",
        status=200,
        body=body,
        fetched_at=NOW,
        content_type=content_type,
    )
    assert extract_article(page, now=NOW).reason == reason


def test_a_page_sent_under_a_wrong_type_is_still_a_page():
    assert (
        judge_bytes(b"<!DOCTYPE html><html><body><p>x</p></body></html>", "application/octet-stream") is None
    )


def test_every_reason_given_in_the_code_is_in_the_closed_list_and_every_listed_one_is_given():
    source = "".join((SOURCE / name).read_text(encoding="utf-8") for name in ("pages.py", "articles.py"))
    given = set(re.findall(r'Wrong\(\s*"([a-z0-9-]+)"', source)) | set(
        re.findall(r'reason="([a-z0-9-]+)"', source)
    )
    assert given == set(REASONS)
