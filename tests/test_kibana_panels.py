"""Every panel of every dashboard, asked of a real node that holds the sample: its fields are there, and it shows something."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from wirewatch import kibana
from wirewatch.cli.commands import app
from wirewatch.index import Index
from wirewatch.kibana.objects import Saved
from wirewatch.kibana.probing import PANELS, drawn, fields_wrong, last_days
from wirewatch.newsroom import Newsroom
from wirewatch.pipeline import open_engine
from wirewatch.pipeline.ingesting import ingest
from wirewatch.pipeline.placing import cluster
from wirewatch.pipeline.polls import poll
from wirewatch.settings import load_settings

pytestmark = pytest.mark.elastic

PREFIX = f"t{uuid.uuid4().hex[:10]}"
OBJECTS = kibana.build(PREFIX)
SHOWN = [each for each in OBJECTS if each.type in PANELS]


@pytest.fixture(scope="module")
def sample(node_url, tmp_path_factory) -> Iterator[Index]:
    home = tmp_path_factory.mktemp("kibana home")
    with Newsroom(home, datetime.now(UTC)) as newsroom:
        newsroom.write_feed_list(home / "feeds.toml")
        with (home / "feeds.toml").open("a") as feeds:  # the sample's own feeds are all well
            feeds.write('\n[[feed]]\nurl = "http://127.0.0.1:9/feed.xml"\npublisher = "Nobody"\n')
        settings = load_settings(
            environ={
                "WIREWATCH_HOME": str(home),
                "WIREWATCH_ELASTICSEARCH_URL": node_url,
                "WIREWATCH_INDEX_PREFIX": PREFIX,
                "WIREWATCH_ALLOW_LOOPBACK": "1",
                "WIREWATCH_HOST_DELAY_SECONDS": "0",
                "WIREWATCH_FEEDS": str(home / "feeds.toml"),
            }
        )
        with open_engine(settings) as engine:
            poll(engine, everything=True)
            ingest(engine, workers=2)
            cluster(engine)
            engine.index.refresh()
            yield engine.index
            engine.index.drop()


@pytest.fixture(scope="module")
def rows(sample) -> dict[str, int]:
    return {shown.id: count for shown, count in drawn(sample, OBJECTS, last_days(7))}


def test_every_field_is_there_and_can_be_put_to_its_use(sample):
    assert fields_wrong(sample, OBJECTS) == []


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: shown.id.removeprefix(f"{PREFIX}-"))
def test_the_panel_shows_something_over_the_sample(rows, shown: Saved):
    assert rows[shown.id] > 0


def test_the_check_command_tells_what_every_panel_has_to_show(sample, tmp_path):
    environ = {
        "WIREWATCH_HOME": str(tmp_path),
        "WIREWATCH_ELASTICSEARCH_URL": sample.url,
        "WIREWATCH_INDEX_PREFIX": PREFIX,
    }
    done = CliRunner().invoke(app, ["kibana", "check", "--json"], env=environ)
    told = json.loads(done.stdout)
    assert (done.exit_code, told["faults"]) == (0, [])
    assert set(told["panels"]) == {shown.attributes["title"] for shown in SHOWN}
