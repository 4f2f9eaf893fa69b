"""Writes docs/fields.md from mappings/*.json and mappings/fields.toml: `python tools/document_fields.py`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from wirewatch.index.fields import StoredField, stored_fields  # noqa: E402  (found from any folder)
from wirewatch.index.schema import KINDS, MONTHLY, SCHEMA_VERSION  # noqa: E402

PAGE = ROOT / "docs" / "fields.md"
KIND_SENTENCES = {
    "articles": "One publication of a text.",
    "stories": "Articles on one event.",
    "claims": "One figure that one article gives.",
    "entries": "The ledger: every entry that a feed ever gave, and how it ended.",
    "feeds": "How each feed stands.",
    "deliveries": "Every digest, planned or sent.",
    "subscribers": "Who gets digests, and of what; no addresses.",
    "rules": "Sets of topic rules that were in force.",
    "sites": "What was learned of a site's own lines.",
    "publishers": "How each publisher's pages usually are, and what changed.",
    "searches": "Searches that analysts keep under a name.",
    "subscriptions": "Digests of saved searches.",
    "corrections": "What analysts decided.",
    "clustering": "The memory of the clustering writer; not for analysts.",
}
INTRODUCTION = f"""\
# Fields

<!-- Made by tools/document_fields.py from mappings/; change it there. -->

What Elasticsearch holds, for searches of your own in Kibana or over its API. Read through the aliases `wirewatch-<kind>` (another
`index_prefix` gives another first word). {", ".join(f"`{kind}`" for kind in MONTHLY)} have an index for each month, the month of
first sight; the others have one. Index names carry the schema version, {SCHEMA_VERSION} today. A field that is not listed is
refused. Names after an arrow are ECS names (Elastic Common Schema) for the same field: they can be searched, not written.

Text is analyzed under our own names: `ww_text` (any language), `ww_text_en`, `ww_text_ko`, `ww_text_ru`. What each does depends
on the server and is found out at start (`wirewatch doctor` shows it); sub-fields for languages that a server cannot analyze are
left out there. `mappings/analysis.json` lists the chains, best first.
"""


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


def page() -> str:
    """The page, as it should be."""
    lines = [INTRODUCTION]
    for kind in KINDS:
        fields = stored_fields(kind)
        other_names: dict[str, list[str]] = {}
        for field in fields:
            if field.alias_of:
                other_names.setdefault(field.alias_of, []).append(field.name)
        lines += [
            f"## {kind}",
            "",
            KIND_SENTENCES[kind],
            "",
            "| field | type | what it is |",
            "|---|---|---|",
        ]
        lines += [_row(field, other_names.get(field.name, [])) for field in fields if not field.alias_of]
        lines.append("")
    return "\n".join(lines)


def _row(field: StoredField, others: list[str]) -> str:
    kind = field.type if field.searchable else f"{field.type}, stored only"
    also = "".join(f" → `{name}`" for name in others)
    return f"| `{field.name}`{also} | {kind} | {field.about or ''} |"


if __name__ == "__main__":
    sys.exit(main())
