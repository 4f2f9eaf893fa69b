"""Text cut at its evidence: segments, paragraphs, and quotes with a line of context around each piece. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.records import Claim, Evidence, TopicTag

# Characters shown on each side of a quoted piece of evidence: about a line, enough to see who says it.
AROUND = 110
QUOTES = 3
# A claim in a table row shows less around its figure.
AROUND_FIGURE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of text; `labels` say which tags or claims it earned (empty: none)."""

    text: str
    labels: tuple[str, ...] = ()
    kind: str = ""


# Where the evidence is, what it earned in words, and whether that is a "topic" or a "claim".
Mark = tuple[Evidence, str, str]


def marks_of(topics: Iterable[TopicTag], claims: Iterable[Claim]) -> tuple[Mark, ...]:
    """The marks that tags and claims leave on a title and a text."""
    return (
        *((span, f"{_plain(tag.topic)} ({tag.level})", "topic") for tag in topics for span in tag.evidence),
        *((claim.evidence, f"figure: {amount(claim)} {claim.unit}", "claim") for claim in claims),
    )


def segments(text: str, marks: Iterable[Mark], start: int = 0, end: int | None = None) -> tuple[Segment, ...]:
    """The text between two offsets, cut where the evidence changes. Overlapping evidence shares its segment."""
    end = len(text) if end is None else end
    inside = [mark for mark in marks if mark[0].start < end and mark[0].end > start]
    cuts = sorted(
        {start, end, *(max(start, m[0].start) for m in inside), *(min(end, m[0].end) for m in inside)}
    )
    cut = []
    for left, right in pairwise(cuts):
        here = [mark for mark in inside if mark[0].start <= left and mark[0].end >= right]
        labels = tuple(dict.fromkeys(label for _, label, _ in here))
        kinds = {kind for _, _, kind in here}
        cut.append(Segment(text=text[left:right], labels=labels, kind=" ".join(sorted(kinds))))
    return tuple(cut)


def paragraphs(text: str, marks: Sequence[Mark]) -> tuple[tuple[Segment, ...], ...]:
    """The text's paragraphs, each cut at its evidence."""
    return tuple(segments(text, marks, start, end) for start, end in _lines(text) if text[start:end].strip())


def quotes(text: str, marks: Sequence[Mark]) -> tuple[tuple[Segment, ...], ...]:
    """The first pieces of evidence with a line of text around each, never across a paragraph's end.

    Pieces close together share a quote.
    """
    spans: list[tuple[int, int]] = []
    for mark in sorted(marks, key=lambda mark: mark[0].start):
        start, end = _around(text, mark[0], AROUND)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(_elided(text, marks, start, end) for start, end in spans[:QUOTES])


def figure_in_context(field: str, claim: Claim) -> tuple[Segment, ...]:
    """The words of one claim with a little of what stands around them; `field` is the title or text it is in."""
    start, end = _around(field, claim.evidence, AROUND_FIGURE)
    return _elided(field, [(claim.evidence, "", "claim")], start, end)


def amount(claim: Claim) -> str:
    """A claim's figure in words: "1,500", "at least 200"; "several" where the text gives no number."""
    low, high = claim.low, claim.high
    if low is None and high is None:
        return "several"
    if low == high:
        return ("about " if claim.approximate else "") + _number(low)
    if high is None:
        return f"at least {_number(low)}"
    if low is None:
        return f"at most {_number(high)}"
    return f"{_number(low)} to {_number(high)}"


def _elided(text: str, marks: Sequence[Mark], start: int, end: int) -> tuple[Segment, ...]:
    line_start, line_end = _line(text, start)
    before = (Segment(text="… "),) if start > line_start else ()
    after = (Segment(text=" …"),) if end < line_end else ()
    return (*before, *segments(text, marks, start, end), *after)


def _around(text: str, evidence: Evidence, width: int) -> tuple[int, int]:
    """The evidence with `width` characters on each side, cut at words and at the ends of its paragraph."""
    line_start, line_end = _line(text, evidence.start)
    start, end = max(line_start, evidence.start - width), min(line_end, evidence.end + width)
    while start > line_start and not text[start - 1].isspace():
        start -= 1
    while end < line_end and not text[end].isspace():
        end += 1
    return start, max(end, evidence.end)


def _line(text: str, at: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return start, len(text) if end < 0 else end


def _lines(text: str) -> Iterable[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:,.0f}" if value == int(value) else f"{value:,g}"


def _plain(name: str) -> str:
    return name.replace("_", " ")
