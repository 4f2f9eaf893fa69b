"""Every problem of the list has a test or a case file that bears its id, or is named here with the test that covers it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

# T: transport, P: parsing, U: addresses, K: Korea, Russia, Ukraine, O: operations.
IDS = [
    *(f"t{n}" for n in range(1, 17)), "t15b",
    *(f"p{n}" for n in range(1, 20)), "p7b",
    *(f"u{n}" for n in range(1, 10)),
    *(f"k{n}" for n in range(1, 10)),
    *(f"o{n}" for n in range(8)),
]  # fmt: skip

# Covered by tests of other parts, whose names speak of the behaviour.
ELSEWHERE = {
    "k5": ("test_stories.py", "test_a_paper_that_credits_an_agency_is_one_report_with_the_agency_itself"),
    "k6": ("test_mentions.py", "test_a_name_has_one_id_in_every_script"),
    "k7": ("test_stories.py", "test_a_denial_stays_in_the_story_with_its_stance"),
    "k8": ("test_stories.py", "test_figures_that_cannot_both_be_true_are_a_conflict"),
    "o0": ("test_dags.py", "test_mapped_tasks_run_in_their_pool_and_are_named_by_shard"),
    "o2": ("test_index.py", "test_one_refused_document_does_not_stop_the_others"),
    "o4": ("test_dispatch.py", "test_a_quiet_day_because_nothing_is_collected_is_not_silent"),
    "o6": ("test_fingerprints.py", "test_every_value_carries_the_version_and_has_ten_characters"),
    "u7": (
        "test_pipeline.py",
        "test_the_second_edition_brings_a_revision_and_late_articles_to_their_stories",
    ),
}


def _borne():
    """The ids that names of case files and of tests begin with (`p6-kst-zone`, `test_k2_k3_...`)."""
    names = [path.stem for path in (TESTS / "cases").rglob("*.toml")]
    for path in TESTS.glob("test_*.py"):
        names += re.findall(r"^def test_(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    found = set()
    for name in names:
        for part in re.split(r"[-_]", name):
            if not re.fullmatch(r"[a-z]\d{1,2}b?", part):
                break
            found.add(part)
    return found


@pytest.mark.parametrize("problem", IDS)
def test_every_problem_is_covered(problem):
    if problem in ELSEWHERE:
        file, name = ELSEWHERE[problem]
        assert f"def {name}(" in (TESTS / file).read_text(encoding="utf-8"), (
            f"{problem}: {file} has no {name}"
        )
    else:
        assert problem in _borne(), f"{problem} has no test or case file of its name"
