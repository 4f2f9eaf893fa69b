"""Ends the node when the process that started it is gone, however it went (kill -9 too).

A program of its own, so that it outlives its parent: `watchdog.py PARENT NODE NODE_CREATED`. It ends by itself with the node.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import psutil

LOOK_SECONDS = 0.5
# A node flushes its indices on SIGTERM: 1 s when idle; a minute is for an overloaded disk.
PATIENCE_SECONDS = 60
CLOCK_SLACK_SECONDS = 5.0  # the system's clock may be set meanwhile


def watch(parent: int, pid: int, created: float) -> None:
    """Wait until the parent or the node is gone; end the node if it is the parent."""
    try:
        node = psutil.Process(pid)
        if abs(node.create_time() - created) > CLOCK_SLACK_SECONDS:  # another process has its number now
            return
        while os.getppid() == parent:
            if not node.is_running() or node.status() == psutil.STATUS_ZOMBIE:
                return
            time.sleep(LOOK_SECONDS)
        family = [node, *node.children(recursive=True)]
        node.send_signal(signal.SIGTERM)
        for left in psutil.wait_procs(family, timeout=PATIENCE_SECONDS)[1]:
            left.kill()
    except psutil.NoSuchProcess:
        return


if __name__ == "__main__":
    watch(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
