"""The DAG files as Airflow sees them, and how their runs end when the pipeline answers this or that."""

from __future__ import annotations

import json

import pytest

from tests.airflow_process import ask_airflow
from wirewatch.discovery import dags_folder

pytestmark = pytest.mark.airflow

ALL = {
    "poll_feeds",
    "ingest_stories",
    "recluster_stories",
    "send_digests",
    "tend_index",
    "retag_articles",
}
TAGS = {"wirewatch", "collect", "analyse", "deliver", "upkeep"}


@pytest.fixture(scope="module")
def airflow(tmp_path_factory):
    return ask_airflow(tmp_path_factory.mktemp("air flow"), "look", "flow")


@pytest.fixture(scope="module")
def dags(airflow):
    return airflow["look"]["dags"]


@pytest.fixture(scope="module")
def flow(airflow):
    return airflow["flow"]


def states(run):
    """State of each task; the states of mapped ones in order."""
    found: dict[str, list[str]] = {}
    for task, _, state, _ in run["tasks"]:
        found.setdefault(task, []).append(state)
    return {task: each[0] if len(each) == 1 else each for task, each in found.items()}


def test_the_folder_holds_the_dags_and_no_import_error(airflow):
    assert airflow["look"]["errors"] == {}
    assert set(airflow["look"]["dags"]) == ALL


def test_parsing_imports_nothing_heavy(airflow):
    assert airflow["look"]["heavy_imports"] == []


def test_every_dag_has_its_page_and_says_when_it_fails(dags):
    for dag_id, dag in dags.items():
        for heading in ("# ", "## When it runs", "## When it fails", "## How to mend it"):
            assert heading in dag["doc"], f"{dag_id} lacks {heading!r}"


def test_tags_come_from_the_closed_list(dags):
    for dag in dags.values():
        assert set(dag["tags"]) <= TAGS
        assert "wirewatch" in dag["tags"]


def test_runs_never_overlap_are_bounded_and_not_made_up_for_the_past(dags):
    for dag in dags.values():
        assert dag["max_active_runs"] == 1
        assert dag["dagrun_timeout"]
        assert dag["catchup"] is False


def test_every_task_is_bounded_retries_with_backoff_and_has_an_owner(dags):
    for dag in dags.values():
        for task in dag["tasks"].values():
            assert task["owner"] == "wirewatch"
            assert task["retries"] == 2
            assert task["backoff"]
            assert 0 < task["execution_timeout"] < dag["dagrun_timeout"]


def test_mapped_tasks_run_in_their_pool_and_are_named_by_shard(dags):
    for dag_id, task_id, pool in (("poll_feeds", "poll", "feeds"), ("ingest_stories", "ingest", "pages")):
        task = dags[dag_id]["tasks"][task_id]
        assert task["pool"] == pool
        assert task["map_index_template"]


def test_every_pool_named_exists_and_clustering_has_one_slot(dags):
    pools = json.loads((dags_folder() / "pools.json").read_text())
    named = {task["pool"] for dag in dags.values() for task in dag["tasks"].values()}
    assert named <= set(pools) | {"default_pool"}
    for dag_id, task_id in (("ingest_stories", "cluster"), ("recluster_stories", "recluster")):
        assert pools[dags[dag_id]["tasks"][task_id]["pool"]]["slots"] == 1


def test_digests_go_before_everything_else(dags):
    heaviest = {
        dag_id: max(task["priority"] for task in dag["tasks"].values()) for dag_id, dag in dags.items()
    }
    assert max(heaviest, key=lambda dag_id: heaviest[dag_id]) == "send_digests"


def test_one_task_publishes_each_asset(dags):
    outlets = [
        (dag_id, task_id, uri.rstrip("/"))
        for dag_id, dag in dags.items()
        for task_id, task in dag["tasks"].items()
        for uri in task["outlets"]
    ]
    assert sorted(outlets) == [
        ("ingest_stories", "publish", "wirewatch://stories"),
        ("poll_feeds", "publish", "wirewatch://entries"),
    ]


def test_dags_that_an_asset_wakes_also_run_by_the_clock(dags):
    for dag_id in ("ingest_stories", "send_digests"):
        assert dags[dag_id]["schedule"] == "AssetOrTimeSchedule"


@pytest.mark.parametrize("scenario", ["poll, two shards", "ingest, two shards"])
def test_a_good_run_is_green_and_publishes_once(flow, scenario):
    run = flow[scenario]
    assert run["run"] == "success"
    assert len(run["published"]) == 1
    assert [name for *_, name in run["tasks"] if name] == ["shard 0", "shard 1"]


def test_reclustering_is_given_what_it_was_triggered_with(flow):
    run = flow["recluster"]
    assert run["run"] == "success"
    assert states(run) == {"recluster": "success"}
    assert run["published"] == []


def test_a_poll_with_nothing_due_ends_green_after_its_plan_and_wakes_nobody(flow):
    run = flow["poll, nothing due"]
    assert run["run"] == "success"
    assert run["published"] == []
    assert states(run) == {
        "plan": "success",
        "poll": "skipped",
        "publish": "skipped",
        "every_shard_done": "skipped",
    }


@pytest.mark.parametrize(
    ("scenario", "task"), [("poll, one shard fails", "poll"), ("ingest, one shard fails", "ingest")]
)
def test_a_shard_that_fails_does_not_hold_up_the_others_but_turns_the_run_red(flow, scenario, task):
    run = flow[scenario]
    assert run["run"] == "failed"
    assert states(run)[task] == ["success", "failed"]
    assert states(run)["publish"] == "success"
    assert len(run["published"]) == 1


@pytest.mark.parametrize("scenario", ["poll, no plan", "poll, every shard fails", "ingest, no plan"])
def test_a_run_that_did_nothing_is_red_and_wakes_nobody(flow, scenario):
    assert flow[scenario]["run"] == "failed"
    assert flow[scenario]["published"] == []


def test_articles_left_over_are_clustered_although_no_entry_waits(flow):
    run = flow["ingest, nothing waiting"]
    assert run["run"] == "success"
    assert states(run)["cluster"] == "success"


def test_a_digest_run_with_nobody_due_ends_green_after_its_plan(flow):
    run = flow["digest, nobody due"]
    assert run["run"] == "success"
    assert states(run) == {"plan": "success", "send": "skipped"}


def test_re_tagging_has_its_stories_told_by_the_one_writer(dags, flow):
    assert dags["retag_articles"]["tasks"]["tell"]["pool"] == "stories"
    assert states(flow["retag"]) == {"retag": "success", "tell": "success"}


def test_re_tagging_that_fails_is_red_and_tells_nothing(flow):
    run = flow["retag, no Elasticsearch"]
    assert run["run"] == "failed"
    assert states(run) == {"retag": "failed", "tell": "upstream_failed"}
