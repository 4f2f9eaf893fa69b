"""The Elasticsearch server on disk: fetched once, checked against our own checksum, unpacked, put in place in one step.

A folder in the cache is complete or absent: everything happens in a scratch folder beside it, which is then renamed.
Whatever interrupts that, running again mends it. Starts nothing.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from wirewatch.embedded.errors import DistributionUnavailable
from wirewatch.embedded.locks import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Say = Callable[[str], None]
    Fetch = Callable[["Release", Path, Say], Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A server release that we know: fetched and hashed when it was chosen."""

    version: str
    bytes: int
    sha256: str


RELEASES = {
    release.version: release
    for release in (
        Release(
            version="9.5.3",
            bytes=132_390_005,
            sha256="bec49f3b8d00e75c8d1cec85c35298635ec9fbd3ae80ef5aeb6bc05abdb3db2d",
        ),
        Release(
            version="9.2.4",
            bytes=100_213_852,
            sha256="af7b81fe31627c7523b2546351cd4e47310faa6a72c8db8dc8f7a191e871cfaf",
        ),
    )
}
# The longest silence of the repository that is not a failure; the library's own 10 s are short for a slow line.
SILENCE_SECONDS = 60
# A second process waits this long for the first one's download: 130 MB on a line of 1 Mbit/s.
LOCK_SECONDS = 1200
PERCENT_STEP = 10


def ensure_distribution(release: Release, cache: Path, *, say: Say, fetch: Fetch | None = None) -> Path:
    """The folder of the unpacked server, fetched first when it is not there.

    Raises:
        DistributionUnavailable: it could not be fetched, is not what we know, or does not fit on the disk.
    """
    folder = cache / "elasticsearch" / release.version
    if folder.is_dir():
        return folder
    try:
        if not folder.parent.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.parent.chmod(0o755)  # whatever our umask is: root's node runs as another user
        waiting = f"Another process is fetching Elasticsearch {release.version}; waiting for it"
        lock = folder.parent / f"{release.version}.lock"
        with hold(lock, seconds=LOCK_SECONDS, say=say, waiting=waiting):
            if not folder.is_dir():
                _install(release, folder, say, fetch or fetch_zip)
    except filelock.Timeout:
        raise DistributionUnavailable(
            f"another process has held {folder.parent} for {LOCK_SECONDS // 60} minutes; end it and run again"
        ) from None
    except OSError as fault:
        raise DistributionUnavailable(
            f"Elasticsearch {release.version} could not be put into {folder.parent} ({fault}); "
            "mend that, or name another folder in WIREWATCH_CACHE, and run again"
        ) from fault
    return folder


def fetch_zip(release: Release, scratch: Path, say: Say) -> Path:
    """The zip, fetched into `scratch` from the library's default repository.

    Raises:
        DistributionUnavailable: the repository cannot be reached or does not have it.
    """
    from jgo.maven import MavenContext, PythonResolver

    resolver = PythonResolver(progress_callback=lambda _name, size: _progress(release, size, say))
    context = MavenContext(repo_cache=scratch, resolver=resolver, timeout=SILENCE_SECONDS)
    project = context.project("org.elasticsearch.distribution.integ-test-zip", "elasticsearch")
    try:
        return Path(project.at_version(release.version).artifact(packaging="zip").resolve())
    except (OSError, RuntimeError) as fault:  # what requests and the library raise
        raise DistributionUnavailable(
            f"Elasticsearch {release.version} could not be fetched ({fault}); check the connection (HTTPS_PROXY, or "
            "REQUESTS_CA_BUNDLE where a proxy has its own certificates) and run again, or set "
            "WIREWATCH_ELASTICSEARCH_URL to use another server"
        ) from fault


def _install(release: Release, folder: Path, say: Say, fetch: Fetch) -> None:
    for left in folder.parent.glob(
        f".{release.version}-*"
    ):  # of a run that was interrupted; we hold the lock
        shutil.rmtree(left, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{release.version}-", dir=folder.parent))
    try:
        say(f"Fetching Elasticsearch {release.version} ({release.bytes / 1e6:.0f} MB) into {folder.parent}")
        archive = fetch(release, scratch, say)
        _check(release, archive)
        say(f"Unpacking Elasticsearch {release.version}")
        unpacked = _unpack(archive, scratch / "unpacked")
        unpacked.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _check(release: Release, archive: Path) -> None:
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != release.sha256:
        raise DistributionUnavailable(
            f"what was fetched is not Elasticsearch {release.version}: its SHA-256 is {found}, not {release.sha256}; "
            "it was thrown away. Run again; if this stays, the repository (or a proxy on the way) alters files"
        )


def _unpack(archive: Path, into: Path) -> Path:
    """Unpack with the modes that any user needs to run it, whatever our umask is."""
    with zipfile.ZipFile(archive) as contents:
        for member in contents.infolist():
            path = Path(contents.extract(member, into))
            runnable = path.parent.name == "bin" or (member.external_attr >> 16) & 0o100
            path.chmod(0o755 if runnable else 0o644)
    for path in into.rglob("*/"):
        path.chmod(0o755)
    (unpacked,) = into.iterdir()
    return unpacked


@contextmanager
def _progress(release: Release, size: int, say: Say) -> Iterator[Callable[[int], None]]:
    """A bar where somebody watches a terminal, a line every ten percent elsewhere."""
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=console) as bar:
            task = bar.add_task(f"Elasticsearch {release.version}", total=size)
            yield lambda count: bar.advance(task, count)
        return
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        before, done = done, done + count
        if done * 100 // size // PERCENT_STEP > before * 100 // size // PERCENT_STEP:
            say(f"  {done * 100 // size:3d} % of {size / 1e6:.0f} MB")

    yield advance
