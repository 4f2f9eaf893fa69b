"""One Elasticsearch node a home: started, reused, stopped; its end reported with what it said last.

Everybody who wants the node calls `ensure_node`; those who only talk to it read `node_url`. What it stores is not looked at.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

import filelock
import psutil

from wirewatch.embedded.conf import LOG_FILE, last_http_port
from wirewatch.embedded.distribution import RELEASES, ensure_distribution
from wirewatch.embedded.errors import EmbeddedError, NodeFailed
from wirewatch.embedded.java import LEAST_VERSION, Java, bundled_java, choose_java, known_javas
from wirewatch.embedded.launch import Plan, free_ports, launch
from wirewatch.embedded.locks import hold
from wirewatch.embedded.place import choose_account, give, place_cache, place_java, place_state
from wirewatch.embedded.state import NodeNote, drop_note, process_of, read_note, run_folder, write_note
from wirewatch.embedded.vitals import (
    LOG_LINES,
    answers,
    await_answer,
    end_processes,
    failure,
    log_tail,
    port_was_taken,
)
from wirewatch.settings import Settings, java_hints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Say = Callable[[str], None]

# Start to answer: 15 s idle, 43-65 s busy, > 100 s on an overloaded two-core machine.
START_SECONDS = 300
# A node that was ready and does not answer is busy collecting garbage or swapped out for up to this long, else it hangs.
HUNG_SECONDS = 60
# Between our test of a port and the node's binding of it another process may take it.
PORT_TRIES = 3
WRITTEN_BY = "version"  # a file beside the data: the server that opened them last


@dataclass(slots=True)
class Node:
    """A node that runs, or ran. `started` is true when this object's maker started it, and should stop it."""

    home: Path
    note: NodeNote
    started: bool
    _stopped: bool = field(default=False, init=False)

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.note.url

    @property
    def version(self) -> str:
        """The server's version."""
        return self.note.version

    @property
    def pid(self) -> int:
        """The process that was started; the server itself is its child."""
        return self.note.pid

    @property
    def log_file(self) -> Path:
        """Where it logs."""
        return Path(self.note.folder) / "logs" / LOG_FILE

    def running(self) -> bool:
        """Whether its process lives."""
        return process_of(self.note.pid, self.note.created) is not None

    def healthy(self) -> bool:
        """Whether it answers."""
        return answers(self.url)

    def log_tail(self, lines: int = LOG_LINES) -> str:
        """The last lines of its log."""
        return log_tail(Path(self.note.folder), lines)

    def check(self) -> None:
        """Return quietly while it runs or after it was stopped on purpose.

        Raises:
            NodeFailed: it ended by itself; with the tail of its log.
        """
        if not self._stopped and not self.running():
            raise failure("Elasticsearch has ended by itself", Path(self.note.folder))

    def stop(self) -> None:
        """Stop it; it gets a minute to put its data in order."""
        self._stopped = True
        _end(self.note)
        drop_note(self.home, self.note.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.started:
            self.stop()


def ensure_node(settings: Settings, *, say: Say, attached: bool = True, brief: bool = False) -> Node:
    """The node of this home: the one that runs, or one started now.

    An `attached` node ends with this process, whatever ends it; any other runs until `stop_node`. The caller stops a node only
    when `started` is true. A `brief` one starts in half the time and works slower: for tests.

    Raises:
        SettingsError: `java_home` names no Java that does.
        EmbeddedError: there is no Java, no server, or it does not start; the message says what mends it.
    """
    note = read_note(settings.home)
    if note is not None and note.ready and _process(note) is not None and answers(note.url):
        say(f"Elasticsearch {note.version} is running at {note.url}")
        return Node(settings.home, note, started=False)
    _make_home(settings.home)
    java = java_for(settings)
    account = choose_account(settings.home)
    cache = place_cache(settings.cache, account)
    distribution = ensure_distribution(RELEASES[java.server], cache, say=say)
    waiting = "Another process is starting Elasticsearch; waiting for it"
    lock = run_folder(settings.home) / "elasticsearch.lock"
    try:
        with hold(lock, seconds=START_SECONDS + HUNG_SECONDS, say=say, waiting=waiting):
            if account is not None and settings.home.stat().st_uid == account.uid:
                give(run_folder(settings.home), account)  # root today, the home's owner perhaps tomorrow
            found = _take_over(settings.home, say)
            if found is not None:
                return found
            folder = place_state(settings.home, account)
            plan = Plan(
                java=java,
                java_home=place_java(java.home, account),
                account=account,
                distribution=distribution,
                folder=folder,
                heap_mb=settings.elasticsearch_heap_mb,
                attached=attached,
                brief=brief,
            )
            _say_plan(plan, settings.home, say)
            return _start(plan, settings.home, say)
    except filelock.Timeout:
        raise EmbeddedError(
            f"another process has been starting the node for {START_SECONDS // 60} minutes ({lock}); end it and run again"
        ) from None
    except PermissionError as fault:
        raise EmbeddedError(
            f"{fault.filename} belongs to another user ({fault.strerror}); run as that user, or name another folder in "
            "WIREWATCH_HOME"
        ) from fault


def node_url(settings: Settings) -> str | None:
    """Where the node of this home answers, if it runs and is ready. Asks no server: reads the note."""
    note = read_note(settings.home)
    return note.url if note is not None and note.ready and _process(note) is not None else None


def running_node(settings: Settings) -> Node | None:
    """The node of this home, ready or still starting, if its process lives."""
    note = read_note(settings.home)
    return (
        Node(settings.home, note, started=False) if note is not None and _process(note) is not None else None
    )


def stop_node(settings: Settings) -> bool:
    """Stop the node of this home, whoever started it. False: there was none."""
    note = read_note(settings.home)
    if note is None:
        return False
    ended = _end(note)
    drop_note(settings.home, note.pid)
    return ended


def java_for(settings: Settings) -> Java:
    """The Java that the node of these settings would run on."""
    return choose_java(settings.java_home, hints=java_hints(), known=known_javas(), bundled=bundled_java())


# --------------------------------------------------------------------------- start


def _make_home(home: Path) -> None:
    try:
        run_folder(home).mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise EmbeddedError(
            f"{home} cannot be made ({fault}); name another folder in WIREWATCH_HOME"
        ) from fault


def _say_plan(plan: Plan, home: Path, say: Say) -> None:
    say(f"Starting Elasticsearch {plan.java.server} on Java {plan.java.version} ({plan.java.origin})")
    if plan.account is None:
        return
    moved = not plan.folder.is_relative_to(home.resolve())
    where = f"; {home} is closed to it, so its files are in {plan.folder}" if moved else ""
    say(f"Elasticsearch refuses root, so it runs as {plan.account.name}{where}")


def _take_over(home: Path, say: Say) -> Node | None:
    """The node that another process started meanwhile, if it is well; clear away what is left of one that is not."""
    note = read_note(home)
    if note is not None and _process(note) is not None:
        if not (note.ready and answers(note.url)):
            say(f"Elasticsearch is already running (process {note.pid}); waiting for its answer")
        limit = HUNG_SECONDS if note.ready else START_SECONDS
        if await_answer(note.url, lambda: _process(note) is not None, limit, say):
            write_note(home, note.answering())
            say(f"Elasticsearch {note.version} is running at {note.url}")
            return Node(home, note.answering(), started=False)
        say(f"It does not answer; stopping process {note.pid}")
        _end(note)
    if note is not None:
        drop_note(home, note.pid)
    for orphan in _orphans(home / "elasticsearch"):
        say(f"Stopping an Elasticsearch that was left behind (process {orphan.pid})")
        end_processes([orphan])
    return None


def _orphans(folder: Path) -> list[psutil.Process]:
    """Servers that use our folder though no note speaks of them: their start was cut off by a kill."""
    sign = f"-Djava.io.tmpdir={folder.resolve() / 'tmp'}"
    found = []
    for process in psutil.process_iter():
        try:
            if sign in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


def _start(plan: Plan, home: Path, say: Say) -> Node:
    _enter_version(plan)
    wanted = last_http_port(plan.folder)  # the same address as last time, for whoever remembers it
    for _ in range(PORT_TRIES):
        note = launch(plan, free_ports(wanted))
        try:
            with _ended_when_given_up(note, home):
                write_note(home, note)
                return _await_ready(note, home, say)
        except NodeFailed:
            if not port_was_taken(plan.folder):
                raise
        say("Another process took the port meanwhile; trying others")
        wanted = None
    raise failure(f"Elasticsearch found no free port in {PORT_TRIES} tries", plan.folder)


@contextmanager
def _ended_when_given_up(note: NodeNote, home: Path) -> Iterator[None]:
    """What we started does not outlive our giving up, for a failure or for Ctrl-C."""
    try:
        yield
    except BaseException:
        _end(note)
        drop_note(home, note.pid)
        raise


def _await_ready(note: NodeNote, home: Path, say: Say) -> Node:
    if not await_answer(note.url, lambda: _process(note) is not None, START_SECONDS, say):
        hung = _process(note) is not None
        what = f"did not answer within {START_SECONDS} s" if hung else "did not start"
        raise failure(f"Elasticsearch {what}", Path(note.folder))
    write_note(home, note.answering())
    say(f"Elasticsearch {note.version} is ready at {note.url}")
    return Node(home, note.answering(), started=True)


def _enter_version(plan: Plan) -> None:
    """Refuse a server older than its data, which it would call corrupt; else note who writes them from now on."""
    file = plan.folder / WRITTEN_BY
    written_by = file.read_text(encoding="utf-8").strip() if file.exists() else plan.java.server
    if _numbers(written_by) > _numbers(plan.java.server):
        raise NodeFailed(
            f"the data in {plan.folder}/data were written by Elasticsearch {written_by}, and the Java found "
            f"({plan.java.home}) runs {plan.java.server} only: name a full JDK {LEAST_VERSION} or newer in "
            f"WIREWATCH_JAVA_HOME, or start anew by removing {plan.folder}"
        )
    file.unlink(missing_ok=True)  # it may be root's
    file.write_text(plan.java.server, encoding="utf-8")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def _process(note: NodeNote) -> psutil.Process | None:
    return process_of(note.pid, note.created)


def _end(note: NodeNote) -> bool:
    """End the note's process and the server below it. False: it was gone already."""
    process = _process(note)
    if process is None:
        return False
    try:
        end_processes([process, *process.children(recursive=True)])
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        raise EmbeddedError(
            f"process {note.pid} (Elasticsearch) belongs to another user; stop it as that user or as root"
        ) from None
    return True
