"""The text of an article out of its page: the blocks that are likely the article's, one line a paragraph.

trafilatura's text, resiliparse's and our own reading of where the paragraphs are bear witness for each block; trees fitted on pages with gold
texts weigh what they say with the block's shape (`traits`, `likelihood`). A body that the page states itself (JSON-LD) or that
the feed brought comes in only where the page shows much less. What is trimmed afterwards is `boilerplate`'s business.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from extractors.blocks import Block, read_blocks
from extractors.boilerplate import size_of
from extractors.chrome import drop_other_articles, without_chrome
from extractors.likelihood import Trees, shipped_trees
from extractors.paragraphs import Reading, Witness, linked_share, read_paragraphs
from extractors.structured import tidy
from extractors.traits import measure

if TYPE_CHECKING:
    import lxml.html

    from extractors.records import Publisher
    from extractors.structured import Structured

# trafilatura logs an error for every odd page; the verdict says it already.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

# A block this likely is kept. Under one half, as the best cut for F1 is half the F1 that can be reached (Lipton, Elkan and
# Naryanaswamy 2014).
LIKELY = 0.45
# Words below which the page is read again with its chrome; and how many times as many the second reading must have.
SHORT_TEXT = 30
SEVERAL = 2
# Under this share of common words trafilatura's text of a page with its chrome is not believed.
AGREE = 0.7
# From this share of common words on, resiliparse and our reading have found the same text; from a lower one on where no list is
# in doubt, which resiliparse takes for menus. trafilatura takes a quarter of a page's time.
ALIKE = 0.95
NEARLY_ALIKE = 0.85
# The stated body wins where the page's text is under this share of it; alone it scores F1 .77-.88 (facts/extraction.md).
STATED_SHARE = 0.6
LEAST_STATED = 300
# Words from which on a block that says the same as one before it is a copy: a page for phones beside one for desks. Of 295
# such likely blocks on kept pages, 241 stand once in the gold text, 45 never, 9 twice.
COPIED = 8
# A block of so many links, with this share of its characters in them, is a menu or a cloud of tags: 54 of 55 on kept pages.
MANY_LINKS = 8
MOSTLY_LINKS = 0.7
LISTED = frozenset({"li", "dd", "dt", "td", "th", "tr"})


@dataclass(frozen=True, slots=True)
class Body:
    """The text, and which extractor gave it."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What speaks for and against each block of a page: its `table` of traits, a row a block."""

    reading: Reading
    base: str
    table: Any


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
    stated = stated_body(structured)
    witnesses = hear(without_chrome(tree, publisher=publisher), url=url, headline=headline, stated=stated)
    body = _likely(witnesses)
    if size_of(body.text) < SHORT_TEXT:
        again = _with_chrome(tree, url, headline, stated)
        body = again if size_of(again.text) > SEVERAL * size_of(body.text) else body
    for source, text in (("json-ld", stated), ("feed", _from_feed(feed_html))):
        if len(text) >= LEAST_STATED and len(body.text) < STATED_SHARE * len(text):
            body = Body(text, source)
    return body


def hear(bare: lxml.html.HtmlElement, *, url: str, headline: str | None, stated: str) -> Witnesses:
    """The witnesses for each block of a page whose chrome is off, and from which other articles are taken."""
    drop_other_articles(bare, headline)
    reading = read_paragraphs(bare, headline)
    second = reading.hear(_second(bare))
    # Where two agree on the page, the third and slowest is not asked.
    base = second if _agree(reading, second) else reading.hear(_base(bare, url, fast=True))
    table = measure(reading, base, second, headline=headline, stated=stated)
    return Witnesses(reading, base.text, table)


def _agree(reading: Reading, second: Witness) -> bool:
    """Whether resiliparse and our reading found the same text; less is enough where they do not differ about a list."""
    agreement = _agreement(reading, second)
    if agreement >= ALIKE:
        return True
    doubted = reading.ours - second.kept
    return agreement >= NEARLY_ALIKE and not any(reading.blocks[place].tag in LISTED for place in doubted)


def _agreement(reading: Reading, witness: Witness) -> float:
    """The words that a witness and our reading have in common, as a share of both (Dice)."""
    either = reading.words(witness.kept) + reading.words(reading.ours)
    return 2 * reading.words(witness.kept & reading.ours) / either if either else 0.0


def likely_lines(witnesses: Witnesses, trees: Trees) -> list[str]:
    """The text of the blocks that are likely the article's. A table is kept whole: where a row is likely, or amid likely paragraphs."""
    blocks = witnesses.reading.blocks
    likely = trees.likelihoods(witnesses.table)
    tables: dict[lxml.html.HtmlElement, list[int]] = {}
    for place, block in enumerate(blocks):
        if block.tag == "tr" and len(block.path) > 1:
            tables.setdefault(block.path[-2], []).append(place)
    for rows in tables.values():
        around = [place for place in (rows[0] - 1, rows[-1] + 1) if 0 <= place < len(blocks)]
        amid = len(around) == 2 and all(
            likely[place] >= LIKELY
            and blocks[place].path[-2:-1]
            and blocks[place].path[-2] in blocks[rows[0]].path
            for place in around
        )
        best = 1.0 if amid else max(likely[row] for row in rows)
        for row in rows:
            likely[row] = best
    kept = [place for place, one in enumerate(likely) if one >= LIKELY and not _is_menu(blocks[place])]
    return [blocks[place].text for place in _without_copies(kept, witnesses.reading)]


def _is_menu(block: Block) -> bool:
    return block.links >= MANY_LINKS and linked_share(block) > MOSTLY_LINKS


def _without_copies(places: list[int], reading: Reading) -> list[int]:
    seen: set[str] = set()
    kept = []
    for place in places:
        text = reading.squeezed[place]
        if reading.sizes[place] < COPIED or text not in seen:
            kept.append(place)
        seen.add(text)
    return kept


def _likely(witnesses: Witnesses) -> Body:
    """The likely blocks; trafilatura's text where no block is likely."""
    lines = likely_lines(witnesses, shipped_trees())
    return Body("\n".join(lines), "blocks") if lines else Body(witnesses.base, "trafilatura")


def _with_chrome(tree: lxml.html.HtmlElement, url: str, headline: str | None, stated: str) -> Body:
    """The page read as it came: perhaps the chrome that went held the body.

    Of such a page trafilatura may give everything there is, so that it is believed only where our reading agrees.
    """
    reading = read_paragraphs(tree, headline)
    base = reading.hear(_base(tree, url, fast=False))
    if _agreement(reading, base) >= AGREE:
        table = measure(reading, base, reading.hear(_second(tree)), headline=headline, stated=stated)
        return _likely(Witnesses(reading, base.text, table))
    return Body("\n".join(reading.blocks[place].text for place in sorted(reading.ours)), "paragraphs")


def _base(bare: lxml.html.HtmlElement, url: str, *, fast: bool) -> str:
    from trafilatura import bare_extraction

    found = bare_extraction(bare, url=url, fast=fast, include_comments=False)
    return (found.text or "") if found is not None and not isinstance(found, dict) else ""


def _second(bare: lxml.html.HtmlElement) -> str:
    """What resiliparse takes for the main content: nineteen times as fast as trafilatura, and wrong about other pages."""
    import lxml.html
    from resiliparse.extract.html2text import extract_plain_text

    source = lxml.html.tostring(bare, encoding="unicode")
    text: str = extract_plain_text(
        source, main_content=True, preserve_formatting=True, list_bullets=False, alt_texts=False, comments=False, post_meta=False
    )  # fmt: skip
    return text


def stated_body(structured: Structured) -> str:
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
