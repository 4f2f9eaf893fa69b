"""What a pip-installed Wirewatch shows to Airflow: its provider entry, its plugin, and where its DAG files are.

Imports nothing of Airflow: every Airflow process loads this file while it is itself still starting. The plugin is found in
two ways, by this entry point and as a file in Airflow's plugins folder; it is mounted once, whichever is there.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import wirewatch

_PLUGIN = "wirewatch_plugin"
_PACKAGE = Path(wirewatch.__file__).parent


def dags_folder() -> Path:
    """The folder with the DAG files: the repository's, or the copy shipped in the wheel."""
    return _shipped_or_checked_out("dags", "poll_feeds.py")


def plugins_folder() -> Path:
    """The folder with the plugin file: the repository's, or the copy shipped in the wheel."""
    return _shipped_or_checked_out("plugins", f"{_PLUGIN}.py")


def provider_info() -> dict[str, Any]:
    """What Airflow lists under Admin > Providers (entry point `apache_airflow_provider`).

    No connection type is offered: the engine's credentials are settings of the engine, equal with and without Airflow,
    and a connection that nothing reads would mislead.
    """
    return {
        "package-name": "wirewatch",
        "name": "Wirewatch",
        "description": "Streaming news monitoring whose every tag and number shows the words that earned it.",
        "versions": [wirewatch.__version__],
    }


def __getattr__(name: str) -> Any:
    # Entry point `airflow.plugins` = "wirewatch.discovery:installed_plugin". Airflow skips silently what is no plugin
    # class, but reports an import error for a second plugin of the same name: so None when the folder had the file.
    if name == "installed_plugin":
        return None if _folder_has_it() else _load_plugin()
    raise AttributeError(name)


def _folder_has_it() -> bool:
    from airflow import settings

    folder = getattr(settings, "PLUGINS_FOLDER", None)
    return folder is not None and any(Path(folder).glob(f"**/{_PLUGIN}.py"))


def _load_plugin() -> Any:
    file = plugins_folder() / f"{_PLUGIN}.py"
    spec = importlib.util.spec_from_file_location(_PLUGIN, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_PLUGIN] = module
    spec.loader.exec_module(module)
    return module.WirewatchPlugin


def _shipped_or_checked_out(folder: str, witness: str) -> Path:
    shipped, checked_out = _PACKAGE / "_shipped" / folder, _PACKAGE.parent / folder
    return shipped if (shipped / witness).exists() else checked_out
