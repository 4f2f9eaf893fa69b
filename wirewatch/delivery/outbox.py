"""A digest as files in a folder: .txt, .html and .eml of one name, complete or not there, never twice.

The mail (.eml) is written last: who watches the folder for it finds the other two beside it.
"""

from __future__ import annotations

import os
from pathlib import Path

from wirewatch.delivery.mail import Deferred, Sent
from wirewatch.delivery.message import html_of, text_of
from wirewatch.records import Delivery, Subscriber
from wirewatch.settings import Settings


def outbox_folder(subscriber: Subscriber, settings: Settings) -> Path | None:
    """Where a subscriber's digests are filed; None when they only go by mail.

    With no mail server set, a mail address alone means a folder of the subscriber's name.
    """
    home = settings.home / "outbox"
    if subscriber.outbox is not None:
        return home / Path(subscriber.outbox).expanduser()
    return home / subscriber.name if settings.smtp_host is None else None


def outbox_name(row: Delivery) -> str:
    """The name that a digest's files share; the same on every attempt."""
    return f"{row.window_end:%Y-%m-%dT%H%M}Z-{row.kind}-{row.digest_key[:8]}"


def write_outbox(folder: Path, name: str, eml: bytes) -> Sent | Deferred:
    """File a rendered digest. Doing it again changes nothing."""
    files = {".txt": text_of(eml).encode(), ".html": html_of(eml).encode(), ".eml": eml}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for suffix, content in files.items():
            _write(folder / f"{name}{suffix}", content)
    except OSError as fault:
        return Deferred(reason=f"cannot write to the outbox {folder}: {fault.strerror or fault}")
    return Sent()


def _write(file: Path, content: bytes) -> None:
    """Complete or not there, also after a power cut."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    with unfinished.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(file)
