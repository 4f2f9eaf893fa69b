"""What is a person's name in a byline: lists taken apart, roles, degrees and outlets told from names.

Decides about texts alone; where a page has them is others' to know.
"""

from __future__ import annotations

import re

from extractors.headlines import fold
from extractors.structured import tidy

# Words of a name at most: what is longer is a sentence about its author.
MOST_WORDS = 6

LONGEST_NAME = 60

# Characters of a byline element at most: beyond it holds a biography.
LONGEST_BYLINE = 160

MOST_AUTHORS = 12

# Letters of an outlet's name from which on a longer name that begins with it is the outlet's as well.
SHORTEST_OUTLET = 3

PREFIX = re.compile(
    r"^(?:\W*(?:(?:written|posted|reported|published|updated|reviewed|words|story|text|report|article|medically reviewed)\s+(?:on\s+.{6,20}?\s+)?by|"
    r"by|von|par|por|di|door|av|af|redaktion(?=\s*:)|autor(?:in|en)?|author|authors|auteur|autore|text|texte|reporter|writer|"
    r"автор|авторы|автори|текст|글|文|撰文|作者|記者|记者|كتب|بقلم)(?:\s*[:：]\s*|\s+))+",
    re.IGNORECASE,
)

_SPLIT = re.compile(
    r"\s*[;|•·ㆍ／/\n]\s*|\s+(?:and|und|et|y|og|och|en|i|и|та|și|ve|with|mit)\s+|\s*&\s*|\s*、\s*",
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
    r"^(?:the\s+)?(?:admin|administrator|w(?:ord)?p(?:ress)?[-_ ]?admin|staff|staff writer|staff reporter|editor|editors|editorial|editorial (?:staff|team|board)|news(?:room| desk| team)?|"
    r"web ?desk|team|guest|guest author|contributor|contributors|anonymous|unknown|author|authors|user|root|webmaster|redaktion|die redaktion|redazione|"
    r"la redacción|redacción|rédaction|la rédaction|redakcja|редакция|редакція|편집부|온라인뉴스팀|뉴스룸|编辑部|編集部|editor in chief|wordpress|agencies|"
    r"(?:(?:twitter|facebook|linkedin|instagram|youtube|whatsapp|email|e-mail|print|rss)\s*)+|table of contents|key (?:points|takeaways)|about the authors?|home|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|"
    r"(?:view|see|read|show|more|all)\s.*|view|more|follow(?: us)?|share|subscribe|comments?|none|null|nan|name|by|via|source|press release|sponsored|advertorial)$",
    re.IGNORECASE,
)

_NO_NAME = re.compile(
    r"https?:|www\.|@|^\S+\.[a-z]{2,4}$|\.(?:com|org|net|de|ru|kr|jp|cn)\b|[{}<>=_]{2}|\d{3}", re.IGNORECASE
)

_IN_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,30}[)\]]")

# An agency's sign after a slash, and what else stands in capitals: "A B/SP-X".
_SIGN = re.compile(r"^[A-Z]{2,5}(?:-[A-Z]{1,3})?$")

_ROLE = re.compile(
    r"\s+(?:(?:senior|staff|chief|contributing|managing|political|business|sports?|news|science|health|deputy|executive|associate|freelance|"
    r"national|foreign|investigative|autos?|features?|guest|global|web|digital|general|assistant)\s+)*(?:reporter|editor|writer|correspondent|columnist|contributor|journalist|"
    r"redakteur(?:in)?|producer|analyst|director|manager|founder|co-founder|professor|attorney|desk|bureau)\b.*$",
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
    r"^(?:M\.?D|Ph\.?D|R\.?N|R\.?D|M\.?S|M\.?A|B\.?A|B\.?S|J\.?D|M\.?Ed|Ed\.?D|Psy\.?D|Pharm\.?D|MBA|MPH|MSc|BSc|MSW|MSN|BSN|MPhil|DO|DDS|DMD|DVM|VMD|"
    r"DNP|DPT|DC|NP|FNP|APRN|CNM|PA|PA-C|OD|LMFT|LPC|LCSW|CPA|CFA|CFP|Jr|Sr|II|III|Esq|RDN|LDN?|CDN|CNS|CSCS|CPT|RYT|PMP|FACP|FAAP|PE|AIA|LLM|LLB)\.?$"
)
# What others did for the article: the names after it are not its author's.
_OTHERS_WORK = re.compile(
    r"[\s.,;|•·(]*\b(?:(?:medically|clinically|expertly)\s+)?(?:reviewed|fact[- ]checked|checked|edited|updated|translated|illustrat\w+|photo\w*|pictures?|"
    r"fotos?|bild(?:er)?|übersetz\w*|foto\w*)\s*(?::|by\b|von\b|par\b|por\b).*$",
    re.IGNORECASE,
)

