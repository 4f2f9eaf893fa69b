"""Text that claims to be XML -> text that is, as far as one can say without guessing at structure.

Mends characters, references, entities, the DOCTYPE, and junk around the root. Every pass is one scan: a hostile feed costs
as long as its size. Entities are never expanded from the document, except short ones that hold no further reference.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

from extractors.records import Fault

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&(?:#[xX]([0-9A-Fa-f]{1,8})|#(\d{1,9})|([A-Za-z][A-Za-z0-9]{0,31}));|&")
_PAIR = re.compile(
    r"&#(?:[xX]([dD][89abAB][0-9A-Fa-f]{2})|(5[56]\d{3}));&#(?:[xX]([dD][c-fC-F][0-9A-Fa-f]{2})|(5[67]\d{3}));"
)
_ROOT = re.compile(
    r"<(?:\?xml|!DOCTYPE|(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|rdf|feed|channel|urlset|sitemapindex)\b)",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"""<!ENTITY\s+([A-Za-z][\w.-]{0,30})\s+["']([^"'&%<]{0,100})["']\s*>""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>", re.IGNORECASE)
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_MOST_ENTITIES = 100
_DOCTYPE_WITHIN = 200_000  # characters from the start in which a document type is looked for


def without_frame(text: str) -> tuple[str, dict[str, str], tuple[Fault, ...]]:
    """The document from its root element on: no junk before or after, no XML declaration, no document type.

    Also gives the harmless entities that the document type declares.
    """
    faults = []
    start = _ROOT.search(text)
    if start is not None and text[: start.start()].strip("\ufeff \t\r\n"):
        faults.append(Fault(kind="junk-before-root", detail=repr(text[: start.start()].strip()[:60])))
    text = text[start.start() :] if start is not None else text
    text = _DECLARATION.sub("", text, count=1)
    text, entities = _without_doctype(text)
    if entities is not None:
        faults.append(Fault(kind="document-type", detail="declares entities; only short plain ones are read"))
    end = _root_end(text)
    if end is not None and (
        rest := re.sub(r"<!--.*?-->", "", text[end : end + 10_000], flags=re.DOTALL).strip()
    ):
        faults.append(Fault(kind="junk-after-root", detail=repr(rest[:60])))
    return text[:end], entities or {}, tuple(faults)


def mended(text: str, entities: dict[str, str]) -> tuple[str, tuple[Fault, ...]]:
    """The text with forbidden characters out and every reference one that XML knows. CDATA sections stay as they are."""
    counts: dict[str, int] = {}

    def count(kind: str) -> None:
        counts[kind] = counts.get(kind, 0) + 1

    text, controls = _FORBIDDEN.subn("", text)
    if controls:
        counts["control-character"] = controls
    parts = []
    at = 0
    while True:
        opened = text.find("<![CDATA[", at)
        closed = text.find("]]>", opened) if opened >= 0 else -1
        stop = opened if closed >= 0 else len(text)
        parts.append(_references_mended(text[at:stop], entities, count))
        if closed < 0:
            break
        parts.append(text[opened : closed + 3])
        at = closed + 3
    faults = tuple(Fault(kind=kind, detail=f"{number} mended") for kind, number in sorted(counts.items()))
    return "".join(parts), faults


def _references_mended(text: str, entities: dict[str, str], count: object) -> str:
    if "&" not in text:
        return text
    note = count if callable(count) else print
    if "&#" in text:
        text = _PAIR.sub(_joined_pair, text)

    def one(match: re.Match[str]) -> str:
        hexadecimal, decimal, name = match.groups()
        if name:
            return _named(name, entities, note)
        if hexadecimal or decimal:
            code = int(hexadecimal, 16) if hexadecimal else int(decimal)
            if 0x80 <= code <= 0x9F:  # Windows-1252 numbers; html knows them
                return html.unescape(match.group())
            if (
                code > 0x10FFFF
                or 0xD800 <= code <= 0xDFFF
                or (code < 32 and code not in {9, 10, 13})
                or code in {0xFFFE, 0xFFFF}
            ):
                note("bad-reference")
                return "" if code < 32 else "\ufffd"
            return match.group()
        note("bare-ampersand")
        return "&amp;"

    return _REFERENCE.sub(one, text)


def _named(name: str, entities: dict[str, str], note: object) -> str:
    if name in _XML_NAMES:
        return f"&{name};"
    if name in entities:
        return html.escape(entities[name], quote=True)
    char = html5.get(f"{name};")
    if callable(note):
        note("undefined-entity")
    return html.escape(char) if char is not None else f"&amp;{name};"


def _joined_pair(match: re.Match[str]) -> str:
    high = int(match.group(1), 16) if match.group(1) else int(match.group(2))
    low = int(match.group(3), 16) if match.group(3) else int(match.group(4))
    if 0xD800 <= high <= 0xDBFF and 0xDC00 <= low <= 0xDFFF:
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return match.group()


def _without_doctype(text: str) -> tuple[str, dict[str, str] | None]:
    """The text without its document type, and the plain entities it declares (None: it declares none)."""
    start = re.compile(r"<!DOCTYPE", re.IGNORECASE).search(text, 0, _DOCTYPE_WITHIN)
    if start is None:
        return text, None
    first = re.compile(r"[\[>]").search(text, start.end())
    if first is None:
        return text, None
    if first.group() == ">":
        return text[: start.start()] + text[first.end() :], None
    end = re.compile(r"\]\s*>").search(text, first.end())
    if end is None:
        return text, None
    declared = dict(_ENTITY.findall(text[first.end() : end.start()])[:_MOST_ENTITIES])
    return text[: start.start()] + text[end.end() :], declared


def _root_end(text: str) -> int | None:
    """Where the last closing tag of the root ends; None when it never closes."""
    opened = re.compile(r"<([A-Za-z][\w.:-]*)").search(text)
    if opened is None:
        return None
    at = text.rfind(f"</{opened.group(1)}")
    close = text.find(">", at) if at >= 0 else -1
    return close + 1 if close >= 0 else None
