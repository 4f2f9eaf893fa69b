"""Every fetched page, kept as WARC in a folder or at any fsspec URL: a folder a day, each record a gzip member of its own.

`store` says where ("2026-11-22/1234-5f0c….warc.gz@5678"), `load` reads it back from there: pages can be replayed. In a folder
a process appends to one file a day. Object stores cannot append: there each page is a file of its own.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import threading
import uuid
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

import fsspec
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from extractors.errors import WirewatchError
from wirewatch.settings import Settings, SettingsError
from wirewatch.verdicts import Fetched

FOLDER = "archive"
# The body is stored as we read it: undone encodings and lengths of the wire would lie about it.
UNDONE = {"content-encoding", "transfer-encoding", "content-length"}
_PLACE = re.compile(r"(\d{4}-\d{2}-\d{2}/[\w-]+\.warc\.gz)@(\d+)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class PageLost(WirewatchError):
    """The archive does not hold what was asked for: where, and why."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where


class Archive:
    """The WARC files. Many processes, on many machines, may write side by side.

    Raises:
        SettingsError: no file system answers to the address, or its package is not installed.
    """

    def __init__(self, settings: Settings) -> None:
        try:
            self._files, self._root = fsspec.url_to_fs(settings.archive_url or str(settings.home / FOLDER))
        except (ImportError, ValueError) as fault:
            raise SettingsError([("archive_url", str(fault))]) from fault
        self._appends = "file" in _protocols(self._files)
        self._name = _own_name()
        self._lock = threading.Lock()

    def store(self, page: Fetched) -> str:
        """Keep the request and the response; where the response is."""
        day = f"{page.fetched_at:%Y-%m-%d}"
        request, response = _request(page), _response(page)
        self._files.makedirs(f"{self._root}/{day}", exist_ok=True)
        if not self._appends:
            name = f"{day}/{_own_name()}.warc.gz"
            self._files.pipe_file(f"{self._root}/{name}", request + response)
            return f"{name}@{len(request)}"
        name = f"{day}/{self._name}.warc.gz"
        with self._lock, self._files.open(f"{self._root}/{name}", "ab") as file:
            end = file.seek(0, os.SEEK_END)  # fsspec opens at 0 even to append
            file.write(request + response)
        return f"{name}@{end + len(request)}"

    def load(self, where: str) -> Fetched:
        """The page that `store` put there.

        Raises:
            PageLost: when the file is gone or holds something else there.
        """
        place = _PLACE.fullmatch(where)
        if place is None:
            raise PageLost(where, "no place in the archive")
        try:
            with self._files.open(f"{self._root}/{place[1]}", "rb") as file:
                file.seek(int(place[2]))
                record = next(iter(ArchiveIterator(file, parse_http=True)), None)
                body = record.reader.read() if record is not None else b""
        except (OSError, ValueError) as fault:
            raise PageLost(where, str(fault)) from fault
        if record is None or record.record_type != WarcRecordType.response:
            raise PageLost(where, "no response is stored there")
        return _fetched(record, body)

    def prune(self, *, today: date, keep_days: int, keep_bytes: int) -> list[str]:
        """Delete whole days that are too old, then the oldest until the size fits. Today's stays. Which days went."""
        sizes = self._sizes()
        gone: list[str] = []
        for day in sorted(sizes):
            if day >= today.isoformat():
                break
            too_old = day < (today - timedelta(days=keep_days)).isoformat()
            if not too_old and sum(sizes.values()) <= keep_bytes:
                break
            self._files.rm(f"{self._root}/{day}", recursive=True)
            del sizes[day]
            gone.append(day)
        return gone

    def _sizes(self) -> dict[str, int]:
        """Bytes by day."""
        if not self._files.isdir(self._root):
            return {}
        names = (path.rstrip("/").rpartition("/")[2] for path in self._files.ls(self._root, detail=False))
        return {name: int(self._files.du(f"{self._root}/{name}")) for name in names if _DAY.fullmatch(name)}


def _own_name() -> str:
    """A file name that no other writer has: process numbers repeat, in containers always."""
    return f"{os.getpid()}-{uuid.uuid4().hex[:12]}"


def _protocols(files: Any) -> tuple[str, ...]:
    named = files.protocol
    return (named,) if isinstance(named, str) else tuple(named)


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
