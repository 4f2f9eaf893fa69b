"""Settings: where each value comes from, what beats what, and every fault at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.settings import NAMES, Settings, SettingsError, load_settings


def faults_of(environ=None, text=None, folder=None) -> dict[str, str]:
    environ = dict(environ or {})
    if text is not None:
        (folder / "wirewatch.toml").write_text(text, encoding="utf-8")
        environ["WIREWATCH_HOME"] = str(folder)
    with pytest.raises(SettingsError) as caught:
        load_settings(environ=environ)
    assert str(caught.value).splitlines() == [f"{where}: {reason}" for where, reason in caught.value.faults]
    return dict(caught.value.faults)


# --------------------------------------------------------------------------- where values come from


def test_without_anything_every_setting_has_its_default(tmp_path):
    settings = load_settings(environ={"WIREWATCH_HOME": str(tmp_path)})
    assert settings.origin("home") == "environment WIREWATCH_HOME"
    assert {settings.origin(name) for name in NAMES if name != "home"} == {"default"}
    assert settings.smtp_port == 587


def test_the_command_line_beats_the_environment_beats_the_file_beats_the_default(tmp_path):
    file = tmp_path / "wirewatch.toml"
    file.write_text("shards = 3\nmax_attempts = 3\nkeep_months = 3\n")
    environ = {"WIREWATCH_HOME": str(tmp_path), "WIREWATCH_SHARDS": "4", "WIREWATCH_MAX_ATTEMPTS": "4"}
    settings = load_settings(environ=environ, overrides={"shards": 5, "page_seconds": None})
    assert (settings.shards, settings.max_attempts, settings.keep_months) == (5, 4, 3)
    assert settings.origin("shards") == "command line"
    assert settings.origin("max_attempts") == "environment WIREWATCH_MAX_ATTEMPTS"
    assert settings.origin("keep_months") == f"{file}: keep_months"
    assert settings.origin("page_seconds") == "default"


def test_a_file_may_lie_elsewhere(tmp_path):
    elsewhere = tmp_path / "of mine.toml"
    elsewhere.write_text("shards = 3\n")
    environ = {"WIREWATCH_HOME": str(tmp_path / "home"), "WIREWATCH_CONFIG": str(elsewhere)}
    assert load_settings(environ=environ).shards == 3


def test_an_empty_variable_counts_as_not_set(tmp_path):
    environ = {"WIREWATCH_HOME": str(tmp_path), "WIREWATCH_FEEDS": "", "WIREWATCH_SHARDS": ""}
    settings = load_settings(environ=environ)
    assert (settings.feeds, settings.shards) == (None, 2)


def test_paths_are_absolute_and_know_the_users_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    environ = {"WIREWATCH_HOME": "state", "WIREWATCH_FEEDS": "~/feeds.toml"}
    settings = load_settings(environ=environ)
    assert (settings.home, settings.feeds) == (tmp_path / "state", tmp_path / "me" / "feeds.toml")


def test_a_relative_home_is_where_its_file_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "wirewatch.toml").write_text("shards = 7\n")
    assert load_settings(environ={"WIREWATCH_HOME": "state"}).shards == 7


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("allow_loopback", "1", True),
        ("allow_loopback", "Yes", True),
        ("smtp_starttls", "off", False),
        ("shards", " 8 ", 8),
        ("host_delay_seconds", "0", 0.0),
        (
            "elasticsearch_url",
            "https://a.example:9200,https://b.example:9200",
            "https://a.example:9200,https://b.example:9200",
        ),
        ("elasticsearch_url", "http://[::1]:9200", "http://[::1]:9200"),
        ("kibana_url", "http://127.0.0.1:5601/kb", "http://127.0.0.1:5601/kb"),
        ("mail_from", "digest@paper.example", "digest@paper.example"),
        ("mail_from", "신문 <digest@paper.example>", "신문 <digest@paper.example>"),
        ("index_prefix", "news-2", "news-2"),
    ],
)
def test_values_are_read_as_people_write_them(name, raw, value):
    assert getattr(load_settings(environ={f"WIREWATCH_{name.upper()}": raw}), name) == value


# --------------------------------------------------------------------------- faults


def test_every_fault_is_told_at_once_with_its_place_and_what_would_be_right(tmp_path):
    faults = faults_of(
        {
            "WIREWATCH_SHARDS": "many",
            "WIREWATCH_SMTP_PORT": "99999",
            "WIREWATCH_ALLOW_LOOPBACK": "maybe",
            "WIREWATCH_SHARD": "2",
        },
        'home = "/elsewhere"\nkeep_months = 2.5\nfeed = "x"\nuser_agent = 3\n',
        tmp_path,
    )
    file = tmp_path / "wirewatch.toml"
    assert faults == {
        "environment WIREWATCH_SHARDS": "shards wants a whole number between 1 and 16, not 'many'",
        "environment WIREWATCH_SMTP_PORT": "smtp_port wants a whole number between 1 and 65,535, not '99999'",
        "environment WIREWATCH_ALLOW_LOOPBACK": "allow_loopback wants 1 or 0 (true or false), not 'maybe'",
        "environment WIREWATCH_SHARD": "no such setting; did you mean shards?",
        f"{file}: home": "the home folder is set by WIREWATCH_HOME only",
        f"{file}: keep_months": "keep_months wants a whole number between 1 and 1,200, not 2.5",
        f"{file}: feed": "no such setting; did you mean feeds?",
        f"{file}: user_agent": "user_agent wants one line of text in quotes, not 3",
    }


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("host_delay_seconds", "nan"),
        ("host_delay_seconds", "inf"),
        ("host_delay_seconds", "-1"),
        ("shards", "2.5"),
        ("shards", "0"),
        ("elasticsearch_url", "localhost:9200"),
        ("elasticsearch_url", "https://a.example b"),
        ("public_url", "desk.example"),
        ("public_url", "https://a.example,https://b.example"),
        ("mail_from", "Wirewatch"),
        ("mail_from", "a@b.example\nBcc: c@d.example"),
        ("user_agent", "bot\r\nX-Evil: 1"),
        ("index_prefix", "News"),
        ("index_prefix", "_news"),
        ("index_prefix", "news*"),
        ("feeds", "~no-such-user-here/feeds.toml"),
    ],
)
def test_values_that_would_go_wrong_later_are_refused_now(name, raw):
    assert list(faults_of({f"WIREWATCH_{name.upper()}": raw})) == [f"environment WIREWATCH_{name.upper()}"]


@pytest.mark.parametrize(
    "text",
    [
        "shards = true",
        "feeds = 3",
        'feeds = ""',
        "allow_loopback = 2",
        "shards = [1]",
        "page_seconds = 2026-01-01",
    ],
)
def test_a_value_of_the_wrong_kind_in_the_file_is_a_fault(tmp_path, text):
    assert list(faults_of(text=text, folder=tmp_path)) == [
        f"{tmp_path / 'wirewatch.toml'}: {text.split()[0]}"
    ]


def test_a_file_that_is_no_toml_says_where_it_breaks(tmp_path):
    (reason,) = faults_of(text="shards = 1\nshards = = 2\n", folder=tmp_path).values()
    assert "line 2" in reason


def test_a_file_that_is_named_must_be_there(tmp_path):
    faults = faults_of({"WIREWATCH_CONFIG": str(tmp_path / "none.toml")})
    assert "does not exist" in faults["environment WIREWATCH_CONFIG"]
    assert "unreadable" in faults_of({"WIREWATCH_CONFIG": str(tmp_path)})[str(tmp_path)]


def test_a_user_without_a_password_is_a_fault(tmp_path):
    assert faults_of({"WIREWATCH_SMTP_USER": "u"}) == {
        "environment WIREWATCH_SMTP_USER": "smtp_user needs smtp_password beside it"
    }


@pytest.mark.parametrize(
    "name", [f.name for f in fields(Settings) if f.name != "origins" and f.metadata["secret"]]
)
def test_no_fault_shows_a_secret(tmp_path, name):
    (reason,) = faults_of(text=f"{name} = 12345\n", folder=tmp_path).values()
    assert "12345" not in reason
    (reason,) = faults_of({f"WIREWATCH_{name.upper()}": "hush\nhush"}).values()
    assert "hush" not in reason


def test_what_our_own_processes_tell_one_another_is_no_fault():
    load_settings(environ={"WIREWATCH_INTERNAL_ANYTHING": "1"})


@given(
    st.sampled_from(NAMES),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40),
)
def test_no_text_in_the_environment_is_a_traceback(name, raw):
    with suppress(SettingsError):
        load_settings(environ={f"WIREWATCH_{name.upper()}": raw})


@given(st.text(max_size=200))
def test_no_text_in_the_file_is_a_traceback(tmp_path_factory, text):
    folder: Path = tmp_path_factory.getbasetemp()
    (folder / "wirewatch.toml").write_text(text, encoding="utf-8", errors="replace")
    with suppress(SettingsError):
        load_settings(environ={"WIREWATCH_HOME": str(folder)})