_LOGIN = re.compile(r"[a-z0-9]+(?:[._][a-z0-9]+)+")

_LABEL_ONLY = re.compile(
    r"^(?:posted|published|veröffentlicht|updated|written|erstellt|publié|publicado|опубликовано)\b",
    re.IGNORECASE,
)


def people(raws: list[str], outlets: frozenset[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for raw in raws:
        if len(raw) > LONGEST_BYLINE * 3:
            continue
        for name in split_names(raw):
            if _is_person(name, outlets):
                found.setdefault(fold(name), name)
    others = [name for fold_, name in found.items() if fold_ not in outlets and not _bears(name, outlets)]
    return tuple(others or found.values())[:MOST_AUTHORS]


def split_names(raw: str) -> list[str]:
    """A byline's names: "By A and B" is two, "A, MD" is one."""
    raw = _IN_BRACKETS.sub(" ", tidy(raw)).strip()
    raw = _OTHERS_WORK.sub("", _DATE_BEGINS.sub("", PREFIX.sub("", raw)))
    if _NO_NAME.search(raw):
        return []
    found: list[str] = []
    for part in _SPLIT.split(raw):
        for piece in _comma_parts(part):
            name = _bare(piece)
            if name and not (found and _SIGN.match(name)):
                found.append(name)
    return found


def is_name_like(text: str) -> bool:
    words = _DATE_BEGINS.sub("", text).split()[:3]
    if not words or len(text) > LONGEST_BYLINE or _LABEL_ONLY.match(text):
        return False
    uncased = words[0][:1].isalpha() and words[0][:1].lower() == words[0][:1].upper()
    return uncased or all(
        w[:1].isupper() or w in {"and", "und", "de", "van", "von", "|", "/", "&", "·", "•", "–", "—"}
        for w in words
    )


def all_capitalised(text: str) -> bool:
    return all(word[:1].isupper() or not word[:1].isalpha() for word in text.split())


def is_login(name: str) -> bool:
    """Whether a name is one that its bearer signs in with: "p.marlow", "pmarlow_7"."""
    return bool(_LOGIN.fullmatch(name))


def is_personal(name: str) -> bool:
    """Whether a name that the site also bears is a person's: their own site."""
    words = name.split()
    return (
        2 <= len(words) <= 3
        and all(w[0].isupper() and not w.isupper() for w in words)
        and not _HOUSE.search(name)
    )


def _bare(piece: str) -> str:
    if _ROLE.fullmatch(f" {piece}"):
        return ""
    name = PREFIX.sub("", piece).strip(" ,;:.*†‡-–—|'\"“”()[]")
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


def _is_person(name: str, outlets: frozenset[str]) -> bool:
    folded = fold(name)
    if (
        not 2 <= len(name) <= LONGEST_NAME
        or len(name.split()) > MOST_WORDS
        or not any(c.isalpha() for c in name)
    ):
        return False
    if _GENERIC.match(name) or not folded or _ROLE.match(f" {name}"):
        return False
    return folded not in outlets or is_personal(name)


def _bears(name: str, outlets: frozenset[str]) -> bool:
    """Whether a name begins with the outlet's: "Example Daily Newsdesk"."""
    folded = fold(name)
    return not is_personal(name) and any(
        len(outlet) >= SHORTEST_OUTLET and folded.startswith(outlet) for outlet in outlets
    )
