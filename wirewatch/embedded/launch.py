"""Start the server's process as planned. Does not wait for it, and does not judge how it fares.

The server's start script execs a small launcher, whose child is the server: two processes, one to signal.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import psutil

from wirewatch.embedded import watchdog
from wirewatch.embedded.conf import LOG_FILE, Ports, write_conf
from wirewatch.embedded.java import Java
from wirewatch.embedded.place import PARTS, Account, give
from wirewatch.embedded.state import NodeNote
from wirewatch.embedded.vitals import CONSOLE_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be started: which server on which Java (`java_home`: where it is for the account), as whom, and where."""

    java: Java
    java_home: Path
    account: Account | None
    distribution: Path
    folder: Path
    heap_mb: int
    attached: bool
    brief: bool


def free_ports(wanted: int | None = None) -> Ports:
    """Two ports that are free on loopback now; `wanted` for HTTP if it is one of them."""
    with socket.socket() as first, socket.socket() as second:
        # As the server does, so that a port whose last connections are still winding down counts as free.
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            first.bind(("127.0.0.1", wanted or 0))
        except OSError:
            first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return Ports(http=first.getsockname()[1], transport=second.getsockname()[1])


def launch(plan: Plan, ports: Ports) -> NodeNote:
    """Write the configuration, start the process; an attached one gets a watchdog that ends it after us."""
    shutil.rmtree(plan.folder / "tmp", ignore_errors=True)  # the server leaves its native libraries there
    (plan.folder / "tmp").mkdir(exist_ok=True)
    write_conf(plan.distribution, plan.folder, ports=ports, modules=plan.java.modules, brief=plan.brief)
    for part in PARTS:
        give(plan.folder / part, plan.account)
    for log in (plan.folder / CONSOLE_FILE, plan.folder / "logs" / LOG_FILE):
        log.unlink(missing_ok=True)  # what it says now is about this start; the last one may be root's
    account = plan.account
    with (plan.folder / CONSOLE_FILE).open("wb") as console:
        started = subprocess.Popen(  # noqa: S603 - our own server
            [str(plan.distribution / "bin" / "elasticsearch")],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            env=_environment(plan),
            cwd=plan.folder,
            start_new_session=True,  # Ctrl-C reaches us only; we stop it in order
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    created = psutil.Process(started.pid).create_time()
    children = [started, _watchdog(started.pid, created)] if plan.attached else [started]
    threading.Thread(target=_reap, args=(children,), name="elasticsearch-reaper", daemon=True).start()
    return NodeNote(
        url=f"http://127.0.0.1:{ports.http}",
        pid=started.pid,
        created=created,
        version=plan.java.server,
        java=str(plan.java_home),
        folder=str(plan.folder),
        attached=plan.attached,
    )


def _environment(plan: Plan) -> dict[str, str]:
    """Nothing of our own environment: JAVA_TOOL_OPTIONS and the like must not reach it."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",  # or paths beyond ASCII cannot be opened
        "HOME": str(plan.folder / "tmp"),
        "ES_JAVA_HOME": str(plan.java_home),
        "ES_PATH_CONF": str(plan.folder / "conf"),
        "ES_TMPDIR": str(plan.folder / "tmp"),
        # The launcher knows no ES_TMPDIR and would leave a folder in the system's at every start.
        "JDK_JAVA_OPTIONS": f'"-Djava.io.tmpdir={plan.folder / "tmp"}"',
        "ES_JAVA_OPTS": f"-Xms{plan.heap_mb}m -Xmx{plan.heap_mb}m",
    }


def _watchdog(pid: int, created: float) -> subprocess.Popen[bytes]:
    # -P: beside it lie files with the names of libraries.
    program = [sys.executable, "-P", str(Path(watchdog.__file__)), str(os.getpid()), str(pid), repr(created)]
    return subprocess.Popen(  # noqa: S603 - our own program
        program, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True, cwd="/"
    )


def _reap(children: list[subprocess.Popen[bytes]]) -> None:
    """Collect the children when they end, or they would stay as zombies as long as we live."""
    for child in children:
        child.wait()
