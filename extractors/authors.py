"""Who wrote the article: persons named by the page's structured data, its author elements or its byline.

Not the outlet, not "Staff", not a URL or a handle. Names stay as written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from extractors import bylines
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

_IN_SCRIPT = re.compile(
    r"""["'](?:page|post|article|content|story)?[_-]?(?:post)?[_-]?author(?:[_-]?name)?["']\s*:\s*["']([^"'\\<>{}]{3,50})["']""",
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
        ("microdata", lambda: bylines.in_microdata(tree, vicinity)),
        ("author-link", lambda: bylines.in_links(tree, vicinity)),
        ("byline-element", lambda: bylines.in_elements(tree, vicinity)),
        ("byline", lambda: bylines.in_lines(vicinity)),
        ("author-link", lambda: bylines.in_linked_pages(tree, vicinity)),
        ("byline", lambda: bylines.signed(vicinity)),
        ("byline", lambda: bylines.under_headings(vicinity)),
        ("script", lambda: _in_scripts(tree)),
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
    by_id = {
        node["@id"]: node
        for _, node in structured.nodes
        if isinstance(node.get("@id"), str) and node.get("name")
    }
    for article in structured.articles():
        for key in ("author", "creator"):
            found = _names_of(article.get(key), by_id)
            if found:
                return found
    return []


def _names_of(value: Any, by_id: dict[str, dict[str, Any]]) -> list[str]:
    if isinstance(value, list):
        return [name for item in value for name in _names_of(item, by_id)]
    if isinstance(value, dict):
        kind = str(value.get("@type", "")).lower()
        if "organization" in kind:
            return []
        if not value.get("name") and value.get("@id") in by_id:
            return texts(by_id[value["@id"]].get("name"))
    return texts(value)


def _labelled(structured: Structured) -> list[str]:
    """Twitter's card: `twitter:label1` "Written by", `twitter:data1` the name."""
    found = []
    for number in "12":
        label = structured.first(f"twitter:label{number}")
        if label and re.match(
            r"written by|verfasst von|geschrieben von|écrit par|escrito por|scritto da|by$|author|автор",
            label,
            re.IGNORECASE,
        ):
            found += structured.every(f"twitter:data{number}")
    return found


def _in_scripts(tree: lxml.html.HtmlElement) -> list[str]:
    """The author in a script's data (what pages tell their statistics), where all scripts name but one."""
    found = {
        name
        for script in tree.iter("script")
        if script.text and "uthor" in script.text and "ld+json" not in (script.get("type") or "")
        for name in _IN_SCRIPT.findall(script.text)
    }
    return [name for name in found if is_name_like(name)] if len(found) == 1 else []
