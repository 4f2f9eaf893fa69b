"""Where the node's files are, and as whom it runs.

Elasticsearch refuses to run as root. When we are root it runs as the owner of the home folder or as `nobody`, and whatever
that user cannot reach (a home, cache or Java below a closed folder such as /root) is placed in a folder that all may enter.
Starts nothing.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wirewatch.embedded.errors import EmbeddedError

# Where a system keeps what services write; open to all users on every Linux.
OPEN_FOLDER = Path("/var/lib/wirewatch")
LINK = "elasticsearch"
PARTS = ("conf", "data", "logs", "tmp")  # what the node itself writes to
NOBODY = 65_534


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The user that the node runs as, when that is not ourselves."""

    name: str
    uid: int
    gid: int


def choose_account(home: Path) -> Account | None:
    """None: we are not root and the node runs as ourselves. Else the owner of `home`, or `nobody`."""
    if os.geteuid() != 0:
        return None
    owner = home.stat()
    if owner.st_uid != 0:
        return Account(name=_name(owner.st_uid), uid=owner.st_uid, gid=owner.st_gid)
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(name="nobody", uid=NOBODY, gid=NOBODY)
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def place_state(home: Path, account: Account | None, *, open_folder: Path = OPEN_FOLDER) -> Path:
    """The folder of conf, data, logs and tmp: `home/elasticsearch`, or what that links to.

    Raises:
        EmbeddedError: it cannot be made or belongs to somebody else.
    """
    link = home / LINK
    folder = link
    try:
        if account is not None and (link.is_symlink() or not may_enter(home, account)):
            folder = _linked(link, open_folder)
        folder.mkdir(parents=True, exist_ok=True)
        if account is not None:
            _make_enterable(folder, open_folder)
            if home.stat().st_uid == account.uid:  # root starts it today, the home's owner perhaps tomorrow
                os.chown(folder, account.uid, account.gid)
        for part in PARTS:
            (folder / part).mkdir(exist_ok=True)
            give(folder / part, account)
    except OSError as fault:
        raise EmbeddedError(
            f"the node's files cannot be kept in {folder} ({fault}); mend that (were they made by another user?) or "
            "name another folder in WIREWATCH_HOME"
        ) from fault
    return folder.resolve()


def place_cache(cache: Path, account: Account | None, *, open_folder: Path = OPEN_FOLDER) -> Path:
    """The cache folder, or one that the account can read when it cannot enter that."""
    if account is None:
        return cache
    other = open_folder / "cache"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        if may_enter(cache, account):
            return cache
        other.mkdir(parents=True, exist_ok=True)
        _make_enterable(other, open_folder)
    except OSError as fault:
        raise EmbeddedError(
            f"{cache} is closed to {account.name}, which the node runs as, and {other} cannot be made ({fault}); "
            "name a folder that all may enter in WIREWATCH_CACHE"
        ) from fault
    return other


def place_java(home: Path, account: Account | None, *, open_folder: Path = OPEN_FOLDER) -> Path:
    """The Java's folder, or a copy of it that the account can run when it cannot run that."""
    needed = (home / "bin" / "java", home / "lib" / "modules")
    if account is None or all(may_read(path, account) for path in needed):
        return home
    stamp = (home / "lib" / "modules").stat()
    name = hashlib.sha256(f"{home}\n{stamp.st_mtime_ns}\n{stamp.st_size}".encode()).hexdigest()[:12]
    copy = open_folder / "java" / name
    if copy.is_dir():
        return copy
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        _make_enterable(copy.parent, open_folder)
        scratch = Path(tempfile.mkdtemp(prefix=".copy-", dir=copy.parent))
        try:
            shutil.copytree(home, scratch / name, ignore_dangling_symlinks=True)
            for path in (scratch / name, *(scratch / name).rglob("*")):
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
            with suppress(FileExistsError):  # another process was faster
                (scratch / name).rename(copy)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as fault:
        raise EmbeddedError(
            f"the Java in {home} is closed to {account.name}, which the node runs as, and could not be copied to {copy} "
            f"({fault}); name a JDK that all may read in WIREWATCH_JAVA_HOME"
        ) from fault
    return copy


def give(folder: Path, account: Account | None) -> None:
    """Make the folder and what is in it the account's, unless it is already."""
    if account is None:
        return
    for path in (folder, *folder.rglob("*")):
        if path.lstat().st_uid != account.uid:
            os.chown(path, account.uid, account.gid, follow_symlinks=False)


def may_enter(folder: Path, account: Account) -> bool:
    """Whether the account may pass through `folder` and all above it, as far as they exist."""
    real = folder.resolve()
    return all(_allowed(path, account, 0o1) for path in (real, *real.parents) if path.exists())


def may_read(path: Path, account: Account) -> bool:
    """Whether the account may reach and read the file `path` (and run it, when its owner may)."""
    real = path.resolve()
    return may_enter(real.parent, account) and real.exists() and _allowed(real, account, 0o4)


def _allowed(path: Path, account: Account, bit: int) -> bool:
    found = path.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & bit << 6)
    if found.st_gid == account.gid:
        return bool(found.st_mode & bit << 3)
    return bool(found.st_mode & bit)


def _linked(link: Path, open_folder: Path) -> Path:
    """What `link` points to; made to point to a folder that is open, with what was there before, when it is none."""
    if link.is_symlink():
        return link.resolve()
    folder = open_folder / "nodes" / hashlib.sha256(str(link.parent.resolve()).encode()).hexdigest()[:12]
    folder.parent.mkdir(parents=True, exist_ok=True)
    if link.exists():
        shutil.move(link, folder)
    link.symlink_to(folder)
    return folder


def _make_enterable(folder: Path, open_folder: Path) -> None:
    """Open the folders that we made, whatever our umask is; none above them."""
    folder.chmod(0o755)
    if folder.is_relative_to(open_folder):
        for path in folder.parents:
            if path.is_relative_to(open_folder):
                path.chmod(0o755)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
