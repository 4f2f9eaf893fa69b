"""Credits to houses that no table knows, by the names on the operator's own feed list."""

from __future__ import annotations

import pytest

from extractors.credits import find_credit, house_patterns

PATTERNS = house_patterns(["Lantern News Agency", "등대통신", "Маяк-Пресс", "Harbour Paper"])


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("SEOUL, Nov. 20 (Lantern) -- Two men crossed.", "lantern"),
        ("Two men crossed.\nWith Lantern", "lantern"),
        ("Two men crossed.\n(Lantern News Agency)", "lantern news agency"),
        ("두 명이 넘어왔다.\n[등대통신]", "등대통신"),
        ("Двое перешли.\nМаяк-Пресс", "маяк-пресс"),
        ("Two men crossed. Lantern said so, and a lantern was lit.", None),
        ("He read (in the harbour paper of the day) of it.", None),
        ("SEOUL (Reuters) -- Two men crossed.", "reuters"),
    ],
)
def test_a_credit_to_a_house_of_the_feed_list_is_found_where_credits_stand(text, credit):
    assert find_credit(text, patterns=PATTERNS) == credit


def test_no_names_give_no_patterns():
    assert house_patterns([" "]) == ()
