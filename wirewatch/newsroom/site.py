"""Everything one publisher serves at one moment: path -> document, with what a conditional request compares.

Pure, like `printing`: times and addresses are arguments.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlencode

from wirewatch.newsroom import pages
from wirewatch.newsroom.press import PressPublisher
from wirewatch.newsroom.printing import Printed, feed_entries, print_feed

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One answer. `location` is set on redirects only."""

    body: bytes
    content_type: str
    status: int = 200
    modified_at: datetime | None = None
    location: str | None = None

    @property
    def etag(self) -> str:
        """A strong validator: the hash of the body."""
        return hashlib.sha256(self.body).hexdigest()[:20]


def build_site(publisher: PressPublisher, printed: tuple[Printed, ...], *, base: str) -> dict[str, Document]:
    """The whole site of what is printed. A `missing` article has a feed entry and no page."""
    site = {
        "/": _html(pages.front_page(publisher, printed)),
        "/robots.txt": Document(body=_robots(publisher).encode(), content_type="text/plain; charset=utf-8"),
        "/static/press.css": Document(body=pages.static_file("press.css"), content_type="text/css"),
        "/static/photo.svg": Document(body=pages.static_file("photo.svg"), content_type="image/svg+xml"),
    }
    for number, name in enumerate(publisher.nav, start=1):
        site[f"/section/{number}"] = _html(pages.front_page(publisher, printed, heading=name))
    for feed in publisher.feeds:
        entries = feed_entries(feed, printed)
        body, kind = print_feed(publisher, feed, entries, base=base)
        site[feed.path] = Document(body=body, content_type=kind, modified_at=_newest(entries))
    for one in printed:
        if one.article.special == "missing":
            continue
        page = pages.article_page(publisher, one, printed, base=base)
        site[one.path] = _html(page, one.updated_at or one.published_at)
        if one.article.special == "redirect":
            site[f"/go/{one.article.number}"] = Document(
                body=b"", content_type=HTML, status=302, location=one.path
            )
    return {place(address): document for address, document in site.items()}


def place(address: str) -> str:
    """A path and query in one spelling: parameters in order, those of trackers left out."""
    path, _, query = address.partition("?")
    pairs = sorted(
        pair for pair in parse_qsl(query, keep_blank_values=True) if not pair[0].startswith("utm_")
    )
    return unquote(path) + ("?" + urlencode(pairs) if pairs else "")


def not_found(publisher: PressPublisher) -> Document:
    """What stands everywhere else."""
    heading = {"ko": "페이지를 찾을 수 없습니다", "ru": "Страница не найдена"}.get(
        publisher.language, "Page not found"
    )
    return Document(
        body=pages.front_page(publisher, (), heading=heading).encode(), content_type=HTML, status=404
    )


def _html(page: str, modified_at: datetime | None = None) -> Document:
    return Document(body=page.encode(), content_type=HTML, modified_at=modified_at)


def _robots(publisher: PressPublisher) -> str:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in publisher.disallow)]
    if not publisher.disallow:
        lines.append("Allow: /")
    return "\n".join(lines) + "\n"


def _newest(entries: tuple[Printed, ...]) -> datetime | None:
    return max((one.updated_at or one.published_at for one in entries), default=None)
