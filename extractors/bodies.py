"""The text of an article out of its page: two extractors that check each other, and stated text where both fall short.

trafilatura, on the page without its chrome, is the base. Our own reading of where the paragraphs are fills the gaps it
leaves. A body that the page states itself (JSON-LD) or that the feed brought comes in only where the page shows much less.
One line a paragraph; what is trimmed afterwards is `boilerplate`'s business.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.blocks import Block, read_blocks
from extractors.boilerplate import is_label, size_of
from extractors.chrome import without_chrome
from extractors.headlines import fold
from extractors.structured import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

    import lxml.html

    from extractors.records import Publisher
    from extractors.structured import Structured

# trafilatura logs an error for every odd page; the verdict says it already.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

# Our reading is trusted whole where it holds most of the base's text (this share) and this much more than it.
SHARED = 0.6
MUCH_MORE = 1.41
# A block the base left out between two it kept comes back where its neighbours in the same element were kept: words.
# A base of fewer words gives way to a reading of several times as many: it has missed the body.
FEW_WORDS = 60
SEVERAL = 2
# Under this share of common words the base's fast mode is not believed.
AGREE = 0.7
# Words below which the page is read again with its chrome.
SHORT_TEXT = 30
KEPT_BESIDE = 60
LEAST_GAP = 5
# The stated body wins where the page's text is under this share of it; alone it scores F1 .77-.88 (facts/extraction.md).
STATED_SHARE = 0.6
LEAST_STATED = 300
# How far a line of the base is looked for among the blocks when none is exactly it.
LOOK_AHEAD = 60

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_HOLDERS = frozenset({"div", "section", "article", "main", "td", "body", "center"})


@dataclass(frozen=True, slots=True)
class Body:
    """The text, and which extractor gave it."""

    text: str
    source: str


def find_body(
    tree: lxml.html.HtmlElement,
    structured: Structured,
    *,
    url: str,
    headline: str | None = None,
    publisher: Publisher | None = None,
    feed_html: str | None = None,
) -> Body:
    """The article's text; empty where the page has none."""
    bare = without_chrome(tree, publisher=publisher)
    reading = _read(bare, headline)
    body = _fused(_checked_base(bare, reading, url), reading)
    if size_of(body.text) < SHORT_TEXT:
        again = _with_chrome(tree, url, headline)
        body = again if size_of(again.text) > SEVERAL * size_of(body.text) else body
    for source, stated in (("json-ld", _stated(structured)), ("feed", _from_feed(feed_html))):
        if len(stated) >= LEAST_STATED and len(body.text) < STATED_SHARE * len(stated):
            body = Body(stated, source)
    return body


@dataclass(frozen=True, slots=True)
class _Reading:
    """A page's blocks, their words, their text without space, and which of them are the article in our reading."""

    blocks: list[Block]
    sizes: list[int]
    squeezed: list[str]
    ours: frozenset[int]

    def words(self, places: Iterable[int]) -> int:
        return sum(self.sizes[place] for place in places)

    def kept_by(self, base: str) -> frozenset[int]:
        whole = squeeze(base)
        return (
            frozenset(place for place, text in enumerate(self.squeezed) if text in whole)
            if whole
            else frozenset()
        )


def _read(tree: lxml.html.HtmlElement, headline: str | None) -> _Reading:
    blocks = read_blocks(tree)
    sizes = [size_of(block.text) for block in blocks]
    squeezed = [squeeze(block.text) for block in blocks]
    return _Reading(blocks, sizes, squeezed, frozenset(_paragraph_places(blocks, sizes, headline)))


def _checked_base(bare: lxml.html.HtmlElement, reading: _Reading, url: str) -> str:
    """Trafilatura in its fast mode; with its own fallbacks where our reading is of another text."""
    base = _base(bare, url, fast=True)
    kept = reading.kept_by(base)
    agreed = 2 * reading.words(kept & reading.ours) >= AGREE * (
        reading.words(kept) + reading.words(reading.ours)
    )
    return base if agreed else _base(bare, url, fast=False)


