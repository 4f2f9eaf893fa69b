"""What stands around a page's headline: runs of text with their elements, and how near the headline each is.

Bylines and dates are looked for here. It reads the tree once; what a run means is decided by those who ask.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    import lxml.html

# A run this long is a paragraph; after this much of them the byline is over. Leads often stand above it: 700 characters of
# runs from 160 on found no date and no author more on 614 kept pages.
PARAGRAPH = 80
LEAD = 500
# How far from the headline, in runs, a byline stands.
AFTER_HEADLINE = 60
BEFORE_HEADLINE = 25
# The same from the top of a page whose headline is no heading.
FROM_TOP = 120

# Names of boxes that speak of other articles, or that readers wrote.
_OTHERS = re.compile(
    r"comment|related|recommend|copyright|reply|newsletter|most-?read|popular", re.IGNORECASE
)
# Names that are as often given to parts of the article: they count only away from the headline.
_PERHAPS = re.compile(
    r"sidebar|side-bar|latest|recent|teaser|page-footer|site-footer|trending|widget|card|carousel|slider|ticker|archive|calendar",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\W_]+")
_SKIPPED = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "select",
        "option",
        "textarea",
        "nav",
        "head",
        "svg",
        "iframe",
    }
)


@dataclass(frozen=True, slots=True)
class Run:
    """Text as it stands in `element` (its own text, or a child's tail); `near` the headline or not."""

    element: lxml.html.HtmlElement
    text: str
    near: bool


class Vicinity:
    """The runs of a page, read when first asked for."""

    def __init__(self, tree: lxml.html.HtmlElement, headline: str | None) -> None:
        self._tree = tree
        self._headline = headline
        self._runs: tuple[Run, ...] | None = None
        self._around: frozenset[lxml.html.HtmlElement] = frozenset()
        self._near: frozenset[lxml.html.HtmlElement] | None = None

    @property
    def runs(self) -> tuple[Run, ...]:
        """Every run of text outside scripts and navigation."""
        if self._runs is None:
            self._runs = self._read()
        return self._runs

    def below(self, element: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
        """The element and its ancestors up to the one that also holds the headline: what they are called, it may be."""
        nodes = []
        _ = self.runs
        for node in (element, *element.iterancestors()):
            if node in self._around or node.tag in {"body", "main", "html"}:
                break
            nodes.append(node)
        return nodes

    def is_near(self, element: lxml.html.HtmlElement) -> bool:
        """Whether text of the element stands near the headline."""
        if self._near is None:
            self._near = frozenset(run.element for run in self.runs if run.near)
        return any(node in self._near for node in element.iter())

    def is_elsewhere(self, element: lxml.html.HtmlElement, *, near: bool = False) -> bool:
        """Whether the element stands in a box about other articles, in comments or in the page's footer."""
        if self.is_others(element):
            return True
        return not near and any(_PERHAPS.search(names(node)) for node in self.below(element))

    def is_others(self, element: lxml.html.HtmlElement) -> bool:
        """Whether the element surely is no part of the article: what its box is called is never given to a part of one."""
        below = self.below(element)
        return (
            any(_OTHERS.search(names(node)) for node in below)
            or _is_of_page(element, "footer")
            # The page's own head, with its clock, is one that does not hold the headline.
            or (
                bool(self._around)
                and any(node.tag == "header" for node in below)
                and _is_of_page(element, "header")
            )
        )

    def _read(self) -> tuple[Run, ...]:
        runs = _texts(self._tree)
        title = _headline_element(self._tree, self._headline)
        start = None
        if title is not None:
            self._around = frozenset((title, *title.iterancestors()))
            within = set(title.iter())
            start = next((place for place, (element, _) in enumerate(runs) if element in within), None)
        found, read = [], 0
        for place, (element, text) in enumerate(runs):
            if place > (start or 0) and len(text) >= PARAGRAPH:
                read += len(text)
            near = read < LEAD and (
                place <= FROM_TOP if start is None else -BEFORE_HEADLINE <= place - start <= AFTER_HEADLINE
            )
            found.append(Run(element, text, near))
        return tuple(found)


def names(element: lxml.html.HtmlElement) -> str:
    """What an element is called: its class, id, itemprop and test id."""
    get = element.get
    return (
        f"{get('class') or ''} {get('id') or ''} {get('itemprop') or ''} {get('data-testid') or ''}".strip()
    )


def _texts(tree: lxml.html.HtmlElement) -> list[tuple[lxml.html.HtmlElement, str]]:
    runs: list[tuple[lxml.html.HtmlElement, str]] = []
    body = tree.find("body")
    if body is None:
        return runs
    skipped: lxml.html.HtmlElement | None = None
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if event == "end":
            if element is skipped:
                skipped = None
            parent = element.getparent()
            if (
                skipped is None
                and element.tail
                and parent is not None
                and (text := " ".join(element.tail.split()))
            ):
                runs.append((parent, text))
        elif skipped is None:
            if element.tag in _SKIPPED:
                skipped = element
            elif element.text and (text := " ".join(element.text.split())):
                runs.append((element, text))
    return runs


def _headline_element(tree: lxml.html.HtmlElement, headline: str | None) -> lxml.html.HtmlElement | None:
    headings = [*tree.iter("h1"), *tree.iter("h2")]
    wanted = _letters(headline or "")
    for heading in headings:
        if wanted and wanted in _letters("".join(heading.itertext())):
            return heading
    if headings and headings[0].tag == "h1":
        return headings[0]
    body = tree.find("body")
    for element in (
        body.iter("h3", "h4", "div", "span", "p", "strong", "b") if wanted and body is not None else ()
    ):
        if element.text and _letters(element.text) == wanted:
            return element
    return None


def _letters(text: str) -> str:
    """The text without what its titles write differently: space, case, dashes and quotes."""
    return _BETWEEN.sub("", text.casefold())


def _is_of_page(element: lxml.html.HtmlElement, tag: str) -> bool:
    """In the page's footer or header; an article's own often hold its byline."""
    box = element if element.tag == tag else next(element.iterancestors(tag), None)
    return box is not None and next(box.iterancestors("article", "main"), None) is None
