"""What a page says about itself to machines: JSON-LD nodes and meta elements, as found.

Reads only; whom to believe is decided by those who ask.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import Any

import lxml.html

# Nodes read at most, and how deep: a graph of a shop page has thousands of products.
MOST_NODES = 400
DEEPEST = 8
# Python turns no more than 4,300 digits into a number; nothing that is read here has more than a time in milliseconds.
MOST_DIGITS = 40

ARTICLE_TYPES = frozenset({
    "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "reviewnewsarticle",
    "backgroundnewsarticle", "askpublicnewsarticle", "blogposting", "liveblogposting", "socialmediaposting",
    "techarticle", "scholarlyarticle", "report", "advertisercontentarticle", "satiricalarticle", "review",
    "medicalscholarlyarticle", "recipe", "howto", "creativework", "discussionforumposting",
})  # fmt: skip

_CONTROL = re.compile(r"[\x00-\x1f]+")
_WRAPPERS = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$")
# Broken JSON-LD, 5 of 614 kept pages: objects without a comma between them, texts with quotation marks in them.
_NEXT_OBJECT = re.compile(r"\}\s*\{")
_ARTICLE_KIND = re.compile(
    r'"@type"\s*:\s*"((?:News|Blog|Reportage|Opinion|Live)?\w{0,20}(?:Article|Posting))"'
)
_PLAIN = re.compile(r'"(datePublished|dateModified|dateCreated)"\s*:\s*"((?:[^"\\]|\\.){4,60})"')
_AUTHOR = re.compile(
    r'"author"\s*:\s*\[?\s*\{\s*"@type"\s*:\s*"Person"\s*,\s*"name"\s*:\s*"((?:[^"\\]|\\.){2,80})"\s*[,}]'
)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """Meta elements as (name in lower case, content) in page order, and every JSON-LD node with its types."""

    meta: tuple[tuple[str, str], ...]
    nodes: tuple[tuple[frozenset[str], dict[str, Any]], ...]

    def first(self, *names: str) -> str | None:
        """The content of the first of `names` that is there and not empty."""
        for name in names:
            for key, content in self.meta:
                if key == name and content:
                    return content
        return None

    def every(self, *names: str) -> list[str]:
        """Every content of `names`, in page order."""
        return [content for key, content in self.meta if key in names and content]

    def articles(self) -> list[dict[str, Any]]:
        """The JSON-LD nodes that describe an article, specific types first."""
        found = [(types, node) for types, node in self.nodes if types & ARTICLE_TYPES]
        return [node for _, node in sorted(found, key=lambda pair: "creativework" in pair[0])]


def read_structured(tree: lxml.html.HtmlElement) -> Structured:
    """Everything in meta elements and JSON-LD scripts."""
    meta = []
    for element in tree.iter("meta"):
        content = element.get("content")
        if content is None:
            continue
        name = element.get("property") or element.get("name") or element.get("itemprop")
        if name:
            meta.append((name.strip().lower(), tidy(content)))
    nodes: list[tuple[frozenset[str], dict[str, Any]]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            _collect(_parsed(script.text), nodes, 0)
    return Structured(meta=tuple(meta), nodes=tuple(nodes))


def tidy(text: str) -> str:
    """Entities decoded, white space folded."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    return " ".join(text.split())


def texts(value: Any) -> list[str]:
    """The texts in a JSON-LD value: of a text, of a list, of nodes with a name."""
    if isinstance(value, str):
        return [tidied] if (tidied := tidy(value)) else []
    if isinstance(value, dict):
        return texts(value.get("name") or value.get("@value"))
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return []


def _parsed(raw: str) -> Any:
    raw = _WRAPPERS.sub("", raw.strip())
    try:
        return json.loads(raw, strict=False, parse_int=_whole)
    except (json.JSONDecodeError, RecursionError):
        pass
    mended = _TRAILING_COMMA.sub(r"\1", _CONTROL.sub(" ", raw)).rstrip("; ")
    for attempt in (mended, f"[{_NEXT_OBJECT.sub('},{', mended)}]"):
        try:
            return json.loads(attempt, strict=False, parse_int=_whole)
        except (json.JSONDecodeError, RecursionError):
            continue
    return _salvaged(mended)


def _whole(digits: str) -> int | str:
    """A number, or its digits where they are more than Python would turn into one."""
    return int(digits) if len(digits) <= MOST_DIGITS else digits


def _salvaged(raw: str) -> dict[str, Any] | None:
    """What an article's broken JSON still says plainly: a quotation mark inside a text ends the rest, not these."""
    kind = _ARTICLE_KIND.search(raw)
    if kind is None:
        return None
    node: dict[str, Any] = {"@type": kind[1]}
    for match in _PLAIN.finditer(raw):
        node.setdefault(match[1], _unescaped(match[2]))
    if author := _AUTHOR.search(raw):
        node["author"] = {"@type": "Person", "name": _unescaped(author[1])}
    return node


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except json.JSONDecodeError:
        return text


def _collect(value: Any, nodes: list[tuple[frozenset[str], dict[str, Any]]], depth: int) -> None:
    if depth > DEEPEST or len(nodes) >= MOST_NODES:
        return
    if isinstance(value, list):
        for item in value:
            _collect(item, nodes, depth + 1)
    elif isinstance(value, dict):
        kinds = value.get("@type") or ()
        kinds = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
        types = frozenset(str(kind).rsplit("/", 1)[-1].lower() for kind in kinds)
        nodes.append((types, value))
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed", "liveBlogUpdate", "hasPart"):
            if isinstance(value.get(key), (dict, list)):
                _collect(value[key], nodes, depth + 1)
