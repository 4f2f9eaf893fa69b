"""A page's headline: h1, og:title, JSON-LD headline, title element and the feed's title agree on one, site suffix off.

Each source votes for its own wording; what two say beats what one says. The words as found stay available as `raw`.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from extractors.structured import texts, tidy

if TYPE_CHECKING:
    import lxml.html

    from extractors.structured import Structured

# How much a source's wording counts. On 227 kept pages the visible h1 was the headline on 74 %, og:title with its
# suffix off on 69 %, JSON-LD on 47 % (of 53 % that have it), the title element on 55 %. Twitter's copies og.
WEIGHTS = {"h1": 1.5, "json-ld": 1.1, "og:title": 1.0, "title": 0.6, "twitter:title": 0.5, "feed": 0.9}
# What the h1 counts where it is the only one and a sentence: editors write og:title for search machines.
SOLE_H1 = 1.8
SOLE_WORDS = 3
# Two wordings this alike are one headline, edited.
ALIKE = 0.55
# A title element's last part without other evidence is the site's name up to this many words.
SITE_WORDS = 5
LONGEST = 300
# Characters of a title that are read: one that never ends, with a separator in every line, took a minute.
READ = 1_000

_FOLD = re.compile(r"[\W_]+")
_SEPARATOR = re.compile(r"\s+[|\-–—―•·»«›‹⋆~]+\s+|\s*[|｜»]\s*|：|\s+::\s+")
_COLON = re.compile(r":\s+")


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline, as found before its suffix went, and which source it is from."""

    title: str
    raw: str
    source: str


def find_headline(
    tree: lxml.html.HtmlElement,
    structured: Structured,
    *,
    url: str,
    site_names: tuple[str, ...] = (),
    feed_title: str | None = None,
) -> Headline | None:
    """The headline most of the page's sources agree on, or None where nothing is there."""
    sites = _site_folds(url, site_names)
    raw = {name: text[:READ] for name, text in _sources(tree, structured, feed_title).items()}
    visible = _visible(tree)
    others = [text for name, text in raw.items()]
    stripped = {name: strip_site(text, sites, witnesses=(*visible, *others)) for name, text in raw.items()}
    if h1 := _best_h1(visible, list(stripped.values()), sites):
        raw["h1"], stripped["h1"] = h1
    candidates = {name: text for name, text in stripped.items() if fold(text) and fold(text) not in sites}
    if not candidates:
        return Headline(*_last_resort(raw)) if raw else None
    sole = len(set(visible)) == 1 and len(candidates.get("h1", "").split()) >= SOLE_WORDS
    name = _elected(candidates, sole_h1=sole)
    return Headline(candidates[name][:LONGEST], raw[name][:LONGEST], name)


def fold(text: str) -> str:
    """Case, punctuation and space away: what two spellings of one headline have in common."""
    return _FOLD.sub("", unicodedata.normalize("NFKC", text).casefold())


def strip_site(title: str, sites: frozenset[str], *, witnesses: tuple[str, ...] = ()) -> str:
    """`title` without the site's name at its end or beginning.

    A part goes where it is the site's name, or where another of the page's titles ends just before it.
    """
    known = {fold(w) for w in witnesses}
    for _ in range(3):
        shorter = _without_one_part(title, sites, known)
        if shorter is None:
            break
        title = shorter
    return title


def _without_one_part(title: str, sites: frozenset[str], known: set[str]) -> str | None:
    cuts = list(_SEPARATOR.finditer(title)) or list(_COLON.finditer(title))
    if not cuts:
        return None
    last, first = cuts[-1], cuts[0]
    for cut in cuts:
        # Another source says exactly this much.
        if fold(title[: cut.start()]) in known and fold(title[: cut.start()]) not in sites:
            return title[: cut.start()].strip()
    tail = title[last.end() :]
    if is_site(tail, sites) or (
        "|" in last[0] and len(tail.split()) <= SITE_WORDS and len(title[: last.start()].split()) > 2
    ):
        return title[: last.start()].strip()
    if is_site(title[: first.start()], sites) and first.re is not _COLON:
        return title[first.end() :].strip()
    return None


def is_site(part: str, sites: frozenset[str]) -> bool:
    """Whether `part` of a title names the site."""
    folded = fold(part)
    return (
        not folded
        or folded in sites
        or any(len(s) >= 4 and s in folded and len(folded) <= 3 * len(s) for s in sites)
    )


def _site_folds(url: str, names: tuple[str, ...]) -> frozenset[str]:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    labels = host.split(".")
    found = {
        fold(host),
        *(fold(label) for label in labels[:-1] if len(label) > 2),
        *(fold(name) for name in names),
    }
    return frozenset(f for f in found if f)


def _sources(tree: lxml.html.HtmlElement, structured: Structured, feed_title: str | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in structured.articles():
        headline = texts(node.get("headline")) or (
            texts(node.get("name")) if len(structured.articles()) == 1 else []
        )
        if headline:
            found["json-ld"] = headline[0]
            break
    if og := structured.first("og:title"):
        found["og:title"] = og
    elif twitter := structured.first(
        "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title"
    ):
        found["twitter:title"] = twitter
    title = tree.find(".//head/title")
    if title is not None and (text := tidy(title.text_content())):
        found["title"] = text
    if feed_title and (text := tidy(feed_title)):
        found["feed"] = text
    return found


def _visible(tree: lxml.html.HtmlElement) -> list[str]:
    return [text for h1 in tree.iter("h1") if (text := spaced_text(h1)) and len(text) <= LONGEST]


def spaced_text(element: lxml.html.HtmlElement) -> str:
    """The element's text with a space where an element begins or ends."""
    return tidy(" ".join(element.itertext()))


def _best_h1(visible: list[str], others: list[str], sites: frozenset[str]) -> tuple[str, str] | None:
    """The h1 that is the headline (raw, without kicker or date), by what the other sources say."""
    scored = []
    folds = [f for f in map(fold, others) if f]
    for place, text in enumerate(visible):
        folded = fold(text)
        if not folded or (folded in sites and folded not in folds):
            continue
        likeness = max((_likeness(folded, other) for other in folds), default=0.0)
        scored.append((likeness, -place, text))
    if not scored:
        return None
    likeness, _, text = max(scored)
    if likeness < ALIKE and (len(visible) > 1 or len(fold(text)) < 12) and folds:
        return None
    for other in others:
        # A kicker or a date inside the h1: another source knows where the headline begins.
        if len(fold(other)) >= 12 and fold(text) != fold(other) and fold(text).endswith(fold(other)):
            return text, other
    return text, text


def _likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    short, long = sorted((a, b), key=len)
    if len(short) >= 8 and short in long:
        return 0.95
    return difflib.SequenceMatcher(None, a[:160], b[:160], autojunk=False).ratio()


def _elected(candidates: dict[str, str], *, sole_h1: bool) -> str:
    votes: dict[str, float] = {}
    for name, text in candidates.items():
        weight = SOLE_H1 if name == "h1" and sole_h1 else WEIGHTS[name]
        votes[fold(text)] = votes.get(fold(text), 0.0) + weight
    winner = max(votes, key=lambda key: votes[key])
    named = [name for name, text in candidates.items() if fold(text) == winner]
    return max(named, key=lambda name: WEIGHTS[name])


def _last_resort(raw: dict[str, str]) -> tuple[str, str, str]:
    name = max(raw, key=lambda n: WEIGHTS[n])
    return raw[name], raw[name], name
