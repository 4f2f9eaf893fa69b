"""The compose file: nothing off loopback, no secret without a value, the same DAGs and pools as everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)


def test_every_published_port_is_bound_to_loopback():
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    assert len(ports) == 3
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_every_variable_is_required_and_listed_in_the_example():
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT))
    required = set(re.findall(r"(?<!\$)\$\{(\w+):\?", TEXT))
    listed = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert used == required == listed


def test_the_settings_it_gives_to_wirewatch_exist():
    from wirewatch.settings import NAMES

    names = {name.removeprefix("WIREWATCH_").lower() for name in re.findall(r"\bWIREWATCH_\w+(?=: )", TEXT)}
    assert names - set(NAMES) == set()


def test_the_dashboards_are_imported_once_and_the_import_may_be_repeated():
    service = COMPOSE["services"]["kibana-import"]
    assert service["command"][:3] == ["wirewatch", "kibana", "import"]
    assert service["restart"] == "no"
    assert "kibana" in service["depends_on"]


def test_the_programs_it_starts_are_in_the_image():
    for service in COMPOSE["services"].values():
        for word in service.get("command", ()):
            if str(word).startswith("/srv/wirewatch/"):
                assert (ROOT / str(word).removeprefix("/srv/wirewatch/")).exists()
