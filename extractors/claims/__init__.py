"""Who says what how many, clause by clause: never one number for a story, never an average."""

from __future__ import annotations

from datetime import datetime

from extractors.claims.finding import find_claims as _find
from extractors.records import Claim

__all__ = ["find_claims"]


def find_claims(
    title: str, text: str, *, language: str | None, published_at: datetime | None = None
) -> tuple[Claim, ...]:
    """Every figure that title and text claim, in reading order; `published_at` dates "this year" and the like."""
    return _find(title, text, language=language, published_at=published_at)
