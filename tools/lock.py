"""Resolves the pins of `pyproject.toml` into the hashed requirements files, for every Python from 3.11 on.

The files name no index: whoever installs uses the index they are set up for.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMON = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "--quiet",
    "--no-annotate",
]


def main() -> int:
    """Write the three files; `install.txt` first, the others agree with it."""
    requirements = ROOT / "requirements"
    compile_pins("pyproject.toml", "--extra", "airflow", output="requirements/install.txt")
    compile_pins(
        "pyproject.toml",
        "--extra",
        "airflow",
        "--extra",
        "test",
        "--extra",
        "dev",
        "-c",
        "requirements/install.txt",
        output="requirements/dev.txt",
    )
    (requirements / "postgres.in").write_text("asyncpg\npsycopg2-binary\n", encoding="utf-8")
    compile_pins(
        "requirements/postgres.in", "-c", "requirements/install.txt", output="requirements/postgres.txt"
    )
    (requirements / "postgres.in").unlink()
    (requirements / "uv.in").write_text("uv\n", encoding="utf-8")
    compile_pins("requirements/uv.in", "-c", "requirements/dev.txt", output="requirements/uv.txt")
    (requirements / "uv.in").unlink()
    return 0


def compile_pins(source: str, *options: str, output: str) -> None:
    """One `uv pip compile`."""
    command = [sys.executable, "-m", "uv", "pip", "compile", *COMMON, source, *options, "-o", output]
    subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    raise SystemExit(main())
