"""A day in digits is read as the site writes it, or not at all."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.numeric_days import day_goes_first, in_order, url_day

DAYS = st.dates(date(1995, 1, 1), date(2049, 12, 31))
FORMS = ["/%Y/%m/%d/ferry", "/%Y-%m-%d-ferry", "/news/%Y%m%d/ferry", "/n1/%Y/%m%d/c1001-404.html", "/%Y%m/%d/ferry", "/news/ferry-%Y_%m_%d.html"]  # fmt: skip


@given(DAYS, st.sampled_from(FORMS))
def test_an_addresss_day_is_read_in_every_form_with_the_year_first(day, form):
    assert url_day("https://daily.example" + day.strftime(form)) == day.isoformat()


@given(DAYS, st.booleans())
def test_an_addresss_day_is_read_in_the_order_of_the_site(day, day_first):
    form = "/%d-%m-%Y/ferry" if day_first else "/%m-%d-%Y/ferry"
    assert url_day("https://daily.example" + day.strftime(form), day_first=day_first) == day.isoformat()


@given(DAYS)
def test_an_address_whose_order_nobody_tells_gives_a_day_only_where_there_is_but_one(day):
    expected = day.isoformat() if day.day > 12 or day.day == day.month else None
    assert url_day("https://daily.example" + day.strftime("/%d-%m-%Y/ferry")) == expected


@given(DAYS, st.booleans())
def test_a_day_written_in_order_stays_what_it_is(day, day_first):
    raw = day.strftime("%d/%m/%Y 10:05" if day_first else "%m/%d/%Y 10:05")
    ordered = in_order(raw, day_first=day_first)
    assert ordered in {raw, f"{day.isoformat()} 10:05"}
    assert in_order(ordered, day_first=not day_first) == ordered or ordered == raw


@pytest.mark.parametrize(
    ("url", "language", "expected"),
    [
        ("https://daily.example/", "en", None),
        ("https://daily.example/", None, None),
        ("https://daily.example/", "en_US", False),
        ("https://daily.example/", "de", True),
        ("https://daily.co.uk/", "en-US", True),
        ("https://daily.gov/", None, False),
    ],
)
def test_the_address_then_the_language_tell_whether_the_day_goes_first(url, language, expected):
    assert day_goes_first(url, language) is expected
