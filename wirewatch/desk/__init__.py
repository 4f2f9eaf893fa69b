"""The desk: pages where an analyst reads stories, their evidence and the health of the feeds.

Runs alone on loopback (`wirewatch desk`) and inside the Airflow UI, behind Airflow's authentication.
Reading asks for nothing more; deciding asks for an analyst (`wirewatch.desk.rights`).
"""

from __future__ import annotations

from wirewatch.desk.app import build_app

__all__ = ["build_app"]
