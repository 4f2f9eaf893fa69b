"""The main job of `make run`: start everything, show the first digest, then watch over it until Ctrl-C.

Order of things only: each part knows by itself how it starts, how it is found well, and how it stops. Nothing here depends
on what the news say.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import elastic_transport
import filelock

from extractors.errors import WirewatchError
from wirewatch.dispatch import delivered_text
from wirewatch.embedded import Node, NodeFailed, ensure_node
from wirewatch.embedded.airflow import Airflow
from wirewatch.embedded.airflow_api import AirflowUnreachable
from wirewatch.embedded.state import run_folder
from wirewatch.index import Index, IndexUnreachable, connect
from wirewatch.rounds import Round, deliveries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import uvicorn

    from wirewatch.newsroom import Newsroom
    from wirewatch.records import Delivery
    from wirewatch.settings import Settings

    Say = Callable[[str], None]

LOOK_SECONDS = 2.0
WATCH_SECONDS = 5.0
# A part that fails more often than this within the hour will not be mended by starting it again.
RESTARTS_AN_HOUR = 4
# With `until_digest` somebody waits for the exit code: the sample takes 1-3 minutes, a few hundred real feeds ten.
LONGEST_FIRST_ROUND = 25 * 60
OK, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
_STORE_FAULTS = (IndexUnreachable, elastic_transport.TransportError, elastic_transport.ApiError)


class ComponentLost(WirewatchError):
    """A component kept failing although it was started again and again."""


def up(settings: Settings, *, feeds: Path | None = None, say: Say = print, until_digest: bool = False) -> int:
    """Run everything over `feeds`, or over the sample newsroom; the exit code.

    Raises:
        WirewatchError: something cannot be started; what was started has been stopped again.
    """
    _check_files(replace(settings, feeds=feeds), say)
    begun = time.monotonic()

    def timed(line: str) -> None:
        say(f"{time.monotonic() - begun:5.0f} s  {line}")

    with _only_one(settings.home) as free:
        if not free:
            say(f"wirewatch: another `wirewatch up` is running on {settings.home}; stop it (Ctrl-C) first,")
            say("or give this one a folder of its own in WIREWATCH_HOME")
            return WRONG
        house = House(replace(settings, feeds=feeds), timed)
        with _signals():
            try:
                house.start()
                outcome = house.first_round(limit=LONGEST_FIRST_ROUND if until_digest else None)
                if not until_digest:
                    say("Everything keeps running; Ctrl-C stops it.")
                    house.watch()
            except KeyboardInterrupt:
                outcome = INTERRUPTED if until_digest else OK
            finally:
                _ignore_signals()
                house.stop()
    return outcome


@dataclass(slots=True)
class House:
    """Everything that `up` started, in the order in which it was started."""

    settings: Settings
    say: Say
    newsroom: Newsroom | None = None
    node: Node | None = None
    desk: _Desk | None = None
    airflow: Airflow | None = None
    _index: Index | None = None
    _restarts: Counter[str] = field(default_factory=Counter)
    _restarted_in: int = 0

    # ------------------------------------------------------------------ start

    def start(self) -> None:
        """Start every component; Elasticsearch comes up while Airflow makes itself ready."""
        self.say(f"home: {self.settings.home}")
        self._start_newsroom()
        store = _Background(self._start_node)
        self.airflow = Airflow(self.settings, task_environment(self.settings), self.say)
        self.airflow.prepare()
        store.wait()
        self.index()
        self.desk = _Desk(self.settings)
        self.say(f"desk: {self.desk.url}")
        self.airflow.start()

    def _start_newsroom(self) -> None:
        if self.settings.feeds is not None:
            return
        from wirewatch.newsroom import Newsroom

        self.newsroom = Newsroom(self.settings.home, datetime.now(UTC), say=self.say)
        self.newsroom.start()
        feeds = self.settings.home / "sample-feeds.toml"
        self.newsroom.write_feed_list(feeds)
        self.settings = replace(self.settings, feeds=feeds, allow_loopback=True)
        self.say(f"sample newsroom: {len(self.newsroom.feeds())} feeds on loopback, listed in {feeds}")

    def _start_node(self) -> None:
        if self.settings.elasticsearch_url is None:
            self.node = ensure_node(self.settings, say=self.say)

    # ------------------------------------------------------------------ go on

    def first_round(self, *, limit: float | None) -> int:
        """Poll, and follow what comes of it until a digest is there; prints it and the addresses."""
        assert self.airflow is not None
        round_ = Round(self.airflow, datetime.now(UTC), self.say)
        self._patiently(round_.begin)
        begun = time.monotonic()
        while round_.delivery is None and not round_.over:
            if limit is not None and time.monotonic() - begun > limit:
                self.say(f"no digest after {limit / 60:.0f} minutes")
                break
            time.sleep(LOOK_SECONDS)
            self.mend()
            self._patiently(lambda: round_.look(self.index()))
        self._show(round_)
        failed = round_.failed_runs()
        if failed:
            self.say(f"runs that failed on the way: {', '.join(sorted(failed))}")
        return OK if round_.delivery is not None or (round_.over and not failed) else FAILED

    def watch(self) -> None:
        """Watch every component and tell of new digests, for ever."""
        assert self.airflow is not None
        going = Round(self.airflow, datetime.now(UTC), self.say, brief=True)
        while True:
            time.sleep(WATCH_SECONDS)
            self.mend()
            self.airflow.clean_when_due()
            self._patiently(lambda: going.look(self.index()))

    def mend(self) -> None:
        """Start again what has ended by itself, telling what it said last.

        Raises:
            ComponentLost: it keeps failing.
        """
        if self.node is not None:
            try:
                self.node.check()
            except NodeFailed as fault:
                self.say(str(fault))
                self._count_restart("Elasticsearch")
                self._forget_index()
                self.node = ensure_node(self.settings, say=self.say)
        if self.airflow is not None:
            for part in self.airflow.failing():
                self.say(
                    f"Airflow's {part} is gone or silent. Its log ends with:\n{self.airflow.log_tail(part)}"
                )
                self._count_restart(f"Airflow's {part}")
                self.airflow.restart(part)
        if self.desk is not None and not self.desk.running():
            self._count_restart("the desk")
            self.desk = _Desk(self.settings)
            self.say(f"desk: {self.desk.url}")

    def _count_restart(self, name: str) -> None:
        hour = int(time.monotonic() // 3600)
        if hour != self._restarted_in:
            self._restarted_in, self._restarts = hour, Counter()
        self._restarts[name] += 1
        if self._restarts[name] > RESTARTS_AN_HOUR:
            raise ComponentLost(f"{name} failed {self._restarts[name]} times within the hour; giving up")
        self.say(f"starting {name} again (time {self._restarts[name]} of {RESTARTS_AN_HOUR} this hour)")

    def index(self) -> Index:
        """The store; opened anew after it was away."""
        if self._index is None:
            self._index = connect(self.settings)
        return self._index

    def _forget_index(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None

    def _patiently(self, act: Callable[[], Any]) -> None:
        """Do it; a component that is away for a moment is `mend`'s business."""
        try:
            act()
        except AirflowUnreachable as fault:
            self.say(f"Airflow did not answer: {fault}")
        except _STORE_FAULTS as fault:
            self.say(f"Elasticsearch did not answer: {type(fault).__name__}")
            self._forget_index()

    # ------------------------------------------------------------------ show

    def _show(self, round_: Round) -> None:
        delivery = round_.delivery
        if delivery is None:
            self.say("nothing new to tell since the last digest")
            with suppress(*_STORE_FAULTS):
                delivery = next(reversed(deliveries(self.index())), None)
        if delivery is not None:
            self._print_digest(delivery)
        for name, where in self.addresses().items():
            print(f"{name:<14} {where}", flush=True)

    def _print_digest(self, delivery: Delivery) -> None:
        text = delivered_text(self.index(), delivery.digest_key) or ""
        line = "-" * 78
        print(f"{line}\n{text.rstrip()}\n{line}", flush=True)

    def addresses(self) -> dict[str, str]:
        """Where to look, by name."""
        assert self.airflow is not None
        assert self.desk is not None
        return {
            "Airflow": self.airflow.url,
            "Desk": self.desk.url,
            "Elasticsearch": self.index().url,
            "Digests": str(self.settings.home / "outbox"),
        }

    # ------------------------------------------------------------------ stop

    def stop(self) -> None:
        """Stop what was started, last first: nothing loses what it depends on before it has ended."""
        self.say("stopping")
        if self.airflow is not None:
            self.airflow.stop()
            self.say("Airflow has stopped")
        if self.desk is not None:
            self.desk.stop()
            self.say("the desk has stopped")
        self._forget_index()
        if self.node is not None and self.node.started:
            self.node.stop()
            self.say("Elasticsearch has stopped")
        if self.newsroom is not None:
            self.newsroom.stop()
            self.say("the sample newsroom has stopped")


