"""Addresses that stand for another one: archive copies, AMP caches, redirectors (read off), and opaque wrappers."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from extractors.urls.addresses import absolute_url, host_of, netloc, split

_ARCHIVED = re.compile(
    r"^https?://(?:web\.archive\.org/web|archive\.(?:ph|today|is|li|md|vn|fo))/\d{4,14}(?:[a-z]{2}_)?/((?:https?://)?[^/?#:\s]+\.[^/?#\s].*)$",
    re.IGNORECASE,
)
_AMP_CACHE = re.compile(
    r"^https?://(?:(?:www\.)?google\.[a-z.]+/amp|[a-z0-9-]+\.cdn\.ampproject\.org/[a-z]+)/(s/)?(.+)$",
    re.IGNORECASE,
)
_REDIRECTORS = {
    "google.com/url": ("url", "q"),
    "l.facebook.com/l.php": ("u",),
    "lm.facebook.com/l.php": ("u",),
    "t.umblr.com/redirect": ("z",),
    "out.reddit.com/": ("url",),
}
_UNWRAPPED = frozenset({"web.archive.org", *(place.partition("/")[0] for place in _REDIRECTORS)})
_WRAPPERS = (
    "news.google.com",
    "feedproxy.google.com",
    "feeds.feedburner.com",
    "rss.app",
    "apple.news",
    "news.yahoo.co.jp",
)
_SHORTENERS = frozenset({
    "bit.ly", "t.co", "goo.gl", "ow.ly", "buff.ly", "dlvr.it", "is.gd", "tinyurl.com",
    "lnkd.in", "trib.al", "ift.tt", "reut.rs",
})  # fmt: skip


def is_wrapper(url: str) -> bool:
    """Whether an address only stands for another one that cannot be read off it (Google News, FeedBurner, shorteners)."""
    host = host_of(url).removeprefix("www.")
    return host in _WRAPPERS or host in _SHORTENERS


def unwrapped(url: str) -> str:
    """The address inside an archive copy, an AMP cache or an open redirector; the address itself otherwise."""
    whole = split(url)
    host = netloc(whole).removeprefix("www.") if whole is not None else ""
    if (
        host not in _UNWRAPPED
        and not host.startswith(("google.", "archive."))
        and not host.endswith("ampproject.org")
    ):
        return url
    if match := _ARCHIVED.match(url):
        inner = match.group(1)
        return absolute_url(inner if "://" in inner[:8] else f"http://{inner}") or url
    if match := _AMP_CACHE.match(url):
        return absolute_url(f"http{'s' if match.group(1) else ''}://{match.group(2)}") or url
    parts = urlsplit(url)
    place = f"{netloc(parts).removeprefix('www.')}{parts.path}"
    for name in _REDIRECTORS.get(place, ()):
        for pair in parts.query.split("&"):
            key, _, value = pair.partition("=")
            if key == name and (inner_url := absolute_url(unquote(value))) is not None:
                return inner_url
    return url
