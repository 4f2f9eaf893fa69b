"""The subscribers file: what it gives, and every fault at once."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wirewatch.records import Subscriber
from wirewatch.settings import load_settings
from wirewatch.subscribers import _READERS, SubscribersError, load_subscribers, read_subscribers

FULL = """
[[subscriber]]
name = "night-desk"
address = "desk@paper.example"
outbox = "night"
topics = ["defection", "troop_deployment"]
languages = ["en", "ko"]
minimum_reports = 2
minimum_level = "primary"
frequency = "weekly"
zone = "Asia/Seoul"
at = 06:30:00
maximum_items = 40
when_empty = "send"
since = 2026-01-31T07:00:00+09:00

[[subscriber]]
name = "archive"
outbox = "/var/digests"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "subscribers.toml"
    file.write_text(text, encoding="utf-8")
    return file


def faults_of(folder: Path, text: str, **more) -> dict[str, str]:
    with pytest.raises(SubscribersError) as caught:
        read_subscribers(written(folder, text), **more)
    return {
        where.removeprefix(f"{folder / 'subscribers.toml'}").removeprefix(": "): reason
        for where, reason in caught.value.faults
    }


def test_every_key_of_the_file_reaches_the_record(tmp_path):
    desk, archive = read_subscribers(written(tmp_path, FULL))
    assert desk == Subscriber(
        name="night-desk",
        address="desk@paper.example",
        outbox="night",
        topics=("defection", "troop_deployment"),
        languages=("en", "ko"),
        minimum_reports=2,
        minimum_level="primary",
        frequency="weekly",
        zone="Asia/Seoul",
        at="06:30",
        maximum_items=40,
        when_empty="send",
        since=datetime(2026, 1, 30, 22, tzinfo=UTC),
    )
    assert archive == Subscriber(name="archive", outbox="/var/digests")


def test_every_field_of_a_subscriber_can_be_set():
    assert set(_READERS) == {field.name for field in fields(Subscriber)}


def test_all_faults_are_told_at_once_with_number_name_key_and_what_would_be_right(tmp_path):
    faults = faults_of(
        tmp_path,
        """
colour = 1
[[subscriber]]
name = "one"
address = "nobody"
zone = "Berlin"
topic = ["defection"]
[[subscriber]]
outbox = ""
at = "25:00"
since = 2026-01-31
[[subscriber]]
name = "three"
minimum_reports = 0
maximum_items = 1000
frequency = "often"
languages = "en"
""",
    )
    assert set(faults) == {
        "colour",
        "subscriber 1 (one): address",
        "subscriber 1 (one): zone",
        "subscriber 1 (one): topic",
        "subscriber 2: outbox",
        "subscriber 2: at",
        "subscriber 2: since",
        "subscriber 2: name",
        "subscriber 3 (three): minimum_reports",
        "subscriber 3 (three): maximum_items",
        "subscriber 3 (three): frequency",
        "subscriber 3 (three): languages",
        "subscriber 3 (three)",
    }
    assert "did you mean topics?" in faults["subscriber 1 (one): topic"]
    assert "instant, hourly, daily, weekly" in faults["subscriber 3 (three): frequency"]
    assert "between 1 and 100" in faults["subscriber 3 (three): maximum_items"]


def test_an_unknown_topic_is_a_fault_that_names_the_nearest_one(tmp_path):
    faults = faults_of(
        tmp_path,
        '[[subscriber]]\nname = "a"\noutbox = "a"\ntopics = ["defections"]',
        known_topics=lambda: ["defection", "provocation"],
    )
    assert faults == {"subscriber 1 (a): topics": "no such topic 'defections'; did you mean defection?"}


def test_two_subscribers_of_one_name_are_a_fault_because_deliveries_are_kept_by_name(tmp_path):
    faults = faults_of(
        tmp_path, '[[subscriber]]\nname="a"\noutbox="x"\n[[subscriber]]\nname="A"\noutbox="y"\n'
    )
    assert list(faults) == ["a"]


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\\nBcc: c@d.example",
        "a b@c.example",
        "a@b, c@d",
        "Name <a@b.example>",
        "@b.example",
        "ä@b.example",
        1,
    ],
)
def test_an_address_that_is_not_one_plain_address_is_refused(tmp_path, address):
    raw = f'"{address}"' if isinstance(address, str) else address
    assert list(faults_of(tmp_path, f'[[subscriber]]\nname = "a"\naddress = {raw}')) == [
        "subscriber 1 (a): address"
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no [[subscriber]] table"),
        ("[subscriber]\nname='a'", "no [[subscriber]] table"),
        ("[[subscriber]\n", "is not TOML"),
        ("subscriber = [1]", "must be a [[subscriber]] table"),
    ],
)
def test_a_file_that_is_no_list_of_subscribers_says_so(tmp_path, text, says):
    assert any(says in reason for reason in faults_of(tmp_path, text).values())


def test_a_file_that_is_not_there_or_not_utf8_is_a_fault_and_no_traceback(tmp_path):
    with pytest.raises(SubscribersError, match="cannot be read"):
        read_subscribers(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes('name = "é"'.encode("latin-1"))
    with pytest.raises(SubscribersError, match="UTF-8"):
        read_subscribers(tmp_path / "latin.toml")


def test_without_a_file_one_folder_on_this_machine_gets_everything(tmp_path):
    (sample,) = load_subscribers(load_settings(environ={"WIREWATCH_HOME": str(tmp_path)}))
    assert (sample.outbox, sample.topics, sample.frequency) == ("sample", (), "hourly")
