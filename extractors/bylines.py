"""The names that readers see as the article's authors: marked up, linked, in elements named after authors, in lines.

Each way answers with texts as they stand; which of them are names, and whom to believe, others decide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.author_words import BY, BY_AS_WELL, COLON, WHO, WHO_BEFORE_A_COLON, WORK_BY
from extractors.persons import (
    LONGEST_BYLINE,
    LONGEST_NAME,
    MOST_AUTHORS,
    MOST_WORDS,
    PREFIX,
    all_capitalised,
    is_name_like,
)
from extractors.reporters import reporters, reporters_at_end
from extractors.structured import tidy
from extractors.vicinity import names

if TYPE_CHECKING:
    import lxml.html

    from extractors.vicinity import Vicinity

_NAMED_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:authors?|byline|by-line|writer|autor|autoren|auteur|reporter|journalist|journaliste|byl|contrib(?:utors?)?|creator|signature|firma|"
    r"redact(?:eu|o)r|redakteur|columnist|skribent|penulis|yazar)(?:$|[\s_-]|[Nn]ame|[Ll]ink|s\b)|[a-z](?:Author|Byline|Writer|Contributor)(?:Name|Link)?",
    re.ASCII,
)

# What every name that `_NAMED_AUTHOR` finds has in it: looked for first, in every element of the page.
_AUTHOR_PARTS = (
    "uthor", "yline", "riter", "autor", "auteur", "byl", "report", "journalist", "ontrib", "creator", "signature", "firma", "redac",
    "redakteur", "columnist", "skribent", "penulis", "yazar",
)  # fmt: skip
_BYLINE_TAGS = ("a", "span", "div", "p", "address", "strong", "li", "h3", "h4", "h5", "em", "cite", "author")
_SPECIFIC = re.compile(r"name|link", re.IGNORECASE)
_ABOUT_AUTHOR = re.compile(
    r"bio|avatar|image|img|photo|about|desc|social|follow|job|role|title|date|time|box|email|count|related|comment|position",
    re.IGNORECASE,
)

_EMPHASISED = frozenset(("em", "i", "strong", "b"))
_COMMENTS = re.compile(r"comment|review-?list|related|recommend|teaser", re.IGNORECASE)

_AUTHOR_PAGE = re.compile(
    r"(?:^|/)(?:authors?|autor(?:en|in|es)?|auteurs?|autore|autori|writers?|reporters?|journalists?|contributors?|columnists?|byline|bylines|"
    r"redaktion|redakteure?|avtor)/[^/?#]+/?(?:\?|#|$)"
)
_USER_PAGE = re.compile(r"/(?:authors?|autor|users?|members?|profiles?|people|@)/?[^/?#]+/?(?:[?#]|$)")
# Pages of persons, who are its author only beside the headline.
_PERSON_PAGE = re.compile(
    r"/(?:people|person|persons|profile|profiles|profil|team|our-team|our-people|staff|experts?|our-experts|bio|bios|members?)/(?:[^/?#]+/)?[^/?#]+/?$"
)

# A signature stands this near the last paragraph, in runs, and is a preposition with two to four names.
SIGNATURE = 6

_PREPOSITION = re.compile(r"^\W*(?:by|von|par|por)\b\W*", re.IGNORECASE)
# Characters of a run that is a paragraph of prose.
SHORTEST_PARAGRAPH = 100
_CAPITALISED = r"[A-ZÀ-ÖØ-Þ][\w'’.-]*"
_SIGNATURE = re.compile(
    rf"\W*(?:[Bb]y|BY|[Vv]on|VON|[Pp]ar|[Pp]or)\s+{_CAPITALISED}(?:\s+{_CAPITALISED}){{1,3}}\W*"
)

_BY = re.compile(
    rf"^(?:.{{0,24}}?\d{{4}}.{{0,20}}?[\s,|·•–—-]+(?:{BY})|(?:written|posted|published|reported)\s+on\s+.{{6,20}}?\s+by|{WORK_BY}|{BY}|autor(?:in)?|text|"
    rf"автор|작성자)\s*:?\s+(?=[^\W\d_])|^(?:{WHO}|{WHO_BEFORE_A_COLON}){COLON}(?=[^\W\d_])|"
    rf"^(?:{BY_AS_WELL})\s+(?=(?-i:(?:[A-ZÀ-ÖØ-Þ][\w'’.-]+(?:\s+(?:e|en|og|och|dan|i|&)\s+|,\s*|\s+|$)){{2,8}}$))",
    re.IGNORECASE,
)

_ARTICLE = re.compile(r"(?:the|an?)\s", re.IGNORECASE)
_WRITTEN_BY = re.compile(
    r"(?:written by|article by|words by|story by|geschrieben von|texte? (?:par|von))\s", re.IGNORECASE
)

# A label in an element of its own, whose names follow.
_LABEL = re.compile(rf"\W*(?:{WORK_BY}|{BY}|{BY_AS_WELL}|{WHO}|文|текст|글)\s*\W*", re.IGNORECASE)
_HEADING = re.compile(
    r"\W*(?:(?:about|meet|written by|über)?\s*(?:the|our|die|den)?\s*(?:authors?|autor(?:in|en|es)?|auteurs?|autore|автор)|written by|geschrieben von|"
    r"écrit par|escrito por|scritto da|(?:by|von|par|por)\s*:)\W*",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\W*(?:,|&|、|/|and|und|et|y|e|og|och|и|та)\W*", re.IGNORECASE)
_JOINED = re.compile(r"(?:,|&|、|\s(?:and|und|et|y|e|и|та))\s*$", re.IGNORECASE)

_REPORTED = re.compile(
    r"\W*(?:(?:additional\s+)?reporting|written|writing)\s+by\s+(?=[A-ZÀ-ÖØ-Þ])(.{4,200}?)(?:(?:;|\s(?:writing|editing) by).*|\)\s*)?$",
    re.IGNORECASE,
)
# "Mira Holt is a staff writer at", in italics at the end.
_BIOGRAPHY = re.compile(
    rf"({_CAPITALISED}(?:\s+{_CAPITALISED}){{1,3}})\s+(?:(?:is|was)\s+(?:an?|the|our)\s.{{0,80}}\b(?:reporter|writer|editor|correspondent|"
    r"columnist|journalist|author|professor|fellow|freelancer)\b|(?:covers|writes|reports)\s).*"
)


def in_microdata(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> list[str]:
    """Authors marked up in the text: schema.org's `author` with a `name` in it, near the headline or the first."""
    return _marked(tree.xpath("//*[@itemprop='author' or @itemprop='creator'][not(self::meta)]"), vicinity)


