"""A real mail server on loopback for the tests: it keeps what it takes, and refuses on demand."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Post:
    """Keeps mails as (recipient, bytes). A recipient named `r550-...@` is refused with that code."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []
        self.hang_up_after_data = False
        self.refuse_data: str | None = None
        self.refuse_sender: str | None = None

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802  # aiosmtpd's name
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  # aiosmtpd's name
        replies = {
            "dead": "550 5.1.1 <{}>: user unknown",
            "old": "550 no such user {} here",
            "spam": "550 5.7.1 we do not like you",
            "busy": "451 4.7.1 greylisted, come again",
            "full": "452 4.2.2 mailbox of {} is full",
        }
        reply = replies.get(address.split("@")[0])
        if reply:
            return reply.format(address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  # aiosmtpd's name
        if self.refuse_data:
            return self.refuse_data
        self.mails += [(recipient, envelope.original_content) for recipient in envelope.rcpt_tos]
        if self.hang_up_after_data:
            server.transport.abort()
        return "250 taken"


class _Loopback(Controller):
    """Bound to a free port, which the system chooses."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.SMTP_kwargs)


@contextmanager
def mail_server(post: Post, **options: Any) -> Iterator[int]:
    """The port of a server that hands its mails to `post`."""
    controller = _Loopback(post, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.server.sockets[0].getsockname()[1]
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    file = folder / "server.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    file.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return file


def tls(file: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's context; the client trusts this certificate only."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


def only(user: str, password: str):
    """An authenticator that lets one user in."""

    def check(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (
            user.encode(),
            password.encode(),
        )
        return AuthResult(success=good, handled=good)

    return check
