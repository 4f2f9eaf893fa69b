"""The operator's feed list: read from TOML (`[[feed]]` tables) or OPML, written as either.

All faults of a list are told at once: which file, which feed (counted from 1), which key, and what would be right.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from extractors.errors import WirewatchError
from extractors.urls import absolute_url, canonical_url, host_of
from extractors.zones import zone_info
from wirewatch.records import Feed

KEYS = ("url", "publisher", "family", "language", "zone", "every")
# Asking more often than each minute is nobody's news; less often than monthly is no subscription.
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=31)

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_EXAMPLES = {
    "url": 'an address such as "https://daily.example/feed.xml"',
    "publisher": 'a name such as "Example Daily"',
    "family": 'a name such as "example-group"',
    "language": 'a two-letter code such as "ko"',
    "zone": 'a zone such as "Asia/Seoul"',
    "every": 'a time such as "5m", "1h" or "1d", from 1m to 31d',
}


class FeedListError(WirewatchError):
    """Everything that is wrong with a feed list: (where, what would be right) pairs."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("\n".join(f"{where}: {reason}" for where, reason in faults))
        self.faults = faults


def read_feed_list(path: Path) -> tuple[Feed, ...]:
    """The feeds of a TOML or OPML file, in their order.

    Raises:
        FeedListError: with every fault found.
    """
    try:
        body = path.read_bytes()
    except OSError as fault:
        raise FeedListError([(str(path), f"cannot be read: {fault.strerror or fault}")]) from None
    faults: list[tuple[str, str]] = []
    tables = _from_opml(path, body, faults) if _is_opml(path, body) else _from_toml(path, body, faults)
    feeds = [
        feed
        for number, table in enumerate(tables, 1)
        if (feed := _feed(table, f"{path}: feed {number}", faults)) is not None
    ]
    _refuse_repeats(path, feeds, faults)
    if not tables and not faults:
        faults.append((str(path), "no feeds in it; add [[feed]] tables with at least url"))
    if faults:
        raise FeedListError(faults)
    return tuple(feeds)


def feeds_as_toml(feeds: Iterable[Feed], *, heading: str = "") -> str:
    """A feed list as TOML that `read_feed_list` reads back to the same feeds."""
    lines = [f"# {line}".rstrip() for line in heading.splitlines()]
    for feed in feeds:
        lines += ["", "[[feed]]"]
        for key in KEYS:
            value = getattr(feed, key)
            if value is not None:
                lines.append(f"{key} = {_quoted(_span_text(value) if key == 'every' else value)}")
    return "\n".join(lines).lstrip("\n") + "\n"