def _marked(elements: list[lxml.html.HtmlElement], vicinity: Vicinity) -> list[str]:
    found: list[tuple[bool, str]] = []
    for element in elements[:MOST_AUTHORS]:
        if any(names(node) and _COMMENTS.search(names(node)) for node in element.iterancestors()):
            continue
        named = element.xpath(".//*[contains(concat(' ', @itemprop, ' '), ' name ')]")
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
    """Texts of what is marked `rel=author`: those near the headline, or the first."""
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
    body = tree.find("body")
    if body is None:
        return []
    ranked: list[tuple[int, int, lxml.html.HtmlElement, str]] = []
    for place, element in enumerate(body.iter(*_BYLINE_TAGS)):
        called = names(element)
        if element.tag != "author" and not any(part in called for part in _AUTHOR_PARTS):
            continue
        if not _NAMED_AUTHOR.search(called) or _ABOUT_AUTHOR.search(called):
            continue
        whole = tidy(" ".join(element.itertext()))
        if not whole or len(whole) > LONGEST_BYLINE or vicinity.is_elsewhere(element, near=True):
            continue
        text = _names_in(element)
        if not is_name_like(PREFIX.sub("", text), words_in_capitals=2):
            continue
        specific = bool(_SPECIFIC.search(called)) or element.get("itemprop") in {"author", "name"}
        ranked.append(
            ((0 if vicinity.is_near(element) else 2) + (0 if specific else 1), place, element, text)
        )
    if not ranked:
        return []
    best = min(ranked, key=lambda found: found[:2])
    return [text for _, _, element, text in ranked if element is best[2] or _is_beside(element, best[2])]


def _is_beside(element: lxml.html.HtmlElement, other: lxml.html.HtmlElement) -> bool:
    """Whether two elements called the same are items of one list of names: the boxes they are alone in are siblings."""
    while names(element) == names(other) and element.tag == other.tag:
        above, beside = element.getparent(), other.getparent()
        if above is None or beside is None or element is other:
            return False
        if above is beside:
            return above.tag not in {"body", "main"} and len(above) <= 2 * MOST_AUTHORS
        if len(above) > 2 or len(beside) > 2:
            return False
        element, other = above, beside
    return False


