"""Which address is the same article: canonical URLs, their keys, hosts and sites.

Decides identity only, from the characters of an address: nothing is resolved or fetched. A canonical URL names an
article; what is fetched is the link as the feed gave it. Parameters are dropped by list only (`tracking`), because Korean
and other content systems carry the article's number in the query (`idxno=`, `?id=`, `?p=`).
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from extractors.urls.addresses import (
    LONGEST_URL,
    absolute_url,
    host_of,
    netloc,
    registrable,
    registrable_domain,
    request_url,
    same_site,
    split,
)
from extractors.urls.escapes import normal_escapes
from extractors.urls.tracking import canonical_query
from extractors.urls.wrappers import is_wrapper, unwrapped

__all__ = [
    "absolute_url", "article_key", "canonical_claim", "canonical_of", "canonical_url", "host_of", "is_front", "is_wrapper",
    "registrable_domain", "request_url", "same_site",
]  # fmt: skip

_INDEX_FILE = re.compile(r"/(?:index|default)\.(?:html?|shtml|xhtml|php[345]?|aspx?|jsp|cfm)$", re.IGNORECASE)
_SLASHES = re.compile(r"(?<!:)/{2,}")
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_AMP_TAIL = re.compile(r"(?<=[^/])(?:/amp(?:\.html?)?|\.amp(?:\.html?)?)$")
# Fragments that name a document of their own: script routes and single posts of a live blog.
_MEANT_FRAGMENT = re.compile(
    r"^(?:!|/).+|^(?:post|block|entry|update|liveblog|live)[-_:/]?[\w-]*\d[\w-]*$", re.IGNORECASE
)

_MOBILE_LABELS = frozenset({"m", "mobile", "amp", "wap"})
_SCHEME_AND_WWW = re.compile(r"^https?://(?:www\.)?")

# Each round shortens the address, so that only an address made of wrappers comes near.
MOST_WRAPPERS = 20


def canonical_url(url: str, base: str | None = None) -> str | None:
    """The one spelling of an address by which an article is known; None for what is no web address.

    Scheme and `www.` are kept (the address stays usable); `article_key` disregards them.
    """
    absolute = absolute_url(url, base)
    return None if absolute is None else canonical_of(absolute)


def canonical_of(absolute: str) -> str | None:
    """`canonical_url` of an address that `absolute_url` gave."""
    # Unwrapped and shortened until nothing changes: a wrapper may stand in a wrapper, a suffix before a suffix.
    for _ in range(MOST_WRAPPERS):
        absolute = unwrapped(absolute)
        shorter, settled = _canonical_once(absolute)
        if shorter is None or (settled and unwrapped(shorter) == shorter):
            return shorter
        absolute = shorter
    return absolute


def article_key(canonical: str) -> str:
    """The id of an article: 32 hex characters of SHA-256 over its canonical URL without scheme and `www.`."""
    bare = _SCHEME_AND_WWW.sub("", canonical)
    return hashlib.sha256(bare.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def canonical_claim(
    claimed: str, page_url: str
) -> tuple[Literal["same", "other-house", "ignored"], str | None]:
    """What a page's canonical link is worth.

    "same": the article's address by its own house. "other-house": evidence of syndication, never identity.
    "ignored": unusable, or the home page or a section front, to which broken templates point every article.
    """
    canonical = canonical_url(claimed, page_url)
    if canonical is None:
        return "ignored", None
    if not same_site(canonical, page_url):
        return ("ignored", None) if is_front(canonical) else ("other-house", canonical)
    here = canonical_url(page_url)
    if canonical == here:
        return "same", canonical
    if is_front(canonical) or (here is not None and _is_parent(canonical, here)):
        return "ignored", None
    return "same", canonical


def is_front(canonical: str) -> bool:
    """Whether a canonical URL is a site's home page (a bare language segment counts as one)."""
    parts = urlsplit(canonical)
    return (
        not parts.query
        and not parts.fragment
        and re.fullmatch(r"/(?:[a-z]{2}(?:[-_][a-zA-Z]{2})?)?/?", parts.path) is not None
    )


def _canonical_once(url: str) -> tuple[str | None, bool]:
    """One pass, and whether it settled the address: host and path did not change, query and fragment need one pass only."""
    parts = split(url)
    if parts is None:
        return None, True
    path, host = _canonical_path(parts.path), _desktop(netloc(parts))
    fragment = parts.fragment if parts.fragment and _MEANT_FRAGMENT.match(parts.fragment) else ""
    result = urlunsplit((parts.scheme, host, path, canonical_query(parts.query), normal_escapes(fragment)))
    settled = path == parts.path and host == parts.netloc
    return (result, settled) if len(result) <= LONGEST_URL else (None, True)


@lru_cache(maxsize=8_192)
def _desktop(host: str) -> str:
    """The host without the labels of mobile and AMP editions, as long as a registrable domain is left."""
    labels = host.split(".")
    domain = registrable(host).partition(":")[0]
    floor = len(domain.split("."))
    if host.startswith("[") or re.fullmatch(r"[\d.]+(?::\d+)?", host) or len(labels) <= floor:
        return host
    sub, rest = labels[:-floor], labels[-floor:]
    if sub and sub[0] in _MOBILE_LABELS:
        sub = sub[1:]
    sub = [label for label in sub if label != "m"]
    return ".".join([*sub, *rest])


def _canonical_path(path: str) -> str:
    if ";" in path:
        path = _SESSION.sub("", path)
    path = normal_escapes(path)
    if "//" in path:
        path = _SLASHES.sub("/", path)
    path = _without_dots(path or "/")
    path = _INDEX_FILE.sub("/", path) if "." in path else path
    if "amp" in path:
        path = _without_amp(path)
    return path.rstrip("/") or "/"


def _without_amp(path: str) -> str:
    while (shorter := _AMP_TAIL.sub("", path.rstrip("/"))) != path.rstrip("/"):
        path = shorter
    return path[4:] if path.startswith("/amp/") and len(path) > 5 else path


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept)


def _is_parent(front: str, page: str) -> bool:
    """Whether one address is a folder above the other: a section front claimed by its articles."""
    above, below = urlsplit(front), urlsplit(page)
    if above.query or above.netloc != below.netloc:
        return False
    return below.path.startswith(above.path.rstrip("/") + "/") and not re.search(r"\d", above.path)
