"""A page's bytes as an Article, with how each field was obtained, or as Rejected with the reason.

Never raises, whatever the bytes. Knows no site: what is particular about one comes in as `publisher` and `learned_lines`.
One parse of the page serves the verdict, the metadata and the body.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from extractors.authors import find_authors
from extractors.bodies import find_body
from extractors.boilerplate import size_of, trim
from extractors.credits import find_credit
from extractors.datelines import find_dates
from extractors.headlines import Headline, find_headline
from extractors.kinds import farm_signals, find_kind
from extractors.languages import detect_language
from extractors.lines import leave_out
from extractors.liveblogs import with_posts
from extractors.markup import read_markup
from extractors.pages import is_partial, judge_bytes, judge_page
from extractors.records import Article, Entry, Page, Publisher, Rejected
from extractors.structured import read_structured, texts
from extractors.vicinity import Vicinity

if TYPE_CHECKING:
    import lxml.html

    from extractors.structured import Structured

# What an address has more than the first part's: "?page=2", "/2", "/page/2/", "-2.html", ",2.html".
_PART = re.compile(
    r"(?:\.html)?/?(?:\?(?:[a-z_]{1,12}=\w*&)*(?:page|p|seite|pg)=\d{1,2}|(?:/page|/seite|/p)?[/,_-]\d{1,2})(?:\.html?|/)?",
    re.IGNORECASE,
)
# What is said of bytes that hold no element; any other detail of "unparsable" names a fault of ours.
UNPARSED = "no element could be parsed"
# Characters of the first line that stand in for a headline where the page has none.
LONGEST_OPENING = 120


def extract_article(
    page: Page,
    *,
    entry: Entry | None = None,
    publisher: Publisher | None = None,
    learned_lines: frozenset[str] = frozenset(),
    now: datetime,
) -> Article | Rejected:
    """The article of `page`, or why there is none.

    `learned_lines` are the keys (`lines.line_key`) of lines that recur across the site's pages: they are no part of an
    article, and what of them stood on this page is in `Article.left_out`.
    """
    try:
        return _extract(page, entry, publisher, learned_lines, now)
    except Exception as fault:  # noqa: BLE001
        # The last resort the house allows here: three parsers read bytes of strangers, and one page that
        # breaks one of them must end as a verdict like any other.
        detail = f"{type(fault).__name__}: {fault}"[:300]
        return Rejected(url=page.final_url or page.url, reason="unparsable", detail=detail)


def _extract(
    page: Page, entry: Entry | None, publisher: Publisher | None, learned: frozenset[str], now: datetime
) -> Article | Rejected:
    url = page.final_url or page.url
    if wrong := judge_bytes(page.body, page.content_type):
        return Rejected(url=url, reason=wrong.reason, detail=wrong.detail)
    markup = read_markup(page.body, charset=page.charset, content_type=page.content_type)
    if markup is None:
        return Rejected(url=url, reason="unparsable", detail=UNPARSED)
    tree, structured = markup.tree, read_structured(markup.tree)
    sites = site_names(structured, publisher)
    headline = find_headline(
        tree, structured, url=url, site_names=sites, feed_title=entry.title if entry else None
    )
    title = headline.title if headline else None
    body = find_body(
        tree,
        structured,
        url=url,
        headline=title,
        publisher=publisher,
        feed_html=entry.content_html if entry else None,
    )
    kind = find_kind(structured, url=url, title=title or "")
    if kind == "live":
        body = with_posts(body, tree, structured)
    patterns = publisher.boilerplate if publisher else ()
    found, left_out = leave_out(body.text, learned)
    text = trim(found, headline=title, patterns=patterns)
    if wrong := judge_page(tree, structured, text, url=url, title=title):
        return Rejected(url=url, reason=wrong.reason, detail=wrong.detail)
    if headline is None:
        opening = text.splitlines()[0][:LONGEST_OPENING]
        headline = Headline(opening, opening, "first-line")
    vicinity = Vicinity(tree, title)
    dates = find_dates(
        tree,
        structured,
        url=url,
        vicinity=vicinity,
        zone=publisher.zone if publisher else None,
        entry=entry,
        now=now,
    )
    authors, authors_from = find_authors(structured, vicinity, tree, url=url, site_names=sites)
    canonical, syndicated = _canonical(tree, structured, url)
    keywords = _keywords(structured)
    return Article(
        url=url,
        title=headline.title,
        raw_title=headline.raw,
        text=text,
        language=detect_language(text, _language_hint(tree, structured, entry, publisher)),
        authors=authors,
        published=dates.published,
        modified=dates.modified,
        canonical_url=canonical,
        syndicated_from=syndicated,
        site_name=sites[0] if sites else None,
        section=_section(structured),
        keywords=keywords,
        image=_image(structured, url),
        credit=find_credit(text, patterns=publisher.credit if publisher else ()),
        access="partial" if is_partial(structured, tree, text) else "open",
        type=kind,
        farm_signals=farm_signals(text, authors=authors, published=dates.published, keywords=keywords),
        left_out=left_out,
        trimmed=_trimmed(found, text),
        provenance=_provenance(
            headline, body.source, authors_from, dates.published.source if dates.published else None
        )
        + ((("body", _told(left_out)),) if left_out else ())
        + ((("next_part", following),) if (following := _next_part(tree, url)) else ()),
    )


def _provenance(
    headline: Headline, body: str, authors: str | None, published: str | None
) -> tuple[tuple[str, str], ...]:
    found = {"title": headline.source, "text": body, "authors": authors, "published": published}
    return tuple((field, source) for field, source in found.items() if source)


def _told(left_out: tuple[str, ...]) -> str:
    number = len(left_out)
    return f"{number} learned line{'' if number == 1 else 's'} of the site left out"


def _trimmed(found: str, kept: str) -> float:
    words = size_of(found)
    return round(1 - min(words, size_of(kept)) / words, 3) if words else 0.0


def site_names(structured: Structured, publisher: Publisher | None) -> tuple[str, ...]:
    names = [publisher.name] if publisher else []
    names += structured.every("og:site_name", "application-name", "apple-mobile-web-app-title")
    for article in structured.articles():
        names += texts(article.get("publisher"))
    for types, node in structured.nodes:
        if types & {"website", "newsmediaorganization"}:
            names += texts(node.get("name"))
    return tuple(dict.fromkeys(name for name in names if 1 < len(name) < 80))


def _language_hint(
    tree: lxml.html.HtmlElement, structured: Structured, entry: Entry | None, publisher: Publisher | None
) -> str | None:
    stated = tree.get("lang") or structured.first("og:locale", "content-language", "dc.language")
    return stated or (entry.language if entry else None) or (publisher.language if publisher else None)


def _canonical(
    tree: lxml.html.HtmlElement, structured: Structured, url: str
) -> tuple[str | None, str | None]:
    """Where the article says it lives: at its own house, or (evidence of syndication) at another."""
    from extractors.urls import canonical_claim

    links = [
        link.get("href")
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    elsewhere: str | None = None
    for stated in (*links, structured.first("og:url")):
        worth, canonical = canonical_claim(stated or "", url)
        if worth == "same":
            return canonical, None
        # A page that names several addresses may name its own after that of the house it has the text from.
        elsewhere = elsewhere or canonical
    return None, elsewhere


def _next_part(tree: lxml.html.HtmlElement, url: str) -> str | None:
    """Where the article goes on: a `rel=next` to the same path with a page number, and not to the next article."""
    from extractors.urls import absolute_url

    here = url.partition("?")[0].removesuffix(".html").rstrip("/")
    for link in tree.iter("link", "a"):
        if "next" in (link.get("rel") or "").lower().split() and (href := link.get("href")):
            there = absolute_url(href, url)
            if (
                there
                and there != url
                and _PART.fullmatch(there.removeprefix(here))
                and there.startswith(here)
            ):
                return there
    return None


def _section(structured: Structured) -> str | None:
    for article in structured.articles():
        if section := texts(article.get("articleSection")):
            return section[0][:100]
    found = structured.first("article:section", "og:article:section", "parsely-section", "section")
    return found[:100] if found else None


def _keywords(structured: Structured) -> tuple[str, ...]:
    found: list[str] = []
    for article in structured.articles():
        found += texts(article.get("keywords"))
    found += structured.every("news_keywords", "keywords", "article:tag", "parsely-tags")
    parts = (part.strip() for raw in found for part in raw.replace(";", ",").split(","))
    return tuple(dict.fromkeys(part for part in parts if 1 < len(part) <= 80))[:40]


def _image(structured: Structured, url: str) -> str | None:
    from extractors.urls import absolute_url

    found = structured.first(
        "og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"
    )
    return absolute_url(found, url) if found else None
