"""Who wrote the article: persons named by the page's structured data, its author elements or its byline.

Not the outlet, not "Staff", not a URL or a handle. Names stay as written; a list of them is taken apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from extractors.headlines import fold
from extractors.structured import texts, tidy
from extractors.vicinity import names

if TYPE_CHECKING:
    from collections.abc import Callable

    import lxml.html

    from extractors.structured import Structured
    from extractors.vicinity import Vicinity

# Words of a name at most: what is longer is a sentence about its author.
MOST_WORDS = 6
LONGEST_NAME = 60
# Characters of a byline element at most: beyond it holds a biography.
LONGEST_BYLINE = 160
MOST_AUTHORS = 12

_META = (
    "author", "article:author", "og:article:author", "og:author", "article:author_name", "parsely-author", "sailthru.author", "byl",
    "dc.creator", "dc:creator", "dcterms.creator", "citation_author", "authors", "cxenseparse:author", "shareaholic:article_author_name",
    "articleauthor", "rbauthors", "creator", "dcsext.author",
)  # fmt: skip
_PREFIX = re.compile(
    r"^(?:\W*(?:(?:written|posted|reported|published|updated|reviewed|words|story|text|report|article|medically reviewed)\s+(?:on\s+.{6,20}?\s+)?by|"
    r"by|von|par|por|di|door|av|af|autor(?:in|en)?|author|authors|auteur|autore|text|texte|reporter|writer|"
    r"автор|авторы|автори|текст|글|文|撰文|作者|記者|记者|كتب|بقلم)(?:\s*[:：]\s*|\s+))+",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*[;|•·／/\n]\s*|\s+(?:and|und|et|y|og|och|en|i|и|та|și|ve|with|mit)\s+|\s*&\s*|\s*、\s*",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"\s*(?:[-–—|,(\[]\s*(?:\d|[A-ZÄÖÜ]?[a-zäöü]+\s+\d|updated|published|posted|senior|staff|editor|contributor|reporter|correspondent|founder|ceo|"
    r"freelance|guest|special|for the|in |redakteur|journalist|author|writer).*|\s+(?:on|am|le)\s+.{0,12}\d.*|\s+\(?[a-z]{2,4}\.?\)|\s+기자\b.*|\s*記者$|\s*记者$|\s+특파원.*|[\w.+-]+@[\w.-]+.*)$",
    re.IGNORECASE,
)
_DATE_BEGINS = re.compile(
    r"\s+(?:on\s+)?(?:\d|(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*\.?\s+\d|published|updated|posted|follow\b).*$",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"^(?:the\s+)?(?:admin|administrator|staff|staff writer|staff reporter|editor|editors|editorial|editorial (?:staff|team|board)|news(?:room| desk| team)?|"
    r"web ?desk|team|guest|guest author|contributor|contributors|anonymous|unknown|author|authors|user|root|webmaster|redaktion|die redaktion|redazione|"
    r"la redacción|redacción|rédaction|la rédaction|redakcja|редакция|редакція|편집부|온라인뉴스팀|뉴스룸|编辑部|編集部|editor in chief|wordpress|agencies|"
    r"read more|view all posts|view profile|follow|share|none|null|nan|name|by|via|source|press release|sponsored|advertorial)$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"https?:|www\.|@|\.(?:com|org|net|de|ru|kr|jp|cn)\b|[{}<>=_]{2}|\d{3}", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,30}[)\]]")
# An agency's sign after a slash, and what else stands in capitals: "A B/SP-X".
_SIGN = re.compile(r"^[A-Z]{2,5}(?:-[A-Z]{1,3})?$")
_ROLE = re.compile(
    r"\s+(?:(?:senior|staff|chief|contributing|managing|political|business|sports?|news|science|health|deputy|executive|associate|freelance|"
    r"national|foreign|investigative|autos?|features?|guest)\s+)*(?:reporter|editor|writer|correspondent|columnist|contributor|journalist|"
    r"redakteur(?:in)?|producer)\b.*$",
    re.IGNORECASE,
)
# Words of houses rather than persons, and articles that begin a paper's name.
_HOUSE = re.compile(
    r"\b(?:news|times|daily|post|press|media|tribune|herald|journal|magazine|today|zeitung|nachrichten|team|staff|online|blog|group|inc|llc|ltd|"
    r"company|university|institute|agency|agentur|redaktion|network|radio|tv|studio|house|services?|global|digital|center|centre|association)\b|"
    r"^(?:the|le|la|les|el|los|die|der|das|il)\s",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(
    r"^(?:M\.?D|Ph\.?D|R\.?N|R\.?D|M\.?S|M\.?A|B\.?A|J\.?D|MBA|MPH|DO|DDS|CPA|CFP|LCSW|Jr|Sr|II|III|Esq|RDN|LD|CSCS|CPT)\.?$"
)
_NAMED_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:author|authors|byline|by-line|writer|autor|autoren|reporter|journalist|byl)(?:$|[\s_-]|name|link|s\b)|[a-z](?:Author|Byline|Writer)(?:Name|Link)?",
    re.ASCII,
)
_ABOUT_AUTHOR = re.compile(
    r"bio|avatar|image|img|photo|about|desc|social|follow|job|role|title|date|time|box|email|count|related|comment|position",
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
        ("microdata", lambda: _in_microdata(tree, vicinity)),
        ("author-link", lambda: _links(tree, vicinity)),
        ("byline-element", lambda: _elements(tree, vicinity)),
        ("byline", lambda: _lines(vicinity)),
        ("author-link", lambda: _linked_pages(tree, vicinity)),
        ("byline", lambda: _signed(vicinity)),
        ("script", lambda: _in_scripts(tree)),
    )
    like_outlet: tuple[tuple[str, ...], str | None] = (), None
    for source, read in ways:
        found = _people(read(), outlets)
        # Who is called like the site may be the person whose site it is: unless another is named.
        if found and all(fold(name) in outlets for name in found):
            like_outlet = like_outlet if like_outlet[0] else (found, source)
        elif found:
            return found, source
    return like_outlet


def split_names(raw: str) -> list[str]:
    """A byline's names: "By A and B" is two, "A, MD" is one."""
    raw = _IN_BRACKETS.sub(" ", tidy(raw)).strip()
    raw = _DATE_BEGINS.sub("", _PREFIX.sub("", raw))
    if _NO_NAME.search(raw):
        return []
    found: list[str] = []
    for part in _SPLIT.split(raw):
        for piece in _comma_parts(part):
            name = _bare(piece)
            if name and not (found and _SIGN.match(name)):
                found.append(name)
    return found


