"""The `wirewatch` command line.

Exit codes: 0 fine; 1 finished, something failed; 2 wrong arguments, settings or files; 3 a server is unreachable.
"""

from __future__ import annotations

import sys

from wirewatch.cli.output import exit_code, report


def main() -> None:
    """The entry point: run a command, and turn what Wirewatch raises on purpose into a message and an exit code."""
    from extractors.errors import WirewatchError
    from wirewatch.cli.commands import app

    try:
        app(standalone_mode=True)
    except WirewatchError as fault:
        report(fault)
        sys.exit(exit_code(fault))
    except BrokenPipeError:  # `wirewatch export ... | head` is fine
        sys.stderr.close()
        sys.exit(0)
