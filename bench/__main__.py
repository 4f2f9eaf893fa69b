"""`python -m bench NAME ...`: one benchmark a module, each with `main(argv) -> int` and its own `--help`."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path


def main(argv: list[str]) -> int:
    names = sorted(
        m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if not m.name.startswith("_")
    )
    if not argv or argv[0] not in names:
        print(f"usage: python -m bench {{{'|'.join(names)}}} ... (each has --help)", file=sys.stderr)
        return 0 if argv and argv[0] in {"-h", "--help"} else 2
    try:
        status: int = importlib.import_module(f"bench.{argv[0]}").main(argv[1:])
    except OSError as fault:
        if fault.filename is None or str(fault.filename) not in argv:
            raise
        print(
            f"{fault.filename}: {fault.strerror}. `python -m bench {argv[0]} --help` says which file it wants.",
            file=sys.stderr,
        )
        return 2
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
