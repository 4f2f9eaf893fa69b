"""Every setting: its type, default, range and one sentence; where each value came from; all faults at once.

A value comes from, strongest first: an argument of the command line, the environment (`WIREWATCH_<NAME>`), the settings
file (`wirewatch.toml` in the home folder, or the file that `WIREWATCH_CONFIG` names), the default. This is the only file
that reads the environment.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from extractors.errors import WirewatchError

if TYPE_CHECKING:
    from collections.abc import Mapping


class SettingsError(WirewatchError):
    """Everything that is wrong with the settings, all at once: (where, what would be right) pairs."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("\n".join(f"{where}: {reason}" for where, reason in faults))
        self.faults = faults


def _setting(  # the columns of the table below
    default: Any,
    about: str,
    *,
    least: float | None = None,
    most: float | None = None,
    secret: bool = False,
    form: str = "line",
) -> Any:
    """One line of the table. `form` is what a text must look like; see `_FORMS`."""
    metadata = {"about": about, "least": least, "most": most, "secret": secret, "form": form}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


def _home() -> Path:
    return Path(platformdirs.user_data_dir("wirewatch"))


def _cache() -> Path:
    return Path(platformdirs.user_cache_dir("wirewatch"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings in force. `origins` says where each came from."""

    home: Path = _setting(_home, "Folder where all state lives.")
    cache: Path = _setting(_cache, "Folder for downloads that can be fetched again (the Elasticsearch zip).")
    feeds: Path | None = _setting(
        None, "Feed list: TOML with [[feed]] tables, or OPML. None: the sample newsroom."
    )
    subscribers: Path | None = _setting(
        None,
        "Subscribers file: TOML with [[subscriber]] tables. None: everything into a folder of the home's outbox.",
    )
    topics: Path | None = _setting(None, "Folder with topic files of your own, which add to or replace ours.")
    allow_loopback: bool = _setting(
        False, "Let feeds and pages on loopback addresses be fetched (sample, tests)."
    )

    elasticsearch_url: str | None = _setting(
        None, "Elasticsearch to use. None: the embedded node.", form="urls"
    )
    elasticsearch_api_key: str | None = _setting(None, "API key for that Elasticsearch.", secret=True)
    elasticsearch_ca: Path | None = _setting(None, "CA certificate (PEM) for that Elasticsearch.")
    elasticsearch_heap_mb: int = _setting(512, "Heap of the embedded node, MB.", least=256, most=31_000)
    java_home: Path | None = _setting(None, "Java to run the embedded node with. None: the best one found.")
    index_prefix: str = _setting(
        "wirewatch", "First part of the name of every index and alias.", form="prefix"
    )
    keep_months: int = _setting(24, "Months of articles, stories and ledger to keep.", least=1, most=1200)
    snapshot_repository: str | None = _setting(
        None, "Snapshot repository of that Elasticsearch for a backup every night. None: no backups by us."
    )

    user_agent: str = _setting(
        "Wirewatch/0.1 (+https://wirewatch.example/bot)",
        "What we call ourselves to servers; name a contact here.",
    )
    contact: str | None = _setting(None, "Mail address or page put into the User-Agent and the From header.")
    fetch_concurrency: int = _setting(64, "Requests under way at once in one task.", least=1, most=2000)
    host_concurrency: int = _setting(2, "Requests under way at once to one host.", least=1, most=64)
    host_delay_seconds: float = _setting(
        1.0, "Pause between two page requests to one host.", least=0, most=600
    )
    fetch_timeout_seconds: float = _setting(
        30.0, "Longest time for one request, redirects included.", least=1, most=600
    )
    feed_limit_mb: float = _setting(16.0, "Largest feed read, decompressed.", least=0.01, most=1000)
    page_limit_mb: float = _setting(8.0, "Largest page read, decompressed.", least=0.01, most=1000)
    legacy_tls_hosts: str | None = _setting(
        None,
        "Hosts, comma-separated, spoken to in outdated TLS; their certificates are checked all the same.",
    )
    archive_url: str | None = _setting(
        None,
        "Folder or fsspec URL (s3://bucket/pages) for fetched pages. None: `archive/` in the home folder.",
    )
    archive_days: int = _setting(365, "Days to keep fetched pages in the archive.", least=1, most=36_500)
    archive_gb: float = _setting(
        20.0, "Largest size of the archive; beyond it the oldest days go.", least=0.01, most=1e6
    )
    max_attempts: int = _setting(5, "Tries before an entry ends as failed.", least=1, most=100)
    shards: int = _setting(2, "Tasks that fetch and extract side by side.", least=1, most=16)
    page_seconds: float = _setting(
        5.0, "Longest time the extraction of one page may take.", least=0.5, most=600
    )

    smtp_host: str | None = _setting(None, "Mail server. None: digests go to outbox folders only.")
    smtp_port: int = _setting(587, "Port of the mail server.", least=1, most=65_535)
    smtp_user: str | None = _setting(None, "User name at the mail server.")
    smtp_password: str | None = _setting(None, "Password at the mail server.", secret=True)
    smtp_starttls: bool = _setting(True, "Ask the mail server for TLS, and refuse to go on without.")
    mail_from: str = _setting(
        "Wirewatch <digest@wirewatch.example>", "From address of digests.", form="sender"
    )
    secret_key: str | None = _setting(
        None, "Signs links in digests. None: made once and kept in the home folder.", secret=True
    )
    public_url: str | None = _setting(None, "Address under which subscribers reach the desk.", form="url")

    desk_port: int = _setting(8780, "Port of the desk; the next free one when taken.", least=1, most=65_535)
    desk_analyst: str | None = _setting(
        None,
        "Name that decisions made at this machine's own desk are signed with. None: that desk only reads.",
    )
    airflow_port: int = _setting(
        8080, "Port of the Airflow UI; the next free one when taken.", least=1, most=65_535
    )
    kibana_url: str | None = _setting(
        None, "Kibana to link to from the Airflow UI and the desk, and to import into.", form="url"
    )
    kibana_user: str | None = _setting(None, "User name for `wirewatch kibana import`.")
    kibana_password: str | None = _setting(None, "Password of that user.", secret=True)
    kibana_api_key: str | None = _setting(
        None, "API key for `wirewatch kibana import`, in place of a user.", secret=True
    )

    origins: tuple[tuple[str, str], ...] = ()

    @property
    def topic_folders(self) -> tuple[Path, ...]:
        """The operator's own topic folders, for `load_taxonomy`."""
        return () if self.topics is None else (self.topics,)

    def origin(self, name: str) -> str:
        """Where the value of `name` came from."""
        return dict(self.origins).get(name, "default")


def java_hints(environ: Mapping[str, str] | None = None) -> tuple[tuple[str, Path], ...]:
    """Where the environment says Java is, besides our own setting: (variable, folder), in search order."""
    environ = os.environ if environ is None else environ
    given = ((name, environ.get(name, "")) for name in ("ES_JAVA_HOME", "JAVA_HOME"))
    return tuple((name, Path(value).expanduser().absolute()) for name, value in given if value)


NAMES = tuple(f.name for f in fields(Settings) if f.name != "origins")


def load_settings(
    *, environ: Mapping[str, str] | None = None, overrides: Mapping[str, Any] | None = None
) -> Settings:
    """The settings from file, environment and overrides (already typed; None means not given).

    Raises:
        SettingsError: with every fault found.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    faults: list[tuple[str, str]] = []
    for name, (raw, origin) in _collect(environ, faults).items():
        try:
            values[name] = _typed(name, raw)
            origins[name] = origin
        except ValueError as fault:
            faults.append((origin, str(fault)))
    for name, value in (overrides or {}).items():
        if value is not None:
            values[name] = value
            origins[name] = "command line"
    if values.get("smtp_user") and not values.get("smtp_password"):
        faults.append((origins["smtp_user"], "smtp_user needs smtp_password beside it"))
    if faults:
        raise SettingsError(faults)
    return Settings(**values, origins=tuple(sorted(origins.items())))


def use_home(home: Path) -> None:
    """Make `home` the home folder of this process and of those it starts."""
    os.environ["WIREWATCH_HOME"] = str(home.expanduser().absolute())


def _collect(environ: Mapping[str, str], faults: list[tuple[str, str]]) -> dict[str, tuple[Any, str]]:
    found: dict[str, tuple[Any, str]] = {}
    # A home that cannot be read as a path is told of below, where it is typed.
    home = _path(environ.get("WIREWATCH_HOME") or str(_home())) or _home()
    named = environ.get("WIREWATCH_CONFIG")
    file = (_path(named) or Path(named)) if named else home / "wirewatch.toml"
    if named and not file.exists():
        faults.append(
            ("environment WIREWATCH_CONFIG", f"{file} does not exist; create it or unset the variable")
        )
    if file.exists():
        found.update(_from_file(file, faults))
    for key in sorted(environ):
        if not key.startswith("WIREWATCH_") or key == "WIREWATCH_CONFIG" or environ[key] == "":
            continue
        name = key.removeprefix("WIREWATCH_").lower()
        if name in NAMES:
            found[name] = (environ[key], f"environment {key}")
        elif not key.startswith("WIREWATCH_INTERNAL_"):
            faults.append((f"environment {key}", f"no such setting{_nearest(name)}"))
    return found


def _from_file(file: Path, faults: list[tuple[str, str]]) -> dict[str, tuple[Any, str]]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        faults.append((str(file), f"unreadable: {fault}"))
        return {}
    found = {}
    for name, raw in table.items():
        if name in NAMES and name != "home":
            found[name] = (raw, f"{file}: {name}")
        elif name == "home":
            faults.append((f"{file}: home", "the home folder is set by WIREWATCH_HOME only"))
        else:
            faults.append((f"{file}: {name}", f"no such setting{_nearest(name)}"))
    return found


def _nearest(name: str) -> str:
    import difflib

    close = difflib.get_close_matches(name, NAMES, n=1)
    return f"; did you mean {close[0]}?" if close else "; `wirewatch doctor` lists them all"


_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def _typed(name: str, raw: Any) -> Any:
    (setting,) = (f for f in fields(Settings) if f.name == name)
    kind = str(setting.type).removesuffix(" | None")
    shown = "what is there (hidden)" if setting.metadata["secret"] else repr(raw)
    value: Any
    if kind == "bool":
        value, wanted = _boolean(raw), "1 or 0 (true or false)"
    elif kind in {"int", "float"}:
        least, most = setting.metadata["least"], setting.metadata["most"]
        value, wanted = _number(raw, kind), "a whole number" if kind == "int" else "a number"
        if least is not None and most is not None:
            wanted += f" between {least:,.10g} and {most:,.10g}"
            value = value if value is not None and least <= value <= most else None
    elif kind == "Path":
        value, wanted = _path(raw), "a path in quotes"
    else:
        wanted, pattern = _FORMS[setting.metadata["form"]]
        value = raw.strip() if isinstance(raw, str) and pattern.fullmatch(raw.strip()) else None
    if value is None:
        raise ValueError(f"{name} wants {wanted}, not {shown}")
    return value


def _boolean(raw: Any) -> bool | None:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    return word in _TRUE if word in _TRUE | _FALSE else None


def _number(raw: Any, kind: str) -> float | None:
    """The number, unless it is none: no truth value, no fraction where a whole number is meant, nothing endless."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        return None
    try:
        value = float(raw)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(value) or (kind == "int" and value != int(value)):
        return None
    return int(value) if kind == "int" else value


def _path(raw: Any) -> Path | None:
    if not isinstance(raw, str) or not raw.strip() or "\0" in raw:
        return None
    try:
        return Path(raw).expanduser().absolute()
    except RuntimeError:  # ~somebody who is not there
        return None


_URL = r"https?://[^\s/,]+(?:/[^\s,]*)?"
# What texts must look like: in words, and as a pattern. A line break in any of them would end in a mail header, an HTTP
# header or a log line.
_FORMS = {
    "line": ("one line of text in quotes", re.compile(r"[^\x00-\x1f\x7f\u2028\u2029]+")),
    "url": ("an address that begins with http:// or https://", re.compile(_URL)),
    "urls": (
        "addresses that begin with http:// or https://, with commas between",
        re.compile(rf"{_URL}(?:\s*,\s*{_URL})*"),
    ),
    "prefix": (
        "lower-case letters, digits, - and _, a letter or digit first, 60 at most",
        re.compile(r"[a-z0-9][a-z0-9_-]{0,59}"),
    ),
    "sender": (
        "Name <address@domain> or an address alone",
        re.compile(r"(?:[^\x00-\x1f<>@]*<[!-;=?A-~]+@[A-Za-z0-9.-]+>|[!-;=?A-~]+@[A-Za-z0-9.-]+)"),
    ),
}
