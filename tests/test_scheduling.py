"""Which files know of Airflow, and what a pip-installed package shows to it."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import wirewatch
from tests.airflow_process import ask_airflow
from wirewatch.discovery import dags_folder, plugins_folder, provider_info

ROOT = Path(wirewatch.__file__).parents[1]


def imports_of(file: Path) -> set[str]:
    """First names of everything that `file` imports at its top level."""
    found: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_scheduling_is_the_only_engine_file_that_imports_airflow():
    engine = [file for room in ("wirewatch", "extractors") for file in (ROOT / room).rglob("*.py")]
    assert [file.name for file in engine if "airflow" in imports_of(file)] == ["scheduling.py"]


def test_what_airflow_loads_while_it_starts_imports_nothing_of_it():
    asked = "import wirewatch.discovery, sys; print([name for name in sys.modules if 'airflow' in name])"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_folders_hold_what_airflow_is_pointed_to():
    assert (dags_folder() / "poll_feeds.py").exists()
    assert [file.name for file in plugins_folder().rglob("*.py")] == ["wirewatch_plugin.py"]


def test_the_installed_package_is_announced_as_provider_and_as_plugin():
    provider = {each.name: each for each in entry_points(group="apache_airflow_provider")}["provider_info"]
    assert provider.load()() == provider_info()
    assert [each.value for each in entry_points(group="airflow.plugins") if each.name == "wirewatch"] == [
        "wirewatch.discovery:installed_plugin"
    ]


@pytest.mark.airflow
@pytest.mark.parametrize("way", ["folder", "entry point", "both"])
def test_the_plugin_is_found_once_whichever_way_airflow_looks(way, tmp_path):
    empty = tmp_path / "plugins"
    empty.mkdir()
    folder = empty if way == "entry point" else plugins_folder()
    settings = {"AIRFLOW__CORE__PLUGINS_FOLDER": str(folder)}
    if way == "folder":
        settings["PROBE_WITHOUT_ENTRY_POINTS"] = "1"
    found = ask_airflow(tmp_path / "home", "plugins", **settings)["plugins"]
    assert found == {"names": ["wirewatch"], "errors": {}, "mounted": ["/wirewatch"], "provider": True}
