"""A page without its chrome: menus, share bars, comments, related boxes, captions, scripts.

Takes off by tag and by what boxes are called, on a copy of the tree, and leaves alone whatever holds a large part of
the page's text: names lie. What is left still has to be told apart by an extractor.
"""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lxml import etree

from extractors.headlines import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    import lxml.html

    from extractors.records import Publisher

# A box that holds more of the page's text than this is no chrome, whatever it is called.
LARGEST_SHARE = 0.3

# An element that holds more of the page's paragraphs than this holds the article, whatever its tag or its `hidden` says: markup
# that is never closed puts whole pages into a menu's button, pages that are sent in pieces hide them until they run, and
# paywalls hide what they sent. A paragraph is a p element of so many characters.
MOST_OF_PAGE = 0.5
PARAGRAPH = 80
# An element with less of the whole text is not looked at.
LEAST_OF_PAGE = 0.15

_NO_TEXT = (
    "script", "style", "template", "svg", "iframe", "select", "textarea", "input", "object", "embed", "canvas", "video", "audio",
    "map", "link", "head", "img", "picture", "source", "wbr",
)  # fmt: skip
_NEVER_ARTICLE = ("button", "nav", "dialog")
_BY_SIZE = ("aside", "footer", "figcaption", "noscript", "menu")
_NAMED_TAGS = (
    "div",
    "section",
    "ul",
    "ol",
    "p",
    "span",
    "aside",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "header",
    "details",
    "form",
    "dl",
    "table",
    "strong",
    "small",
    "a",
    "address",
    "em",
    "i",
)
# Names are read in lower case: a pattern that ignores case took three times as long.
# Boxes of others' words, and of small print: off whatever they hold.
_CERTAIN = re.compile(
    r"(?:^|[\s_-])(?:comments?(?:list|section|area|box|form|[-_]\w+)?|disqus\w*|respond|outbrain\w*|taboola\w*|zergnet|newsletter\w*|"
    r"cookies?(?:-\w+)?|consent|gdpr|author-?(?:bio|box|card|info|about|description|profile)|about-?(?:the-?)?author|"
    r"screen-?reader(?:-text)?|sr-only|visually-?hidden|visuallyhidden|tooltip|skip-?links?|adsbygoogle)(?=$|[\s_-])",
)
# Names that bodies bear as well: off where the box is short or mostly links.
_LIKELY = re.compile(
    r"(?:^|[\s_-])(?:related\w*|recommend\w*|read-?(?:more|next|also)|also-?read|more-?(?:stories|articles|news|from|on)|most-?(?:read|popular)|popular|"
    r"trending|you-?may\w*|up-?next|recirc\w*|subscri\w*|sign-?up|mailing-?list|paywall-?(?:prompt|banner|offer|box)|"
    r"share(?:s|bar|-?bar|-?buttons?|-?links?|-?tools?|daddy)?|sharing|sharethis|addthis\w*|addtoany\w*|social(?:s|-\w+)?|follow-?us|"
    r"advert\w*|ads?|ad-\w+|sponsor\w*|promo(?:s|-\w+|tion\w*)?|banner|breadcrumbs?|pagination|pager|prev-?next|post-?nav\w*|"
    r"nav(?:igation|bar|-links)?|bio|captions?|wp-caption-text|image-?(?:caption|credit)|photo-?(?:caption|credit)|tags?(?:-?list|-?links|-?cloud|s)?|post-?tags|article-?tags|entry-?tags|keywords|credits?|"
    r"print-?only|toc|table-of-contents|jump-?links?|print|editor-?note|disclaimer|copyright|donat\w*|app-?promo)(?=$|[\s_-])",
)
# A box with a likely name goes up to this many characters, or with this share of them in links.
SHORT_BOX = 300
MANY_LINKS = 0.3
# A body selector that finds fewer words than this no longer fits the site.
FEWEST_WORDS = 30
# Longer class lists are of frameworks that name every style.
LONGEST_NAME = 400

_PASSED_TAGS = frozenset({"nav", "button", "dialog", "noscript"})
# Asked of the attributes, which is six times as fast as asking every element.
_MAY_HIDE: Callable[[lxml.html.HtmlElement], Any] = etree.XPath(
    "descendant::*/@hidden/.. | descendant::*/@aria-hidden/.. | descendant::*/@style/.."
)
_LENGTH: Callable[[lxml.html.HtmlElement], Any] = etree.XPath("string-length()")

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def without_chrome(
    tree: lxml.html.HtmlElement, *, publisher: Publisher | None = None
) -> lxml.html.HtmlElement:
    """A copy of `tree` without what is certainly no article, and without what the publisher's file says is none."""
    tree = copy.deepcopy(tree)
    if publisher is not None:
        tree = _as_told(tree, publisher)
    # In one pass of libxml2's; images are asked of the metadata, not of the text.
    etree.strip_elements(tree, *_NO_TEXT, with_tail=False)
    body = tree.find("body")
    if body is not None:
        _open_holders(body)
    etree.strip_elements(tree, *_NEVER_ARTICLE, with_tail=False)
    _elements = list(tree.iter())  # kept alive, as in `markup.Markup`
    if body is None:
        return tree
    total = _size(body)
    limit = max(200.0, total * LARGEST_SHARE)
    for element in list(body.iter(*_BY_SIZE)):
        if (_size(element) <= limit or _is_pages_footer(element, body)) and not _holds_headline(element):
            _drop(element)
    for element in list(body.iter(*_NAMED_TAGS)):
        if element.getparent() is not None and _is_chrome(element, limit):
            _drop(element)
    return tree


