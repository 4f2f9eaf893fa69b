"""The embedded node without a node: which Java, which server, where its files are, whether a note still counts."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from tests.nodes import node_settings, temporary_home
from wirewatch.embedded import DistributionUnavailable, JavaUnusable, node_url, running_node, stop_node
from wirewatch.embedded.conf import Ports, last_http_port, write_conf
from wirewatch.embedded.distribution import Release, ensure_distribution
from wirewatch.embedded.java import FULL_MODULES, FULL_SERVER, SPARE_MODULES, SPARE_SERVER, choose_java
from wirewatch.embedded.launch import free_ports
from wirewatch.embedded.node import _orphans, _take_over
from wirewatch.embedded.place import (
    Account,
    choose_account,
    may_enter,
    may_read,
    place_cache,
    place_java,
    place_state,
)
from wirewatch.embedded.state import NodeNote, read_note, write_note
from wirewatch.embedded.vitals import answers, failure, log_tail
from wirewatch.settings import SettingsError, java_hints

STRANGER = Account(name="stranger", uid=54_321, gid=54_321)


# --------------------------------------------------------------------------- java


def build_java(home: Path, version: int, modules: frozenset[str]) -> Path:
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    listing = "\n".join(f"{module}@{version}.0.1" for module in sorted(modules))
    program.write_text(f"#!/bin/sh\necho asked >> '{home}/asked'\ncat <<'END'\n{listing}\nEND\n")
    program.chmod(0o755)
    return home


def full(home: Path, version: int = 25) -> Path:
    return build_java(home, version, FULL_MODULES | SPARE_MODULES | {"jdk.incubator.vector"})


def spare(home: Path) -> Path:
    return build_java(home, 25, SPARE_MODULES)


def test_a_full_jdk_runs_the_newer_server(tmp_path):
    java = choose_java(full(tmp_path / "a jdk"))
    assert (java.server, java.version) == (FULL_SERVER, 25)


def test_a_java_without_jlink_runs_the_older_server(tmp_path):
    assert choose_java(spare(tmp_path / "jre")).server == SPARE_SERVER


def test_hints_come_before_known_folders_and_these_before_the_bundled_java(tmp_path):
    hinted, known, bundled = full(tmp_path / "h"), full(tmp_path / "k"), spare(tmp_path / "b")
    assert choose_java(None, hints=[("JAVA_HOME", hinted)], known=[known], bundled=bundled).home == hinted
    assert choose_java(None, known=[known], bundled=bundled).home == known
    assert choose_java(None, bundled=bundled).home == bundled


def test_a_hinted_java_that_is_no_full_jdk_is_passed_over(tmp_path):
    old, jre, known = full(tmp_path / "old", version=17), spare(tmp_path / "jre"), full(tmp_path / "k")
    java = choose_java(None, hints=[("ES_JAVA_HOME", old), ("JAVA_HOME", jre)], known=[known])
    assert java.home == known


def test_a_java_named_by_the_setting_that_does_not_do_is_a_wrong_setting(tmp_path):
    with pytest.raises(SettingsError, match=r"java_home: .*Java 17 is too old"):
        choose_java(full(tmp_path / "old", version=17), bundled=spare(tmp_path / "b"))
    with pytest.raises(SettingsError, match="no bin/java"):
        choose_java(tmp_path / "nowhere", bundled=tmp_path / "b")


def test_a_java_that_fails_is_passed_over(tmp_path):
    broken = full(tmp_path / "broken")
    (broken / "bin" / "java").write_text("#!/bin/sh\nexit 3\n")
    assert choose_java(None, known=[broken], bundled=spare(tmp_path / "b")).server == SPARE_SERVER


def test_without_any_java_every_candidate_is_named_with_its_fault(tmp_path):
    with pytest.raises(JavaUnusable) as caught:
        choose_java(
            None, hints=[("JAVA_HOME", tmp_path / "gone")], known=[full(tmp_path / "old", version=11)]
        )
    assert "gone: there is no bin/java" in str(caught.value)
    assert "Java 11 is too old" in str(caught.value)
    assert "WIREWATCH_JAVA_HOME" in str(caught.value)


def test_a_java_is_asked_once(tmp_path):
    home = full(tmp_path / "jdk")
    for _ in range(3):
        choose_java(home)
    assert (home / "asked").read_text().count("asked") == 1


def test_the_environment_hints_in_search_order():
    found = java_hints({"JAVA_HOME": "/b", "ES_JAVA_HOME": "/a", "PATH": "/c"})
    assert found == (("ES_JAVA_HOME", Path("/a")), ("JAVA_HOME", Path("/b")))
    assert java_hints({"JAVA_HOME": ""}) == ()


# --------------------------------------------------------------------------- the server on disk


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "given.zip"
    with zipfile.ZipFile(path, "w") as contents:
        contents.writestr("elasticsearch-1/bin/elasticsearch", "#!/bin/sh\n")
        contents.writestr("elasticsearch-1/config/elasticsearch.yml", "")
    return path


def release_of(archive: Path) -> Release:
    content = archive.read_bytes()
    return Release(version="1", bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def giving(archive: Path):
    def fetch(release, scratch, say):
        copy = scratch / "fetched.zip"
        copy.write_bytes(archive.read_bytes())
        return copy

    return fetch


def test_a_fetched_server_is_unpacked_and_kept(archive, tmp_path):
    said = []
    folder = ensure_distribution(release_of(archive), tmp_path / "c", say=said.append, fetch=giving(archive))
    assert (folder / "bin" / "elasticsearch").exists()
    assert said
    said.clear()
    assert ensure_distribution(release_of(archive), tmp_path / "c", say=said.append) == folder
    assert said == []


def test_a_server_that_is_not_the_one_we_know_is_refused_and_thrown_away(archive, tmp_path):
    wrong = Release(version="1", bytes=1, sha256="0" * 64)
    with pytest.raises(DistributionUnavailable, match="SHA-256"):
        ensure_distribution(wrong, tmp_path / "c", say=print, fetch=giving(archive))
    assert [path.name for path in (tmp_path / "c" / "elasticsearch").iterdir()] in ([], ["1.lock"])


def test_an_interrupted_fetch_is_mended_by_running_again(archive, tmp_path):
    def interrupted(release, scratch, say):
        (scratch / "half.zip").write_bytes(b"PK")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensure_distribution(release_of(archive), tmp_path / "c", say=print, fetch=interrupted)
    left = tmp_path / "c" / "elasticsearch" / ".1-killed"
    left.mkdir()  # what kill -9 leaves behind
    ensure_distribution(release_of(archive), tmp_path / "c", say=print, fetch=giving(archive))
    assert not left.exists()


def test_two_at_once_fetch_once(archive, tmp_path):
    fetched = []

    def slow(release, scratch, say):
        fetched.append(release.version)
        time.sleep(0.5)
        return giving(archive)(release, scratch, say)

    def ensure():
        ensure_distribution(release_of(archive), tmp_path / "c", say=lambda _: None, fetch=slow)

    threads = [threading.Thread(target=ensure) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetched == ["1"]


def test_an_unpacked_server_can_be_run_by_any_user_whatever_the_umask(archive, tmp_path):
    before = os.umask(0o077)
    try:
        folder = ensure_distribution(release_of(archive), tmp_path / "c", say=print, fetch=giving(archive))
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert modes == {"bin": 0o755, "config": 0o755, "elasticsearch": 0o755, "elasticsearch.yml": 0o644}


def test_a_cache_that_cannot_be_written_is_named_with_its_mend(archive, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DistributionUnavailable, match="WIREWATCH_CACHE"):
        ensure_distribution(release_of(archive), tmp_path / "file", say=print, fetch=giving(archive))


# --------------------------------------------------------------------------- its configuration


def build_distribution(folder: Path) -> Path:
    conf = folder / "config"
    conf.mkdir(parents=True)
    (conf / "jvm.options").write_text(
        "-XX:+UseG1GC\n20-:--add-modules=jdk.incubator.vector\n-XX:+HeapDumpOnOutOfMemoryError\n"
        "-Xlog:gc*,gc+age=trace:file=gc.log:utctime\n"
    )
    return folder


def test_the_vector_module_is_asked_for_only_where_java_has_it(tmp_path):
    distribution, ports = build_distribution(tmp_path / "d"), Ports(http=1, transport=2)
    (tmp_path / "s").mkdir()
    conf = write_conf(distribution, tmp_path / "s", ports=ports, modules=frozenset())
    assert (conf / "jvm.options").read_text() == "-XX:+UseG1GC\n"
    write_conf(distribution, tmp_path / "s", ports=ports, modules=frozenset({"jdk.incubator.vector"}))
    assert "jdk.incubator.vector" in (conf / "jvm.options").read_text()


def test_a_brief_node_compiles_less(tmp_path):
    ports = Ports(http=1, transport=2)
    distribution = build_distribution(tmp_path / "d")
    (tmp_path / "s").mkdir()
    conf = write_conf(distribution, tmp_path / "s", ports=ports, modules=frozenset(), brief=True)
    assert "-XX:TieredStopAtLevel=1" in (conf / "jvm.options").read_text().splitlines()


def test_a_node_binds_loopback_only_and_keeps_its_last_port_in_mind(tmp_path):
    folder = tmp_path / "상태 folder"
    folder.mkdir()
    assert last_http_port(folder) is None
    conf = write_conf(
        build_distribution(tmp_path / "d"), folder, ports=Ports(http=9, transport=8), modules=frozenset()
    )
    written = (conf / "elasticsearch.yml").read_text(encoding="utf-8")
    assert 'network.host: "127.0.0.1"' in written
    assert f'path.data: "{folder}/data"' in written
    assert last_http_port(folder) == 9


def test_a_port_in_use_is_passed_over():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = free_ports(port)
        assert port not in {ports.http, ports.transport}
    assert free_ports(port).http == port


# --------------------------------------------------------------------------- notes


@pytest.fixture
def sleeper():
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield psutil.Process(process.pid)
        process.kill()


def build_note(process: psutil.Process, **changes) -> NodeNote:
    fields = {
        "url": "http://127.0.0.1:1",
        "pid": process.pid,
        "created": process.create_time(),
        "version": "9",
        "java": "/jdk",
        "folder": "/nowhere",
        "ready": True,
    }
    return NodeNote(**{**fields, **changes})


def test_the_address_is_that_of_a_ready_node_whose_process_lives(tmp_path, sleeper):
    settings = node_settings(tmp_path)
    assert node_url(settings) is None
    write_note(tmp_path, build_note(sleeper, ready=False))
    assert node_url(settings) is None
    assert running_node(settings) is not None
    write_note(tmp_path, build_note(sleeper))
    assert node_url(settings) == "http://127.0.0.1:1"


def test_a_note_of_a_process_that_ended_does_not_count(tmp_path, sleeper):
    write_note(tmp_path, build_note(sleeper))
    sleeper.kill()  # and nobody collects it: a zombie is no node
    deadline = time.monotonic() + 10
    while node_url(node_settings(tmp_path)) is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert node_url(node_settings(tmp_path)) is None


def test_a_note_whose_process_number_was_given_to_another_does_not_count(tmp_path, sleeper):
    write_note(tmp_path, build_note(sleeper, created=sleeper.create_time() - 3600))
    assert node_url(node_settings(tmp_path)) is None
    assert not stop_node(node_settings(tmp_path))
    assert sleeper.is_running()
    assert read_note(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 1}', "\x00"])
def test_a_broken_note_is_no_note(tmp_path, content):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "elasticsearch.json").write_text(content)
    assert node_url(node_settings(tmp_path)) is None
    assert not stop_node(node_settings(tmp_path))


def test_stopping_ends_the_process_of_the_note(tmp_path, sleeper):
    write_note(tmp_path, build_note(sleeper))
    assert stop_node(node_settings(tmp_path))
    assert not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE
    assert read_note(tmp_path) is None


def test_a_server_left_behind_is_found_and_ended(tmp_path):
    folder = tmp_path / "elasticsearch"
    sign = f"-Djava.io.tmpdir={folder}/tmp"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", sign]) as process:
        said = []
        assert [orphan.pid for orphan in _orphans(folder)] == [process.pid]
        assert _take_over(tmp_path, said.append) is None
        process.wait(10)  # or it raises
    assert str(process.pid) in said[0]


def test_another_web_server_at_the_address_is_not_our_node():
    with socket.create_server(("127.0.0.1", 0)) as other:
        url = f"http://127.0.0.1:{other.getsockname()[1]}"

        def answer():
            connection, _ = other.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n{"cluster_name": "else"}')

        thread = threading.Thread(target=answer)
        thread.start()
        assert not answers(url)
        thread.join()
    assert not answers(url)


# --------------------------------------------------------------------------- what it says last


def test_the_end_of_the_log_comes_without_java_stacks(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "wirewatch.log").write_text(
        "first\n" * 50 + "fatal: no such setting\n\tat a.b.C(D.java:1)\n\t... 18 more\n"
    )
    (tmp_path / "console.log").write_text("died\n")
    assert log_tail(tmp_path, 2).splitlines() == ["first", "fatal: no such setting", "died"]
    assert log_tail(tmp_path / "nowhere") == ""


def test_a_failure_that_is_known_comes_with_its_mend(tmp_path):
    (tmp_path / "console.log").write_text("java.io.IOException: No space left on device\n")
    fault = failure("Elasticsearch did not start", tmp_path)
    assert "the disk is full" in fault.reason
    assert "No space left" in str(fault)


# --------------------------------------------------------------------------- where, and as whom


def test_a_closed_folder_above_is_a_closed_folder():
    with temporary_home() as home:
        inner = home / "a" / "b"
        inner.mkdir(parents=True)
        (inner / "file").write_text("")
        assert may_enter(inner, STRANGER)
        assert may_enter(inner / "not yet there", STRANGER)
        assert may_read(inner / "file", STRANGER)
        (inner / "file").chmod(0o600)
        assert not may_read(inner / "file", STRANGER)
        (home / "a").chmod(0o700)
        assert not may_enter(inner, STRANGER)
        assert may_enter(inner, Account(name="me", uid=os.getuid(), gid=os.getgid()))


def test_a_cache_closed_to_the_node_is_left_for_an_open_one():
    with temporary_home() as home:
        (home / "cache").mkdir(mode=0o700)
        assert place_cache(home / "cache", None) == home / "cache"
        other = place_cache(home / "cache", STRANGER, open_folder=home / "open")
        assert other == home / "open" / "cache"
        assert may_enter(other, STRANGER)


def test_a_cache_made_under_a_narrow_umask_is_left_for_an_open_one(archive):
    with temporary_home() as home:
        before = os.umask(0o077)
        try:
            cache = place_cache(home / "made" / "cache", STRANGER, open_folder=home / "open")
            folder = ensure_distribution(release_of(archive), cache, say=print, fetch=giving(archive))
        finally:
            os.umask(before)
        assert cache == home / "open" / "cache"
        assert may_read(folder / "bin" / "elasticsearch", STRANGER)


def test_a_java_closed_to_the_node_is_copied_once():
    with temporary_home() as home:
        java = full(home / "closed" / "jdk")
        (java / "lib").mkdir()
        (java / "lib" / "modules").write_text("modules")
        assert place_java(java, STRANGER, open_folder=home / "open") == java
        (home / "closed").chmod(0o700)
        copy = place_java(java, STRANGER, open_folder=home / "open")
        assert may_read(copy / "bin" / "java", STRANGER)
        assert os.access(copy / "bin" / "java", os.X_OK)
        assert place_java(java, STRANGER, open_folder=home / "open") == copy


def test_a_closed_home_keeps_its_files_in_an_open_folder_when_root_starts_the_node():
    with temporary_home() as home:
        inner = home / "closed" / "home"
        inner.mkdir(parents=True)
        (inner / "elasticsearch").mkdir()
        (inner / "elasticsearch" / "kept").write_text("earlier data")
        (home / "closed").chmod(0o700)
        account = choose_account(inner)
        folder = place_state(inner, account, open_folder=home / "open")
        assert (inner / "elasticsearch").resolve() == folder
        assert (folder / "kept").read_text() == "earlier data"
        if os.geteuid() == 0:
            assert account is not None
            assert account.uid != 0
            assert folder.is_relative_to(home / "open")
            assert (folder / "data").stat().st_uid == account.uid
        else:
            assert account is None
            assert folder == inner / "elasticsearch"
        assert place_state(inner, account, open_folder=home / "open") == folder
