"""The names that readers see as the article's authors: marked up, linked, in elements named after authors, in lines.

Each way answers with texts as they stand; which of them are names, and whom to believe, others decide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.persons import (
    LONGEST_BYLINE,
    LONGEST_NAME,
    MOST_AUTHORS,
    MOST_WORDS,
    PREFIX,
    all_capitalised,
    is_name_like,
)
from extractors.structured import tidy
from extractors.vicinity import names

if TYPE_CHECKING:
    import lxml.html

    from extractors.vicinity import Vicinity

_NAMED_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:author|authors|byline|by-line|writer|autor|autoren|reporter|journalist|byl)(?:$|[\s_-]|name|link|s\b)|[a-z](?:Author|Byline|Writer)(?:Name|Link)?",
    re.ASCII,
)

_ABOUT_AUTHOR = re.compile(
    r"bio|avatar|image|img|photo|about|desc|social|follow|job|role|title|date|time|box|email|count|related|comment|position",
    re.IGNORECASE,
)

_COMMENTS = re.compile(r"comment|review-?list|related|recommend|teaser", re.IGNORECASE)

_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|in|es)?|auteurs?|autore|writers?|reporters?|journalists?)/[^/?#]+/?$"
)

# A signature stands this near the last paragraph, in runs, and is a preposition with two to four names.
SIGNATURE = 6

_SIGNATURE = re.compile(r"\W*(?:[Bb]y|BY|[Vv]on|VON|[Pp]ar|[Pp]or)\s+(?:[A-ZÄÖÜÉ][\w'’.-]+\s*){2,4}\W*")

_BY = re.compile(
    r"^(?:(?:written|posted|reported)\s+(?:on\s+.{6,20}?\s+)?by|by|von|par|por|autor(?:in)?|text|автор|작성자)\s*:?\s+(?=[^\W\d_])",
    re.IGNORECASE,
)

_WRITTEN_BY = re.compile(
    r"(?:written by|article by|words by|story by|geschrieben von|texte? (?:par|von))\s", re.IGNORECASE
)

_KOREAN = re.compile(r"([가-힣]{2,4})\s+(?:선임\s*)?(?:기자|특파원|통신원)\b")

_JAPANESE = re.compile(r"【[^】]{0,12}[=＝]([\u3400-\u9fff]{3,6})】")


def in_microdata(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> list[str]:
    """Authors marked up in the text: schema.org's `author` with a `name` in it, near the headline or the first."""
    found: list[tuple[bool, str]] = []
    for element in tree.xpath("//*[@itemprop='author' or @itemprop='creator'][not(self::meta)]")[
        :MOST_AUTHORS
    ]:
        if any(names(node) and _COMMENTS.search(names(node)) for node in element.iterancestors()):
            continue
        named = element.xpath(".//*[@itemprop='name']")
        text = (
            (named[0].get("content") or tidy(" ".join(named[0].itertext())))
            if named
            else tidy(" ".join(element.itertext()))
        )
        if text and len(text) <= LONGEST_NAME and is_name_like(PREFIX.sub("", text)):
            found.append((vicinity.is_near(element), text))
    near = [text for is_near, text in found if is_near]
    return near or [text for _, text in found][:1]


def in_links(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> list[str]:
    found = []
    for element in tree.iter("a", "link", "span"):
        if "author" in (element.get("rel") or "").lower().split() and element.tag != "link":
            text = tidy(" ".join(element.itertext()))
            if text and len(text) <= LONGEST_NAME and not vicinity.is_elsewhere(element):
                found.append((vicinity.is_near(element), text))
    near = [text for is_near, text in found if is_near]
    return near or [text for _, text in found][:1]


def in_elements(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> list[str]:
    """Texts of the elements named after authors: most specific names first, those near the headline first."""
    ranked: list[tuple[int, int, str]] = []
    body = tree.find("body")
    for place, element in enumerate(
        body.iter(
            "a", "span", "div", "p", "address", "strong", "li", "h3", "h4", "h5", "em", "cite", "author"
        )
        if body is not None
        else ()
    ):
        called = names(element)
        if element.tag != "author" and not (
            "uthor" in called
            or "yline" in called
            or "riter" in called
            or "autor" in called
            or "byl" in called
            or "report" in called
            or "journalist" in called
        ):
            continue
        if not _NAMED_AUTHOR.search(called) or _ABOUT_AUTHOR.search(called):
            continue
        text = tidy(" ".join(element.itertext()))
        if not text or len(text) > LONGEST_BYLINE or vicinity.is_elsewhere(element, near=True):
            continue
        near = vicinity.is_near(element)
        if (
            len(
                linked := [
                    t
                    for a in element.iter("a")
                    if 3 < len(t := tidy(" ".join(a.itertext()))) <= LONGEST_NAME and is_name_like(t)
                ]
            )
            == 1
        ):
            text = linked[0]
        if not is_name_like(PREFIX.sub("", text)):
            continue
        specific = bool(re.search(r"name|link", called, re.IGNORECASE)) or element.get("itemprop") in {
            "author",
            "name",
        }
        ranked.append(((0 if near else 2) + (0 if specific else 1), place, text))
    return [text for _, _, text in sorted(ranked)[:1]]


def in_lines(vicinity: Vicinity) -> list[str]:
    """Bylines without a name of their own: "By A B" near the headline."""
    for place, run in enumerate(vicinity.runs):
        if len(run.text) > LONGEST_BYLINE or not (run.near or _WRITTEN_BY.match(run.text)):
            continue
        if _BY.match(run.text) and is_name_like(_BY.sub("", run.text)):
            return [run.text]
        if re.fullmatch(
            r"\W*(?:by|von|par|por|written by|posted by|author|autor|автор)\W*", run.text, re.IGNORECASE
        ):
            following = vicinity.runs[place + 1 : place + 2]
            if following and len(following[0].text) <= LONGEST_NAME and is_name_like(following[0].text):
                return [following[0].text]
        if match := _KOREAN.search(run.text) or _JAPANESE.search(run.text):
            return [match[1]]
    return []


def in_linked_pages(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> list[str]:
    """Names that link to a page of their author: those near the headline, or the only one there is."""
    found: list[tuple[bool, str]] = []
    for link in tree.xpath("//a[@href]"):
        if not _AUTHOR_PAGE.search(link.get("href") or ""):
            continue
        text = tidy(" ".join(link.itertext()))
        if 1 < len(text.split()) <= MOST_WORDS and len(text) <= LONGEST_NAME and all_capitalised(text):
            found.append((vicinity.is_near(link) and not vicinity.is_elsewhere(link, near=True), text))
    near = list(dict.fromkeys(text for is_near, text in found if is_near))
    every = list(dict.fromkeys(text for _, text in found))
    return near[:1] if near else every if len(every) == 1 else []


def signed(vicinity: Vicinity) -> list[str]:
    """A name that signs the text at its end: "By A B" on its own, after the paragraphs."""
    paragraphs = [place for place, run in enumerate(vicinity.runs) if len(run.text) >= LONGEST_BYLINE]
    if not paragraphs:
        return []
    for place in range(paragraphs[-1] + 1, min(len(vicinity.runs), paragraphs[-1] + SIGNATURE)):
        run = vicinity.runs[place]
        if vicinity.is_elsewhere(run.element):
            continue
        whole = run.text
        if re.fullmatch(r"\W*(?:by|von|par|por)\W*", run.text, re.IGNORECASE):
            whole = " ".join(part.text for part in vicinity.runs[place : place + 2])
        if _SIGNATURE.fullmatch(whole):
            return [whole]
    return []
