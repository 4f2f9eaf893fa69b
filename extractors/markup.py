"""A page's bytes as one parsed tree: decoded once, capped, never an exception.

Everything that reads a page (verdict, metadata, body) shares this one parse. It decides the encoding and what is
too big; it does not decide what the page says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import lxml.html
from lxml import etree

# Bytes of HTML read at most. trafilatura took 13.7 s for 1.3 MB of links (facts/extraction.md); what an article needs
# of a longer page stands in its first megabytes.
LARGEST_PAGE = 4_000_000

_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE
)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_CONTROLS = bytes(range(9)) + b"\x0b\x0c" + bytes(range(14, 32)) + b"\x7f"
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# What browsers read under these names (WHATWG encoding standard).
_WIDER = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "korean": "cp949",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932",
    "big5": "big5hkscs",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """A parsed page. `tree` is the root element; nobody who is given it may change it.

    `elements` keeps every element's Python side alive: lxml otherwise makes it anew on each of the walks that share the
    parse, which took a tenth of the time of a page.
    """

    tree: lxml.html.HtmlElement
    elements: list[lxml.html.HtmlElement]
    source: str
    encoding: str
    cut: bool


def read_markup(body: bytes, *, charset: str | None = None, content_type: str | None = None) -> Markup | None:
    """The page as a tree, or None where nothing of it can be parsed."""
    cut = len(body) > LARGEST_PAGE
    text, encoding = decode(body[:LARGEST_PAGE], charset=charset, content_type=content_type)
    if not _is_clean(body, text, encoding):
        text = _FORBIDDEN.sub("", text)
    if not text.strip():
        return None
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    # One class for every element: lxml.html asks a Python function for each, to tell forms and inputs apart.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement))
    try:
        tree = lxml.html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    return Markup(tree=tree, elements=list(tree.iter()), source=text, encoding=encoding, cut=cut)


def _is_clean(body: bytes, text: str, encoding: str) -> bool:
    """Whether nothing forbidden is in a text that is valid UTF-8: its bytes are looked through twenty times as fast."""
    return (
        encoding == "utf-8"
        and len(body.translate(None, _CONTROLS)) == len(body)
        and "\ufffe" not in text
        and "\uffff" not in text
    )


def decode(body: bytes, *, charset: str | None = None, content_type: str | None = None) -> tuple[str, str]:
    """Bytes as text and the encoding that read them: BOM, then valid UTF-8, then header, meta, detection.

    Valid UTF-8 goes before what is declared: declarations lie, and other text is hardly ever valid UTF-8 by chance.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, errors="replace"), encoding
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as fault:
        # A page cut by the cap, or with a stray byte late in it, still is UTF-8.
        if fault.start >= len(body) - 4:
            return body.decode("utf-8", errors="ignore"), "utf-8"
    for declared in _declared(body, charset, content_type):
        name = _WIDER.get(declared.lower(), declared.lower())
        try:
            text = body.decode(name, errors="replace")
        except (LookupError, UnicodeError, ValueError):
            continue
        if text.count("\ufffd") <= len(text) // 200:
            return text, name
    return _detected(body)


def _declared(body: bytes, charset: str | None, content_type: str | None) -> list[str]:
    found = [charset] if charset else []
    if content_type and (match := _HEADER_CHARSET.search(content_type)):
        found.append(match[1])
    # Late declarations exist: browsers stop at 1,024 bytes, pages do not.
    if meta := _META_CHARSET.search(body[:16_384]):
        found.append(meta[1].decode("ascii", errors="replace"))
    return found


def _detected(body: bytes) -> tuple[str, str]:
    from resiliparse.parse.encoding import detect_encoding

    name = str(detect_encoding(body[:65_536])).lower()
    name = _WIDER.get(name, name)
    try:
        return body.decode(name, errors="replace"), name
    except (LookupError, UnicodeError, ValueError):
        return body.decode("utf-8", errors="replace"), "utf-8"
