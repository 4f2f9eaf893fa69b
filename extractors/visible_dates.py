"""The dates a reader sees in a page's byline, in the order they deserve belief.

Looks around the headline, at elements named after dates and at labelled dates; never into prose, lists of other
articles, comments or the page's footer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.dates import ASCII_DIGITS
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
# Nothing tells what a date is of, but it stands alone in its element.
UNTOLD = 3
NEARLY = 0.9
_NO_BYLINE = frozenset(
    {"li", "aside", "table", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "blockquote"}
)

_MONTHS = r"[^\W\d_]{3,12}\.?"
_DATE = re.compile(
    rf"(?<!\d)(?:(?:19|20)\d\d\s*[-/.년年]\s*\d{{1,2}}\s*[-/.월月]\s*\d{{1,2}}(?!\d)"
    rf"|\d{{1,2}}[./-]\s?\d{{1,2}}[./-]\s?(?:19|20)\d\d(?!\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?[\s-]*(?:de\s+|d['’])?{_MONTHS},?[\s-]*(?:de\s+|del\s+)?(?:19|20)\d\d(?!\d)"
    rf"|{_MONTHS}\s*\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d(?!\d)"
    rf"|(?:19|20)\d\d\.?\s+(?:m\.\s+)?{_MONTHS}\s+\d{{1,2}}(?!\d)"
    rf"|\d{{1,2}}\s+tháng\s+\d{{1,2}},?\s+(?:năm\s+)?(?:19|20)\d\d(?!\d)"
    rf"|\d{{1,2}}\.\s?\d{{1,2}}\.\d\d(?![\d.])"
    rf"|(?:주체|juche|令和)\s*\d+)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_NAMED = re.compile(r"date|time|publi|posted|meta|byline|stamp|datum|fecha|entry-info", re.IGNORECASE)
_DATE_NAME = re.compile(r"date|time|publi|stamp", re.IGNORECASE)
# "3.11.19" is of this century: hardly a page from before 2000 is still read.
_SHORT_YEAR = re.compile(r"^(\d{1,2}\.\s?\d{1,2}\.)(\d\d)(?![\d.])")
_LABEL = re.compile(
    r"^\W*(?:(?:first|originally|article|date)\s+)?(?:published|posted|created|publication date|date|released|release date|"
    r"erstellt|veröffentlicht|erschienen|online seit|datum|publié|mis en ligne|paru|publicad[oa]|publicación|fecha|data|pubblicat[oa]|"
    r"opublikowano|publicerad|udgivet|yayınlan|опубликован|дата публикации|дата публікації|опубліковано|размещено|"
    r"날짜|일시|입력|등록|게시|승인|송고|기사\s?입력|기사\s?승인|작성|发布|發布|发表|發表|日期|时间|時間|公開|投稿|掲載|配信|تاريخ|نشر|التاريخ)",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\W*(?:last|page|content|zuletzt|letzte|dernière|última|ultim[oa]|последнее|останнє)?\s*"
    r"(?:updat|modif|edited|revised|reviewed|changed|aktualisier|geändert|bearbeitet|stand:|änderung|actualiz|atualiz|mis à jour|mise à jour|aggiorna|modificat|"
    r"обновл|изменен|оновл|змінен|수정|업데이트|更新|修改|最后修订|تحديث|تعديل)",
    re.IGNORECASE,
)
# What readers' encyclopaedias and manuals say at their end.
_CHANGED_PAGE = re.compile(
    r"^\W*(?:this|diese[rs]?|cette|esta|questa|эта)\s+(?:page|article|document|entry|seite|artikel|beitrag|página|pagina|страница)\b.*\d",
    re.IGNORECASE,
)
# What a date's label alone is at most: "Published on", "Last updated:".
LONGEST_LABEL = 40
_FOREIGN = re.compile(r"copyright|©|\(c\)|all rights", re.IGNORECASE)


def visible_dates(vicinity: Vicinity) -> list[tuple[str, str]]:
    """Dates as they stand on the page with the place ("visible", "visible-updated"), the likeliest first."""
    found: list[tuple[int, int, str, str]] = []
    lone: list[tuple[int, int, str, str]] = []
    before = ""
    for place, run in enumerate(vicinity.runs):
        label, before = before if len(before) <= LONGEST_LABEL else "", run.text
        if len(run.text) > LONGEST_BYLINE or not _DIGIT.search(run.text):
            continue
        text = _completed(run).translate(ASCII_DIGITS)
        if len(text) > LONGEST_BYLINE or _FOREIGN.search(text) or not (dated := _first_day(text, label)):
            continue
        match, changed = dated
        rank = _rank(run, f"{label} {text}" if _LABEL.search(label) else text, match, vicinity)
        if rank is None or vicinity.is_others(run.element):
            continue
        if rank == UNTOLD or vicinity.is_elsewhere(run.element, near=run.near):
            lone.append((rank, place, match[0], "visible"))
            continue
        source = "visible"
        if changed:
            if not (run.near or _CHANGED.match(label or text) or _CHANGED_PAGE.search(text)):
                continue
            rank, source = LAST, "visible-updated"
        found.append((rank, place, text[match.start() :][:60], source))
    if not found and len({text for _, _, text, _ in lone}) == 1:
        # Builders of pages call every part a widget or a card: where the page shows but one day, that is its own.
        found = lone
    return [(_SHORT_YEAR.sub(r"\g<1>20\2", text), source) for _, _, text, source in sorted(found)]


def _first_day(text: str, label: str) -> tuple[re.Match[str], bool] | None:
    """The date in a byline, and whether it is of a change: of two dates, the one that is not."""
    if not _DATE.search(text):
        return None
    dates = list(_DATE.finditer(text))
    ends = [0, *(date.end() for date in dates)]
    for date, end in zip(dates, ends, strict=False):
        before = f"{'' if end else label} {text[end : date.start()]}"
        if not _CHANGED.search(before) and not _CHANGED_PAGE.search(text):
            return date, False
    return dates[0], True


def _rank(run: Run, text: str, match: re.Match[str], vicinity: Vicinity) -> int | None:
    """How much the date deserves belief, 0 most; None where it dates something else."""
    below = vicinity.below(run.element)
    named = any(
        node.tag == "time" or _NAMED.search(names(node)) for node in (run.element, *_parents(run.element))
    )
    mostly = len(match[0]) >= len(text) * MOSTLY
    if named and run.near:
        return 0
    if (run.near and mostly) or _LABEL.search(text) or _CHANGED.match(text) or _CHANGED_PAGE.match(text):
        return 1
    if not mostly or any(node.tag in _NO_BYLINE for node in below):
        return None
    return 2 if named else UNTOLD if len(match[0]) >= len(text) * NEARLY else None


def _completed(run: Run) -> str:
    """The run's text, or all of the date element it is a part of: day, month and year in elements of their own."""
    if len(run.text) >= SHORT_PART or _DATE.search(run.text) or not any(c.isdigit() for c in run.text):
        return run.text
    for node in (run.element, *_parents(run.element)):
        if _DATE_NAME.search(names(node)):
            text = " ".join(" ".join(node.itertext()).split()).replace(" ,", ",")
            if len(text) <= LONGEST_BYLINE:
                return text
    return run.text


def _parents(element: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    parent = element.getparent()
    above = parent.getparent() if parent is not None else None
    return [node for node in (parent, above) if node is not None]
