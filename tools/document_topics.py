"""Writes the table of topics into docs/topics.md, between its two markers. Run it after a change of a topic file."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from extractors.taxonomy import Taxonomy, load_taxonomy  # noqa: E402  (found from any folder)

PAGE = ROOT / "docs" / "topics.md"
BEGIN, END = "<!-- topics: generated -->\n", "<!-- /topics -->"


def table(taxonomy: Taxonomy) -> str:
    """One row a topic, children below their parents."""
    lines = [
        "| topic | what earns it | PLOVER | CAMEO | IPTC | rules |",
        "|---|---|---|---|---|---|",
    ]
    roots = [topic for topic in taxonomy.topics.values() if topic.parent is None]
    for root in sorted(roots, key=lambda one: one.id):
        for topic in (root, *(taxonomy.topics[child] for child in taxonomy.children(root.id))):
            name = f"`{topic.id}`" if topic.parent is None else f"> `{topic.id}`"
            codes = f"{topic.plover or ''} | {', '.join(topic.cameo)} | {topic.iptc or ''}"
            lines.append(f"| {name} | {topic.definition} | {codes} | {len(topic.patterns)} |")
    return "\n".join(lines) + "\n"


def page(text: str, taxonomy: Taxonomy) -> str:
    """The page with its table made anew."""
    head, rest = text.split(BEGIN)
    return head + BEGIN + table(taxonomy) + END + rest.split(END, 1)[1]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), load_taxonomy()), encoding="utf-8")
