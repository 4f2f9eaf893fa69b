"""The docs say what the code has: every setting, every key of a subscriber, every link there is."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from wirewatch.index.fields import stored_fields
from wirewatch.index.schema import KINDS
from wirewatch.records import Subscriber
from wirewatch.settings import NAMES

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]


def generator(name="document_settings"):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_settings_page_is_what_the_settings_say():
    made = generator().page()
    assert (ROOT / "docs" / "settings.md").read_text() == made, "run: python tools/document_settings.py"


def test_the_page_of_fields_is_what_the_mappings_say():
    made = generator("document_fields").page()
    assert (ROOT / "docs" / "fields.md").read_text() == made, "run: python tools/document_fields.py"


@pytest.mark.parametrize("kind", KINDS)
def test_every_stored_field_has_a_sentence_and_no_sentence_is_about_a_field_that_is_not_there(kind):
    fields = {field.name: field for field in stored_fields(kind)}
    assert [
        f"mappings/fields.toml: {kind}: {name}"
        for name, field in fields.items()
        if not (field.about or field.alias_of)
    ] == []
    written = tomllib.loads((ROOT / "mappings" / "fields.toml").read_text())[kind]
    assert set(written) - set(fields) == set()


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
