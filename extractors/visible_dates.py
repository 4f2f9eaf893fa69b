"""The dates a reader sees in a page's byline, in the order they deserve belief.

Looks around the headline, at elements named after dates and at labelled dates; never into prose, lists of other
articles, comments or the page's footer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.vicinity import names

if TYPE_CHECKING:
    import lxml.html

    from extractors.vicinity import Run, Vicinity

# A byline is short; a paragraph that happens to hold a date is longer.
LONGEST_BYLINE = 90
# The share of its run that a date without a telling name or label must be.
MOSTLY = 0.25
# A part of a date in an element of its own ("12", "Mai").
SHORT_PART = 14
# After all others: the day of the last change, where a page shows no other.
LAST = 9

_MONTHS = r"[^\W\d_]{3,12}\.?"
_DATE = re.compile(
    rf"(?<!\d)(?:(?:19|20)\d\d\s*[-/.년年]\s*\d{{1,2}}\s*[-/.월月]\s*\d{{1,2}}(?!\d)"
    rf"|\d{{1,2}}[./-]\s?\d{{1,2}}[./-]\s?(?:19|20)\d\d(?!\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?[\s-]*(?:de\s+)?{_MONTHS},?[\s-]*(?:de\s+|del\s+)?(?:19|20)\d\d(?!\d)"
    rf"|{_MONTHS}\s*\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d(?!\d)"
    rf"|\d{{1,2}}\.\s?\d{{1,2}}\.\d\d(?![\d.])"
    rf"|(?:주체|juche|令和)\s*\d+)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"date|time|publi|posted|meta|byline|stamp|datum|fecha|entry-info", re.IGNORECASE)
_DATE_NAME = re.compile(r"date|time|publi|stamp", re.IGNORECASE)
# "3.11.19" is of this century: hardly a page from before 2000 is still read.
_SHORT_YEAR = re.compile(r"^(\d{1,2}\.\s?\d{1,2}\.)(\d\d)(?![\d.])")
_LABEL = re.compile(
    r"^\W*(?:first\s+)?(?:published|posted|created|date|erstellt|veröffentlicht|datum|publié|publicado|pubblicato|opublikowano|"
    r"publicerad|udgivet|yayınlan|опубликован|опубліковано|дата|입력|등록|게시|기사입력|작성|发布|發布|公開|投稿|掲載|نشر)",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"updat|modif|aktualisiert|actualiz|mis à jour|aggiornato|обновлен|оновлен|수정|更新", re.IGNORECASE
)
_FOREIGN = re.compile(r"copyright|©|\(c\)|all rights", re.IGNORECASE)


def visible_dates(vicinity: Vicinity) -> list[tuple[str, str]]:
    """Dates as they stand on the page with the place ("visible", "visible-updated"), the likeliest first."""
    found: list[tuple[int, int, str, str]] = []
    for place, run in enumerate(vicinity.runs):
        text = _completed(run)
        if len(text) > LONGEST_BYLINE or not (match := _DATE.search(text)) or _FOREIGN.search(text):
            continue
        rank = _rank(run, text, match, vicinity)
        if rank is None:
            continue
        source = "visible"
        if _CHANGED.search(text):
            if not run.near:
                continue
            rank, source = LAST, "visible-updated"
        found.append((rank, place, _SHORT_YEAR.sub(r"\g<1>20\2", text[match.start() :][:60]), source))
    return [(text, source) for _, _, text, source in sorted(found)]


def _rank(run: Run, text: str, match: re.Match[str], vicinity: Vicinity) -> int | None:
    """How much the date deserves belief, 0 most; None where it dates something else."""
    if vicinity.is_elsewhere(run.element, near=run.near):
        return None
    below = vicinity.below(run.element)
    named = any(_NAMED.search(names(node)) for node in (run.element, *_parents(run.element)))
    mostly = len(match[0]) >= len(text) * MOSTLY
    if named and run.near:
        return 0
    if (run.near and mostly) or _LABEL.search(text):
        return 1
    return 2 if named and mostly and not any(node.tag in {"li", "aside"} for node in below) else None


def _completed(run: Run) -> str:
    """The run's text, or all of the date element it is a part of: day, month and year in elements of their own."""
    if len(run.text) >= SHORT_PART or _DATE.search(run.text) or not any(c.isdigit() for c in run.text):
        return run.text
    for node in (run.element, *_parents(run.element)):
        if _DATE_NAME.search(names(node)):
            text = " ".join(" ".join(node.itertext()).split())
            if len(text) <= LONGEST_BYLINE:
                return text
    return run.text


def _parents(element: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    parent = element.getparent()
    above = parent.getparent() if parent is not None else None
    return [node for node in (parent, above) if node is not None]
