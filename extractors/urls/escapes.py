"""Percent-encoding in one spelling."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ILLEGAL = re.compile(r"%(?![0-9A-Fa-f]{2})|[^\x21-\x7e]|[\"<>\\^`{|}]")
_TO_MEND = re.compile(r"[\s\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")


def normal_escapes(text: str) -> str:
    """Percent-encoding in one spelling: needless escapes decoded, others in upper case, all else encoded as UTF-8."""
    out = _ESCAPE.sub(_one_spelling, text) if "%" in text else text
    return out if out.isascii() and not _TO_MEND.search(out) else escaped(out)


def escaped(text: str) -> str:
    """What no address may hold, encoded; escapes that are there stay as they are."""
    return _ILLEGAL.sub(_encoded, text)


def _one_spelling(match: re.Match[str]) -> str:
    char = chr(int(match.group(1), 16))
    return char if char in _UNRESERVED else f"%{match.group(1).upper()}"


def _encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "replace"))
