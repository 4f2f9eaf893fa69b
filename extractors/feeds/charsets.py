"""Bytes of a feed -> text: which of BOM, UTF-8, header, prolog and detector to believe.

A byte-order mark wins, then UTF-8 if the bytes are valid UTF-8 (other encodings hardly ever are by accident), then what the
header and the prolog say, then a detector. Where header and prolog disagree, the detector casts the vote.
"""

from __future__ import annotations

import codecs
import re

from resiliparse.parse.encoding import detect_encoding

from extractors.records import Fault

# What servers call an encoding, and the superset that their bytes really are (WHATWG Encoding Standard, 4.2).
_REALLY = {
    "euc-kr": "cp949", "euc_kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "ks_c_5601": "cp949", "windows-949": "cp949",
    "uhc": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932",
    "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "big5": "big5hkscs", "iso-8859-1": "cp1252", "latin1": "cp1252",
    "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-9": "cp1254", "tis-620": "cp874", "iso-8859-11": "cp874", "utf8": "utf-8",
    "unicode": "utf-8", "utf-8859-1": "utf-8", "win-1251": "cp1251",
}  # fmt: skip
_MULTIBYTE = frozenset(
    {"cp949", "gb18030", "cp932", "big5hkscs", "euc_jp", "euc-jp", "iso2022_jp", "iso-2022-jp"}
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00r\x00", "utf-16-le"),
    (b"{\x00", "utf-16-le"),
)
_PROLOG = re.compile(rb"""^[^<]{0,100}<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})""")
_HEADER = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
# A feed with a few broken characters is still UTF-8: a cut summary ends in half a character.
_TOLERATED_SHARE = 0.02
_DETECTED_FROM = 200_000  # bytes; the detector needs no more, and takes 10 ms for these


def decode(body: bytes, content_type: str | None = None) -> tuple[str, tuple[Fault, ...]]:
    """The text of a feed, and what was wrong with its encoding."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _lossy(body[len(mark) :], encoding)
    for start, encoding in _UNMARKED:
        if body.startswith(start):
            return _lossy(body, encoding)
    declared = _declared(body, content_type)
    if b"\x1b$" in body and "iso-2022-jp" in declared:
        return _lossy(body, "iso2022_jp")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(body, declared)
    wrong = [name for name in declared if name != "utf-8"]
    if wrong and not body.isascii():
        return text, (Fault(kind="charset-mismatch", detail=f"declared as {wrong[0]}, read as utf-8"),)
    return text, ()


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """The encodings that header and prolog name, in that order, as Python knows them."""
    header = _HEADER.search(content_type or "")
    prolog = _PROLOG.search(body[:400])
    names = [header.group(1)] if header else []
    names += [prolog.group(1).decode("ascii")] if prolog else []
    known = []
    for name in names:
        really = _REALLY.get(name.lower(), name.lower())
        try:
            codecs.lookup(really)
        except LookupError:
            continue
        if really not in known:
            known.append(really)
    return known


def _not_utf8(body: bytes, declared: list[str]) -> tuple[str, tuple[Fault, ...]]:
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = sum(1 for char in text[:_DETECTED_FROM] if char > "\x7f") or 1
    others = [name for name in declared if name != "utf-8"]
    if broken <= _TOLERATED_SHARE * beyond_ascii or (broken <= 3 and not others and len(body) > 1_000):
        return text, (Fault(kind="invalid-utf8", detail=f"{broken} broken characters replaced"),)
    detected = _detected(body)
    candidates = sorted(
        others, key=lambda name: (_same_family(name, detected), name in _MULTIBYTE), reverse=True
    )
    for name in [*candidates, detected, "cp1252"]:
        try:
            found = body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        faults = () if name in declared[:1] else (_mismatch(declared, name),)
        return found, faults
    best = candidates[0] if candidates else detected
    found = body.decode(best, "replace")
    return found, (
        Fault(
            kind="charset-mismatch", detail=f"read as {best}, {found.count(chr(0xFFFD))} broken characters"
        ),
    )


def _mismatch(declared: list[str], name: str) -> Fault:
    return Fault(
        kind="charset-mismatch",
        detail=f"declared as {declared[0] if declared else 'nothing'}, read as {name}",
    )


def _detected(body: bytes) -> str:
    """What the letters look like. Tags are left out: only bytes beyond ASCII tell, and their neighbours."""
    beyond = b" ".join(re.findall(rb"[^\x00-\x40<>]*[\x80-\xff][^\x00-\x1f<>]*", body[:_DETECTED_FROM]))
    name = str(detect_encoding(beyond or body[:_DETECTED_FROM]) or "cp1252").lower()
    return _by_letters(beyond) if name == "utf-8" else _REALLY.get(name, name)


def _by_letters(beyond: bytes) -> str:
    """The detector says UTF-8, which it is not: it does so for short Korean. The first encoding whose own letters come out."""
    for name, letters in (
        ("cp949", "[가-힣]"),
        ("cp932", "[ぁ-ヿ]"),
        ("euc_jp", "[ぁ-ヿ]"),
        ("gb18030", "[一-龥]"),
    ):
        text = beyond.decode(name, "replace")
        if "\ufffd" not in text and len(re.findall(letters, text)) * 4 >= len(
            re.findall(r"[^\x00-\x7f]", text)
        ):
            return name
    return "cp1252"


def _same_family(name: str, detected: str) -> bool:
    try:
        return codecs.lookup(name).name == codecs.lookup(detected).name
    except LookupError:
        return False


def _lossy(body: bytes, encoding: str) -> tuple[str, tuple[Fault, ...]]:
    text = body.decode(encoding, "replace")
    broken = text.count("\ufffd")
    return text, (
        Fault(kind="invalid-encoding", detail=f"{broken} broken characters in {encoding}"),
    ) if broken else ()
