"""Which countries, places, forces, leaders, ministries, agencies and organizations a text names.

By the alias table alone (`extractors.gazetteer`): no guess at names that are not in it. The longest name wins:
"Korean People's Army" is the force, not three countries; a name used as an adjective is a mention like any other.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from extractors.gazetteer import Named, gazetteer
from extractors.records import Evidence, Mention
from extractors.terms import LONGEST_TEXT, TermIndex

# So many places of one name are kept as evidence; more only swells the index.
MOST_EVIDENCE = 8
# Aliases that are ordinary words in another language of ours are held back there.
_ONLY_IN = {"^北": ("ko",), "^美": ("ko",), "^日": ("ko",), "^中": ("ko",)}

Field = Literal["title", "text"]


def find_mentions(title: str, text: str, *, language: str | None) -> tuple[Mention, ...]:
    """Every entry of the alias table that title or text names, most named first."""
    names, _ = _table(language)
    found: dict[int, list[Evidence]] = {}
    for field, content in (("title", title), ("text", text[:LONGEST_TEXT])):
        for start, end, number in _spans(content, language):
            found.setdefault(number, []).append(
                Evidence(field=_field(field), start=start, end=end, text=content[start:end])
            )
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), names[item[0]].id))
    return tuple(_mention(names[number], evidence) for number, evidence in ranked)


def _spans(text: str, language: str | None) -> list[tuple[int, int, int]]:
    """Hits, overlapping ones resolved: the longer name takes the words."""
    names, index = _table(language)
    kept: list[tuple[int, int, int]] = []
    taken: set[tuple[int, int]] = set()
    end = -1
    for start, stop, number in index.hits(text):
        if start < end and (start, stop) not in taken:
            continue
        kept.append((start, stop, number))
        taken.add((start, stop))
        end = max(end, stop)
    return kept if names else []


def _field(name: str) -> Field:
    return "title" if name == "title" else "text"


def _mention(named: Named, evidence: list[Evidence]) -> Mention:
    return Mention(
        id=named.id,
        name=named.name,
        kind=named.kind,
        evidence=tuple(evidence[:MOST_EVIDENCE]),
        latitude=named.latitude,
        longitude=named.longitude,
    )


def _table(language: str | None) -> tuple[tuple[Named, ...], TermIndex]:
    return _tables("ko" if language == "ko" else "")


@lru_cache(maxsize=2)
def _tables(language: str) -> tuple[tuple[Named, ...], TermIndex]:
    names = tuple(gazetteer().values())
    groups = {
        named.id: [alias for alias in named.aliases if not _held_back(alias, language)] for named in names
    }
    return names, TermIndex(groups)


def _held_back(alias: str, language: str) -> bool:
    return alias in _ONLY_IN and language not in _ONLY_IN[alias]
