"""What can be wrong with the embedded node; each message says what mends it.

* WirewatchError
  x EmbeddedError
    x JavaUnusable                there is no Java for it
    x DistributionUnavailable     the server could not be fetched, or is not the one we know
    x NodeFailed(log)             it did not start, or it ended by itself; carries the tail of its log
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.errors import WirewatchError

if TYPE_CHECKING:
    from pathlib import Path


class EmbeddedError(WirewatchError):
    """The embedded node cannot be had."""


class JavaUnusable(EmbeddedError):
    """There is no Java that runs a server. When `java_home` names one that does not do, it is a SettingsError."""


class DistributionUnavailable(EmbeddedError):
    """The server's zip could not be fetched, checked or unpacked."""


class NodeFailed(EmbeddedError):
    """The node did not start, hangs, or ended by itself. `log` is the tail of what it said."""

    def __init__(self, reason: str, *, log: str = "", folder: Path | None = None) -> None:
        where = f"\nIts log ({folder}) ends with:\n{log}" if log else ""
        super().__init__(f"{reason}{where}")
        self.reason = reason
        self.log = log
