"""Web addresses taken apart: made absolute, their host in one spelling, the site a host belongs to.

Decides nothing about identity; that is `extractors.urls`.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

import idna
import tldextract

from extractors.urls.escapes import escaped

# Longer addresses come from broken templates and traps; browsers and proxies give up at 2,000 to 8,000 characters.
LONGEST_URL = 4_000

_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]")
_DOUBLE_SCHEME = re.compile(r"^(?:https?:/{0,2})+(?=https?:/)", re.IGNORECASE)
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:(?!\d+(?:/|$))")
# What nearly every address looks like, taken apart in one match: a fifth of the time of the general way below.
_PLAIN = re.compile(
    r"(https?)://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(/[!$-&(-;=@-\[\]-~]*)(?:\?([!$-&(-;=?-\[\]-~]+))?(?:#([!#-&(-;=?-\[\]-~]+))?"
)

_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def absolute_url(url: str, base: str | None = None) -> str | None:
    """An address made absolute and cleaned of what no address may hold, otherwise as given; None if it is not http(s)."""
    if len(url) <= LONGEST_URL and _PLAIN.fullmatch(url):
        return url if split(url) is not None else None
    text = _CONTROLS.sub("", url).strip().strip("<>\"'").strip()
    if not text or len(text) > LONGEST_URL:
        return None
    text = _DOUBLE_SCHEME.sub("", text)
    if _SCHEME.match(text) is None:
        if text.lower().startswith("www."):
            text = f"https://{text}"
        elif base is not None:
            try:
                text = urljoin(base, text.replace("\\", "/"))
            except ValueError:
                return None
        elif text.startswith("//"):
            text = f"https:{text}"
    parts = split(text)
    return None if parts is None else urlunsplit(parts)


def request_url(url: str) -> str:
    """An absolute address as it goes over the wire: host in ASCII, no user, no fragment, illegal characters escaped.

    Escapes that are there stay as they are: some servers tell `%2C` from `,`.
    """
    parts = split(url)
    if parts is None:
        return url
    return urlunsplit((parts.scheme, netloc(parts), escaped(parts.path or "/"), escaped(parts.query), ""))


def host_of(url: str) -> str:
    """The host that answers for an address, in lower-case ASCII, with its port unless that is the default.

    Two ports of one address are two hosts. An address without a host gives "".
    """
    parts = split(url)
    return "" if parts is None else netloc(parts)


def registrable_domain(host: str) -> str:
    """The site a host belongs to: `www.daily.co.kr` -> `daily.co.kr`. An IP or local host is its own, port included."""
    return registrable(host.lower().rstrip("."))


def same_site(left: str, right: str) -> bool:
    """Whether two addresses belong to one registrable domain."""
    ours, theirs = (registrable_domain(host_of(url)) for url in (left, right))
    return bool(ours) and ours == theirs


# One address is asked about many times in a row (host, canonical form, guard, request): half the time of a 304.
@lru_cache(maxsize=4_096)
def split(url: str) -> SplitResult | None:
    """The parts of a web address, or None when it is none."""
    if (plain := _PLAIN.fullmatch(url)) is not None:
        scheme, authority, path, query, fragment = plain.groups(default="")
        parts = SplitResult(scheme, authority, path, query, fragment)
        return parts if netloc(parts) else None
    match = re.match(r"^(https?):[/\\]*", url, re.IGNORECASE)
    if match is None:
        return None
    rest = url[match.end() :]
    head = re.match(r"[^/?#\\]*", rest)
    authority = head.group() if head else ""
    tail = rest[len(authority) :]
    path, mark, after = re.match(r"([^?#]*)(.?)(.*)", tail, re.DOTALL).groups()  # type: ignore[union-attr]
    try:
        parts = urlsplit(f"{match.group(1).lower()}://{authority}{path.replace(chr(92), '/')}{mark}{after}")
        if not netloc(parts):
            return None
    except ValueError:
        return None
    return parts


def netloc(parts: SplitResult) -> str:
    """Host and port of an address in one spelling; "" if there can be none."""
    return _one_spelling(parts.scheme, parts.netloc)


@lru_cache(maxsize=4_096)
def _one_spelling(scheme: str, authority: str) -> str:
    parts = SplitResult(scheme, authority, "", "", "")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    name = _ascii_host(host) if host else ""
    if not name:
        return ""
    default = 443 if scheme == "https" else 80
    return name if port in {None, default} else f"{name}:{port}"


@lru_cache(maxsize=8_192)
def _ascii_host(host: str) -> str:
    """A host in lower-case ASCII (IDNA 2008 with compatibility mapping); "" if it can be none."""
    host = unquote(host).strip().rstrip(".").lower()
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host.split('%')[0]).compressed}]"
        except ValueError:
            return ""
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return ""
    if len(host) > 253 or not re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", host):
        return ""
    return host


@lru_cache(maxsize=8_192)
def registrable(host: str) -> str:
    """`registrable_domain` of a host in its one spelling."""
    name, port = (host, "") if host.endswith("]") else host.partition(":")[::2]
    if host.startswith("[") or not name or re.fullmatch(r"[\d.]+", name):
        return host
    if name == "localhost" or name.endswith(".localhost"):
        return host
    found = _suffixes(name)
    if found.suffix and found.domain:
        return f"{found.domain}.{found.suffix}"
    labels = name.split(".")
    # A name outside the list: the list's own default rule is that the last label is the suffix.
    return (
        ".".join(labels[-2:]) if not found.suffix and len(labels) > 1 else f"{name}:{port}" if port else name
    )
