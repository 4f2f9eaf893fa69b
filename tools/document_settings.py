"""Writes docs/settings.md from the table in wirewatch/settings.py: `python tools/document_settings.py`.

A test compares the page with what this makes, so that no setting goes undocumented.
"""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "settings.md"

# Under which heading a setting stands: the first name of each part, in the order of the table.
PARTS = {
    "home": "Where things are",
    "elasticsearch_url": "Elasticsearch",
    "user_agent": "Collecting",
    "smtp_host": "Digests and mail",
    "desk_port": "Pages",
}
COMPUTED = {
    "home": "the user's data folder, `~/.local/share/wirewatch` on Linux",
    "cache": "the user's cache folder, `~/.cache/wirewatch` on Linux",
}
INTRODUCTION = """\
# Settings

<!-- Made by tools/document_settings.py from wirewatch/settings.py; change it there. -->

A value comes from, strongest first:

1. an argument of the command line (`--feeds FILE`),
2. the environment: `WIREWATCH_` and the name in capitals (`WIREWATCH_SMTP_HOST=mail.paper.example`); an empty variable counts as not set,
3. the settings file: `wirewatch.toml` in the home folder, or the file that `WIREWATCH_CONFIG` names,
4. the default.

```toml
# wirewatch.toml
feeds = "/etc/wirewatch/feeds.toml"
smtp_host = "mail.paper.example"
mail_from = "Press watch <watch@paper.example>"
```

`wirewatch doctor` shows every value and where it came from. A wrong value, or a name that is no setting, starts nothing: every fault is told at once,
with its place and what would be right; exit code 2. Secrets are never shown. The home folder itself is set by
`WIREWATCH_HOME` only.
"""


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


def page() -> str:
    """The page, as it should be."""
    sys.path.insert(0, str(ROOT))
    from wirewatch.settings import Settings

    lines = [INTRODUCTION]
    for each in fields(Settings):
        if each.name == "origins":
            continue
        if each.name in PARTS:
            head = ["| setting | value | default | what it is |", "|---|---|---|---|"]
            lines += ["", f"## {PARTS[each.name]}", "", *head]
        lines.append(f"| `{each.name}` | {_value(each)} | {_default(each)} | {each.metadata['about']} |")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _value(each: Field[Any]) -> str:
    kind = str(each.type).removesuffix(" | None")
    words = {"bool": "1 or 0", "int": "whole number", "float": "number", "Path": "path", "str": "text"}[kind]
    least, most = each.metadata["least"], each.metadata["most"]
    if least is not None and most is not None:
        words += f", {least:,.10g} to {most:,.10g}"
    if kind == "str" and each.metadata["form"] != "line":
        words = {
            "url": "address",
            "urls": "addresses, with commas",
            "prefix": "name",
            "sender": "`Name <address>`",
        }[each.metadata["form"]]
    return f"{words}, secret" if each.metadata["secret"] else words


def _default(each: Field[Any]) -> str:
    if each.name in COMPUTED:
        return COMPUTED[each.name]
    if each.default is dataclasses.MISSING:
        raise ValueError(f"{each.name}: say in COMPUTED what its default is")
    if each.default is None:
        return "none"
    return f"`{int(each.default) if isinstance(each.default, bool) else each.default}`"


if __name__ == "__main__":
    sys.exit(main())
