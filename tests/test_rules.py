"""Which topic rules are in force: the operator's, or the last good set while a file of theirs is faulty."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.taxonomy import TaxonomyFaults, load_taxonomy
from extractors.topics import tag
from tests.builders import NOON
from wirewatch.index import connect
from wirewatch.rules import put_in_force, rules_in_force, versions_of
from wirewatch.settings import load_settings

STRIKE = """
id = "harbour_strike"
definition = "Dock workers stop work."
[[patterns]]
id = "strike"
any = ["@piers", "port strike/n"]
gate = false
[examples]
match = ["The port strike entered its second week."]
"""
PIERS = '[piers]\nen = ["pier strike/n"]\n'
pytestmark = pytest.mark.elastic


@pytest.fixture(scope="module")
def store(node_url, tmp_path_factory):
    """One index for the module: each test takes out of it what it put in."""
    environ = {
        "WIREWATCH_HOME": str(tmp_path_factory.mktemp("home")),
        "WIREWATCH_ELASTICSEARCH_URL": node_url,
        "WIREWATCH_INDEX_PREFIX": f"t{uuid.uuid4().hex[:10]}",
    }
    opened = connect(load_settings(environ=environ), now=NOON)
    yield opened
    opened.drop()
    opened.close()


@pytest.fixture
def index(store):
    yield store
    store.rules.refresh()
    store.rules.delete([record.version for record in store.rules.records()])
    store.rules.refresh()


@pytest.fixture
def operator(tmp_path, settings):
    """Settings with a sound topic folder of the operator's own, and that folder."""
    folder = tmp_path / "topics"
    (folder / "words").mkdir(parents=True)
    (folder / "harbour_strike.toml").write_text(STRIKE)
    (folder / "words" / "piers.toml").write_text(PIERS)
    return replace(settings, topics=folder), folder


def topics_of(text, rules):
    return [found.topic for found in tag("", text, language="en", taxonomy=rules.taxonomy)]


def test_a_fault_leaves_the_last_good_set_in_force_and_names_file_key_and_reason(index, operator, caplog):
    settings, folder = operator
    good = put_in_force(index, settings, NOON)
    (folder / "harbour_strike.toml").write_text(STRIKE.replace("gate = false", "gate = 3"))
    rules = put_in_force(index, settings, NOON + timedelta(minutes=5))
    assert rules.taxonomy.version == good.taxonomy.version
    assert topics_of("The pier strike goes on.", rules) == ["harbour_strike"]
    (fault,) = rules.faults
    assert (fault.file, fault.key) == (str(folder / "harbour_strike.toml"), "strike.gate")
    assert "topic file refused" in caplog.text
    assert "the set of 2026-11-20 12:00 UTC" in caplog.text


def test_the_last_good_set_is_there_after_a_restart_on_another_machine(index, operator, tmp_path):
    settings, folder = operator
    good = put_in_force(index, settings, NOON)
    shutil.rmtree(settings.home / "rules")
    (folder / "harbour_strike.toml").write_text("id = 3")
    rules = rules_in_force(index, replace(settings, home=tmp_path / "another home"))
    assert rules.taxonomy.version == good.taxonomy.version
    assert rules.faults


def test_a_set_goes_on_being_read_as_it_was_while_its_files_are_edited(index, operator):
    settings, folder = operator
    rules = put_in_force(index, settings, NOON)
    (folder / "harbour_strike.toml").write_text("id = 3")
    (folder / "words" / "piers.toml").unlink()
    assert load_taxonomy(rules.folders).version == rules.taxonomy.version


def test_a_mended_file_comes_into_force(index, operator):
    settings, folder = operator
    put_in_force(index, settings, NOON)
    (folder / "harbour_strike.toml").write_text("id = 3")
    put_in_force(index, settings, NOON + timedelta(minutes=5))
    (folder / "harbour_strike.toml").write_text(STRIKE.replace("port strike", "wharf strike"))
    mended = put_in_force(index, settings, NOON + timedelta(minutes=10))
    assert mended.faults == ()
    assert topics_of("The wharf strike goes on.", mended) == ["harbour_strike"]


def test_a_set_that_was_in_force_before_is_the_last_good_one_again_when_it_comes_back(index, operator):
    settings, folder = operator
    first = put_in_force(index, settings, NOON)
    (folder / "harbour_strike.toml").write_text(STRIKE.replace("port strike", "wharf strike"))
    put_in_force(index, settings, NOON + timedelta(minutes=5))
    (folder / "harbour_strike.toml").write_text(STRIKE)
    put_in_force(index, settings, NOON + timedelta(minutes=10))
    (folder / "harbour_strike.toml").write_text("id = 3")
    assert rules_in_force(index, settings).taxonomy.version == first.taxonomy.version


def test_before_any_good_set_the_shipped_one_holds(index, operator):
    settings, folder = operator
    (folder / "harbour_strike.toml").write_text("id = 3")
    rules = put_in_force(index, settings, NOON)
    assert rules.taxonomy.version == load_taxonomy().version
    assert index.rules.count() == 0
    assert "the shipped set" in rules.told()[-1]


def test_a_folder_that_is_gone_is_a_fault_like_any_other(index, operator):
    settings, folder = operator
    good = put_in_force(index, settings, NOON)
    shutil.rmtree(folder)
    rules = rules_in_force(index, settings)
    assert (rules.taxonomy.version, rules.faults[0].key) == (good.taxonomy.version, "folder")


def test_a_remembered_set_says_what_its_rules_meant(index, operator):
    settings, _ = operator
    rules = put_in_force(index, settings, NOON)
    (record,) = index.rules.get([rules.taxonomy.version]).values()
    assert versions_of(record) == rules.versions


def test_remembered_files_that_an_upgrade_made_faulty_give_way_to_the_shipped_set(index, operator):
    settings, folder = operator
    rules = put_in_force(index, settings, NOON)
    (record,) = index.rules.get([rules.taxonomy.version]).values()
    broken = record.files.replace("@piers", "@quays")
    index.rules.save([replace(record, files=broken)])
    (folder / "harbour_strike.toml").write_text("id = 3")
    with pytest.raises(TaxonomyFaults):
        load_taxonomy([folder])
    rules = rules_in_force(index, settings)
    assert rules.taxonomy.version == load_taxonomy().version
    assert {"strike.any", "id"} <= {fault.key for fault in rules.faults}
