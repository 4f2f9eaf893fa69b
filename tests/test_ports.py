"""Ports that are held from their choice on: two starts in the same second never choose the same one."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from wirewatch.embedded.ports import hold_port

HOLDER = """
import sys
from pathlib import Path
from wirewatch.embedded.ports import hold_port
held = hold_port(int(sys.argv[1]), Path(sys.argv[2]))
print(held.number, flush=True)
sys.stdin.read()
"""


def test_two_starts_at_once_hold_different_ports_although_neither_listens_yet(tmp_path: Path):
    wanted = free_port()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(wanted), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        theirs = int(other.stdout.readline())
        ours = hold_port(theirs, tmp_path)
        other.kill()
    assert ours.number > theirs
    again = hold_port(theirs, tmp_path)
    assert again.number == theirs, "what a killed process held can be had again"
    for held in (ours, again):
        held.release()


def test_a_port_given_back_can_be_had_again(tmp_path: Path):
    first = hold_port(free_port(), tmp_path)
    first.release()
    second = hold_port(first.number, tmp_path)
    assert second.number == first.number
    second.release()


def test_a_port_on_which_somebody_listens_is_passed_over(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        held = hold_port(taken.getsockname()[1], tmp_path)
        assert held.number > taken.getsockname()[1]
        held.release()


def test_without_a_place_for_locks_a_free_port_is_still_found(tmp_path: Path):
    (tmp_path / "file").touch()
    wanted = free_port()
    assert hold_port(wanted, tmp_path / "file" / "locks").number >= wanted


def free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return int(any_port.getsockname()[1])
