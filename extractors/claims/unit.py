"""What a figure counts, as found in its sentence."""

from __future__ import annotations

from typing import NamedTuple


class Unit(NamedTuple):
    """What is counted, and where the phrase that says so ends. `name` is "" where the text leaves it out."""

    name: str
    end: int
    sure: bool = True  # a bare figure is not: it needs one beside it that names what is counted
    definite: bool = False  # "the seven missiles": new only if no figure said so before
