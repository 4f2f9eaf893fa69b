"""Which addresses may be connected to: public ones only, checked when the socket is made.

The check sees the very address that will be connected, after every spelling and every resolution: decimal and octal hosts,
IPv4 inside IPv6, names that point inward, names that change between two look-ups. Feeds, pages, robots.txt, redirects and
webhooks all go through a connector with this guard; nothing else may open a socket to an address somebody sent us.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Any

import aiohttp

from extractors.urls import absolute_url
from wirewatch.settings import Settings

_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
# IPv4-compatible addresses, long out of use: ::7f00:1 is 127.0.0.1 to some stacks.
_COMPATIBLE = ipaddress.IPv6Network("::/96")
MARK = "forbidden address"


class AddressForbidden(OSError):
    """The socket would connect to an address that is not public. An OSError, so that other addresses are tried."""

    def __init__(self, address: str, kind: str) -> None:
        super().__init__(errno.EACCES, f"{MARK} {address} ({kind})")


def forbidden(address: str, *, allow_loopback: bool) -> str | None:
    """Why this IP address must not be connected to ("loopback", "private", ...); None when it may."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "not an IP address"
    inner = _inside(ip)
    if inner is not None:
        # Only true loopback is ever allowed, never one wrapped in another address.
        return forbidden(str(inner), allow_loopback=False) or None
    if ip.is_loopback:
        return None if allow_loopback else "loopback"
    for kind in ("unspecified", "link_local", "multicast", "private", "reserved"):
        if getattr(ip, f"is_{kind}"):
            return kind.replace("_", "-")
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return "site-local"
    return None if ip.is_global else "not public"


def guarded_connector(settings: Settings, **options: Any) -> aiohttp.TCPConnector:
    """A connector whose every socket is checked. For feeds, pages and webhooks alike."""
    allow_loopback = settings.allow_loopback

    def checked_socket(found: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, where = found
        reason = forbidden(str(where[0]), allow_loopback=allow_loopback)
        if reason is not None:
            raise AddressForbidden(str(where[0]), reason)
        return socket.socket(family=family, type=kind, proto=protocol)

    return aiohttp.TCPConnector(socket_factory=checked_socket, **options)


def refusal(url: str) -> str | None:
    """Why an address must not even be asked for, before anything is resolved; None when it may."""
    if absolute_url(url) is None:
        scheme = url.partition(":")[0][:20]
        return f"{scheme}: addresses are not fetched" if ":" in url[:20] else "not a web address"
    return None


def _inside(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address carries, whatever the wrapping."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if any(ip in network for network in _NAT64) or (ip in _COMPATIBLE and int(ip) > 1):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None
