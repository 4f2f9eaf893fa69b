"""One mail to one address over SMTP: sent, deferred or failed, with the reason in the server's words.

What is ours to mend (no connection, no TLS, a wrong password, a sender that the server does not like) defers: the mail
waits until an operator has looked. Only what the server says of this recipient or this message for good fails.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from ipaddress import ip_address

from wirewatch.delivery.message import sender
from wirewatch.excerpts import shortened
from wirewatch.settings import Settings

# One command of the dialogue; ten of them at worst stay below the lease of a row that is being sent.
COMMAND_TIMEOUT = 30.0
IMPLICIT_TLS_PORT = 465
NO_SUCH_USER = "no such user"

_DEAD_STATUS = re.compile(r"\b5\.1\.(?:1|2|3|6|10)\b")
_ANY_STATUS = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
_DEAD_WORDS = re.compile(
    r"no such (?:user|mailbox|recipient)|(?:user|mailbox|recipient)s? (?:is )?(?:unknown|not found)|unknown user|does not exist",
    re.IGNORECASE,
)
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The server took the mail over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """Not now; try again later with the same bytes."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Never; a reason that begins with `NO_SUCH_USER` says that the address is dead."""

    reason: str


Verdict = Sent | Deferred | Failed


def send_mail(
    settings: Settings, recipient: str, eml: bytes, *, context: ssl.SSLContext | None = None
) -> Verdict:
    """Hand the bytes to the mail server of the settings."""
    verdict = _attempt(settings, recipient, eml, context or ssl.create_default_context())
    if isinstance(verdict, Sent):
        return verdict
    # The ledger and the logs name no addresses; servers like to repeat them.
    reason = verdict.reason.replace(recipient, "(recipient)")
    return type(verdict)(reason=shortened(reason, _LONGEST_REASON))


def _attempt(settings: Settings, recipient: str, eml: bytes, context: ssl.SSLContext) -> Verdict:
    stage = "before the mail was sent"
    try:
        with _connected(settings, context) as server:
            server.ehlo_or_helo_if_needed()
            refusal = _secure(server, settings, context)
            if refusal is not None:
                return refusal
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password or "")
            stage = "after the mail may have been handed over"
            server.sendmail(sender(settings).addr_spec, [recipient], eml)
    except smtplib.SMTPRecipientsRefused as fault:
        return _said(*fault.recipients[recipient], "recipient")
    except smtplib.SMTPDataError as fault:
        return _said(fault.smtp_code, fault.smtp_error, "message")
    except smtplib.SMTPServerDisconnected as fault:
        return Deferred(reason=f"the mail server hung up {stage}: {fault}")
    except OSError as fault:  # smtplib's own errors are among them
        return Deferred(reason=_ours_to_mend(fault))
    return Sent()


def _ours_to_mend(fault: OSError) -> str:
    match fault:
        case smtplib.SMTPResponseException():
            asked = {
                smtplib.SMTPAuthenticationError: "refused user and password",
                smtplib.SMTPSenderRefused: "refused the sender",
            }.get(type(fault), "answered")
            reason = f"the mail server {asked}: {_reply(fault.smtp_code, fault.smtp_error)}"
        case smtplib.SMTPException():
            reason = f"the mail server cannot do what is needed: {fault}"
        case ssl.SSLError():
            reason = f"no secure connection to the mail server: {fault.reason or fault}"
        case TimeoutError():
            reason = f"the mail server did not answer within {COMMAND_TIMEOUT:g} s"
        case _:
            reason = f"no connection to the mail server: {fault.strerror or fault}"
    return reason


def _connected(settings: Settings, context: ssl.SSLContext) -> smtplib.SMTP:
    host, port = settings.smtp_host or "", settings.smtp_port
    if port == IMPLICIT_TLS_PORT:
        return _Mailer(host, port, timeout=COMMAND_TIMEOUT, context=context)
    return _PlainMailer(host, port, timeout=COMMAND_TIMEOUT)


class _Quietly(smtplib.SMTP):
    """Leaving must not turn a mail that was taken over into a failure: a server may hang up before QUIT is answered."""

    def __exit__(self, *_: object) -> None:
        try:
            self.quit()
        except (smtplib.SMTPException, OSError):
            pass
        finally:
            self.close()


class _PlainMailer(_Quietly):
    """SMTP, made secure by STARTTLS."""


class _Mailer(_Quietly, smtplib.SMTP_SSL):
    """SMTP inside TLS from the first byte."""


def _secure(server: smtplib.SMTP, settings: Settings, context: ssl.SSLContext) -> Deferred | None:
    if isinstance(server, smtplib.SMTP_SSL):
        return None
    if settings.smtp_starttls:
        if not server.has_extn("starttls"):
            return Deferred(
                reason="the mail server offers no TLS; set smtp_starttls = false only if you mean it"
            )
        server.starttls(context=context)
        server.ehlo()
        return None
    if settings.smtp_user and not _on_this_machine(settings.smtp_host or ""):
        return Deferred(reason="a password goes to another machine over TLS only; set smtp_starttls = true")
    return None


def _on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _said(code: int, said: bytes | str, about: str) -> Verdict:
    reply = _reply(code, said)
    if 500 <= code < 600:
        dead = about == "recipient" and _is_dead(reply)
        return Failed(reason=f"{NO_SUCH_USER}: {reply}" if dead else f"{about} refused for good: {reply}")
    return Deferred(reason=f"{about} refused for now: {reply}")


def _is_dead(reply: str) -> bool:
    """An enhanced status code is exact; without one the words must say it (550 alone is also "we call you spam")."""
    if _ANY_STATUS.search(reply):
        return _DEAD_STATUS.search(reply) is not None
    return _DEAD_WORDS.search(reply) is not None


def _reply(code: int, said: bytes | str) -> str:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(words.split())}".strip()
