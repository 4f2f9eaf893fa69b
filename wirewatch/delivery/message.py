"""The bytes of a mail: headers that mail programs and list tools rely on, and two parts that say the same.

Deterministic: the same digest gives the same bytes, so that a retry is recognised as the same mail.
"""

from __future__ import annotations

from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr

from wirewatch.delivery.links import LIST, Links
from wirewatch.excerpts import clean
from wirewatch.records import Digest, Subscriber
from wirewatch.settings import Settings, SettingsError


class _Policy(EmailPolicy):
    """Folds what the standard library folds badly.

    It turns an address longer than a line into encoded words, which no mail program reads in List-Unsubscribe or
    List-Id (RFC 2047 5 forbids them there), and folds long subjects of wide characters with blanks too many.
    """

    def fold(self, name: str, value: str) -> str:
        return self._folded(name, str(value)) or super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        folded = self._folded(name, str(value))
        return folded.encode("ascii") if folded else super().fold_binary(name, value)

    def _folded(self, name: str, value: str) -> str | None:
        if name.lower() in {"list-unsubscribe", "list-id", "message-id"}:
            return f"{name}: {value.replace(', ', f',{self.linesep} ')}{self.linesep}"
        if name.lower() == "subject" and not value.isascii():
            encoded = Header(value, "utf-8", maxlinelen=75, header_name=name).encode(linesep=self.linesep)
            return f"{name}: {encoded}{self.linesep}"
        return None


# 7bit: every server takes it, and the stored text is the sent bytes.
_POLICY = _Policy(linesep=SMTP.linesep, cte_type="7bit", raise_on_defect=False)


def message_id(digest_key: str, settings: Settings) -> str:
    """The id of a digest's mail, the same on every attempt."""
    return f"<{digest_key}@{sender(settings).domain}>"


def sender(settings: Settings) -> Address:
    """Who digests come from.

    Raises:
        SettingsError: when mail_from holds no address.
    """
    name, address = parseaddr(settings.mail_from)
    local, _, domain = address.rpartition("@")
    if not local or not domain or not address.isascii():
        raise SettingsError([("mail_from", f"wants Name <address@domain>, not {settings.mail_from!r}")])
    return Address(display_name=clean(name), username=local, domain=domain)


def message_bytes(  # the parts of one message, each named
    digest: Digest,
    subscriber: Subscriber,
    settings: Settings,
    *,
    links: Links,
    subject: str,
    text: str,
    html: str,
) -> bytes:
    """The mail: multipart/alternative, text first."""
    origin = sender(settings)
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = clean(subject)
    message["From"] = origin
    message["To"] = subscriber.address or "undisclosed-recipients:;"
    contact = parseaddr(settings.contact or "")[1]
    if "@" in contact and contact.isascii():
        message["Reply-To"] = contact
    message["Date"] = format_datetime(digest.window_end.replace(microsecond=0))
    message["Message-ID"] = message_id(digest.digest_key, settings)
    message["List-Id"] = f"Wirewatch digests <{LIST}.{origin.domain}>"
    leave = [f"<{url}>" for url in (links.leave, links.leave_by_mail) if url]
    if leave:
        message["List-Unsubscribe"] = ", ".join(leave)
    if links.one_click:
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    message.set_content(text, cte=_encoding(text))
    message.add_alternative(html, subtype="html", cte=_encoding(html))
    message.set_boundary(f"=_{digest.digest_key}")
    return message.as_bytes()


def text_of(eml: bytes) -> str:
    """The text part of a stored mail."""
    return _part(eml, "plain")


def html_of(eml: bytes) -> str:
    """The HTML part of a stored mail."""
    return _part(eml, "html")


def _part(eml: bytes, kind: str) -> str:
    message = BytesParser(policy=SMTP).parsebytes(eml)
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


def _encoding(text: str) -> str:
    """Quoted-printable triples what is not ASCII; base64 adds a third to everything."""
    beyond = sum(not character.isascii() for character in text)
    return "base64" if beyond > len(text) / 8 else "quoted-printable"
