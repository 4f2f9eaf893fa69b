"""Reporters in Korean, Japanese and Chinese lines, where the office tells the name: "홍길동 기자", "記者 林海", "【山田太郎】".

Decides about texts alone.
"""

from __future__ import annotations

import re

_KOREAN = re.compile(
    r"((?:[가-힣]{2,4}\s*[·ㆍ,]\s*)*(?![가-힣]{1,3}(?:부|팀)\s)[가-힣]{2,4})\s+(?:선임|인턴|전문|객원|수습)?\s*(?:기자|특파원|통신원|논설위원|칼럼니스트)(?![가-힣])"
)
# "记者 林海 周舟": the end of the line, or a mark, ends the names; a reporter who "learned from" somebody is prose. Without a mark,
# the place of an agency's office or the report itself does: "記者林海台北21日電", "记者林海报道".
_CHINESE = re.compile(
    r"(?:记者|記者)\s*[:：]?\s*([\u4e00-\u9fff]{2,3}(?:[、\s][\u4e00-\u9fff]{2,3})*?)"
    r"(?=$|\s*[）)】\]｜|/／]|(?:[\u4e00-\u9fff]{2,3}(?:\d{1,2}日[电電]|(?:综合|專題)?[报報][道導])|[报報][道導]))"
)
_WRITER = re.compile(r"作者\s*[:：]\s*([\u4e00-\u9fff]{2,3})(?=\s|$)")
_JAPANESE = re.compile(
    r"【[^】]{0,12}[=＝]([\u3400-\u9fff]{3,6})】|^([\u3400-\u9fff]{2,3}\s?[\u3040-\u9fff]{1,3})\s*記者$"
)
# A signature in brackets at the end of a paragraph, or after it; not the label of a box or an agency: "……と話した。【山田太郎】".
_JAPANESE_AT_END = re.compile(
    r"(?:^|。\s*)[【（](?![^】）]*(?:関連|写真|記事|動画|画像|一覧|特集|速報|続報|共同|時事|通信|新聞|編集|配信))([\u3400-\u9fff]{3,5}(?:、[\u3400-\u9fff]{3,5}){0,2})[】）]$"
)
_KOREAN_AT_END = re.compile(rf"(?:{_KOREAN.pattern})[\s/|]*(?:[\w.+-]+@[\w.-]+)?")


def reporters(text: str) -> list[str]:
    """The names in a line of a byline; none where no office or label stands beside one."""
    if match := _JAPANESE.search(text):
        return [match[1] or match[2]]
    matches = (
        list(_KOREAN.finditer(text)) or [m for m in (_CHINESE.search(text), _WRITER.search(text)) if m][:1]
    )
    return [name for match in matches for name in re.split(r"[\s·ㆍ,、]+", match[1])]


def reporters_at_end(text: str) -> tuple[str, ...]:
    """The names that sign a text in its last line: in brackets after a full stop, or a reporter with an address."""
    if match := _JAPANESE_AT_END.search(text):
        return tuple(match[1].split("、"))
    return tuple(reporters(text)) if _KOREAN_AT_END.fullmatch(text) else ()
