"""Links in a digest: to the desk, and the signed one that ends a subscription without a login.

A token says who and which list, and proves that we made it. It never expires: mail is read years later. The secret
can be replaced: several secrets, separated by spaces, all open tokens, and the first one signs.
"""

from __future__ import annotations

import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from email.utils import parseaddr
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from wirewatch.settings import Settings

LIST = "digests"
_KEY_FILE = "secret-key"
_SIGNATURE_BYTES = 16  # 128 bits: nobody guesses one, and the link stays short enough for one line of a mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where a subscriber's digests may point. Without a public address they point to the articles only."""

    public_url: str | None = None
    leave: str | None = None  # ends the subscription
    leave_by_mail: str | None = None

    def desk(self) -> str | None:
        """The desk's first page."""
        return f"{self.public_url}/" if self.public_url else None

    def story(self, key: str) -> str | None:
        """A story at the desk."""
        return f"{self.public_url}/stories/{quote(key, safe='')}" if self.public_url else None

    @property
    def one_click(self) -> bool:
        """Whether mail programs may unsubscribe by themselves: RFC 8058 asks for https."""
        return self.leave is not None and self.leave.startswith("https://")


def links_for(subscriber: str, settings: Settings) -> Links:
    """The links of one subscriber's digests."""
    public = settings.public_url.rstrip("/") if settings.public_url else None
    contact = parseaddr(settings.contact or "")[1]
    mail = (
        f"mailto:{quote(contact, safe='@')}?subject=unsubscribe%20{quote(subscriber)}"
        if "@" in contact
        else None
    )
    leave = f"{public}/u/{unsubscribe_token(subscriber, settings)}" if public else None
    return Links(public_url=public, leave=leave, leave_by_mail=mail)


def unsubscribe_token(subscriber: str, settings: Settings) -> str:
    """The signed token of one subscriber."""
    (key, *_) = signing_keys(settings)
    return f"{_encoded(subscriber.encode())}.{_key_id(key)}.{_signature(subscriber, key)}"


def subscriber_of(token: str, settings: Settings) -> str | None:
    """Who a token belongs to; None for a forged or broken one."""
    name, _, rest = token.partition(".")
    key_id, _, signature = rest.partition(".")
    try:
        subscriber = urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
    except (NotBase64, UnicodeDecodeError, ValueError):
        return None
    for key in signing_keys(settings):
        good = _signature(subscriber, key)
        if hmac.compare_digest(_key_id(key).encode(), key_id.encode()) and hmac.compare_digest(
            good.encode(), signature.encode()
        ):
            return subscriber
    return None


def signing_keys(settings: Settings) -> tuple[bytes, ...]:
    """The secrets, the signing one first; made once and kept in the home folder when none is set."""
    if settings.secret_key and settings.secret_key.split():
        return tuple(part.encode() for part in settings.secret_key.split())
    return (_kept_key(settings.home / _KEY_FILE),)


def _kept_key(file: Path) -> bytes:
    try:
        return file.read_bytes().strip()
    except FileNotFoundError:
        pass
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(secrets.token_hex(32))
    try:
        os.link(fresh, file)  # only one process founds it; the others use what it wrote
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return file.read_bytes().strip()


def _signature(subscriber: str, key: bytes) -> str:
    return _encoded(hmac.new(key, f"{LIST}|{subscriber}".encode(), sha256).digest()[:_SIGNATURE_BYTES])


def _key_id(key: bytes) -> str:
    return sha256(b"key id|" + key).hexdigest()[:8]


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
