"""Every fetched page, kept as WARC: daily folders, a file a process, each record a gzip member of its own.

`store` says where ("2026-11-22/1234.warc.gz@5678"), `load` reads it back from there: pages can be replayed.
"""

from __future__ import annotations

import gzip
import io
import os
import shutil
import threading
from datetime import date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from extractors.errors import WirewatchError
from wirewatch.settings import Settings
from wirewatch.verdicts import Fetched

FOLDER = "archive"
# The body is stored as we read it: undone encodings and lengths of the wire would lie about it.
UNDONE = {"content-encoding", "transfer-encoding", "content-length"}


class PageLost(WirewatchError):
    """The archive does not hold what was asked for: where, and why."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where


class Archive:
    """The folder of WARC files. Many processes may write side by side."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.home / FOLDER
        self._lock = threading.Lock()

    def store(self, page: Fetched) -> str:
        """Append the request and the response; where the response is."""
        name = f"{page.fetched_at:%Y-%m-%d}/{os.getpid()}.warc.gz"
        path = self.folder / name
        request, response = _request(page), _response(page)
        with self._lock:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write(request)
                offset = file.tell()
                file.write(response)
        return f"{name}@{offset}"

    def load(self, where: str) -> Fetched:
        """The page that `store` put there.

        Raises:
            PageLost: when the file is gone or holds something else there.
        """
        name, _, offset = where.rpartition("@")
        path = self._inside(name, where)
        try:
            with path.open("rb") as file:
                file.seek(int(offset))
                record = next(iter(ArchiveIterator(file, parse_http=True)), None)
                body = record.reader.read() if record is not None else b""
        except (OSError, ValueError) as fault:
            raise PageLost(where, str(fault)) from fault
        if record is None or record.record_type != WarcRecordType.response:
            raise PageLost(where, "no response is stored there")
        return _fetched(record, body)

    def prune(self, *, today: date, keep_days: int, keep_bytes: int) -> list[str]:
        """Delete whole days that are too old, then the oldest until the size fits. Today's stays. Which days went."""
        days = sorted(folder for folder in self.folder.glob("????-??-??") if folder.is_dir())
        sizes = {day: sum(file.stat().st_size for file in day.iterdir()) for day in days}
        gone: list[str] = []
        for day in days:
            if day.name >= today.isoformat():
                break
            too_old = day.name < (today - timedelta(days=keep_days)).isoformat()
            if not too_old and sum(sizes.values()) <= keep_bytes:
                break
            shutil.rmtree(day, ignore_errors=True)
            del sizes[day]
            gone.append(day.name)
        return gone

    def _inside(self, name: str, where: str) -> Path:
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise PageLost(where, "outside the archive")
        return path


def _request(page: Fetched) -> bytes:
    record = _record(WarcRecordType.request, page)
    record.headers["Content-Type"] = "application/http; msgtype=request"
    record.set_bytes_content(f"GET {page.url} HTTP/1.1\r\n\r\n".encode())
    return _member(record)


def _response(page: Fetched) -> bytes:
    record = _record(WarcRecordType.response, page)
    record.headers["Content-Type"] = "application/http; msgtype=response"
    record.headers["X-Final-URI"] = page.final_url
    record.headers["X-Elapsed-Ms"] = str(int(page.elapsed / timedelta(milliseconds=1)))
    lines = [f"HTTP/1.1 {page.status} {_phrase(page.status)}"]
    lines += [f"{name}: {_one_line(value)}" for name, value in page.headers if name not in UNDONE]
    lines += [f"content-length: {len(page.body)}", "", ""]
    record.set_bytes_content("\r\n".join(lines).encode("utf-8", "surrogateescape") + page.body)
    return _member(record)


def _record(kind: WarcRecordType, page: Fetched) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(record_type=kind)
    record.headers["WARC-Target-URI"] = page.url
    record.headers["WARC-Date"] = page.fetched_at.isoformat().replace("+00:00", "Z")
    return record


def _member(record: WarcRecord) -> bytes:
    plain = io.BytesIO()
    record.write(plain, checksum_data=True)
    return gzip.compress(plain.getvalue(), compresslevel=6, mtime=0)


def _fetched(record: WarcRecord, body: bytes) -> Fetched:
    http = record.http_headers
    status = int(http.status_code or 0)
    return Fetched(
        url=record.headers["WARC-Target-URI"],
        final_url=record.headers["X-Final-URI"],
        status=status,
        body=body,
        headers=tuple((name.lower(), value) for name, value in http),
        fetched_at=datetime.fromisoformat(record.headers["WARC-Date"]),
        elapsed=timedelta(milliseconds=int(record.headers["X-Elapsed-Ms"])),
    )


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"


def _one_line(value: str) -> str:
    return " ".join(value.split())