def drop_other_articles(bare: lxml.html.HtmlElement, headline: str | None) -> None:
    """Take off the articles that follow the page's own: `article` elements with an h1 of their own after the headline's."""
    wanted = fold(headline or "")
    headings = list(bare.iter("h1")) if wanted else []
    own = next((place for place, h1 in enumerate(headings) if fold("".join(h1.itertext())) == wanted), None)
    if own is None or (home := next(headings[own].iterancestors("article"), None)) is None:
        return
    around = {home, *home.iterancestors("article")}
    for heading in headings[own + 1 :]:
        other = next(heading.iterancestors("article"), None)
        if other is not None and other not in around and home not in other.iterancestors():
            _drop(other)


def _open_holders(body: lxml.html.HtmlElement) -> None:
    """Make plain boxes of the elements that would be passed over for their tag or as hidden, but hold most paragraphs."""
    least = _size(body) * LEAST_OF_PAGE
    passed_over = [
        element
        for element in {*body.iter(*_PASSED_TAGS), *filter(_is_passed_over, _MAY_HIDE(body))}
        if _size(element) > least
    ]
    if not passed_over:
        return
    held: dict[lxml.html.HtmlElement, int] = {}
    for paragraph in body.iter("p"):
        size = _size(paragraph)
        for element in paragraph.iterancestors() if size >= PARAGRAPH else ():
            held[element] = held.get(element, 0) + size
    for element in passed_over:
        if held.get(element, 0) > MOST_OF_PAGE * held.get(body, 0):
            element.tag = "div"
            for name in ("hidden", "aria-hidden", "style"):
                element.attrib.pop(name, None)


def _is_passed_over(element: lxml.html.HtmlElement) -> bool:
    return element.get("aria-hidden") == "true" or _is_hidden(element)


def _is_chrome(element: lxml.html.HtmlElement, limit: float) -> bool:
    certainty = 2 if _is_hidden(element) else _certainty(element.get("class"), element.get("id"))
    if not certainty or _holds_headline(element):
        return False
    size = _size(element)
    if size > limit:
        return False
    return certainty == 2 or size <= SHORT_BOX or _linked(element) >= size * MANY_LINKS


def _is_pages_footer(element: lxml.html.HtmlElement, body: lxml.html.HtmlElement) -> bool:
    """Whether a footer is the page's, on a page with a headline: small print, even where there is more of it than of the article.

    On 614 kept pages no word of a gold text stands in one; an article's own footer, in its element, may hold some.
    """
    return (
        element.tag == "footer"
        and next(element.iterancestors("article", "main"), None) is None
        and next(body.iter("h1"), None) is not None
    )


def _as_told(tree: lxml.html.HtmlElement, publisher: Publisher) -> lxml.html.HtmlElement:
    for selector in publisher.drop_selectors:
        for element in tree.cssselect(selector):
            _drop(element)
    chosen = tree.cssselect(publisher.body_selector) if publisher.body_selector else []
    body = tree.find("body")
    if chosen and body is not None and len(chosen[0].xpath("string()").split()) > FEWEST_WORDS:
        for element in list(body):
            body.remove(element)
        body.text = None
        body.append(chosen[0])
    return tree


def _drop(element: lxml.html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _size(element: lxml.html.HtmlElement) -> int:
    return int(_LENGTH(element))


def _holds_headline(element: lxml.html.HtmlElement) -> bool:
    return element.tag == "h1" or next(element.iter("h1"), None) is not None


def _is_hidden(element: lxml.html.HtmlElement) -> bool:
    style = element.get("style")
    return bool(style and _HIDDEN.search(style)) or element.get("hidden") is not None


def _linked(element: lxml.html.HtmlElement) -> int:
    return sum(_size(link) for link in element.iter("a"))


@lru_cache(maxsize=20_000)
def _certainty(called: str | None, name: str | None) -> int:
    """2 for a name that is only ever chrome's, 1 for one that is mostly, 0 for others."""
    text = f"{called or ''} {name or ''}"
    if len(text) > LONGEST_NAME or len(text) == 1:
        return 0
    text = _CAMEL.sub("-", text).lower()
    return 2 if _CERTAIN.search(text) else 1 if _LIKELY.search(text) else 0
