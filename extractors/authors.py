"""Who wrote the article: persons named by the page's structured data, its author elements or its byline.

Not the outlet, not "Staff", not a URL or a handle. Names stay as written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from extractors import bylines
from extractors.author_words import CARD_LABEL
from extractors.headlines import fold
from extractors.persons import is_login, is_name_like, people
from extractors.structured import texts

if TYPE_CHECKING:
    from collections.abc import Callable

    import lxml.html

    from extractors.structured import Structured
    from extractors.vicinity import Vicinity

_META = (
    "author", "article:author", "og:article:author", "og:author", "article:author_name", "parsely-author", "sailthru.author", "byl",
    "dc.creator", "dc:creator", "dcterms.creator", "citation_author", "authors", "cxenseparse:author", "shareaholic:article_author_name",
    "articleauthor", "rbauthors", "creator", "dcsext.author",
)  # fmt: skip

_MAY_NAME = re.compile(r"uthor|yline|riter")
# Meta elements of content systems we have not met, by what their names say.
_META_NAMED = re.compile(r"(?:^|[._:-])(?:authors?|byline|writer|reporter|creator)(?:[._:-]?names?)?$")
_META_OTHERS = frozenset(("twitter:creator", "article:author", "og:creator"))

_CARD_LABEL = re.compile(rf"{CARD_LABEL}\s*[:：]?", re.IGNORECASE)

_IN_SCRIPT = re.compile(
    r"""["'](?:page|post|article|content|story)?[_-]?(?:post)?[_-]?(?:authors?|byline|writer)(?:[_-]?name)?["']\s*:\s*\[?\s*"""
    r"""(?:\{[^{}]{0,300}?["'](?:name|fullName|full_name|displayName|display_name)["']\s*:\s*)?["']([^"'\\<>{}]{3,50})["']""",
    re.IGNORECASE,
)


def find_authors(
    structured: Structured,
    vicinity: Vicinity,
    tree: lxml.html.HtmlElement,
    *,
    url: str,
    site_names: tuple[str, ...] = (),
) -> tuple[tuple[str, ...], str | None]:
    """The authors' names and where they were found."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    outlets = frozenset(f for f in (fold(host), fold(host.split(".")[0]), *map(fold, site_names)) if f)
    ways: tuple[tuple[str, Callable[[], list[str]]], ...] = (
        ("json-ld", lambda: _in_json_ld(structured)),
        ("meta", lambda: structured.every(*_META)),
        ("meta", lambda: _labelled(structured)),
        ("meta", lambda: _in_other_meta(structured)),
        ("microdata", lambda: bylines.in_microdata(tree, vicinity)),
        ("author-link", lambda: bylines.in_links(tree, vicinity)),
        ("byline-element", lambda: bylines.in_elements(tree, vicinity)),
        ("byline", lambda: bylines.in_lines(vicinity)),
        ("author-link", lambda: bylines.in_linked_pages(tree, vicinity)),
        ("byline", lambda: bylines.signed(vicinity)),
        ("byline", lambda: bylines.under_headings(vicinity)),
        ("script", lambda: _in_scripts(tree)),
        ("json-ld-page", lambda: _in_json_ld_pages(structured)),
    )
    like_outlet: tuple[tuple[str, ...], str | None] = (), None
    for source, read in ways:
        found = people(read(), outlets)
        # Who is called like the site may be the person whose site it is, and a login is a name: unless another is named.
        if found and all(fold(name) in outlets or is_login(name) for name in found):
            like_outlet = like_outlet if like_outlet[0] else (found, source)
        elif found:
            if len(found) == 1 and source in {"json-ld", "meta"}:
                found = _with_others(found, people(bylines.marked_near(tree, vicinity), outlets))
            if len(found) == 1 and source in {"json-ld", "meta"}:
                found = _with_others(found, people(bylines.in_lines(vicinity), outlets))
            return found, source
    return like_outlet


def _with_others(stated: tuple[str, ...], shown: tuple[str, ...]) -> tuple[str, ...]:
    """The names that readers see where the one that machines are told is among them: many systems state the first only."""
    among = any(_letters(name) == _letters(stated[0]) for name in shown)
    return shown if among and 1 < len(shown) <= MOST_SHOWN else stated


def _letters(name: str) -> str:
    return fold(_TITLE.sub("", name))


# More names than this beside a headline are a list of the paper's authors.
MOST_SHOWN = 5
_TITLE = re.compile(r"^(?:(?:Dr|Prof|Mr|Mrs|Ms)\b\.?\s*)+")


def _in_json_ld(structured: Structured) -> list[str]:
    by_id = _by_id(structured)
    for key in ("author", "creator", "contributor"):
        for article in structured.articles():
            if found := _names_of(article.get(key), by_id):
                return found
    return []


def _in_json_ld_pages(structured: Structured) -> list[str]:
    """Who wrote the page, where no article is described."""
    by_id = _by_id(structured)
    for types, node in structured.nodes:
        if types & {"webpage", "profilepage", "aboutpage"} and (
            found := _names_of(node.get("author"), by_id)
        ):
            return found
    return []


def _by_id(structured: Structured) -> dict[str, dict[str, Any]]:
    return {
        node["@id"]: node
        for _, node in structured.nodes
        if isinstance(node.get("@id"), str) and (node.get("name") or node.get("familyName"))
    }


def _names_of(value: Any, by_id: dict[str, dict[str, Any]]) -> list[str]:
    if isinstance(value, list):
        return [name for item in value for name in _names_of(item, by_id)]
    if isinstance(value, str) and value in by_id:
        return _names_of_node(by_id[value], {})
    return _names_of_node(value, by_id) if isinstance(value, dict) else texts(value)


def _names_of_node(node: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> list[str]:
    if "organization" in str(node.get("@type", "")).lower():
        return []
    if not node.get("name") and node.get("@id") in by_id:
        return _names_of_node(by_id[node["@id"]], {})
    found = texts(node)
    if not found and node.get("familyName"):
        return [" ".join((*texts(node.get("givenName")), *texts(node["familyName"])))]
    # Who signs in as "mholt" may be told by another name as well.
    others = texts(node.get("alternateName")) if len(found) == 1 and is_login(found[0]) else []
    return others if len(others) == 1 and not is_login(others[0]) else found


def _labelled(structured: Structured) -> list[str]:
    """Twitter's card: `twitter:label1` "Written by", `twitter:data1` the name."""
    found = []
    for number in "12":
        label = structured.first(f"twitter:label{number}")
        if label and _CARD_LABEL.fullmatch(label):
            found += structured.every(f"twitter:data{number}")
    return found


def _in_other_meta(structured: Structured) -> list[str]:
    return [
        content
        for name, content in structured.meta
        if _META_NAMED.search(name)
        and name not in _META_OTHERS
        and name not in _META
        and not (content.isascii() and content.isalnum())
    ]


def _in_scripts(tree: lxml.html.HtmlElement) -> list[str]:
    """The author in a script's data (what pages tell their statistics), where all scripts name but one."""
    found = {
        name
        for script in tree.iter("script")
        if script.text and _MAY_NAME.search(script.text) and "ld+json" not in (script.get("type") or "")
        for name in _IN_SCRIPT.findall(script.text)
    }
    return [name for name in found if is_name_like(name)] if len(found) == 1 else []
