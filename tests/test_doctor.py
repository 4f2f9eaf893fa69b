"""The doctor looks at everything, starts nothing, and names each fault with its mend."""

from __future__ import annotations

import pytest

from tests.builders import NOON, build_entry, build_feed_state
from wirewatch.cli.doctor import examine
from wirewatch.settings import load_settings


def test_faulty_files_and_a_server_that_is_away_are_all_told_at_once(tmp_path):
    feeds, subscribers = tmp_path / "feeds.toml", tmp_path / "subscribers.toml"
    feeds.write_text('[[feed]]\nurl = "nowhere"\n')
    subscribers.write_text('[[subscriber]]\nname = "a"\nzone = "Mars/Base"\n')
    findings = examine(
        load_settings(
            environ={
                "WIREWATCH_HOME": str(tmp_path / "home"),
                "WIREWATCH_FEEDS": str(feeds),
                "WIREWATCH_SUBSCRIBERS": str(subscribers),
                "WIREWATCH_ELASTICSEARCH_URL": "http://127.0.0.1:9",
            }
        )
    )
    mends = {mend for _, mend in findings.wrong}
    assert {"mend the feed list", "mend the subscribers file"} < mends
    assert any("wirewatch doctor" in mend for mend in mends)
    assert not (tmp_path / "home").exists()


def test_every_setting_is_shown_with_its_origin_and_no_secret(tmp_path):
    findings = examine(
        load_settings(
            environ={
                "WIREWATCH_HOME": str(tmp_path),
                "WIREWATCH_ELASTICSEARCH_URL": "http://127.0.0.1:9",
                "WIREWATCH_ELASTICSEARCH_API_KEY": "hush-hush",
            }
        )
    )
    rows = {row["name"]: row for row in findings.settings}
    assert rows["elasticsearch_api_key"]["origin"] == "environment WIREWATCH_ELASTICSEARCH_API_KEY"
    assert "hush-hush" not in str(findings)


@pytest.mark.elastic
def test_entries_that_a_feed_gave_and_the_ledger_lacks_are_told(index, tmp_path):
    index.ledger.enter([build_entry()], build_entry().seen_at)
    index.feeds.save([build_feed_state(entries_seen=2)])
    index.refresh()
    findings = examine(
        load_settings(
            environ={
                "WIREWATCH_HOME": str(tmp_path / "home"),
                "WIREWATCH_ELASTICSEARCH_URL": index.url,
                "WIREWATCH_INDEX_PREFIX": index.names.prefix,
            }
        )
    )
    assert findings.ledger["difference"] == 1
    assert [feed["difference"] for feed in findings.reconciliation["feeds"]] == [1]
    (day,) = findings.reconciliation["days"]
    assert (day["day"], day["seen"], day["states"], day["difference"]) == (
        f"{NOON:%Y-%m-%d}",
        1,
        {"queued": 1},
        0,
    )
    assert any("gave 2 entries, the ledger holds 1" in what for what, _ in findings.wrong)
