"""`wirewatch stories ...` as an analyst uses it, on a real node: what is printed, what is JSON, exit codes, faults with the mend."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from tests.builders import NOON
from tests.test_clustering import article, newsroom
from wirewatch.clustering import cluster_articles

pytestmark = pytest.mark.elastic


@pytest.fixture
def stored(index):
    from wirewatch.index.similar import SimilarStore

    index.articles.create(newsroom())
    index.articles.refresh()
    cluster_articles(SimilarStore(index), now=NOON)
    return index


@pytest.fixture
def run(stored, tmp_path, node_url, monkeypatch):
    """A command by its arguments, as the shell runs it: through the entry point, with its exit code."""
    from wirewatch import cli
    from wirewatch.cli.commands import app

    environ = {
        "WIREWATCH_HOME": str(tmp_path / "home"),
        "WIREWATCH_ELASTICSEARCH_URL": node_url,
        "WIREWATCH_INDEX_PREFIX": stored.names.prefix,
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    def invoke(*arguments):
        done = CliRunner().invoke(app, ["stories", *arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            monkeypatch.setattr(sys, "argv", ["wirewatch", "stories", *arguments])
            with pytest.raises(SystemExit) as ended:
                cli.main()
            return ended.value.code
        assert done.exit_code == 0, done.output
        return done

    return invoke


def story_of(index, key):
    return index.articles.get([key])[key].story_key


def test_merge_says_who_decided_what_and_where_the_articles_are(run, stored):
    one, other = story_of(stored, "wire"), story_of(stored, "filler0")
    done = run("merge", one, other, "--by", "kim", "--note", "one fire, two names")
    home = story_of(stored, "wire")
    assert story_of(stored, "filler0") == home
    first, second = done.stdout.splitlines()
    assert "merge by kim, " in first
    assert first.endswith(": one fire, two names")
    assert second.strip() == f"its articles are in {home}"


def test_merge_as_json_is_the_correction_with_what_became_of_it(run, stored):
    one, other = story_of(stored, "wire"), story_of(stored, "filler0")
    told = json.loads(run("merge", one, other, "--by", "kim", "--json").stdout)
    assert (told["kind"], told["by"], told["applied"]) == ("merge", "kim", True)
    assert told["stories"] == [story_of(stored, "wire")]
    (kept,) = stored.corrections.records()
    assert told["correction_key"] == kept.correction_key
    assert set(told["articles"]) | set(told["others"]) >= {"wire", "filler0"}


def test_split_takes_keys_and_addresses_and_undo_puts_the_articles_back(run, stored):
    key = story_of(stored, "wire")
    address = next(each.url for each in stored.articles.records() if each.article_key == "late")
    told = json.loads(run("split", key, "short", address, "--by", "kim", "--json").stdout)
    assert set(told["articles"]) == {"short", "late"}
    assert story_of(stored, "short") == story_of(stored, "late") != key
    assert story_of(stored, "wire") == key
    taken = json.loads(run("undo", told["correction_key"], "--by", "lee", "--json").stdout)
    assert taken["withdrawn_by"] == "lee"
    assert story_of(stored, "short") == story_of(stored, "late") == key


def test_corrections_are_listed_newest_first_with_what_a_newer_one_overrules(run, stored):
    one, other = story_of(stored, "wire"), story_of(stored, "filler0")
    merged = json.loads(run("merge", one, other, "--by", "kim", "--json").stdout)
    split = json.loads(run("split", one, "filler0", "--by", "lee", "--json").stdout)
    stored.refresh()
    listed = run("corrections")
    keys = [line.split()[0] for line in listed.stdout.splitlines()]
    assert keys == [split["correction_key"], merged["correction_key"]]
    assert "2 corrections" in listed.stderr
    warning = next(line for line in listed.stderr.splitlines() if line.startswith("warning: "))
    assert f"merge {merged['correction_key']} by kim" in warning
    assert "overruled by a newer correction" in warning
    as_json = [json.loads(line) for line in run("corrections", "--json").stdout.splitlines()]
    assert [each["correction_key"] for each in as_json] == keys


def test_a_correction_that_has_to_wait_says_so_and_is_no_fault(run, stored, monkeypatch):
    from wirewatch import overrides
    from wirewatch.index.lease import writing

    monkeypatch.setattr(overrides, "PATIENCE", timedelta(0))
    one, other = story_of(stored, "wire"), story_of(stored, "filler0")
    with writing(stored):
        done = run("merge", one, other, "--by", "kim", "--json")
    assert json.loads(done.stdout)["applied"] is False
    assert "the next run follows it" in done.stderr
    assert story_of(stored, "filler0") == other


def test_what_makes_no_sense_ends_with_1_and_the_mend(run, stored, capsys):
    one = story_of(stored, "wire")

    def fault(*arguments):
        assert run(*arguments) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        return " ".join(printed.err.split())

    assert "no story nowhere; `wirewatch search --stories` lists keys" in fault("merge", one, "nowhere")
    assert "one story already" in fault("merge", one, one)
    assert "not an article of story" in fault("split", one, "filler0")
    assert "but not all of them" in fault("split", one, *stored.story(one).articles)
    assert "`wirewatch stories corrections` lists them" in fault("undo", "nowhere")
    taken = json.loads(run("split", one, "late", "--json").stdout)["correction_key"]
    run("undo", taken)
    assert "was withdrawn on" in fault("undo", taken)
    assert [each.correction_key for each in stored.corrections.records()] == [taken]


def test_an_article_that_comes_later_follows_what_was_decided(run, stored):
    from wirewatch.index.similar import SimilarStore

    one, other = story_of(stored, "wire"), story_of(stored, "filler0")
    run("merge", one, other)
    again = article(
        "filler0 again", next(e.text for e in newsroom() if e.article_key == "filler0"), minutes=90
    )
    stored.articles.create([again])
    stored.articles.refresh()
    cluster_articles(SimilarStore(stored), now=NOON + timedelta(hours=2))
    assert story_of(stored, "filler0 again") == story_of(stored, "wire")
