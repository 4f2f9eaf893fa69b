"""What is installed is what was tested: every pin hashed, no index named, nothing missing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_o7_every_pin_has_hashes_and_no_index_is_named(path):
    text = path.read_text(encoding="utf-8")
    pins = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert [pin.splitlines()[0] for pin in pins if "==" in pin and "--hash=sha256:" not in pin] == []
    assert not re.search(r"index-url|https?://", text)


def test_o7_every_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {
        re.sub(r"[-_.]+", "-", name).lower()
        for path in FILES
        for name in re.findall(r"^([A-Za-z0-9._-]+)==", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    wanted = {
        re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", line).group()).lower()
        for line in project["dependencies"]
    }
    assert wanted - pinned == set()
