"""Who is said to say it: the sources of a sentence, and whose word covers a figure."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.claims.attribution_asian import asian_sources
from extractors.claims.attribution_cyrillic import cyrillic_sources
from extractors.claims.attribution_latin import latin_sources
from extractors.claims.source import Source


def sources(text: str, script: str) -> list[Source]:
    """Every attribution of a sentence."""
    if script == "latin":
        return latin_sources(text)
    return cyrillic_sources(text) if script == "cyrillic" else asian_sources(text)


def source_for(found: Sequence[Source], start: int, end: int) -> Source | None:
    """Whose word covers the figure at start..end: the narrowest reach that holds it, a word before a deed."""
    holding = [
        one
        for one in found
        if one.covers[0] <= start and end <= one.covers[1] and not one.start <= start < one.end
    ]
    return min(holding, key=lambda one: (one.deed, one.covers[1] - one.covers[0])) if holding else None
