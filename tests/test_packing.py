"""Packed rows are what the store would have made of the records."""

from __future__ import annotations

from datetime import timedelta, timezone

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, build_entry
from wirewatch.index.codec import document, read
from wirewatch.packing import packed
from wirewatch.records import LedgerEntry

_text = st.none() | st.text(max_size=20)
_korea = timezone(timedelta(hours=9))
_times = st.none() | st.integers(-9_999_999, 9_999_999).map(
    lambda minutes: (NOON + timedelta(minutes=minutes)).astimezone(_korea)
)


@given(title=_text, html=_text, published=_times, authors=st.lists(st.text(max_size=5), max_size=2))
def test_a_packed_row_reads_back_as_the_record_it_was(title, html, published, authors):
    row = build_entry(title=title, content_html=html, published_at=published, authors=tuple(authors))
    assert read(LedgerEntry, orjson.loads(packed(row).json)) == read(LedgerEntry, document(row))


def test_a_packed_row_knows_its_key_its_time_and_what_it_says():
    row = build_entry(content_hash="abc")
    assert packed(row)[:3] == (row.entry_key, NOON, "abc")
    assert "reason" not in orjson.loads(packed(row).json)


def test_p14_half_a_surrogate_pair_costs_its_character_and_not_the_entry():
    said = orjson.loads(packed(build_entry(title="drill \ud83d near", content_html="\udc00")).json)
    assert (said["title"], said["content_html"]) == ("drill ? near", "?")
