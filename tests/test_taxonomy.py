"""The topic files: every example holds, every fault is found at once, operators add and override."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from extractors.gazetteer import alias_classes
from extractors.taxonomy import HOME, TaxonomyFaults, load_taxonomy, taxonomy_faults
from extractors.topics import tag

TAXONOMY = load_taxonomy()
ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "topics.md"
EXAMPLES = [
    pytest.param(topic.id, text, wanted, id=f"{topic.id}-{'match' if wanted else 'no_match'}-{number}")
    for topic in TAXONOMY.topics.values()
    for wanted, texts in ((True, topic.match), (False, topic.no_match))
    for number, text in enumerate(texts)
]
HEART = [
    "defection",
    "desertion",
    "troop_deployment",
    "provocation",
    "balloon_leaflet",
    "border_incident",
    "missile_test",
    "prisoners_of_war",
    "arms_transfer",
]
GOOD = """
id = "harbour_strike"
definition = "Dock workers stop work."
[[patterns]]
id = "strike"
any = ["dock strike/n", "port strike/n"]
gate = false
[examples]
match = ["The dock strike entered its second week."]
no_match = ["The clock struck two."]
"""


@pytest.mark.parametrize(("topic", "text", "wanted"), EXAMPLES)
def test_every_example_of_every_topic_holds(topic, text, wanted):
    found = {one.topic for one in tag("", text, language=None, taxonomy=TAXONOMY) if one.level != "mention"}
    assert (topic in found) is wanted


def test_the_default_taxonomy_has_its_23_topics_each_with_both_kinds_of_examples():
    assert len(TAXONOMY.topics) == 23
    assert [one.id for one in TAXONOMY.topics.values() if not one.match or not one.no_match] == []


SCRIPTS = {"ko": "가-힣", "ru": "а-я", "zh or ja": "一-龥"}


@pytest.mark.parametrize("topic", HEART)
@pytest.mark.parametrize("script", SCRIPTS)
def test_the_heart_topics_are_proved_in_several_scripts(topic, script):
    assert any(re.search(f"[{SCRIPTS[script]}]", text) for text in TAXONOMY.topics[topic].match)


def test_children_and_parents_know_each_other():
    assert TAXONOMY.children("provocation") == ("balloon_leaflet", "border_incident")
    assert TAXONOMY.parents("desertion") == ("defection",)


def test_an_operator_adds_a_topic_from_a_folder(tmp_path):
    (tmp_path / "harbour_strike.toml").write_text(GOOD)
    taxonomy = load_taxonomy([tmp_path])
    found = tag("", "The dock strike entered its second week.", language="en", taxonomy=taxonomy)
    assert [one.topic for one in found] == ["harbour_strike"]
    assert taxonomy.version != TAXONOMY.version


def test_an_operator_overrides_a_topic_of_ours(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD.replace("harbour_strike", "cyber"))
    taxonomy = load_taxonomy([tmp_path])
    assert taxonomy.topics["cyber"].definition == "Dock workers stop work."
    assert len(taxonomy.topics) == 23


NEARBY = GOOD.replace("gate = false", 'gate = false\nnearby = ["dockers"]').replace(
    "[examples]", '[veto]\nnearby = ["film"]\n[examples]'
)


@pytest.mark.parametrize(
    ("title", "fires"),
    [("Dockers angry", True), ("Port closed", False), ("Dockers: a film", False)],
)
def test_a_rule_can_ask_for_words_and_refuse_them_in_the_neighbouring_sentences(tmp_path, title, fires):
    (tmp_path / "harbour_strike.toml").write_text(NEARBY)
    taxonomy = load_taxonomy([tmp_path])
    found = tag(title, "The dock strike entered its second week.", language="en", taxonomy=taxonomy)
    assert ("harbour_strike" in {one.topic for one in found}) is fires


def test_a_new_alias_is_a_new_version(monkeypatch, tmp_path):
    (tmp_path / "harbour_strike.toml").write_text(GOOD)
    before = load_taxonomy([tmp_path]).version
    wider = {**alias_classes(), "place": (*alias_classes()["place"], "Tessaro")}
    monkeypatch.setattr("extractors.taxonomy.alias_classes", lambda: wider)
    os.utime(tmp_path / "harbour_strike.toml", ns=(1, 1))  # not the cached taxonomy
    assert load_taxonomy([tmp_path]).version != before


def test_the_same_files_have_the_same_version_anywhere(tmp_path):
    shutil.copytree(HOME, tmp_path / "copy", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    one, other = tmp_path / "a", tmp_path / "b"
    for folder in (one, other):
        folder.mkdir()
        (folder / "harbour_strike.toml").write_text(GOOD)
    assert load_taxonomy([one]).version == load_taxonomy([other]).version


@pytest.mark.parametrize(
    ("change", "key", "reason"),
    [
        (('any = ["dock', 'regex = "(a+)+$"\nany = ["dock'), "strike.regex", "made of words"),
        (("gate = false", 'gates = "x"'), "strike.gates", "unknown key"),
        (("gate = false", "gate = 3"), "strike.gate", "true or false"),
        (("gate = false", "within = 0"), "strike.within", "above 0"),
        (("gate = false", 'lang = "xx"'), "strike.lang", "none of"),
        (('definition = "Dock workers stop work."', ""), "definition", "a text is wanted"),
        (('id = "harbour_strike"', 'id = "Harbour strike"'), "id", "small letters"),
        (('definition = "Dock', 'parent = "nowhere"\ndefinition = "Dock'), "parent", "no topic is called"),
        (('"port strike/n"]', '"port strike/n", "@nosuch"]'), "strike.any", "in no words file"),
        (('"port strike/n"]', '"port {strike"]'), "strike.any", "brace"),
        (('"port strike/n"]', '"a*"]'), "strike.any", "three letters"),
        (("gate = false", 'unless = ["nowhere"]'), "strike.unless", "no topic is called"),
        (("[examples]", '[[patterns]]\nid = "strike"\nany = ["pier"]\n[examples]'), "strike", "two rules"),
        (("[examples]", "[examples"), "file", "("),
    ],
)
def test_a_bad_file_is_refused_with_file_key_and_reason(tmp_path, change, key, reason):
    (tmp_path / "bad.toml").write_text(GOOD.replace(*change))
    faults = taxonomy_faults([tmp_path])
    assert any(
        fault.key == key and reason in fault.reason and fault.file.endswith("bad.toml") for fault in faults
    ), faults


def test_all_faults_come_at_once_and_the_last_good_set_stays(tmp_path):
    (tmp_path / "one.toml").write_text(GOOD.replace("gate = false", "gate = 3"))
    (tmp_path / "two.toml").write_text("id = 3")
    with pytest.raises(TaxonomyFaults) as caught:
        load_taxonomy([tmp_path])
    assert {fault.file.rsplit("/", 1)[1] for fault in caught.value.faults} == {"one.toml", "two.toml"}
    assert load_taxonomy().version == TAXONOMY.version


def test_a_missing_folder_is_a_fault(tmp_path):
    assert [fault.key for fault in taxonomy_faults([tmp_path / "nowhere"])] == ["folder"]


def test_a_topic_below_itself_is_a_fault(tmp_path):
    (tmp_path / "loop.toml").write_text(
        GOOD.replace("definition", 'parent = "harbour_strike"\ndefinition', 1)
    )
    assert any(
        fault.key == "parent" and "below itself" in fault.reason for fault in taxonomy_faults([tmp_path])
    )


def test_the_page_of_topics_is_followed_literally_and_works(tmp_path, monkeypatch, capsys):
    page = DOCS.read_text(encoding="utf-8")
    (tmp_path / "my-topics").mkdir()
    for name, body in re.findall(r"```toml file=(\S+)\n(.*?)```", page, re.DOTALL):
        (tmp_path / "my-topics" / name).write_text(textwrap.dedent(body), encoding="utf-8")
    (code,) = re.findall(r"```python check\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(textwrap.dedent(code), {})  # the page's own words
    assert "every example holds" in capsys.readouterr().out
    for name, body in re.findall(r"```text file=(\S+)\n(.*?)```", page, re.DOTALL):
        (tmp_path / name).write_text(textwrap.dedent(body), encoding="utf-8")
    (shown,) = re.findall(r"```console run\n(.*?)```", page, re.DOTALL)
    command, *printed = textwrap.dedent(shown).splitlines()
    main = [sys.executable, "-c", "from wirewatch.cli import main; main()"]
    done = subprocess.run(
        [*main, *command.removeprefix("$ wirewatch ").split()],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.splitlines() == printed


def test_the_table_of_topics_is_what_the_files_say():
    spec = importlib.util.spec_from_file_location("document_topics", ROOT / "tools" / "document_topics.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = DOCS.read_text(encoding="utf-8")
    assert module.page(page, TAXONOMY) == page, "run: python tools/document_topics.py"


def test_every_key_of_a_pattern_is_explained():
    page = DOCS.read_text(encoding="utf-8")
    from extractors.taxonomy.reading import _PATTERN_KEYS

    assert [key for key in sorted(_PATTERN_KEYS) if f"`{key}" not in page] == []
