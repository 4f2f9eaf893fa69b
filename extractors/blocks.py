"""A page's text as blocks in reading order, each with what its markup says of it.

A block is text that a reader sees as one piece: a paragraph, a heading, a list item, a cell. Which blocks are the
article is decided by `bodies`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    import lxml.html

# Blocks read at most: the longest article of the kept pages has under 1,500.
MOST_BLOCKS = 12_000

# A row of a table is one block, its cells parted by this, where no cell is longer: characters.
BETWEEN_CELLS = " | "
LONGEST_CELL = 300
_CELLS = frozenset({"td", "th"})

_BLOCK_TAGS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "menu", "nav",
    "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption", "legend",
})  # fmt: skip
_SKIPPED = frozenset({
    "script", "style", "noscript", "template", "select", "option", "textarea", "svg", "iframe", "button", "input", "object", "embed",
    "canvas", "video", "audio", "map", "head", "datalist", "math", "dialog",
})  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(slots=True)
class Block:
    """One piece of text. `element` is the block element it stands in; `linked` counts characters inside links, `links` the links."""

    text: str
    element: lxml.html.HtmlElement
    tag: str
    place: int
    linked: int = 0
    links: int = 0
    emphasised: int = 0
    path: tuple[lxml.html.HtmlElement, ...] = field(default=())


def read_blocks(tree: lxml.html.HtmlElement) -> list[Block]:
    """Every block of the page's body, in reading order."""
    body = tree.find("body")
    return _Reader().read(body if body is not None else tree)


class _Reader:
    """Walks a tree once and cuts its text where block elements begin and end."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._linked = 0
        self._links = 0
        self._emphasised = 0
        self._path: list[lxml.html.HtmlElement] = []
        self._in_link = 0
        self._in_emphasis = 0
        self._row: lxml.html.HtmlElement | None = None

    def read(self, body: lxml.html.HtmlElement) -> list[Block]:
        skipped: lxml.html.HtmlElement | None = None
        for event, element in etree.iterwalk(body, events=("start", "end")):
            if event == "start":
                if skipped is not None:
                    continue
                if element.tag in _SKIPPED or _is_hidden(element):
                    skipped = element
                    continue
                self._enter(element)
            else:
                if skipped is not None:
                    if element is not skipped:
                        continue
                    skipped = None
                else:
                    self._leave(element)
                if element.tail and element is not body:
                    self._take(element.tail)
            if len(self.blocks) >= MOST_BLOCKS:
                break
        self._flush()
        return self.blocks

    def _enter(self, element: lxml.html.HtmlElement) -> None:
        tag = element.tag
        if self._row is not None:
            if tag in _CELLS and self._parts:
                self._parts.append(BETWEEN_CELLS)
            elif tag in _BLOCK_TAGS or tag == "br":
                self._parts.append(" ")
        elif tag in _BLOCK_TAGS:
            self._flush()
            self._path.append(element)
            if tag == "tr" and _is_row(element):
                self._row = element
        elif tag == "br":
            self._parts.append("\n")
        if tag == "a":
            self._in_link += 1
            self._links += 1
        elif tag in {"b", "strong", "em", "i"}:
            self._in_emphasis += 1
        if element.text:
            self._take(element.text)

    def _leave(self, element: lxml.html.HtmlElement) -> None:
        tag = element.tag
        if self._row is element:
            self._row = None
        if self._row is not None:
            if tag in _BLOCK_TAGS:
                self._parts.append(" ")
        elif tag in _BLOCK_TAGS:
            self._flush()
            if self._path:
                self._path.pop()
        if tag == "a":
            self._in_link -= 1
        elif tag in {"b", "strong", "em", "i"}:
            self._in_emphasis -= 1

    def _take(self, text: str) -> None:
        self._parts.append(text.replace("\n", " "))
        if self._in_link:
            self._linked += len(text.strip())
        if self._in_emphasis:
            self._emphasised += len(text.strip())

    def _flush(self) -> None:
        if self._parts:
            raw = "".join(self._parts)
            lines = [" ".join(line.split()) for line in raw.replace("\u00ad", "").split("\n")]
            text = "\n".join(line for line in lines if line)
            if text and self._path:
                self.blocks.append(Block(
                    text=text, element=self._path[-1], tag=str(self._path[-1].tag), place=len(self.blocks),
                    linked=self._linked, links=self._links, emphasised=self._emphasised, path=tuple(self._path),
                ))  # fmt: skip
        self._parts, self._linked, self._links, self._emphasised = [], 0, 0, 0


def _is_row(element: lxml.html.HtmlElement) -> bool:
    """Whether a table row is one of data: several short cells. Rows of layout hold paragraphs, or one cell."""
    cells = [cell for cell in element if cell.tag in _CELLS]
    return len(cells) > 1 and all(map(_is_short_cell, cells))


def _is_short_cell(cell: lxml.html.HtmlElement) -> bool:
    if len(cell) == 0:  # most cells; a page of 12,000 rows took a second over them
        return len(cell.text or "") <= LONGEST_CELL
    if next(cell.iter("table", "ul", "ol", "h2", "h3"), None) is not None:
        return False
    return len(cell.xpath("string()")) <= LONGEST_CELL


def _is_hidden(element: lxml.html.HtmlElement) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return element.tag not in {"body", "main", "article"}
    style = element.get("style")
    return bool(style and _HIDDEN.search(style) and element.tag not in {"body", "main", "article"})