def _with_chrome(tree: lxml.html.HtmlElement, url: str, headline: str | None) -> Body:
    """The page read as it came: perhaps the chrome that went held the body.

    Of such a page trafilatura may give everything there is, so that it is believed only where our reading agrees.
    """
    reading = _read(tree, headline)
    base = _base(tree, url, fast=False)
    kept = reading.kept_by(base)
    shared = 2 * reading.words(kept & reading.ours)
    if shared >= AGREE * (reading.words(kept) + reading.words(reading.ours)):
        return _fused(base, reading)
    return Body("\n".join(reading.blocks[place].text for place in sorted(reading.ours)), "blocks")


def _base(bare: lxml.html.HtmlElement, url: str, *, fast: bool) -> str:
    from trafilatura import bare_extraction

    found = bare_extraction(bare, url=url, fast=fast, include_comments=False)
    return (found.text or "") if found is not None and not isinstance(found, dict) else ""


def _fused(base: str, reading: _Reading) -> Body:
    """The base's lines, with the blocks our reading adds put where they stand on the page."""
    kept = reading.kept_by(base)
    in_base = reading.words(kept)
    if in_base < FEW_WORDS and reading.words(reading.ours) > SEVERAL * max(in_base, size_of(base)):
        return Body("\n".join(reading.blocks[place].text for place in sorted(reading.ours)), "blocks")
    added = _added(reading, kept)
    if not added:
        return Body(base, "trafilatura")
    return Body(_merged(base, reading, sorted(added)), "trafilatura+blocks")


def _added(reading: _Reading, kept: frozenset[int]) -> frozenset[int]:
    blocks, sizes = reading.blocks, reading.sizes
    in_base = reading.words(kept)
    if (
        reading.words(reading.ours) > MUCH_MORE * in_base
        and reading.words(kept & reading.ours) >= SHARED * in_base
    ):
        return reading.ours - kept
    beside: dict[lxml.html.HtmlElement, int] = {}
    for place in kept:
        holder = _holder(blocks[place])
        beside[holder] = beside.get(holder, 0) + sizes[place]
    long = [place for place in kept if sizes[place] >= PARAGRAPH_WORDS]
    first, last = (min(long), max(long)) if long else (0, 0)
    return frozenset(
        place
        for place in reading.ours - kept
        if first < place < last
        and beside.get(_holder(blocks[place]), 0) >= KEPT_BESIDE
        and (sizes[place] >= LEAST_GAP or blocks[place].tag in _HEADINGS)
    )


def _merged(base: str, reading: _Reading, added: list[int]) -> str:
    """The base's lines in their order; each added block before the first line that stands after it on the page."""
    blocks, squeezed = reading.blocks, reading.squeezed
    exact: dict[str, list[int]] = {}
    for place, text in enumerate(squeezed):
        exact.setdefault(text, []).append(place)
    lines: list[str] = []
    reached, waiting = -1, 0
    for line in base.splitlines():
        if not line.strip():
            continue
        found = _place_of(squeeze(line.lstrip("-•* ")) or squeeze(line), exact, squeezed, reached)
        if found is not None and found >= reached:
            while waiting < len(added) and added[waiting] < found:
                lines.append(blocks[added[waiting]].text)
                waiting += 1
        if found is not None:
            reached = found
        lines.append(line)
    lines += [blocks[place].text for place in added[waiting:]]
    return "\n".join(lines)


def _place_of(line: str, exact: dict[str, list[int]], squeezed: list[str], reached: int) -> int | None:
    if places := exact.get(line):
        return next((place for place in places if place > reached), places[0])
    ahead = range(reached + 1, min(len(squeezed), reached + LOOK_AHEAD))
    return next((place for place in ahead if line in squeezed[place]), None)


# --------------------------------------------------------------------------- our own reading

# Words of a run that make it a paragraph, at least; and the share of its characters in links, at most.
PARAGRAPH_WORDS = 8
PARAGRAPH_LINKS = 0.4
# A paragraph counts for the elements around it, less for those farther out.
SHARES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.18)
# The container grows to an outer element with this many times its paragraphs, if what is gained is nearly all paragraphs.
GROWTH = 1.25
PURE = 0.85
# The body begins and ends with a paragraph of this many words.
LONG = 15