def _names_in(element: lxml.html.HtmlElement) -> str:
    """The names that an author's element begins with, a semicolon between them.

    Without its label, and up to the role, the outlet or the date. Two links, and what a comma or an "and" joins, go on.
    """
    said: list[str] = []
    joined, previous = True, None
    for text, link in _pieces(element, None):
        if _LABEL.fullmatch(text) and not said:
            continue
        if _JOINT.fullmatch(text):
            joined = True
            continue
        in_parts = len(said) == 1 and len(said[0].split()) == 1 and not joined
        next_link = link is not None and previous is not None and link is not previous
        if said and not (joined or in_parts or next_link):
            break
        if in_parts and not next_link:
            said[0] = f"{said[0]} {text}"
        else:
            said.append(_JOINED.sub("", text))
        joined, previous = bool(_JOINED.search(text)), link
    return "; ".join(said)


def _pieces(
    element: lxml.html.HtmlElement, link: lxml.html.HtmlElement | None
) -> list[tuple[str, lxml.html.HtmlElement | None]]:
    """The element's texts in order, each with the link it stands in."""
    link = element if element.tag == "a" else link
    found = [(text, link)] if (text := tidy(element.text or "")) else []
    for child in element:
        found += _pieces(child, link)
        if text := tidy(child.tail or ""):
            found.append((text, link))
    return found


def in_lines(vicinity: Vicinity) -> list[str]:
    """Bylines without an element of their own: "By A B" near the headline, or a label and the names after it."""
    for place, run in enumerate(vicinity.runs):
        if len(run.text) > LONGEST_BYLINE or not (run.near or _WRITTEN_BY.match(run.text)):
            continue
        if _LABEL.fullmatch(run.text) and (found := _linked_from(vicinity, place + 1)):
            return found
        if (
            _BY.match(run.text)
            and not _ARTICLE.match(_BY.sub("", run.text))
            and is_name_like(_BY.sub("", run.text), words_in_capitals=2)
        ):
            return [_BY.sub("", run.text), *_going_on(vicinity, place)]
        if _LABEL.fullmatch(run.text) and (found := _named_from(vicinity, place + 1)):
            return found
        if found := reporters(run.text):
            return found
    return []


def under_headings(vicinity: Vicinity) -> list[str]:
    """The name under "Author" or "About the author", wherever on the page it stands."""
    for place, run in enumerate(vicinity.runs):
        if _HEADING.fullmatch(run.text) and not vicinity.is_others(run.element):
            found = _named_from(vicinity, place + 1)
            if found and len(found[0].split()) > 1 and all_capitalised(found[0]):
                return found
    return []


def _named_from(vicinity: Vicinity, place: int) -> list[str]:
    """The names that begin with the run at `place`."""
    first = vicinity.runs[place].text if place < len(vicinity.runs) else ""
    if not 0 < len(first) <= LONGEST_NAME or not is_name_like(first):
        return []
    return [first, *_going_on(vicinity, place)]


def _linked_from(vicinity: Vicinity, place: int) -> list[str]:
    """The name, of any form, that links to its bearer's page, if the run at `place` is one."""
    if place >= len(vicinity.runs):
        return []
    run = vicinity.runs[place]
    link = run.element if run.element.tag == "a" else next(run.element.iterancestors("a"), None)
    if link is None or not _USER_PAGE.search(link.get("href") or ""):
        return []
    return [run.text, *_going_on(vicinity, place)] if len(run.text) <= LONGEST_NAME else []


def _going_on(vicinity: Vicinity, place: int) -> list[str]:
    """The names that go on after the run at `place`: ", B" and "and C" in elements of their own."""
    found: list[str] = []
    joined = bool(_JOINED.search(vicinity.runs[place].text))
    for run in vicinity.runs[place + 1 : place + 2 * MOST_AUTHORS]:
        if _JOINT.fullmatch(run.text):
            joined = True
        elif (
            joined
            and len(run.text) <= LONGEST_NAME
            and all_capitalised(run.text)
            and len(run.text.split()) > 1
        ):
            found.append(run.text)
            joined = bool(_JOINED.search(run.text))
        else:
            break
    return found


