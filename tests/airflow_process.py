"""Runs `tests/airflow_probe.py` in a process of its own, over a scratch AIRFLOW_HOME."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from wirewatch.discovery import dags_folder, plugins_folder

_PROBE = Path(__file__).with_name("airflow_probe.py")


def ask_airflow(home: Path, *questions: str, **settings: str) -> dict[str, Any]:
    """What the probe answers, question by question. `settings` become AIRFLOW__* variables."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    environ |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags_folder()),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(plugins_folder()),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        **settings,
    }
    command = [sys.executable, str(_PROBE), *questions]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
