"""What an analyst decided about a story or an article: kept apart from what the machine says, and never lost to it.

A correction is stored once and never edited; taking it back sets `withdrawn_at`. Corrections name articles and not
only stories, because story keys are the machine's and a re-clustering may draw its lines anew: whoever applies them
asks what they say about the articles at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

CorrectionKind = Literal["pin", "mute", "merge", "split", "tag"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One decision of one analyst. Id: `correction_key`.

    pin, mute: `story_key`, and `articles` are the story's at the time. merge: every one of `articles` belongs in one
    story with every one of `others`. split: `articles` belong together, and none of them with any of `others`. tag:
    the one article of `articles` has (`verdict` add) or has not (`verdict` remove) `topic`, and `evidence_text` is
    what the analyst marked or the machine had taken for evidence.
    """

    correction_key: str
    kind: CorrectionKind
    story_key: str | None = None
    articles: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    topic: str | None = None
    verdict: Literal["add", "remove"] | None = None
    evidence_text: str | None = None
    note: str | None = None
    by: str
    made_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


def correction_key(kind: CorrectionKind, *, by: str, made_at: datetime, subject: str) -> str:
    """The id of a correction: who decided what about which subject, and when."""
    return sha256(f"{kind}|{subject}|{by}|{made_at.isoformat()}".encode()).hexdigest()[:32]
