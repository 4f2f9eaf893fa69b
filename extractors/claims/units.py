"""What a figure counts, or that it counts nothing we keep."""

from __future__ import annotations

from extractors.claims.quantities import Quantity
from extractors.claims.unit import Unit
from extractors.claims.units_asian import asian_unit
from extractors.claims.units_cyrillic import cyrillic_unit
from extractors.claims.units_latin import latin_unit


def unit_of(one: Quantity, text: str, script: str) -> Unit | None:
    """What `one` counts in its sentence, or None when it is no claim."""
    if one.percent:
        return Unit(name="percent", end=one.end)
    if script == "latin":
        return latin_unit(one, text)
    if script == "cyrillic":
        return cyrillic_unit(one, text)
    return asian_unit(one, text)
