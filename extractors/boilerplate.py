"""What of an extracted text is not the article: its own title repeated, boxes, tails, and lines learned per site.

Trims by shape and by lines given, never by site.
"""

from __future__ import annotations

from extractors.headlines import fold


def trim(text: str, *, headline: str | None = None, learned_lines: frozenset[str] = frozenset()) -> str:
    """`text` without what does not belong to the article."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if line not in learned_lines]
    wanted = fold(headline or "")
    for place, line in enumerate(lines[:2]):
        if wanted and fold(line) == wanted:
            del lines[place]
            break
    return "\n".join(lines)
