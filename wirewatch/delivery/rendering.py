"""A digest as a mail: text written for readers of text, HTML for the rest, and the same bytes every time.

Pure but for the templates, which are read once. Nothing here knows the clock: the date of a digest is the end of
its window, and Message-ID and boundary come from its key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from unicodedata import combining, east_asian_width

import css_inline
import jinja2

from wirewatch.delivery.links import Links, links_for
from wirewatch.delivery.message import message_bytes, message_id
from wirewatch.delivery.wording import Letter, word
from wirewatch.records import Digest, Subscriber
from wirewatch.settings import Settings

# Gmail cuts HTML at 102 KB and hides the end, the link that unsubscribes with it.
LONGEST_HTML = 90_000
TEXT_WIDTH = 76


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A digest, ready to send. `digest` holds the stories that found room."""

    digest: Digest
    message_id: str
    subject: str
    text: str
    html: str
    eml: bytes


def render_digest(digest: Digest, subscriber: Subscriber, settings: Settings) -> Rendered:
    """Subject, text, HTML and the bytes of the mail; stories that find no room are left out from the end."""
    links = links_for(subscriber.name, settings)
    fitting, letter, html = _fitted(digest, subscriber, links)
    text = _environment().get_template("digest.txt.j2").render(letter=letter).strip() + "\n"
    return Rendered(
        digest=fitting,
        message_id=message_id(digest.digest_key, settings),
        subject=letter.subject,
        text=text,
        html=html,
        eml=message_bytes(
            digest, subscriber, settings, links=links, subject=letter.subject, text=text, html=html
        ),
    )


def _fitted(digest: Digest, subscriber: Subscriber, links: Links) -> tuple[Digest, Letter, str]:
    """The longest beginning of the digest whose HTML is within the limit."""
    most = least = len(digest.items)
    letter, html = _laid_out(digest, subscriber, links)
    if len(html.encode()) <= LONGEST_HTML:
        return digest, letter, html
    least, fitting = 0, _cut(digest, 0)
    letter, html = _laid_out(fitting, subscriber, links)
    while most - least > 1:
        middle = (most + least) // 2
        shorter = _cut(digest, middle)
        tried = _laid_out(shorter, subscriber, links)
        if len(tried[1].encode()) <= LONGEST_HTML:
            least, fitting, (letter, html) = middle, shorter, tried
        else:
            most = middle
    return fitting, letter, html


def _cut(digest: Digest, most: int) -> Digest:
    cut = tuple((item.story_key, item.revision) for item in digest.items[most:])
    return replace(digest, items=digest.items[:most], left_out=cut + digest.left_out)


def _laid_out(digest: Digest, subscriber: Subscriber, links: Links) -> tuple[Letter, str]:
    letter = word(digest, subscriber, links)
    html = _inliner().inline(_environment().get_template("digest.html.j2").render(letter=letter))
    return letter, html.rstrip() + "\n"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("wirewatch.delivery"),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["folded"] = folded
    environment.filters["capitalised"] = _capitalised
    return environment


@cache
def _inliner() -> Any:
    return css_inline.CSSInliner(minify_css=True, load_remote_stylesheets=False)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def folded(text: str, indent: int) -> str:
    """The text in lines that fit a terminal; wide (East Asian) characters count twice and break anywhere."""
    lines, line, width = [], "", 0
    for piece in _pieces(text):
        columns = sum(_columns(character) for character in piece)
        if line.strip() and width + columns > TEXT_WIDTH - indent:
            lines.append(line.rstrip())
            line, width = piece.lstrip(), columns
        else:
            line, width = line + piece, width + columns
    return ("\n" + " " * indent).join([*lines, line.rstrip()])


def _pieces(text: str) -> list[str]:
    """Words with the blank before them; a run of wide characters is a piece each."""
    pieces: list[str] = []
    for number, run in enumerate(text.split(" ")):
        blank = " " if number else ""
        narrow = ""
        for character in run:
            if _columns(character) == 2 and not "가" <= character <= "힣":  # Korean breaks at blanks
                pieces.extend([blank + narrow, character] if narrow else [blank + character])
                blank, narrow = "", ""
            else:
                narrow += character
        if narrow:
            pieces.append(blank + narrow)
    return pieces


def _columns(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1
