"""Which address is the same article: canonical URLs, their keys, hosts and sites.

Decides identity only, from the characters of an address: nothing is resolved or fetched. A canonical URL names an
article; what is fetched is the link as the feed gave it. Parameters are dropped by list only, because Korean and
other content systems carry the article's number in the query (`idxno=`, `?id=`, `?p=`).
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from functools import lru_cache
from typing import Literal
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

import idna
import tldextract

# Longer addresses come from broken templates and traps; browsers and proxies give up at 2,000 to 8,000 characters.
LONGEST_URL = 4_000

# What mail, social and analytics tools append. Compared in lower case.
TRACKING = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "ysclid",
        "twclid",
        "ttclid",
        "li_fat_id",
        "igshid",
        "igsh",
        "epik",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "cmpid",
        "cmp",
        "icid",
        "ito",
        "ncid",
        "ocid",
        "smid",
        "smtyp",
        "sr_share",
        "partner_id",
        "xtor",
        "xtref",
        "wt_mc",
        "wt.mc_id",
        "wt_zmc",
        "trk",
        "trkcampaign",
        "s_cid",
        "s_campaign",
        "guccounter",
        "guce_referrer",
        "guce_referrer_sig",
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "__twitter_impression",
        "ref",
        "ref_src",
        "ref_url",
        "referrer",
        "referer",
        "ref_site",
        "share_from",
        "sharetype",
        "shareid",
        "share_token",
        "utm",
        "spm",
        "scm",
        "soc_src",
        "soc_trk",
        "ns_campaign",
        "ns_mchannel",
        "ns_source",
        "ns_linkname",
        "ns_fee",
        "vero_id",
        "vero_conv",
        "wickedid",
        "oly_anon_id",
        "oly_enc_id",
        "rb_clickid",
        "feature_src",
        "fromrss",
        "fb_action_ids",
        "fb_action_types",
        "fb_ref",
        "fb_source",
        "algo_pvid",
        "taid",
        "dicbo",
        "zanpid",
        "campaign_id",
        "traffic_source",
        "phpsessid",
        "jsessionid",
        "cfid",
        "cftoken",
        "sessionid",
        "aspsessionid",
        "intcmp",
        "recirc",
        "cndid",
        "esrc",
        "ftag",
    ]
)
TRACKING_PREFIXES = ("utm_", "at_", "pk_", "mtm_", "piwik_", "matomo_", "hsa_", "ga_", "gad_", "aspsessionid")

# The same text in another form: printed, in one page, as AMP.
_VIEWS = {
    "amp": None,
    "print": {"", "1", "true", "yes", "y"},
    "printable": {"", "1", "true", "yes"},
    "page": {"all"},
    "singlepage": {"", "1", "true"},
    "outputtype": {"amp"},
    "output": {"amp", "print"},
    "view": {"print", "amp"},
    "mobile": {"", "0", "1", "true"},
}
_INDEX_FILE = re.compile(r"/(?:index|default)\.(?:html?|shtml|xhtml|php[345]?|aspx?|jsp|cfm)$", re.IGNORECASE)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_AMP_TAIL = re.compile(r"(?<=[^/])(?:/amp(?:\.html?)?|\.amp(?:\.html?)?)$")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]")
_DOUBLE_SCHEME = re.compile(r"^(?:https?:/{0,2})+(?=https?:/)", re.IGNORECASE)
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:(?!\d+(?:/|$))")
_ILLEGAL = re.compile(r"%(?![0-9A-Fa-f]{2})|[^\x21-\x7e]|[\"<>\\^`{|}]")
# Fragments that name a document of their own: script routes and single posts of a live blog.
_MEANT_FRAGMENT = re.compile(
    r"^(?:!|/).+|^(?:post|block|entry|update|liveblog|live)[-_:/]?[\w-]*\d[\w-]*$", re.IGNORECASE
)

_MOBILE_LABELS = frozenset({"m", "mobile", "amp", "wap"})
_ARCHIVED = re.compile(
    r"^https?://(?:web\.archive\.org/web|archive\.(?:ph|today|is|li|md|vn|fo))/\d{4,14}(?:[a-z]{2}_)?/(.+)$",
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
_SHORTENERS = frozenset(
    [
        "bit.ly",
        "t.co",
        "goo.gl",
        "ow.ly",
        "buff.ly",
        "dlvr.it",
        "is.gd",
        "tinyurl.com",
        "lnkd.in",
        "trib.al",
        "ift.tt",
        "reut.rs",
    ]
)

_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def canonical_url(url: str, base: str | None = None) -> str | None:
    """The one spelling of an address by which an article is known; None for what is no web address.

    Scheme and `www.` are kept (the address stays usable); `article_key` disregards them.
    """
    absolute = absolute_url(url, base)
    return None if absolute is None else canonical_of(absolute)


def canonical_of(absolute: str) -> str | None:
    """`canonical_url` of an address that `absolute_url` gave."""
    # Unwrapped and shortened until nothing changes: a wrapper may stand in a wrapper, a suffix before a suffix.
    for _ in range(4):
        absolute = _unwrapped(absolute)
        shorter = _canonical_once(absolute)
        if shorter is None or shorter == absolute or _same_place(shorter, absolute):
            return shorter
        absolute = shorter
    return absolute


def article_key(canonical: str) -> str:
    """The id of an article: 32 hex characters of SHA-256 over its canonical URL without scheme and `www.`."""
    bare = re.sub(r"^https?://(?:www\.)?", "", canonical)
    return hashlib.sha256(bare.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def host_of(url: str) -> str:
    """The host that answers for an address, in lower-case ASCII, with its port unless that is the default.

    Two ports of one address are two hosts. An address without a host gives "".
    """
    parts = _split(url)
    return "" if parts is None else _netloc(parts)


def registrable_domain(host: str) -> str:
    """The site a host belongs to: `www.daily.co.kr` -> `daily.co.kr`. An IP or local host is its own, port included."""
    return _registrable(host.lower().rstrip("."))


def same_site(left: str, right: str) -> bool:
    """Whether two addresses belong to one registrable domain."""
    ours, theirs = (registrable_domain(host_of(url)) for url in (left, right))
    return bool(ours) and ours == theirs


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


def is_wrapper(url: str) -> bool:
    """Whether an address only stands for another one that cannot be read off it (Google News, FeedBurner, shorteners)."""
    host = host_of(url).removeprefix("www.")
    return host in _WRAPPERS or host in _SHORTENERS


def absolute_url(url: str, base: str | None = None) -> str | None:
    """An address made absolute and cleaned of what no address may hold, otherwise as given; None if it is not http(s)."""
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
    parts = _split(text)
    return None if parts is None else urlunsplit(parts)


def request_url(url: str) -> str:
    """An absolute address as it goes over the wire: host in ASCII, no user, no fragment, illegal characters escaped.

    Escapes that are there stay as they are: some servers tell `%2C` from `,`.
    """
    parts = _split(url)
    if parts is None:
        return url
    path, query = (_ILLEGAL.sub(_escaped, part) for part in (parts.path or "/", parts.query))
    return urlunsplit((parts.scheme, _netloc(parts), path, query, ""))


# One address is asked about many times in a row (host, canonical form, guard, request): half the time of a 304.
@lru_cache(maxsize=4_096)
def _split(url: str) -> SplitResult | None:
    """The parts of a web address, or None when it is none."""
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
        if not _netloc(parts):
            return None
    except ValueError:
        return None
    return parts


@lru_cache(maxsize=4_096)
def _netloc(parts: SplitResult) -> str:
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    name = _ascii_host(host) if host else ""
    if not name:
        return ""
    default = 443 if parts.scheme == "https" else 80
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
def _registrable(host: str) -> str:
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


def _same_place(shorter: str, before: str) -> bool:
    """Whether only query and fragment differ: those are settled in one pass."""
    here, there = _split(shorter), _split(before)
    return here is not None and there is not None and here.path == there.path and here.netloc == there.netloc


def _unwrapped(url: str) -> str:
    """The address inside an archive copy, an AMP cache or an open redirector; the address itself otherwise."""
    whole = _split(url)
    host = _netloc(whole).removeprefix("www.") if whole is not None else ""
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
    place = f"{_netloc(parts).removeprefix('www.')}{parts.path}"
    for name in _REDIRECTORS.get(place, ()):
        for pair in parts.query.split("&"):
            key, _, value = pair.partition("=")
            if key == name and (inner_url := absolute_url(unquote(value))) is not None:
                return inner_url
    return url


def _canonical_once(url: str) -> str | None:
    parts = _split(url)
    if parts is None:
        return None
    path = _canonical_path(parts.path)
    fragment = parts.fragment if _MEANT_FRAGMENT.match(parts.fragment) else ""
    result = urlunsplit(
        (
            parts.scheme,
            _desktop(_netloc(parts)),
            path,
            _canonical_query(parts.query),
            _normal_escapes(fragment),
        )
    )
    return result if len(result) <= LONGEST_URL else None


@lru_cache(maxsize=8_192)
def _desktop(netloc: str) -> str:
    """The host without the labels of mobile and AMP editions, as long as a registrable domain is left."""
    labels = netloc.split(".")
    domain = _registrable(netloc).partition(":")[0]
    floor = len(domain.split("."))
    if netloc.startswith("[") or re.fullmatch(r"[\d.]+(?::\d+)?", netloc) or len(labels) <= floor:
        return netloc
    sub, rest = labels[:-floor], labels[-floor:]
    if sub and sub[0] in _MOBILE_LABELS:
        sub = sub[1:]
    sub = [label for label in sub if label != "m"]
    return ".".join([*sub, *rest])


def _canonical_path(path: str) -> str:
    path = _SESSION.sub("", path)
    path = re.sub(r"(?<!:)/{2,}", "/", _normal_escapes(path)) or "/"
    path = _without_dots(path)
    path = _INDEX_FILE.sub("/", path)
    while (shorter := _AMP_TAIL.sub("", path.rstrip("/"))) != path.rstrip("/"):
        path = shorter
    if path.startswith("/amp/") and len(path) > 5:
        path = path[4:]
    return path.rstrip("/") or "/"


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


def _canonical_query(query: str) -> str:
    """The parameters that mean something, in a fixed order, spelled one way."""
    pairs = []
    for pair in query.replace("&amp;", "&").split("&"):
        key, equals, value = pair.partition("=")
        if pair and not _dropped(unquote(key).lower(), unquote(value).lower()):
            pairs.append(
                f"{_normal_escapes(key.replace('+', '%20'))}{equals}{_normal_escapes(value.replace('+', '%20'))}"
            )
    return "&".join(sorted(pairs))


def _dropped(name: str, value: str) -> bool:
    if name in TRACKING or name.startswith(TRACKING_PREFIXES):
        return True
    if name not in _VIEWS:
        return False
    values = _VIEWS[name]
    return values is None or value in values


def _normal_escapes(text: str) -> str:
    """Percent-encoding in one spelling: needless escapes decoded, others in upper case, all else encoded as UTF-8."""

    def one(match: re.Match[str]) -> str:
        char = chr(int(match.group(1), 16))
        return char if char in _UNRESERVED else f"%{match.group(1).upper()}"

    out = _ESCAPE.sub(one, text)
    if out.isascii() and not re.search(r"[\s\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})", out):
        return out
    return _ILLEGAL.sub(_escaped, out)


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "replace"))


def _is_parent(front: str, page: str) -> bool:
    """Whether one address is a folder above the other: a section front claimed by its articles."""
    above, below = urlsplit(front), urlsplit(page)
    if above.query or above.netloc != below.netloc:
        return False
    return below.path.startswith(above.path.rstrip("/") + "/") and not re.search(r"\d", above.path)
