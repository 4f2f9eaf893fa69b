"""Resolves the pins of `pyproject.toml` into the hashed requirements files, for every Python from 3.11 on.

The files name no index: whoever installs uses the index they are set up for.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The extractors that `python -m bench peers` measures ours against, in an environment of their own: some pin what we do not.
PEERS = (
    "boilerpy3", "goose3", "justext", 'magic-html; python_version >= "3.12"', "news-please", "newspaper4k",
    "readability-lxml", "resiliparse", "rs-trafilatura", "trafilatura==2.3.1",
)  # fmt: skip
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
    """Write the files; `install.txt` first, `dev.txt`, `postgres.txt` and `uv.txt` agree with it."""
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
    lock_peers()
    return 0


def lock_peers() -> None:
    """The file that only `python -m bench peers` installs."""
    source = ROOT / "requirements" / "peers.in"
    source.write_text("\n".join(PEERS) + "\n", encoding="utf-8")
    compile_pins("requirements/peers.in", output="requirements/peers.txt")
    source.unlink()


def compile_pins(source: str, *options: str, output: str) -> None:
    """One `uv pip compile`."""
    command = [sys.executable, "-m", "uv", "pip", "compile", *COMMON, source, *options, "-o", output]
    subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    raise SystemExit(main())
