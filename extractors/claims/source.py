"""Who is said to say it, and how far their word reaches."""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    """Who says it: the name's span, the span of the sentence their word covers, and whether they deny it."""

    start: int
    end: int
    covers: tuple[int, int]
    verb: str
    verb_end: int = 0  # where the verb ends when it stands before what is said
    denies: bool = False
    pronoun: bool = False
    answers: bool = False  # speaks of what stands before it too: "asked about 15 arrests, the embassy said"
    deed: bool = False  # told of rather than said: it yields to who says the sentence
