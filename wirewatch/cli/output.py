"""How commands speak: data on standard output, everything else on standard error, faults with their mend."""

from __future__ import annotations

import sys
from typing import Any

import orjson
from rich.console import Console

from extractors.errors import WirewatchError

ERRORS = Console(stderr=True, highlight=False, soft_wrap=True)
OUT = Console(highlight=False, soft_wrap=True)

FAILED, WRONG, UNREACHABLE = 1, 2, 3


def say(line: str) -> None:
    """A line of progress."""
    ERRORS.print(line, markup=False)


def tell(line: str) -> None:
    """A line of the answer."""
    OUT.print(line, markup=False)


def emit(value: Any) -> None:
    """One JSON value on a line of its own."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE).decode())


def show(value: Any) -> None:
    """One JSON value, indented for reading."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2).decode())


def report(fault: WirewatchError) -> None:
    """Every line of a fault on standard error."""
    for line in str(fault).splitlines():
        ERRORS.print(f"wirewatch: {line}", markup=False)


def exit_code(fault: WirewatchError) -> int:
    """Which exit code a fault means."""
    from extractors.taxonomy import TaxonomyFaults
    from wirewatch.feedlists import FeedListError
    from wirewatch.index import IndexUnreachable
    from wirewatch.kibana.importing import KibanaUnreachable
    from wirewatch.settings import SettingsError
    from wirewatch.subscribers import SubscribersError

    match fault:
        case SettingsError() | FeedListError() | SubscribersError() | TaxonomyFaults():
            return WRONG
        case IndexUnreachable() | KibanaUnreachable():
            return UNREACHABLE
        case _:
            return FAILED
