"""What is a person's name in a byline: lists taken apart, roles, degrees and outlets told from names.

Decides about texts alone; where a page has them is others' to know.
"""

from __future__ import annotations

import re
from functools import cache

from extractors.author_words import BY, BY_AS_WELL, COLON, WHO, WHO_BEFORE_A_COLON, WORK_BY
from extractors.credits import AGENCIES, agency_id
from extractors.gazetteer import alias_classes
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
    rf"^(?:\W*(?:(?:(?:updated|reviewed|medically reviewed)\s+|(?:written|posted|published)\s+on\s+.{{6,20}}?\s+)by|{WORK_BY}|{BY}|{BY_AS_WELL}|"
    rf"redaktion(?=\s*:)|{WHO}|{WHO_BEFORE_A_COLON})(?:{COLON}|\s+))+",
    re.IGNORECASE,
)

_SPLIT = re.compile(
    r"\s*[;|•·ㆍ／/\n]\s*|\s+(?:and|und|et|og|och|en|та|și|ve|with|mit|avec|met|con|(?-i:[eyiи]))\s+|\s*&\s*|\s*、\s*",
    re.IGNORECASE,
)

_TRAILING = re.compile(
    r"\s*(?:[-–—|,(\[]\s*(?:\d|[A-ZÄÖÜ]?[a-zäöü]+\s+\d|updated|published|posted|senior|staff|editor|contributor|reporter|correspondent|founder|ceo|"
    r"freelance|guest|special|for the|in |redakteur|journalist|author|writer).*|\s+(?:on|am|le)\s+.{0,12}\d.*|\s+\(?[a-z]{2,4}\.?\)|\s+기자\b.*|\s*記者$|\s*记者$|\s+특파원.*|[\w.+-]+@[\w.-]+.*)$",
    re.IGNORECASE,
)

# Where a name's bearer is, or whom the text was written for: "in Northport", "for the Gazette", "- Northport".
_WHEREABOUTS = re.compile(
    r"(?<=[\w.])\s+(?:(?:for|of the|from|at|in|special to|für|aus|pour|para|per|voor|för)\s|[-–—]\s).*$"
)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)@\w+")
# "MIRA HOLT Coast Gazette": the name in capitals, the house not.
_IN_CAPITALS = re.compile(r"((?:[A-ZÀ-ÖØ-Þ]{2}[A-ZÀ-ÖØ-Þ'’.-]*\s+){2,3})[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ].*")
# Words with which a piece after a name is none.
_PARTICLES = frozenset(("van", "von", "de", "del", "della", "der", "den", "di", "da", "dos", "du", "la", "le", "al", "el", "bin", "ibn", "ter", "zu"))  # fmt: skip

_DATE_BEGINS = re.compile(
    r"\s+(?:(?:on|am|le|el|il|op|den)\s+)?(?:\d|(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*\.?\s+\d|published|updated|posted|follow\b).*$",
    re.IGNORECASE,
)

_GENERIC = re.compile(
    r"^(?:the\s+)?(?:admin|administrator|w(?:ord)?p(?:ress)?[-_ ]?admin|staff|staff (?:writer|reporter|reports?)|editor|editors|editorial|editorial (?:staff|team|board)|news(?:room| desk| team)?|"
    r"web ?desk|team|guest|guest author|wires?|wire (?:services?|reports?)|news agencies|undefined|array|contributor|contributors|anonymous|unknown|author|authors|user|root|webmaster|redaktion|die redaktion|redazione|"
    r"la redacción|redacción|(?:da )?redação|rédaction|la rédaction|redakcja|редакция|редакція|편집부|온라인뉴스팀|뉴스룸|编辑部|編集部|editor in chief|wordpress|agencies|"
    r"(?:(?:twitter|facebook|linkedin|instagram|youtube|whatsapp|email|e-mail|print|rss)\s*)+|table of contents|key (?:points|takeaways)|about the authors?|home|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
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
    r"\b(?:news|times|daily|post|press|media|tribune|herald|journal|magazine|today|zeitung|nachrichten|team|staff|online|blog|group|inc|llc|ltd|gmbh|gazette|observer|chronicle|courier|bulletin|dispatch|sentinel|examiner|inquirer|telegraph|weekly|review|bureau|desk|agencies|"
    r"company|university|institute|agency|agentur|redaktion|network|radio|tv|studio|house|services?|global|digital|center|centre|association)\b|"
    r"^(?:the|le|la|les|el|los|die|der|das|il)\s",
    re.IGNORECASE,
)

