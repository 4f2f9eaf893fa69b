"""The desk inside Airflow: nobody gets in without Airflow's authentication, whatever the path."""

from __future__ import annotations

import pytest

from tests.airflow_process import ask_airflow

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return ask_airflow(
        home / "airflow",
        "routes",
        WIREWATCH_HOME=str(home),
        WIREWATCH_KIBANA_URL="http://127.0.0.1:5601",
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS="False",
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS="admin:admin,viewer:viewer",
        AIRFLOW__API__BASE_URL="http://127.0.0.1:8080/air",
    )["routes"]


def test_the_walk_reaches_pages_and_mounted_files(routes):
    assert {"/", "/stories/x", "/feeds", "/health"} <= set(routes["paths"])
    assert any(path.startswith("/static") for path in routes["paths"])


def test_nobody_gets_anything_without_logging_in(routes):
    let_in = {asked: status for asked, status in routes["nobody"].items() if status not in {401, 403}}
    assert let_in == {}


def test_a_viewer_may_look(routes):
    looks = {asked: status for asked, status in routes["viewer"].items() if asked.startswith(("GET", "HEAD"))}
    assert not {401, 403} & set(looks.values())
    assert looks["GET /nowhere"] == 404


def test_the_cookie_that_the_airflow_ui_sets_is_enough(routes):
    assert routes["by cookie"] not in {401, 403}


def test_a_viewer_may_not_write_and_an_admin_may(routes):
    writes = ("POST", "PUT", "DELETE")
    assert {status for asked, status in routes["viewer"].items() if asked.startswith(writes)} == {403}
    assert not {401, 403} & {s for asked, s in routes["admin"].items() if asked.startswith(writes)}


def test_a_form_that_another_site_posts_with_the_cookie_is_refused(routes):
    assert routes["posted from http://testserver"] == 200
    assert routes["posted from https://evil.example"] == 403


def test_the_desk_knows_who_decides_by_the_airflow_name_and_viewers_do_not(routes):
    assert "Signed in as admin" in routes["admin at the workbench"]
    assert "Signed in" not in routes["viewer at the workbench"]


def test_the_navigation_leads_to_the_desk_and_to_kibana_below_airflows_own_path(routes):
    views = {view["name"]: view for view in routes["plugin"]["external_views"]}
    assert views["Wirewatch"]["href"] == "/air/wirewatch/"
    assert views["Kibana"]["href"] == "http://127.0.0.1:5601"
    assert routes["plugin"]["fastapi_apps"][0]["url_prefix"] == "/wirewatch"
