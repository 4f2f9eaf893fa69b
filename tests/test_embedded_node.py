"""The embedded node for real: started, shared, crashed, left behind, stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.nodes import node_settings, temporary_home
from wirewatch.embedded import NodeFailed, ensure_node, java_for, node, node_url, running_node, stop_node
from wirewatch.embedded.conf import Ports
from wirewatch.embedded.java import bundled_java
from wirewatch.embedded.place import OPEN_FOLDER

# A start takes 15 s on an idle machine and may take minutes on one that runs everything else at once.
pytestmark = [pytest.mark.elastic, pytest.mark.timeout(900)]


@contextmanager
def home_of_a_node(**overrides):
    with temporary_home() as home:
        settings = node_settings(home, **overrides)
        try:
            yield settings
        finally:
            stop_node(settings)
            folder = (home / "elasticsearch").resolve()
            if folder.is_relative_to(OPEN_FOLDER / "nodes"):
                shutil.rmtree(folder)


def ask(url: str, method: str = "GET", body: dict | None = None) -> tuple[int, dict]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data=data, method=method, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, json.load(answer)


def command(settings, *words: str, java: Path | None = None) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "WIREWATCH_HOME": str(settings.home), "WIREWATCH_ELASTICSEARCH_HEAP_MB": "256"}
    if java is not None:
        environ["WIREWATCH_JAVA_HOME"] = str(java)
    program = "import sys; from wirewatch.cli.embedded import app; app()"
    return subprocess.run(
        [sys.executable, "-c", program, *words], env=environ, capture_output=True, text=True, check=False
    )


def wait_for_end(process: psutil.Process, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.2)
    return False


@pytest.mark.parametrize("java", ["the bundled one", "the best one of this machine"])
def test_a_node_starts_on_each_java_and_is_shared_by_processes(java):
    """The home is closed to other users, as below /root, and its name is not ASCII."""
    with home_of_a_node() as outer:
        java = bundled_java() if java == "the bundled one" else java_for(outer).home
        settings = node_settings(outer.home / "닫힌 closed" / "home", java_home=java)
        settings.home.parent.mkdir(mode=0o700)
        begun = command(settings, "start", "--json", java=java)
        assert begun.returncode == 0, begun.stderr
        facts = json.loads(begun.stdout)
        try:
            assert facts["answers"]
            assert node_url(settings) == facts["url"]

            said = []
            shared = ensure_node(settings, say=said.append)
            assert (shared.pid, shared.started) == (facts["pid"], False)
            assert "is running at" in said[0]
            assert command(settings, "status").returncode == 0

            family = [psutil.Process(shared.pid), *psutil.Process(shared.pid).children(recursive=True)]
            assert all(process.uids().effective != 0 for process in family)
            listening = [
                found.laddr.ip
                for process in family
                for found in process.net_connections()
                if found.status == "LISTEN"
            ]
            assert len(listening) == 2
            assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}

            status, answer = ask(f"{shared.url}/mistyped/_doc/1", "PUT", {"a": 1})
            assert (status, answer["error"]["type"]) == (404, "index_not_found_exception")

            assert command(settings, "stop").stdout == "stopped\n"
            assert all(wait_for_end(process) for process in family)
            assert node_url(settings) is None
            assert command(settings, "status").returncode == 3
        finally:
            stop_node(settings)
            folder = (settings.home / "elasticsearch").resolve()
            assert folder.is_relative_to(OPEN_FOLDER) == (os.geteuid() == 0)
            shutil.rmtree(folder)


def test_a_crash_is_reported_with_the_end_of_the_log_and_the_next_start_keeps_address_and_data():
    with home_of_a_node() as settings:
        first = ensure_node(settings, say=print, attached=False, brief=True)
        assert ask(f"{first.url}/kept", "PUT")[0] == 200
        assert ask(f"{first.url}/kept/_doc/1", "PUT", {"a": 1})[0] == 201
        first.check()
        (server,) = psutil.Process(first.pid).children()
        server.send_signal(signal.SIGKILL)
        assert wait_for_end(server)
        deadline = time.monotonic() + 30
        while first.running() and time.monotonic() < deadline:
            time.sleep(0.1)
        with pytest.raises(NodeFailed, match="ended by itself") as caught:
            first.check()
        assert "started" in caught.value.log

        second = ensure_node(settings, say=print, attached=False, brief=True)
        assert second.started
        assert second.url == first.url
        assert ask(f"{second.url}/kept/_doc/1")[1]["_source"] == {"a": 1}
        second.stop()
        second.check()  # stopped on purpose is no crash


def test_two_processes_at_once_share_one_start_and_its_end_when_killed():
    """Both start attached: the node ends with the one that started it, though that one is killed."""
    program = (
        "import sys, json, time\n"
        "from pathlib import Path\n"
        "from tests.nodes import node_settings\n"
        "from wirewatch.embedded import ensure_node\n"
        "node = ensure_node(node_settings(Path(sys.argv[1])), say=lambda _: None, brief=True)\n"
        "print(json.dumps([node.pid, node.started]), flush=True)\n"
        "time.sleep(600)\n"
    )
    root = Path(__file__).parent.parent
    with home_of_a_node() as settings:
        both = [
            subprocess.Popen(
                [sys.executable, "-c", program, str(settings.home)],
                stdout=subprocess.PIPE,
                cwd=root,
                text=True,
            )
            for _ in range(2)
        ]
        try:
            answers = [json.loads(process.stdout.readline()) for process in both]
            assert answers[0][0] == answers[1][0]
            assert sorted(started for _, started in answers) == [False, True]
            server = psutil.Process(answers[0][0])
            borrower, starter = sorted(both, key=lambda process: answers[both.index(process)][1])
            borrower.kill()
            time.sleep(2)
            assert server.is_running()
            starter.kill()
            assert wait_for_end(server)
            assert node_url(settings) is None
        finally:
            for process in both:
                process.kill()
                process.wait()
                process.stdout.close()


def test_a_port_taken_in_the_last_moment_is_left_for_another(monkeypatch):
    with home_of_a_node() as settings, socket.create_server(("127.0.0.1", 0)) as taken:
        found, tries = node.free_ports, []

        def first_taken(wanted=None):
            tries.append(wanted)
            ports = found()
            return Ports(http=taken.getsockname()[1], transport=ports.transport) if len(tries) == 1 else ports

        monkeypatch.setattr(node, "free_ports", first_taken)
        said = []
        started = ensure_node(settings, say=said.append, brief=True)
        assert started.healthy()
        assert len(tries) == 2
        assert any("took the port" in line for line in said)
        started.stop()


def test_a_start_that_is_interrupted_leaves_nothing_running(monkeypatch):
    def interrupted(*_):
        assert running_node(settings) is not None
        raise KeyboardInterrupt

    monkeypatch.setattr(node, "await_answer", interrupted)
    with home_of_a_node() as settings:
        with pytest.raises(KeyboardInterrupt):
            ensure_node(settings, say=print, attached=False, brief=True)
        assert running_node(settings) is None
        assert not list((settings.home / "run").glob("*.json"))


def test_a_node_that_cannot_start_says_why_at_once():
    with home_of_a_node() as settings:
        state = settings.home / "elasticsearch" / "data" / "_state"
        state.mkdir(parents=True)
        (state / "segments_1").write_text("these are no data")
        for path in settings.home.rglob("*"):
            path.chmod(0o777 if path.is_dir() else 0o666)
        begun = time.monotonic()
        with pytest.raises(NodeFailed, match="did not start") as caught:
            ensure_node(settings, say=print, brief=True)
        assert time.monotonic() - begun < node.START_SECONDS
        assert "segments_1" in caught.value.log
        assert node_url(settings) is None
        assert not stop_node(settings)