_CREDENTIAL = re.compile(
    r"^(?:M\.?D|Ph\.?D|R\.?N|R\.?D|M\.?S|M\.?A|B\.?A|B\.?S|J\.?D|M\.?Ed|Ed\.?D|Psy\.?D|Pharm\.?D|MBA|MPH|MSc|BSc|MSW|MSN|BSN|MPhil|DO|DDS|DMD|DVM|VMD|"
    r"DNP|DPT|DC|NP|FNP|APRN|CNM|PA|PA-C|OD|LMFT|LPC|LCSW|CPA|CFA|CFP|Jr|Sr|II|III|Esq|RDN|LDN?|CDN|CNS|CSCS|CPT|RYT|PMP|FACP|FAAP|PE|AIA|LLM|LLB)\.?$"
)
_COMPANY = re.compile(r"\b(?:gmbh|inc|llc|ltd|limited|corp|ag|s\.?r\.?l|s\.?a|oy|kg|plc)\.?$", re.IGNORECASE)
# What others did for the article: the names after it are not its author's.
_OTHERS_WORK = re.compile(
    r"[\s.,;|•·(]*\b(?:(?:medically|clinically|expertly)\s+)?(?:reviewed|fact[- ]checked|checked|edited|updated|translated|illustrat\w+|photo\w*|pictures?|"
    r"fotos?|bild(?:er)?|übersetz\w*|foto\w*|editors?|redaktur|redakcja|editing|writing)\s*(?::|by\b|von\b|par\b|por\b).*$",
    re.IGNORECASE,
)

_LOGIN = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*", re.ASCII)
_SUFFIX = re.compile(r"\s(?:Jr|Sr)$")
_AGENCY_AFTER = re.compile(
    rf"(\S\s+\S+)\s+(?:{'|'.join(re.escape(name) for names in AGENCIES.values() for name in names if len(name) > 4)})$"
)

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
    persons = [name for name in others if agency_id(name) is None]
    return tuple(persons or others or found.values())[:MOST_AUTHORS]


def split_names(raw: str) -> list[str]:
    """A byline's names: "By A and B" is two, "A, MD" is one."""
    raw = _CONTACT.sub(" ", _IN_BRACKETS.sub(" ", _TAG.sub(" ", tidy(raw)))).strip()
    raw = _OTHERS_WORK.sub("", _DATE_BEGINS.sub("", PREFIX.sub("", raw)))
    if _NO_NAME.search(raw):
        return []
    found: list[str] = []
    for part in _SPLIT.split(raw):
        for piece in _comma_parts(part):
            if not (found and _is_beside_a_name(piece)) and (name := _bare(piece)):
                found.append(name)
    return found


def _is_beside_a_name(piece: str) -> bool:
    """Whether what stands after a name says of its bearer where, as what or for whom they write."""
    first = piece.split(maxsplit=1)[0]
    if first[0].islower() and first not in _PARTICLES:
        return True
    return (
        bool(_SIGN.match(piece) or _HOUSE.search(piece) or _ROLE.search(f" {piece}"))
        or piece.casefold() in _places()
    )


@cache
def _places() -> frozenset[str]:
    classes = alias_classes()
    return frozenset(name.casefold() for kind in ("place", "country") for name in classes[kind])


def is_name_like(text: str, *, words_in_capitals: int = 3) -> bool:
    """Whether a text begins like a name; after a label, or in an element named after authors, two words tell."""
    words = _DATE_BEGINS.sub("", text).split()[:words_in_capitals]
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
    """Whether a name is one that its bearer signs in with: "p.marlow", "pmarlow_7", "pmarlow"."""
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
    """A piece of a byline without what stands around its name."""
    if _ROLE.fullmatch(f" {piece}"):
        return ""
    name = PREFIX.sub("", piece).strip(" ,;:.*†‡-–—|'\"“”()[]")
    name = _ROLE.sub("", _TRAILING.sub("", name))
    if len((before := _WHEREABOUTS.sub("", name)).split()) > 1:
        name = before
    name = _AGENCY_AFTER.sub(r"\1", _IN_CAPITALS.sub(r"\1", name)).strip(" ,;:*-–—|'\"“”[]")
    words = name.split()
    if len(words) in {4, 6} and words[: len(words) // 2] == words[len(words) // 2 :]:
        return " ".join(words[: len(words) // 2])  # the picture's text beside the name
    return f"{name}." if _SUFFIX.search(name) and f"{name}." in piece else name


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
    if _COMPANY.search(name):
        return False
    return folded not in outlets or is_personal(name)


def _bears(name: str, outlets: frozenset[str]) -> bool:
    """Whether a name begins with the outlet's: "Example Daily Newsdesk"."""
    folded = fold(name)
    return not is_personal(name) and any(
        len(outlet) >= SHORTEST_OUTLET and folded.startswith(outlet) for outlet in outlets
    )