class _Desk:
    """The desk, served by a thread of this process."""

    def __init__(self, settings: Settings) -> None:
        from wirewatch.desk.serving import listen, server

        listener = listen(settings.desk_port)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._server: uvicorn.Server = server(settings)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="desk", daemon=True
        )
        self._thread.start()

    def running(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


class _Background:
    """Work on a thread; what it raises is raised by `wait`. Ctrl-C does not wait for it."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (WirewatchError, OSError) as fault:
            self._fault = fault

    def wait(self) -> None:
        while self._thread.is_alive():
            self._thread.join(0.5)  # in short turns, or Ctrl-C would not come through
        if self._fault is not None:
            raise self._fault


def task_environment(settings: Settings) -> dict[str, str]:
    """What Airflow's tasks must be told, beyond what they inherit: what only this process knows."""
    from wirewatch.settings import NAMES

    told = {"home": settings.home, "cache": settings.cache, "feeds": settings.feeds}
    told["allow_loopback"] = int(settings.allow_loopback)  # type: ignore[assignment]
    told |= {name: getattr(settings, name) for name in NAMES if settings.origin(name) == "command line"}
    return {f"WIREWATCH_{name.upper()}": str(value) for name, value in told.items() if value is not None}


def _check_files(settings: Settings, say: Say) -> None:
    """Raise every fault of the operator's files before anything starts; topic files' are told, and held off."""
    from extractors.taxonomy import load_taxonomy
    from wirewatch.rules import told_at_start
    from wirewatch.subscribers import load_subscribers

    if settings.feeds is not None:
        from wirewatch.feedlists import read_feed_list

        read_feed_list(settings.feeds)
    refused = told_at_start(settings)
    for line in refused:
        say(f"wirewatch: {line}")
    # Which topics the last good set has, only the store knows; the digests check the subscribers' against it.
    known_topics = None if refused else lambda: load_taxonomy(settings.topic_folders).topics
    load_subscribers(settings, known_topics=known_topics)


@contextmanager
def _only_one(home: Path) -> Iterator[bool]:
    """Whether we are the only `up` of this home, for as long as the context lasts."""
    run_folder(home).mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(run_folder(home) / "up.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


@contextmanager
def _signals() -> Iterator[None]:
    """SIGTERM and a closed terminal end us as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    watched = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    before = {each: signal.getsignal(each) for each in watched}
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, _interrupt)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _interrupt(number: int, frame: Any) -> None:
    del number, frame
    raise KeyboardInterrupt


def _ignore_signals() -> None:
    if threading.current_thread() is threading.main_thread():
        for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