def feeds_as_opml(feeds: Iterable[Feed], *, title: str = "Wirewatch feeds") -> str:
    """A feed list as OPML 2.0 for other readers; what OPML has no name for stands in attributes of the same name."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _xml_safe(title)
    body = etree.SubElement(root, "body")
    for feed in feeds:
        name = _xml_safe(feed.publisher or host_of(feed.url))
        outline = etree.SubElement(
            body, "outline", type="rss", text=name, title=name, xmlUrl=_xml_safe(feed.url)
        )
        for key in ("publisher", "family", "language", "zone"):
            if (value := getattr(feed, key)) is not None:
                outline.set(key, _xml_safe(value))
        if feed.every is not None:
            outline.set("every", _span_text(feed.every))
    text: str = etree.tostring(root, encoding="unicode", pretty_print=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'


def read_span(text: str) -> timedelta:
    """A time such as "90s", "5m", "1h", "1h30m" or "1d".

    Raises:
        ValueError: for any other text.
    """
    parts = re.findall(r"(\d{1,7})\s*([smhd])", text)
    if not parts or re.sub(r"\d{1,7}\s*[smhd]|\s", "", text):
        raise ValueError(f"{text!r} is no time")
    return sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())


def _is_opml(path: Path, body: bytes) -> bool:
    return path.suffix.lower() in {".opml", ".xml"} or body.lstrip()[:1] == b"<"


def _from_toml(path: Path, body: bytes, faults: list[tuple[str, str]]) -> list[dict[str, Any]]:
    try:
        document = tomllib.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        faults.append((str(path), f"not UTF-8 at byte {fault.start}; save it as UTF-8"))
        return []
    except tomllib.TOMLDecodeError as fault:
        faults.append((str(path), f"not TOML: {fault}"))
        return []
    unknown = sorted(document.keys() - {"feed"})
    faults.extend((f"{path}: {key}", "no such key; feeds stand in [[feed]] tables") for key in unknown)
    tables = document.get("feed", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        faults.append((f"{path}: feed", "write [[feed]] with two brackets before each feed"))
        return []
    return tables


def _from_opml(path: Path, body: bytes, faults: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """The outlines that have an `xmlUrl`, wherever they stand; those around them are folders."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        faults.append((str(path), f"not XML: {fault}"))
        return []
    if etree.QName(root).localname.lower() != "opml":
        faults.append((str(path), f"the root is <{etree.QName(root).localname}>; an OPML file has <opml>"))
        return []
    tables = []
    for outline in root.iter("outline"):
        attributes = {str(key).lower(): str(value).strip() for key, value in outline.attrib.items()}
        if "xmlurl" not in attributes:
            continue
        table = {
            "url": attributes["xmlurl"],
            "publisher": attributes.get("publisher") or attributes.get("text") or attributes.get("title"),
        }
        table |= {key: attributes.get(key) for key in ("family", "language", "zone", "every")}
        if table["language"]:
            table["language"] = re.split("[-_]", table["language"])[0].lower()
        tables.append({key: value for key, value in table.items() if value})
    return tables


def _feed(table: dict[str, Any], where: str, faults: list[tuple[str, str]]) -> Feed | None:
    before = len(faults)
    values: dict[str, Any] = {}
    for key, raw in table.items():
        if key not in KEYS:
            close = difflib.get_close_matches(key, KEYS, n=1)
            faults.append(
                (
                    f"{where}: {key}",
                    f"no such key; {'did you mean ' + close[0] if close else 'there are ' + ', '.join(KEYS)}?",
                )
            )
        elif not isinstance(raw, str) or not raw.strip():
            faults.append((f"{where}: {key}", f"wants {_EXAMPLES[key]}, not {raw!r}"))
        else:
            try:
                values[key] = _VALUES[key](raw.strip())
            except ValueError:
                faults.append((f"{where}: {key}", f"wants {_EXAMPLES[key]}, not {raw!r}"))
    if "url" not in table:
        faults.append((f"{where}: url", f"missing; wants {_EXAMPLES['url']}"))
    return Feed(**values) if len(faults) == before else None


def _address(text: str) -> str:
    address = absolute_url(text)
    if address is None or not re.match(r"https?://", text, re.IGNORECASE):
        raise ValueError(text)
    return address


def _language(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", text):
        raise ValueError(text)
    return text


def _zone(text: str) -> str:
    if zone_info(text) is None:
        raise ValueError(text)
    return text


def _every(text: str) -> timedelta:
    span = read_span(text)
    if not SHORTEST <= span <= LONGEST:
        raise ValueError(text)
    return span


_VALUES: dict[str, Callable[[str], Any]] = {
    "url": _address,
    "publisher": str,
    "family": str,
    "language": _language,
    "zone": _zone,
    "every": _every,
}


def _refuse_repeats(path: Path, feeds: list[Feed], faults: list[tuple[str, str]]) -> None:
    first: dict[str, int] = {}
    for number, feed in enumerate(feeds, 1):
        known = first.setdefault(canonical_url(feed.url) or feed.url, number)
        if known != number:
            faults.append((f"{path}: {feed.url}", "stands twice in the list; take one of them out"))


def _span_text(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda match: f"\\u{ord(match.group()):04X}", escaped) + '"'


def _xml_safe(text: str) -> str:
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