def _paragraph_places(blocks: list[Block], sizes: list[int], headline: str | None) -> list[int]:
    """Where the article's paragraphs are: the blocks of the element that holds most of them, from first to last."""
    found = _container(blocks, sizes)
    if found is None:
        return []
    places = [block.place for block in blocks if found in block.path]
    places = _after_headline(blocks, sizes, places, fold(headline or ""))
    places = [
        place
        for place in places
        if not (_links(blocks[place]) > 0.6 and sizes[place] < 25) and not is_label(blocks[place].text)
    ]
    return _from_first_to_last(blocks, sizes, places)


def _container(blocks: list[Block], sizes: list[int]) -> lxml.html.HtmlElement | None:
    paragraphs = {
        b.place for b in blocks if sizes[b.place] >= PARAGRAPH_WORDS and _links(b) < PARAGRAPH_LINKS
    }
    scores: dict[lxml.html.HtmlElement, float] = {}
    for place in paragraphs:
        block = blocks[place]
        weight = min(sizes[place], 120) * (1.0 if block.tag in {"p", "div", "blockquote", "pre"} else 0.4)
        path = block.path if block.tag in _HOLDERS else block.path[:-1]
        for element, share in zip(reversed(path), SHARES, strict=False):
            scores[element] = scores.get(element, 0.0) + weight * share
    if not scores:
        return None
    best = max(scores, key=lambda element: scores[element])
    words: dict[lxml.html.HtmlElement, list[int]] = {}
    for block in blocks:
        for element in block.path:
            counted = words.setdefault(element, [0, 0])
            counted[0] += sizes[block.place]
            counted[1] += sizes[block.place] if block.place in paragraphs else 0
    everything, held = words[best]
    for outer in best.iterancestors():
        if outer not in words:
            break
        more, more_held = words[outer]
        if more_held > held * GROWTH and more_held - held >= PURE * (more - everything):
            best, everything, held = outer, more, more_held
    return best


def _after_headline(blocks: list[Block], sizes: list[int], places: list[int], headline: str) -> list[int]:
    if not headline:
        return places
    start = next((p for p in places if blocks[p].tag in _HEADINGS and fold(blocks[p].text) == headline), None)
    if start is None:
        return places
    before = sum(sizes[p] for p in places if p < start and sizes[p] >= PARAGRAPH_WORDS)
    # Much text before the headline: then it is no headline of this text.
    return [p for p in places if p > start] if before < 0.3 * sum(sizes[p] for p in places) else places


def _from_first_to_last(blocks: list[Block], sizes: list[int], places: list[int]) -> list[int]:
    long = [p for p in places if sizes[p] >= LONG and blocks[p].tag != "li" and _links(blocks[p]) < 0.5]
    if not long:
        return places
    first, last = long[0], long[-1]
    begin = places.index(first)
    if begin and blocks[places[begin - 1]].tag in _HEADINGS:
        first = places[begin - 1]
    for place in places:
        if last < place <= last + 3 and blocks[place].tag == "li" and _links(blocks[place]) < 0.3:
            last = place
    return [p for p in places if first <= p <= last]


def _links(block: Block) -> float:
    return block.linked / max(1, len(block.text))


def _holder(block: Block) -> lxml.html.HtmlElement:
    """The element whose pieces the block is one of."""
    return block.element if block.tag in _HOLDERS or len(block.path) < 2 else block.path[-2]


def squeeze(text: str) -> str:
    """Text without its white space: what two renderings of one block have in common."""
    return "".join(text.split())


# --------------------------------------------------------------------------- stated bodies


def _stated(structured: Structured) -> str:
    bodies = [
        node["articleBody"] for node in structured.articles() if isinstance(node.get("articleBody"), str)
    ]
    return _lines(max(bodies, key=len)) if bodies else ""


def _from_feed(feed_html: str | None) -> str:
    return _lines(feed_html) if feed_html else ""


def _lines(raw: str) -> str:
    """A stated body as lines: its markup read, or its own line ends kept."""
    if "<" in raw and ">" in raw:
        import lxml.html
        from lxml import etree

        try:
            fragment = lxml.html.document_fromstring(f"<html><body><div>{raw[:500_000]}</div></body></html>")
        except (etree.ParserError, ValueError):
            return ""
        return "\n".join(block.text for block in read_blocks(fragment))
    return "\n".join(line for part in raw.splitlines() if (line := tidy(part)))
