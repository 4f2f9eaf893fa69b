"""A live blog's posts as text: each begins with its time, in the order of the page.

An extractor of articles reads a live blog as one long article and loses the times, which are what tells its posts apart.
Posts come from what the page states (`liveBlogUpdate`), else from elements of one kind beside each other that hold a time
and a text each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from extractors.blocks import read_blocks
from extractors.bodies import Body
from extractors.boilerplate import size_of
from extractors.paragraphs import squeeze
from extractors.structured import tidy

if TYPE_CHECKING:
    import lxml.html

    from extractors.structured import Structured

# Fewer posts than this are an article with a date in it.
LEAST_POSTS = 3
# Posts that are read: a day of a busy live blog has about 150.
MOST_POSTS = 400
# The posts are the text where the extractor found this share of them, or fewer words than this of anything else. Live pages
# of which the kept texts hold the opening alone got worse by half without it.
SHARED = 0.5
LONG_OTHERS = 120
# A line of this many words or more is a post's text; shorter ones alone are labels.
LEAST_WORDS = 4

_POST_TAGS = ("article", "section", "div", "li")
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}")
_WHEN = re.compile(r"^\S*\d{1,2}[:.h]\d{2}\S*\s+")
_TAGS = re.compile(r"<[^>]{1,200}>")


def with_posts(body: Body, tree: lxml.html.HtmlElement, structured: Structured) -> Body:
    """The body of a live blog with its posts told apart, after what else it holds; as it is where none are.

    Posts that the extractor did not take for the text come in only where it found little else.
    """
    posts = live_posts(tree, structured)
    if posts is None:
        return body
    whole, found = squeeze(posts), squeeze(body.text)
    others = [line for line in body.text.splitlines() if squeeze(line) not in whole]
    shared = sum(size_of(line) for line in posts.splitlines() if squeeze(_WHEN.sub("", line)) in found)
    if shared < SHARED * size_of(posts) and size_of("\n".join(others)) >= LONG_OTHERS:
        return body
    return Body("\n".join([*others, posts]), "live-posts")


def live_posts(tree: lxml.html.HtmlElement, structured: Structured) -> str | None:
    """The posts, a line a paragraph, or None where the page shows none."""
    stated = list(_stated(structured))
    shown = list(_shown(tree))
    posts = shown if sum(map(len, shown)) > sum(map(len, stated)) else stated
    return "\n".join(posts) if len(posts) >= LEAST_POSTS else None


def _stated(structured: Structured) -> Iterator[str]:
    for types, node in structured.nodes:
        updates = node.get("liveBlogUpdate")
        if "liveblogposting" in types and isinstance(updates, list):
            for update in updates[:MOST_POSTS]:
                if isinstance(update, dict) and (post := _stated_post(update)):
                    yield post


def _stated_post(update: dict[str, Any]) -> str | None:
    body = update.get("articleBody") or update.get("text")
    head = update.get("headline") or update.get("name")
    lines = [
        line
        for part in (head, body)
        if isinstance(part, str)
        for raw in part.splitlines()
        if (line := tidy(_TAGS.sub(" ", raw)))
    ]
    when = update.get("datePublished")
    return _post(when.strip()[:40] if isinstance(when, str) else None, lines)


def _shown(tree: lxml.html.HtmlElement) -> Iterator[str]:
    """The largest family of elements of one kind that hold a time each."""
    families: dict[tuple[int, str], list[lxml.html.HtmlElement]] = {}
    for time in tree.iter("time"):
        holder = _holder(time)
        if holder is not None and (parent := holder.getparent()) is not None:
            family = families.setdefault((id(parent), holder.tag), [])
            if holder not in family:
                family.append(holder)
        if len(families) > MOST_POSTS:
            return
    posts = max(families.values(), key=len, default=[])
    for holder in posts[:MOST_POSTS] if len(posts) >= LEAST_POSTS else ():
        time = next(holder.iter("time"))
        when = tidy(" ".join(time.itertext())) or (time.get("datetime") or "")
        lines = [block.text for block in read_blocks(holder) if block.text != when]
        if any(len(line.split()) >= LEAST_WORDS for line in lines) and (post := _post(when, lines)):
            yield post


def _holder(time: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    """The outermost element around a time that has a brother of its own kind with a time as well."""
    found = None
    for element in time.iterancestors(*_POST_TAGS):
        parent = element.getparent()
        if parent is None:
            break
        brothers = [b for b in parent.iterchildren(element.tag) if b is not element]
        if any(next(b.iter("time"), None) is not None for b in brothers[:20]):
            found = element
    return found


def _post(when: str | None, lines: list[str]) -> str | None:
    lines = [line for line in lines if line != when]
    if not lines:
        return None
    if when and not _TIME.match(lines[0]):
        lines[0] = f"{when} {lines[0]}"
    return "\n".join(lines)
