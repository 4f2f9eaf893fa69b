"""The page archive: what goes in comes out, from many writers, and never from outside its folder."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import fsspec
import pytest
from fastwarc.warc import ArchiveIterator

from tests.builders import NOON
from wirewatch.archive import Archive, PageLost
from wirewatch.settings import SettingsError
from wirewatch.verdicts import Fetched


def build_fetched(**fields):
    defaults = {
        "url": "https://paper.example/news/1",
        "final_url": "https://paper.example/news/1-final",
        "status": 200,
        "body": "<p>남북 군인 \x00 две</p>".encode(),
        "headers": (("content-type", "text/html; charset=utf-8"), ("content-encoding", "gzip")),
        "fetched_at": NOON,
        "elapsed": timedelta(milliseconds=120),
    }
    return Fetched(**{**defaults, **fields})


@pytest.fixture(params=["folder", "file", "memory"])
def settings(request, settings, tmp_path):
    """The archive in the home folder, at a file URL, and in a store that cannot append."""
    urls = {"folder": None, "file": f"file://{tmp_path}/pages", "memory": f"memory://{tmp_path.name}"}
    return replace(settings, archive_url=urls[request.param])


def test_a_page_comes_back_with_its_body_and_without_the_encodings_that_were_undone(settings):
    archive = Archive(settings)
    page = build_fetched()
    back = archive.load(archive.store(page))
    assert (back.url, back.final_url, back.status, back.body) == (page.url, page.final_url, 200, page.body)
    assert back.header("content-encoding") is None
    assert back.header("content-type") == "text/html; charset=utf-8"
    assert (back.fetched_at, back.elapsed) == (NOON, page.elapsed)


def test_threads_that_write_side_by_side_each_find_their_own_page(settings):
    archive = Archive(settings)
    pages = [build_fetched(url=f"https://paper.example/{n}", body=b"x" * n) for n in range(60)]
    with ThreadPoolExecutor(8) as threads:
        places = list(threads.map(archive.store, pages))
    assert [len(archive.load(place).body) for place in places] == list(range(60))


def test_the_files_are_plain_warc_with_request_and_response(settings):
    archive = Archive(settings)
    where = archive.store(build_fetched())
    home = settings.archive_url or settings.home / "archive"
    with fsspec.open(f"{home}/{where.rpartition('@')[0]}", "rb") as file:
        kinds = [record.headers["WARC-Type"] for record in ArchiveIterator(file)]
    assert kinds == ["request", "response"]


@pytest.mark.parametrize("where", ["2026-11-20/9.warc.gz@0", "../../secret@0", "nonsense", "@"])
def test_what_is_not_there_is_named_as_lost(settings, where):
    with pytest.raises(PageLost):
        Archive(settings).load(where)


def test_the_archive_is_pruned_by_age_and_then_by_size_and_never_today(settings):
    archive = Archive(settings)
    where = {
        days: archive.store(build_fetched(fetched_at=NOON - timedelta(days=days), body=os.urandom(5_000)))
        for days in (400, 3, 2, 1, 0)
    }
    today = NOON.date()
    assert archive.prune(today=today, keep_days=365, keep_bytes=10**9) == [where[400].split("/")[0]]
    assert len(archive.prune(today=today, keep_days=365, keep_bytes=14_000)) == 2
    assert archive.load(where[1]).status == 200
    archive.prune(today=today, keep_days=365, keep_bytes=0)
    assert archive.load(where[0]).status == 200
    with pytest.raises(PageLost):
        archive.load(where[1])


@pytest.mark.parametrize("url", ["nothing-like-it://bucket/pages", "s3://bucket/pages"])
def test_an_address_that_no_installed_file_system_answers_to_is_a_fault_of_the_setting(settings, url):
    with pytest.raises(SettingsError, match="archive_url"):
        Archive(replace(settings, archive_url=url))


def test_two_writers_in_one_process_never_share_a_file(settings):
    places = {Archive(settings).store(build_fetched()).partition("@")[0] for _ in range(2)}
    assert len(places) == 2