def _bare(piece: str) -> str:
    name = _PREFIX.sub("", piece).strip(" ,;:.*†‡-–—|'\"“”()[]")
    return _ROLE.sub("", _TRAILING.sub("", name)).strip(" ,;:*-–—|'\"“”[]")


def _comma_parts(part: str) -> list[str]:
    pieces = [bare for piece in part.split(",") if (bare := piece.strip(" *†‡"))]
    if len(pieces) < 2:
        return pieces
    names_: list[str] = []
    for piece in pieces:
        if names_ and (_CREDENTIAL.match(piece) or len(piece.split()) == 1):
            # A degree belongs to the name before it; a single word after a full name is a place or an agency.
            if _CREDENTIAL.match(piece):
                names_[-1] += f", {piece}"
            continue
        names_.append(piece)
    return names_


def _people(raws: list[str], outlets: frozenset[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for raw in raws:
        if len(raw) > LONGEST_BYLINE * 3:
            continue
        for name in split_names(raw):
            if _is_person(name, outlets):
                found.setdefault(fold(name), name)
    return tuple(found.values())[:MOST_AUTHORS]


def _is_person(name: str, outlets: frozenset[str]) -> bool:
    folded = fold(name)
    if (
        not 2 <= len(name) <= LONGEST_NAME
        or len(name.split()) > MOST_WORDS
        or not any(c.isalpha() for c in name)
    ):
        return False
    if _GENERIC.match(name) or not folded:
        return False
    return folded not in outlets or _is_personal(name)


def _is_personal(name: str) -> bool:
    """Whether a name that the site also bears is a person's: their own site."""
    words = name.split()
    return (
        2 <= len(words) <= 3
        and all(w[0].isupper() and not w.isupper() for w in words)
        and not _HOUSE.search(name)
    )


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


def _in_microdata(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> list[str]:
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
        if text and len(text) <= LONGEST_NAME and _capitalised(_PREFIX.sub("", text)):
            found.append((vicinity.is_near(element), text))
    near = [text for is_near, text in found if is_near]
    return near or [text for _, text in found][:1]


_COMMENTS = re.compile(r"comment|review-?list|related|recommend|teaser", re.IGNORECASE)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|in|es)?|auteurs?|autore|writers?|reporters?|journalists?)/[^/?#]+/?$"
)


def _linked_pages(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> list[str]:
    """Names that link to a page of their author: those near the headline, or the only one there is."""
    found: list[tuple[bool, str]] = []
    for link in tree.xpath("//a[@href]"):
        if not _AUTHOR_PAGE.search(link.get("href") or ""):
            continue
        text = tidy(" ".join(link.itertext()))
        if 1 < len(text.split()) <= MOST_WORDS and len(text) <= LONGEST_NAME and _all_capitalised(text):
            found.append((vicinity.is_near(link) and not vicinity.is_elsewhere(link, near=True), text))
    near = list(dict.fromkeys(text for is_near, text in found if is_near))
    every = list(dict.fromkeys(text for _, text in found))
    return near[:1] if near else every if len(every) == 1 else []


def _all_capitalised(text: str) -> bool:
    return all(word[:1].isupper() or not word[:1].isalpha() for word in text.split())


def _signed(vicinity: Vicinity) -> list[str]:
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


# A signature stands this near the last paragraph, in runs, and is a preposition with two to four names.
SIGNATURE = 6
_SIGNATURE = re.compile(r"\W*(?:[Bb]y|BY|[Vv]on|VON|[Pp]ar|[Pp]or)\s+(?:[A-ZÄÖÜÉ][\w'’.-]+\s*){2,4}\W*")
_IN_SCRIPT = re.compile(
    r"""["'](?:page|post|article|content|story)?[_-]?(?:post)?[_-]?author(?:[_-]?name)?["']\s*:\s*["']([^"'\\<>{}]{3,50})["']""",
    re.IGNORECASE,
)


def _in_scripts(tree: lxml.html.HtmlElement) -> list[str]:
    """The author in a script's data (what pages tell their statistics), where all scripts name but one."""
    found = {
        name
        for script in tree.iter("script")
        if script.text and "uthor" in script.text and "ld+json" not in (script.get("type") or "")
        for name in _IN_SCRIPT.findall(script.text)
    }
    return [name for name in found if _capitalised(name)] if len(found) == 1 else []


def _links(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> list[str]:
    found = []
    for element in tree.iter("a", "link", "span"):
        if "author" in (element.get("rel") or "").lower().split() and element.tag != "link":
            text = tidy(" ".join(element.itertext()))
            if text and len(text) <= LONGEST_NAME and not vicinity.is_elsewhere(element):
                found.append((vicinity.is_near(element), text))
    near = [text for is_near, text in found if is_near]
    return near or [text for _, text in found][:1]


def _elements(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> list[str]:
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
                    if 3 < len(t := tidy(" ".join(a.itertext()))) <= LONGEST_NAME and _capitalised(t)
                ]
            )
            == 1
        ):
            text = linked[0]
        if not _capitalised(_PREFIX.sub("", text)):
            continue
        specific = bool(re.search(r"name|link", called, re.IGNORECASE)) or element.get("itemprop") in {
            "author",
            "name",
        }
        ranked.append(((0 if near else 2) + (0 if specific else 1), place, text))
    return [text for _, _, text in sorted(ranked)[:1]]


_BY = re.compile(
    r"^(?:(?:written|posted|reported)\s+(?:on\s+.{6,20}?\s+)?by|by|von|par|por|autor(?:in)?|text|автор|작성자)\s*:?\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
_WRITTEN_BY = re.compile(
    r"(?:written by|article by|words by|story by|geschrieben von|texte? (?:par|von))\s", re.IGNORECASE
)
_KOREAN = re.compile(r"([가-힣]{2,4})\s+(?:선임\s*)?(?:기자|특파원|통신원)\b")
_JAPANESE = re.compile(r"【[^】]{0,12}[=＝]([\u3400-\u9fff]{3,6})】")


def _lines(vicinity: Vicinity) -> list[str]:
    """Bylines without a name of their own: "By A B" near the headline."""
    for place, run in enumerate(vicinity.runs):
        if len(run.text) > LONGEST_BYLINE or not (run.near or _WRITTEN_BY.match(run.text)):
            continue
        if _BY.match(run.text) and _capitalised(_BY.sub("", run.text)):
            return [run.text]
        if re.fullmatch(
            r"\W*(?:by|von|par|por|written by|posted by|author|autor|автор)\W*", run.text, re.IGNORECASE
        ):
            following = vicinity.runs[place + 1 : place + 2]
            if following and len(following[0].text) <= LONGEST_NAME and _capitalised(following[0].text):
                return [following[0].text]
        if match := _KOREAN.search(run.text) or _JAPANESE.search(run.text):
            return [match[1]]
    return []


def _capitalised(text: str) -> bool:
    words = _DATE_BEGINS.sub("", text).split()[:3]
    if not words or len(text) > LONGEST_BYLINE or _LABEL_ONLY.match(text):
        return False
    uncased = words[0][:1].isalpha() and words[0][:1].lower() == words[0][:1].upper()
    return uncased or all(
        w[:1].isupper() or w in {"and", "und", "de", "van", "von", "|", "/", "&", "·"} for w in words
    )


_LABEL_ONLY = re.compile(
    r"^(?:posted|published|veröffentlicht|updated|written|erstellt|publié|publicado|опубликовано)\b",
    re.IGNORECASE,
)
