"""What Kibana gets: built and not edited, without a fault that Kibana would let pass, imported once and again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from tests.kibana_server import Kibana, serving
from wirewatch import kibana
from wirewatch.kibana import importing
from wirewatch.kibana.checking import Use, faults, field_faults, uses
from wirewatch.kibana.importing import KibanaRefused, KibanaUnreachable, import_objects
from wirewatch.kibana.objects import STAMPS, Reference, Saved
from wirewatch.kibana.translation import NotUnderstood, understand
from wirewatch.settings import SettingsError, load_settings

OBJECTS = kibana.build()


def one(kind: str, id_: str) -> Saved:
    return next(each for each in OBJECTS if (each.type, each.id) == (kind, id_))


def with_attributes(each: Saved, **attributes) -> Saved:
    return replace(each, attributes={**each.attributes, **attributes})


def changed(new: Saved) -> list[Saved]:
    """The objects with one of them replaced."""
    return [new if (each.type, each.id) == (new.type, new.id) else each for each in OBJECTS]


# --------------------------------------------------------------------------- the file


def test_the_file_in_the_repository_is_what_the_builder_builds():
    assert kibana.FILE.read_text(encoding="utf-8") == kibana.ndjson(OBJECTS), "run: wirewatch kibana build"


def test_nothing_is_wrong_with_the_objects():
    assert faults(OBJECTS) == []


def test_stamps_are_those_that_8_12_knows_and_9_migrates_forward():
    assert dict(STAMPS) == {
        "index-pattern": "8.0.0",
        "search": "7.9.3",
        "lens": "8.9.0",
        "dashboard": "8.9.0",
        "map": "8.4.0",
        "tag": "8.0.0",
        "links": None,
    }
    lines = [json.loads(line) for line in kibana.FILE.read_text(encoding="utf-8").splitlines()]
    assert {line["coreMigrationVersion"] for line in lines} == {"8.8.0"}
    assert [line["id"] for line in lines if line.get("typeMigrationVersion", "").startswith("10.")] == []


def test_what_the_analyst_is_promised_is_there():
    titles = {(each.type, each.attributes.get("title") or each.attributes["name"]) for each in OBJECTS}
    assert {
        ("dashboard", "Wirewatch: Watch floor"),
        ("dashboard", "Wirewatch: Feed health"),
        ("search", "New in 24 hours"),
        ("search", "Conflicting claims"),
        ("search", "Single source"),
        ("map", "Where"),
    } <= titles


def test_every_chart_says_how_to_read_it():
    assert [
        each.id for each in OBJECTS if each.type in {"lens", "map"} and not each.attributes["description"]
    ] == []


def test_another_prefix_gives_other_ids_and_index_names_throughout():
    text = kibana.ndjson(kibana.build("press"))
    assert "wirewatch" not in text.lower().replace("made by wirewatch", "")
    assert faults(kibana.build("press")) == []


def test_with_the_address_of_the_desk_keys_lead_there():
    view = next(
        each for each in kibana.build(desk="https://desk.example/") if each.id == "wirewatch-articles"
    )
    formats = json.loads(view.attributes["fieldFormatMap"])
    assert formats["story_key"]["params"]["urlTemplate"] == "https://desk.example/stories/{{value}}"


# --------------------------------------------------------------------------- faults are found


BROKEN = {
    "is there 2 times": [*OBJECTS, one("tag", "wirewatch-tag")],
    "lacks title": changed(
        Saved(type="links", id="wirewatch-links", attributes={"layout": "horizontal", "links": []})
    ),
    "has hits, which Kibana may refuse": changed(with_attributes(one("search", "wirewatch-new"), hits=0)),
    "no chart that we know": changed(
        with_attributes(one("lens", "wirewatch-lag"), visualizationType="lnsSparkle")
    ),
    "which is not there": [each for each in OBJECTS if each.id != "wirewatch-lag"],
    "is referred to and not used": changed(
        replace(
            one("lens", "wirewatch-lag"),
            references=(
                *one("lens", "wirewatch-lag").references,
                Reference(name="more", type="index-pattern", id="wirewatch-feeds"),
            ),
        )
    ),
    "which is no reference": changed(replace(one("search", "wirewatch-new"), references=())),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_fault_that_kibana_may_let_pass_is_found(fault):
    assert [found for found in faults(BROKEN[fault]) if fault in found]


def edited_lens(edit) -> list[Saved]:
    lens = json.loads(json.dumps(one("lens", "wirewatch-lag").attributes))
    edit(lens["state"])
    return changed(replace(one("lens", "wirewatch-lag"), attributes=lens))


def layer(state):
    return state["datasourceStates"]["formBased"]["layers"]["layer"]


LENS_FAULTS = {
    "a number stands before a bucket": lambda state: layer(state)["columnOrder"].reverse(),
    "columnOrder is not the columns": lambda state: layer(state)["columnOrder"].pop(),
    "gone is no column": lambda state: state["visualization"]["sorting"].update(columnId="gone"),
    "is ordered by publisher": lambda state: layer(state)["columns"]["publisher"]["params"]["orderBy"].update(
        columnId="publisher"
    ),
}


@pytest.mark.parametrize("fault", LENS_FAULTS)
def test_a_fault_in_a_charts_columns_is_found(fault):
    assert [found for found in faults(edited_lens(LENS_FAULTS[fault])) if fault in found]


GRID_FAULTS = {
    "overlap": {"x": 0, "y": 0, "w": 40, "h": 4, "i": "2"},
    "wider than the page": {"x": 34, "y": 0, "w": 15, "h": 4, "i": "2"},
    "stands as 7": {"x": 34, "y": 0, "w": 14, "h": 4, "i": "7"},
}


@pytest.mark.parametrize("fault", GRID_FAULTS)
def test_a_fault_in_the_layout_is_found(fault):
    board = one("dashboard", "wirewatch-watch-floor")
    panels = json.loads(board.attributes["panelsJSON"])
    panels[1]["gridData"] = GRID_FAULTS[fault]
    broken = changed(with_attributes(board, panelsJSON=json.dumps(panels)))
    assert [found for found in faults(broken) if fault in found]


def test_a_field_used_as_the_mapping_does_not_allow_is_found():
    capabilities = {
        "i": {
            "text": {"text": {"aggregatable": False, "searchable": True}},
            "kept": {"keyword": {"aggregatable": True, "searchable": False}},
        }
    }
    used = [
        Use("i", "gone", "shown", "a"),
        Use("i", "text", "counted", "b"),
        Use("i", "kept", "searched", "c"),
        Use("i", "kept", "dated", "d"),
        Use("i", "kept", "mapped", "e"),
    ]
    assert [fault.split(":")[0] for fault in field_faults(used, capabilities)] == ["a", "b", "c", "d", "e"]


def test_every_use_of_a_field_is_seen():
    seen = {(use.field, use.purpose) for use in uses(OBJECTS) if use.index == "wirewatch-articles"}
    assert {
        ("story_key", "counted"),
        ("places", "mapped"),
        ("sort_at", "dated"),
        ("near_duplicate_of", "searched"),
        ("first_seen_at", "sorted"),
        ("independent_reports", "counted"),
    } <= seen


# --------------------------------------------------------------------------- KQL


@pytest.mark.parametrize(
    ("kql", "query"),
    [
        ("a : b", {"match": {"a": "b"}}),
        ("a : *", {"exists": {"field": "a"}}),
        ('a >= "now-24h"', {"range": {"a": {"gte": "now-24h"}}}),
        ("not a : *", {"bool": {"must_not": [{"exists": {"field": "a"}}]}}),
        (
            "a : (b or c) and d < 3",
            {
                "bool": {
                    "filter": [
                        {
                            "bool": {
                                "should": [{"match": {"a": "b"}}, {"match": {"a": "c"}}],
                                "minimum_should_match": 1,
                            }
                        },
                        {"range": {"d": {"lt": "3"}}},
                    ]
                }
            },
        ),
    ],
)
def test_kql_as_we_write_it_is_understood(kql, query):
    assert understand(kql) == query


@pytest.mark.parametrize("kql", ["", "a", "a :", "(a : b", "a : b c", "a : b )", "and", "a >= (1 or 2)"])
def test_kql_that_we_do_not_write_is_refused_and_not_guessed(kql):
    with pytest.raises((NotUnderstood, IndexError)):
        understand(kql)


# --------------------------------------------------------------------------- the import


def settings(tmp_path, url: str, **more: str):
    return load_settings(environ={"WIREWATCH_HOME": str(tmp_path), "WIREWATCH_KIBANA_URL": url, **more})


def test_it_waits_until_kibana_is_ready_and_imports_everything(tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "_PAUSE_SECONDS", 0.01)
    there, said = Kibana(not_ready=2), []
    with serving(there) as url:
        done = import_objects(settings(tmp_path, url), kibana.ndjson(OBJECTS), say=said.append)
    assert (done.version, done.objects, done.errors) == ("8.12.2", len(OBJECTS), ())
    assert {id_ for _, _, id_ in there.saved} == {each.id for each in OBJECTS}
    assert said[0].endswith("HTTP 503")


def test_importing_again_changes_nothing(tmp_path):
    there = Kibana()
    with serving(there) as url:
        import_objects(settings(tmp_path, url), kibana.ndjson(OBJECTS))
        before = dict(there.saved)
        import_objects(settings(tmp_path, url), kibana.ndjson(OBJECTS))
    assert there.saved == before


def test_it_can_import_into_a_space(tmp_path):
    there = Kibana()
    with serving(there) as url:
        import_objects(settings(tmp_path, url), kibana.ndjson(OBJECTS), space="press")
        with pytest.raises(KibanaRefused, match="no space 'nowhere'"):
            import_objects(settings(tmp_path, url), kibana.ndjson(OBJECTS), space="nowhere")
    assert {space for space, _, _ in there.saved} == {"press"}


def test_a_refused_object_is_named_with_the_reason_and_the_others_are_in(tmp_path):
    there = Kibana(refuse={"wirewatch-lag": "mapping set to strict"})
    objects = [each for each in OBJECTS if each.id != "wirewatch-feeds"]
    with serving(there) as url:
        done = import_objects(settings(tmp_path, url), kibana.ndjson(objects))
    reasons = {id_: reason for _, id_, reason in done.errors}
    assert reasons["wirewatch-lag"] == "unknown: mapping set to strict"
    assert reasons["wirewatch-silence"] == "refers to what is not there: index-pattern wirewatch-feeds"
    assert done.objects == len(objects) - len(done.errors)


def test_a_file_that_kibana_cannot_take_is_told_with_its_words(tmp_path):
    newer = [each.document() for each in OBJECTS]
    newer[-1]["typeMigrationVersion"] = "10.1.0"
    with serving(Kibana()) as url, pytest.raises(KibanaRefused, match="more recent version"):
        import_objects(settings(tmp_path, url), "\n".join(map(json.dumps, newer)))


def test_a_wrong_password_is_told_with_the_settings_to_mend(tmp_path):
    there = Kibana(password="right")
    with serving(there) as url:
        with pytest.raises(KibanaRefused, match="WIREWATCH_KIBANA_USER"):
            import_objects(settings(tmp_path, url), kibana.ndjson(OBJECTS))
        login = {"WIREWATCH_KIBANA_USER": "elastic", "WIREWATCH_KIBANA_PASSWORD": "right"}
        assert import_objects(settings(tmp_path, url, **login), kibana.ndjson(OBJECTS)).objects == len(
            OBJECTS
        )


def test_a_kibana_that_is_too_old_is_not_asked(tmp_path):
    there = Kibana(version="8.11.4")
    with serving(there) as url, pytest.raises(KibanaRefused, match="too old"):
        import_objects(settings(tmp_path, url), kibana.ndjson(OBJECTS))
    assert there.saved == {}


def test_nobody_at_the_address_is_told_when_the_wait_is_over(tmp_path):
    with pytest.raises(KibanaUnreachable, match="not ready within 0 s"):
        import_objects(settings(tmp_path, "http://127.0.0.1:9"), "", wait=0)


def test_without_an_address_nothing_is_asked(tmp_path):
    with pytest.raises(SettingsError, match="kibana_url"):
        import_objects(load_settings(environ={"WIREWATCH_HOME": str(tmp_path)}), "")


def run(*arguments: str, **environ: str):
    from wirewatch.cli.commands import app

    return CliRunner().invoke(app, ["kibana", *arguments], env=environ)


def test_the_command_says_how_many_are_in_and_fails_when_one_is_not(tmp_path):
    there = Kibana()
    with serving(there) as url:
        environ = {"WIREWATCH_HOME": str(tmp_path), "WIREWATCH_KIBANA_URL": url}
        done = run("import", "--json", **environ)
        assert (done.exit_code, json.loads(done.stdout)["objects"]) == (0, len(OBJECTS))
        there.refuse = {"wirewatch-lag": "no"}
        done = run("import", "--json", **environ)
    assert done.exit_code == 1
    assert json.loads(done.stdout)["errors"] == [
        {"type": "lens", "id": "wirewatch-lag", "reason": "unknown: no"}
    ]


def test_build_check_tells_a_file_that_was_edited_by_hand(tmp_path):
    file = tmp_path / "dashboards" / "wirewatch.ndjson"
    assert run("build", "--out", str(file)).exit_code == 0
    assert run("build", "--check", "--out", str(file)).exit_code == 0
    file.write_text(file.read_text().replace("Watch floor", "Watch flour"))
    done = run("build", "--check", "--out", str(file))
    assert done.exit_code == 1
    assert "differs" in done.stdout
    assert "flour" in file.read_text()


def test_json_inside_a_string_that_is_no_json_is_found():
    board = with_attributes(one("dashboard", "wirewatch-watch-floor"), optionsJSON="{")
    assert [found for found in faults(changed(board)) if "optionsJSON is not JSON" in found]
