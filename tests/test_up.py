"""The main job end to end, in one home: killed in mid-run, started again, parts killed while it watches, stopped, started once more.

One real story in order, told by the fixture; each test reads one thing out of what it left behind.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import elastic_transport
import psutil
import pytest

from extractors.urls import article_key, canonical_url
from tests.nodes import temporary_home
from wirewatch.embedded.airflow_api import AirflowApi
from wirewatch.embedded.children import MARK
from wirewatch.index import Index, IndexUnreachable, connect
from wirewatch.newsroom import Newsroom
from wirewatch.settings import Settings, load_settings

pytestmark = [pytest.mark.slow, pytest.mark.elastic, pytest.mark.airflow, pytest.mark.timeout(1200)]

PATIENCE = 420
WIREWATCH = [sys.executable, "-c", "from wirewatch.cli import main; main()"]


@dataclass
class Start:
    """One `wirewatch up` as a process of its own, and all that it printed."""

    process: subprocess.Popen[str]
    file: Path

    def said(self) -> str:
        return self.file.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, pattern: str, *, times: int = 1, seconds: float = PATIENCE) -> None:
        until = time.monotonic() + seconds
        while len(re.findall(pattern, self.said())) < times:
            assert self.process.poll() is None, f"ended early:\n{self.said()[-6000:]}"
            assert time.monotonic() < until, f"no {pattern!r} within {seconds} s:\n{self.said()[-6000:]}"
            time.sleep(0.5)

    def ended(self, seconds: float = PATIENCE) -> int:
        return self.process.wait(seconds)

    def address(self, name: str) -> str:
        found = re.findall(rf"^{name} +(\S.*)$", self.said(), flags=re.MULTILINE)
        return str(found[-1])


@dataclass
class Told:
    """What the fixture saw."""

    home: Path
    open_at_the_kill: int = 0
    killed: int = 0
    reference: set[str] = field(default_factory=set)
    articles: list[str] = field(default_factory=list)
    articles_at_the_end: list[str] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    expected: set[str] = field(default_factory=set)
    entries: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    digest: str = ""
    sent: int = 0
    runs: dict[str, set[str]] = field(default_factory=dict)
    health: dict[str, Any] = field(default_factory=dict)
    listening: set[str] = field(default_factory=set)
    desk: int = 0
    desk_in_airflow: int = 0
    second: tuple[int, str] = (0, "")
    stopped: tuple[int, str] = (0, "")
    left: list[int] = field(default_factory=list)
    third: tuple[int, str] = (0, "")
    elastic_back: bool = False
    scheduler_back: bool = False


def environment(home: Path, **more: str) -> dict[str, str]:
    keep = {"WIREWATCH_CACHE", "WIREWATCH_JAVA_HOME"}
    clean = {
        name: value
        for name, value in os.environ.items()
        if name in keep or not name.startswith(("WIREWATCH_", "AIRFLOW"))
    }
    return clean | {
        "WIREWATCH_HOME": str(home),
        "WIREWATCH_ELASTICSEARCH_HEAP_MB": "256",
        **more,
    }


def start_up(home: Path, name: str, *flags: str, delay: float = 0.2) -> Start:
    file = home / f"{name}.txt"
    with file.open("w") as out:
        process = subprocess.Popen(
            [*WIREWATCH, "up", *flags],
            env=environment(home, WIREWATCH_HOST_DELAY_SECONDS=str(delay)),
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    return Start(process, file)


def settings_of(home: Path, **more: str) -> Settings:
    return load_settings(environ=environment(home, **more))


def family(home: Path, part: str = "") -> list[psutil.Process]:
    """Airflow's processes of this home, with whatever they forked."""
    mark = f"airflow|{home.resolve()}|{part}"
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK, "").startswith(mark):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def node_family(home: Path) -> list[psutil.Process]:
    note = json.loads((home / "run" / "elasticsearch.json").read_text())
    launcher = psutil.Process(note["pid"])
    return [launcher, *launcher.children(recursive=True)]


def kill(processes: list[psutil.Process]) -> int:
    """kill -9, all at once."""
    for process in processes:
        try:
            process.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=20)
    return len(processes)


def urls(index: Index) -> list[str]:
    index.refresh()
    return sorted(article.url for article in index.articles.records())


