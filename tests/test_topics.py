"""Topic tags: own passages with the topics they must earn, levels, status, vetoes, offsets."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.records import TopicTag
from extractors.taxonomy import load_taxonomy
from extractors.topics import explain, tag

CASES = [
    pytest.param(case, id=case["name"])
    for file in sorted((Path(__file__).parent / "cases" / "topics").glob("*.toml"))
    for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
]
TAXONOMY = load_taxonomy()
FILLER = " ".join(f"The weather in town number {n} stayed mild and dry." for n in range(40))


def tags_of(title: str, text: str, language: str | None = "en") -> dict[str, TopicTag]:
    return {one.topic: one for one in tag(title, text, language=language, taxonomy=TAXONOMY)}


@pytest.mark.parametrize("case", CASES)
def test_a_passage_earns_its_topics_and_no_others(case):
    found = tags_of(case["title"], case["text"], case.get("lang", "en"))
    assert sorted(topic for topic, one in found.items() if one.level != "mention") == sorted(case["topics"])


def test_parents_come_with_their_children():
    found = tags_of("", "Two privates deserted their unit at the front, the army said.")
    assert found["desertion"].level == found["defection"].level
    assert found["defection"].rule.startswith("desertion/")


@pytest.mark.parametrize(
    ("text", "topic", "status"),
    [
        ("Minsk denied that its soldiers had been sent to the front.", "troop_deployment", "denied"),
        ("The army will send 300 soldiers to the border next week.", "troop_deployment", "planned"),
        ("Seoul demanded the withdrawal of North Korean troops.", "troop_withdrawal", "demanded"),
        ("North Korean troops could be sent to Belgorod, analysts said.", "troop_deployment", "hypothetical"),
        ("North Korea fired two ballistic missiles, the military said.", "missile_test", "asserted"),
        ("외교부는 북한군 파병 사실을 부인했다.", "troop_deployment", "denied"),
        ("Кремль опроверг отправку солдат на фронт.", "troop_deployment", "denied"),
    ],
)
def test_an_event_keeps_its_topic_and_says_how_it_stands(text, topic, status):
    assert tags_of("", text)[topic].status == status


def test_history_earns_a_mention_at_most():
    found = tags_of("", "In 1950 Chinese troops were sent across the Yalu River to fight the UN army.")
    assert {one.level for one in found.values()} <= {"mention"}


def test_what_is_said_to_be_absent_earns_nothing():
    assert tags_of("", "There were no provocations along the border, the army said.") == {}


def test_a_single_passing_sentence_of_a_long_text_is_a_mention():
    text = f"{FILLER} North Korea fired a ballistic missile in May, the military said. {FILLER}"
    assert tags_of("Mild days ahead", text)["missile_test"].level == "mention"


def test_the_headline_makes_a_topic_primary():
    text = f"The sea was calm. {FILLER} North Korea fired a ballistic missile on Sunday, the military said."
    assert tags_of("North Korea fires ballistic missile", text)["missile_test"].level == "primary"


def test_a_veto_acts_on_its_sentence_only():
    text = (
        "Actors rehearse a drama about war in the capital. "
        "Meanwhile nine soldiers walked away from their trench near the front, the brigade said. "
        "Military police are hunting the deserters. The brigade gave no names."
    )
    assert tags_of("", text)["desertion"].level in {"primary", "secondary"}


def test_who_crosses_a_border_to_defect_is_no_incursion():
    found = tags_of(
        "", "A soldier crossed the demarcation line and sought asylum in the South, the army said."
    )
    assert "defection" in found
    assert "border_incident" not in found


def test_the_headline_of_a_short_text_says_what_the_whole_is_about():
    text = "The general stormed the palace and declared martial law, killing the president. It took a week."
    assert "coup_unrest" in tags_of("Palace stormed", text)
    assert tags_of("Review: the season's best video game", text) == {}
    assert {one.level for one in tags_of("Letters from 1916 go on show", text).values()} <= {"mention"}


def test_a_word_of_absence_stops_at_the_end_of_its_clause():
    text = "The bombers came without notice; the ministry summoned the Russian ambassador."
    assert "diplomacy" in tags_of("", text)
    assert "casualties" not in tags_of("", "Nobody was hurt in the shelling of the town, the army said.")


def test_explain_names_what_was_vetoed_and_why():
    said = explain(
        "", "The striker defected to rivals in Russia before the season.", language="en", taxonomy=TAXONOMY
    )
    assert said.tags == ()
    assert any(one.rule == "defection/defect-verb" and "out of domain" in one.reason for one in said.vetoed)


def test_evidence_reproduces_its_text_in_title_and_text():
    title, text = (
        "𝔄 Troops sent to Kursk",
        "👩‍🚀 İstanbul: Russian troops were sent to Kursk, the army said. e\u0301",
    )
    for one in tag(title, text, language="en", taxonomy=TAXONOMY):
        for evidence in one.evidence:
            assert (title if evidence.field == "title" else text)[
                evidence.start : evidence.end
            ] == evidence.text


PIECES = st.sampled_from(
    [
        "troops",
        "sent to Kursk",
        "북한군이 탈영",
        "дезертировали солдаты",
        "İ",
        "\U0001f600",
        "e\u0301",
        "ß",
        "שלום",
        "。",
        "\n",
        ". ",
        " ",
        "弾道ミサイルを発射",
        "No",
        "１２",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES | st.text(max_size=6), max_size=25), st.lists(PIECES, max_size=6))
def test_offsets_survive_any_unicode(pieces, head):
    title, text = " ".join(head), " ".join(pieces)
    for one in tag(title, text, language=None, taxonomy=TAXONOMY):
        assert one.evidence
        for evidence in one.evidence:
            assert (title if evidence.field == "title" else text)[
                evidence.start : evidence.end
            ] == evidence.text


def test_a_text_of_a_megabyte_is_bounded():
    text = "Soldiers deserted their posts near Kursk, the army said. " * 20_000
    found = tags_of("", text)
    assert found["desertion"].level == "primary"
    assert all(evidence.end < 70_000 for one in found.values() for evidence in one.evidence)
