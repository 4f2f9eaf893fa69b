"""Makes the virtual environment from nothing but Python: pinned and hashed packages, then Wirewatch itself.

uv (pinned, from the same hashed files) installs in seconds; where it cannot reach the package index the way pip
is configured to, pip does the same work in minutes.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)


def main() -> int:
    """Install into the folder named by the first argument."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(
            f"Wirewatch needs Python 3.11 or newer, this is {found}. Try: make PYTHON=python3.12 install"
        )
    target = Path(sys.argv[1]).resolve()
    say("making the virtual environment")
    try:
        venv.create(target, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        sys.exit(
            "Python's venv module cannot install pip here. On Debian or Ubuntu: apt-get install python3-venv"
        )
    python = target / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    files = [ROOT / "requirements" / "install.txt", ROOT / "requirements" / "dev.txt"]
    say("installing the pinned packages (first time: one to three minutes)")
    if not with_uv(python, files):
        say("uv could not do it, going on with pip")
        with_pip(python, files)
    run(
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--editable",
        str(ROOT),
    )
    (target / ".installed").touch()
    say("installed")
    return 0


def with_uv(python: Path, files: list[Path]) -> bool:
    """Whether uv installed everything."""
    pip = [python, "-m", "pip", "install", "--quiet", "--require-hashes"]
    if subprocess.run([*pip, "-r", ROOT / "requirements" / "uv.txt"], check=False).returncode:
        return False
    arguments = [part for file in files for part in ("-r", str(file))]
    uv = [python, "-m", "uv", "pip", "install", "--quiet", "--require-hashes", "--compile-bytecode"]
    return not subprocess.run([*uv, "--python", python, *arguments], check=False).returncode


def with_pip(python: Path, files: list[Path]) -> None:
    """Install with pip, which honours every pip setting of this machine."""
    for file in files:
        run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(file))


def run(*command: object) -> None:
    """Run a command, or leave with its exit code."""
    done = subprocess.run([str(part) for part in command], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def say(what: str) -> None:
    """A line of progress."""
    print(f"install: {what}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