def wait_for_mid_run(home: Path, start: Start) -> int:
    """Until some entries are finished and others are not; how many are not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and start.process.poll() is None:
        try:
            with closing(connect(settings_of(home), prepared=False)) as index:
                return half_done(index, until)
        except (IndexUnreachable, elastic_transport.TransportError, elastic_transport.ApiError):
            time.sleep(0.5)  # not there yet
    raise AssertionError(f"the run never was half done:\n{start.said()[-6000:]}")


def half_done(index: Index, until: float) -> int:
    while time.monotonic() < until:
        index.refresh("entries")
        states = index.ledger.by_state()
        waiting, total = states.get("queued", 0), sum(states.values())
        assert waiting or not total, "the run was over before it could be killed"
        if 0 < waiting < total:
            return waiting
        time.sleep(0.1)
    return 0


def reference(home: Path, feeds: Path, url: str) -> set[str]:
    """The articles of the same newsroom as one undisturbed pass without Airflow stores them."""
    more = {
        "WIREWATCH_ELASTICSEARCH_URL": url,
        "WIREWATCH_INDEX_PREFIX": "reference",
        "WIREWATCH_ALLOW_LOOPBACK": "1",
    }
    scratch = home / "reference"
    command = [*WIREWATCH, "run", "--once", "--all", "--feeds", str(feeds)]
    done = subprocess.run(
        command,
        env=environment(scratch, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with closing(connect(settings_of(scratch, **more))) as index:
        return set(urls(index))


def status(address: str) -> int:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return int(answer.status)


def listening(processes: list[psutil.Process]) -> set[str]:
    """The addresses that they listen on."""
    return {
        each.laddr.ip
        for process in processes
        for each in process.net_connections("tcp")
        if each.status == psutil.CONN_LISTEN
    }


def look_around(told: Told, start: Start) -> None:
    """While the second start runs undisturbed."""
    home = told.home
    with closing(connect(settings_of(home))) as index:
        told.articles = urls(index)
        told.states = index.ledger.by_state()
        rows = list(index.ledger.records())
        told.entries = sorted(f"{row.feed} {row.url}" for row in rows)
        told.seen = {row.article_key for row in rows} | {article_key(row.url) for row in rows}
        told.sent = sum(row.state == "sent" for row in index.deliveries.records())
        told.reference = reference(home, home / "sample-feeds.toml", index.url)
    listed = Newsroom(home, datetime.now(UTC)).addresses().values()
    told.expected = {article_key(canonical_url(address) or address) for address in listed}
    api = AirflowApi(start.address("Airflow"))
    told.health = api.health()
    for run in api.runs():
        told.runs.setdefault(run.dag_id, set()).add(run.state)
    api.close()
    told.desk = status(start.address("Desk"))
    told.desk_in_airflow = status(f"{start.address('Airflow')}/wirewatch/")
    told.listening = listening([*family(home), *node_family(home), psutil.Process(start.process.pid)])
    told.digest = start.said()


def kill_parts(told: Told, start: Start) -> None:
    """Elasticsearch and the scheduler die while `up` watches."""
    home = told.home
    kill([*node_family(home), *family(home, "scheduler")])
    start.wait_for(r"Elasticsearch \S+ is ready", times=2)
    start.wait_for("starting Airflow's scheduler again")
    told.elastic_back = True
    api = AirflowApi(start.address("Airflow"))
    run_id = api.trigger("ingest_stories", note="after the kill")
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not told.scheduler_back:
        told.scheduler_back = any(run.run_id == run_id and run.state == "success" for run in api.runs())
        time.sleep(1)
    api.close()
    with closing(connect(settings_of(home))) as index:
        told.articles_at_the_end = urls(index)


@pytest.fixture(scope="module")
def told():
    with temporary_home() as home:
        told = Told(home)
        yield from _story(told)


def _story(told: Told):
    home = told.home
    first = start_up(home, "first", delay=1)  # slow enough to be caught in the middle
    starts = [first]
    try:
        told.open_at_the_kill = wait_for_mid_run(home, first)
        told.killed = kill([psutil.Process(first.process.pid), *family(home), *node_family(home)])
        first.ended()

        second = start_up(home, "second")
        starts.append(second)
        second.wait_for("Everything keeps running")
        look_around(told, second)

        other = start_up(home, "other")
        starts.append(other)
        told.second = (other.ended(60), other.said())

        kill_parts(told, second)
        second.process.send_signal(signal.SIGINT)
        told.stopped = (second.ended(120), second.said())
        told.left = [process.pid for process in family(home)]

        third = start_up(home, "third", "--until-digest")
        starts.append(third)
        told.third = (third.ended(), third.said())
        yield told
    finally:
        for start in starts:
            if start.process.poll() is None:
                start.process.terminate()
                start.ended(120)
        kill(family(home))


def test_the_kill_hit_it_in_mid_run(told):
    assert told.open_at_the_kill > 0
    assert told.killed >= 6


def test_after_a_kill_of_everything_the_same_articles_are_there_as_after_an_undisturbed_pass(told):
    assert set(told.articles) == told.reference
    assert told.reference


def test_no_article_and_no_entry_is_there_twice(told):
    assert len(told.articles) == len(set(told.articles))
    assert len(told.entries) == len(set(told.entries))


def test_every_article_that_the_press_lists_was_seen_and_ended_in_one_state(told):
    assert told.expected <= told.seen
    assert not {"queued", "extracted", "quarantined", "failed"} & set(told.states)


def test_the_digest_is_printed_with_the_addresses(told):
    assert told.sent == 1
    assert "----------" in told.digest
    for name in ("Airflow", "Desk", "Elasticsearch", "Digests"):
        assert re.search(rf"^{name} +\S", told.digest, flags=re.MULTILINE)


def test_the_runs_of_the_round_are_green_in_airflow(told):
    assert {"poll_feeds", "ingest_stories", "send_digests"} <= set(told.runs)
    assert not any("failed" in states for states in told.runs.values()), told.runs


def test_the_scheduler_and_the_dag_processor_are_well(told):
    assert told.health["scheduler"] == "healthy"
    assert told.health["dag_processor"] == "healthy"


def test_the_desk_answers_by_itself_and_inside_airflow(told):
    assert (told.desk, told.desk_in_airflow) == (200, 200)


def test_nothing_listens_beyond_loopback(told):
    assert told.listening <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def test_a_second_up_on_the_same_home_is_refused(told):
    code, said = told.second
    assert code == 2
    assert "another `wirewatch up` is running" in said


def test_elasticsearch_and_the_scheduler_come_back_when_they_are_killed(told):
    assert told.elastic_back
    assert told.scheduler_back
    assert told.articles_at_the_end == told.articles


def test_ctrl_c_stops_everything_and_says_so(told):
    code, said = told.stopped
    assert code == 0
    for line in ("Airflow has stopped", "Elasticsearch has stopped", "the sample newsroom has stopped"):
        assert line in said
    assert told.left == []


def test_a_later_start_has_nothing_new_to_tell_and_shows_the_last_digest(told):
    code, said = told.third
    assert code == 0
    assert "making its database" not in said
    assert "----------" in said
