"""The docs say what the code has: every setting, every key of a subscriber, every link there is."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import fields
from pathlib import Path

import pytest

from wirewatch.records import Subscriber
from wirewatch.settings import NAMES

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]


def generator():
    spec = importlib.util.spec_from_file_location(
        "document_settings", ROOT / "tools" / "document_settings.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_settings_page_is_what_the_settings_say():
    made = generator().page()
    assert (ROOT / "docs" / "settings.md").read_text() == made, "run: python tools/document_settings.py"


def test_every_setting_has_an_entry_with_a_sentence():
    page = (ROOT / "docs" / "settings.md").read_text()
    for name in NAMES:
        assert re.search(rf"^\| `{name}` \| [^|]+ \| [^|]+ \| [A-Z][^|]+\. \|$", page, re.MULTILINE), name


def test_every_key_of_a_subscriber_is_explained():
    page = (ROOT / "docs" / "digests.md").read_text()
    explained = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert {field.name for field in fields(Subscriber)} <= explained


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_setting_that_is_not_there(page):
    allowed = {"config", "home", *NAMES}
    for variable in re.findall(r"\bWIREWATCH_([A-Z][A-Z_]*[A-Z])\b", page.read_text()):
        assert variable.lower() in allowed, variable
