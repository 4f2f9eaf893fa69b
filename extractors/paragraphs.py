"""Our own reading of a page: the blocks of the element that holds most paragraphs, from the first paragraph to the last.

A second opinion on what trafilatura gives, by the shape of the page alone; `traits` compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.blocks import Block, read_blocks
from extractors.boilerplate import is_label, size_of
from extractors.headlines import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    import lxml.html

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

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_HOLDERS = frozenset({"div", "section", "article", "main", "td", "body", "center"})


@dataclass(frozen=True, slots=True)
class Witness:
    """Another extractor's text of a page, the same without space, and the places of the blocks that stand in it."""

    text: str
    squeezed: str
    kept: frozenset[int]


@dataclass(frozen=True, slots=True)
class Reading:
    """A page's blocks, the words of each, its text without space, and which are the article in our own reading."""

    blocks: list[Block]
    sizes: list[int]
    squeezed: list[str]
    ours: frozenset[int]

    def words(self, places: Iterable[int]) -> int:
        """The words of the blocks at `places`."""
        return sum(self.sizes[place] for place in places)

    def hear(self, text: str) -> Witness:
        """What another extractor's text of this page says of the blocks."""
        whole = squeeze(text)
        # Each text is looked for once: a list of thousands of like items has few.
        found = {block for block in set(self.squeezed) if block in whole} if whole else set()
        kept = frozenset(place for place, block in enumerate(self.squeezed) if block in found)
        return Witness(text, whole, kept)


def read_paragraphs(tree: lxml.html.HtmlElement, headline: str | None) -> Reading:
    """The reading of a page, its chrome already off."""
    blocks = read_blocks(tree)
    sizes = [size_of(block.text) for block in blocks]
    squeezed = [squeeze(block.text) for block in blocks]
    return Reading(blocks, sizes, squeezed, frozenset(_paragraph_places(blocks, sizes, headline)))


def squeeze(text: str) -> str:
    """Text without its white space: what two renderings of one block have in common."""
    return "".join(text.split())


def linked_share(block: Block) -> float:
    """The share of a block's characters that is in links."""
    return block.linked / max(1, len(block.text))


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
        if not (linked_share(blocks[place]) > 0.6 and sizes[place] < 25) and not is_label(blocks[place].text)
    ]
    return _from_first_to_last(blocks, sizes, places)


def _container(blocks: list[Block], sizes: list[int]) -> lxml.html.HtmlElement | None:
    paragraphs = {
        b.place for b in blocks if sizes[b.place] >= PARAGRAPH_WORDS and linked_share(b) < PARAGRAPH_LINKS
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
    start = next((p for p in places if blocks[p].tag in HEADINGS and fold(blocks[p].text) == headline), None)
    if start is None:
        return places
    before = sum(sizes[p] for p in places if p < start and sizes[p] >= PARAGRAPH_WORDS)
    # Much text before the headline: then it is no headline of this text.
    return [p for p in places if p > start] if before < 0.3 * sum(sizes[p] for p in places) else places


def _from_first_to_last(blocks: list[Block], sizes: list[int], places: list[int]) -> list[int]:
    long = [p for p in places if sizes[p] >= LONG and blocks[p].tag != "li" and linked_share(blocks[p]) < 0.5]
    if not long:
        return places
    first, last = long[0], long[-1]
    begin = places.index(first)
    if begin and blocks[places[begin - 1]].tag in HEADINGS:
        first = places[begin - 1]
    for place in places:
        if last < place <= last + 3 and blocks[place].tag == "li" and linked_share(blocks[place]) < 0.3:
            last = place
    return [p for p in places if first <= p <= last]
