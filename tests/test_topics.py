"""Topic tags: own passages with the topics they must earn, levels, status, vetoes, offsets."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.records import TopicTag
from extractors.taxonomy import HOME, load_taxonomy
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


def test_a_metaphor_in_the_headline_does_not_silence_news_of_war():
    text = "Russian drones and Ukrainian guns shelled each other for a third day, killing nine soldiers."
    assert "armed_clash" in tags_of("A chess match with drones", text)
    assert tags_of("Chess masters at the board", "The visiting team fought off a late attack.") == {}


def test_of_two_rules_that_give_way_to_each_other_one_stays():
    said = explain(
        "",
        "The battalion left the valley on Monday and is dug in at a new base near the border, the army said.",
        language="en",
        taxonomy=TAXONOMY,
    )
    rules = {"troop_withdrawal/left-a-place", "troop_deployment/forces-placed"}
    assert len(rules & {one.rule for one in said.fired}) == 1
    assert len(rules & {one.rule for one in said.vetoed}) == 1


def test_weak_words_of_headline_and_lead_earn_a_topic_together_and_show_what_each_weighs():
    title = "Cook at the consulate asks for shelter"
    text = (
        "A cook from the North's consulate walked into a police station in Tessaro with his daughter. "
        "He would never go home, he said."
    )
    said = explain(title, text, language="en", taxonomy=TAXONOMY)
    found = next(one for one in said.tags if one.topic == "defection")
    assert found.rule == "defection/signs"
    assert {"never go home", "shelter"} & {one.text for one in found.evidence}
    assert all("sign.seek_haven +" in one.parts for one in said.fired if one.rule == found.rule)


def test_a_rule_does_not_count_where_headline_and_lead_speak_of_other_matters_and_the_reader_is_told():
    title, text = (
        "Deserter's Run won by a postman",
        "He ran the hill route, named after a fugitive, in nine hours despite fog.",
    )
    said = explain(title, text, language="en", taxonomy=TAXONOMY)
    assert said.tags == ()
    (vetoed,) = (one for one in said.vetoed if one.rule == "desertion/deserter-words")
    assert vetoed.reason.startswith("headline and lead speak of other matters: -")
    assert vetoed.text == "Deserter"
    real = explain(
        "Deserter caught", "A soldier who fled his regiment was caught.", language="en", taxonomy=TAXONOMY
    )
    assert "desertion" in {one.topic for one in real.tags}


def test_signs_say_nothing_of_a_language_they_are_not_written_in():
    title = "Cook at the consulate asks for shelter"
    text = "A cook from the North's consulate walked into a police station in Tessaro. He would never go home, he said."
    assert "defection" in tags_of(title, text, "en")
    assert tags_of(title, text, "de") == {}


def test_a_topic_file_of_the_operators_may_do_without_signs(tmp_path):
    body = (HOME / "defection.toml").read_text(encoding="utf-8")
    (tmp_path / "defection.toml").write_text(body.replace("id =", "signs = false\nid =", 1), encoding="utf-8")
    text = "A cook of the North's consulate asked police for shelter; he would never go home, he said."
    assert "defection" in tags_of("Cook wants a new life", text)
    without = tag("Cook wants a new life", text, language="en", taxonomy=load_taxonomy([tmp_path]))
    assert "defection" not in {one.topic for one in without}


def test_one_weak_word_or_one_without_news_earns_nothing():
    assert (
        tags_of("Shelter for the night", "Volunteers opened a shelter for homeless people in Tessaro.") == {}
    )
    assert tags_of("", "The army said nothing of the refuge.") == {}


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