def in_linked_pages(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> list[str]:
    """Names that link to a page of their author: those near the headline, or the only one there is."""
    near: list[lxml.html.HtmlElement] = []
    every: dict[str, None] = {}
    for link in tree.xpath("//a[@href]"):
        href = link.get("href") or ""
        of_author = bool(_AUTHOR_PAGE.search(href))
        if not of_author and not _PERSON_PAGE.search(href):
            continue
        text = tidy(" ".join(link.itertext()))
        if not (1 < len(text.split()) <= MOST_WORDS and len(text) <= LONGEST_NAME and all_capitalised(text)):
            continue
        if of_author and not vicinity.is_others(link):
            every[text] = None
        if vicinity.is_near(link) and not vicinity.is_elsewhere(link, near=True) and not _in_prose(link):
            near.append(link)
    together = [link for link in near if link.getparent() is near[0].getparent() or _is_beside(link, near[0])]
    found = [tidy(" ".join(link.itertext())) for link in together]
    return list(dict.fromkeys(found)) or (list(every) if len(every) == 1 else [])


def _in_prose(link: lxml.html.HtmlElement) -> bool:
    """Whether a link stands in a paragraph, which speaks of a person, rather than in a line of its own."""
    parent = link.getparent()
    return (
        parent is not None
        and parent.tag in {"p", "li", "td", "blockquote"}
        and len("".join(parent.itertext())) > LONGEST_BYLINE
    )


def signed(vicinity: Vicinity) -> list[str]:
    """The names that sign the text at its end, soon after a paragraph, where all signatures are one.

    "By A B" on its own, "Reporting by A B; editing by C D", a reporter with an address, a name in brackets, or "A B is a staff writer".
    """
    found: dict[tuple[str, ...], None] = {}
    paragraph = -SIGNATURE
    for place, run in enumerate(vicinity.runs):
        if len(run.text) >= SHORTEST_PARAGRAPH:
            paragraph = place
        if run.near or not 0 <= place - paragraph < SIGNATURE:
            continue
        if (names_ := _signature(vicinity, place)) and not vicinity.is_elsewhere(run.element):
            found[names_] = None
    return [*next(iter(found))] if len(found) == 1 else []


def _signature(vicinity: Vicinity, place: int) -> tuple[str, ...]:
    run = vicinity.runs[place]
    if found := reporters_at_end(run.text):
        return found
    if len(run.text) >= SHORTEST_PARAGRAPH * 3:
        return ()
    if match := _REPORTED.match(run.text):
        return (match[1],)
    if run.element.tag in _EMPHASISED and (match := _BIOGRAPHY.match(_whole(run.element))):
        return (match[1],)
    whole = run.text
    if _PREPOSITION.fullmatch(whole):
        whole = " ".join(part.text for part in vicinity.runs[place : place + 2])
    return (_PREPOSITION.sub("", whole),) if _SIGNATURE.fullmatch(whole) else ()


def _whole(element: lxml.html.HtmlElement) -> str:
    """The text of the paragraph that an element begins, or its own."""
    parent = element.getparent()
    if parent is not None and parent.tag == "p" and not (parent.text or "").strip() and parent[0] is element:
        element = parent
    return tidy(" ".join(element.itertext()))


def marked_near(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> list[str]:
    """Every name near the headline that the page marks as an author's or links to a person's page, where there are several."""
    found: dict[str, list[lxml.html.HtmlElement]] = {}
    for element in (*tree.iter("a"), *tree.xpath("//*[@itemprop='author'][not(self::a or self::meta)]")):
        if _is_marked(element):
            text = PREFIX.sub("", tidy(" ".join(element.itertext())))
            if len(text.split()) > 1 and len(text) <= LONGEST_NAME and all_capitalised(text):
                found.setdefault(text, []).append(element)
    if len(found) < 2:
        return []
    return [text for text, elements in found.items() if any(_is_in_byline(e, vicinity) for e in elements)]


def _is_marked(element: lxml.html.HtmlElement) -> bool:
    if "author" in (element.get("rel") or "") or element.get("itemprop") == "author":
        return True
    href = element.get("href")
    return href is not None and bool(_AUTHOR_PAGE.search(href) or _PERSON_PAGE.search(href))


def _is_in_byline(element: lxml.html.HtmlElement, vicinity: Vicinity) -> bool:
    return vicinity.is_near(element) and not (vicinity.is_elsewhere(element) or _in_prose(element))
