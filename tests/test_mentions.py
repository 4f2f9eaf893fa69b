"""Mentions: one id across languages and scripts, the longest name, offsets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.gazetteer import gazetteer
from extractors.mentions import find_mentions
from extractors.terms import TermFault, expand


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("Kim Jong-un met the envoy.", "en", "Q56226"),
        ("김정은 국무위원장이 시찰했다.", "ko", "Q56226"),
        ("Ким Чен Ын посетил завод.", "ru", "Q56226"),
        ("金正恩访问了工厂。", "zh", "Q56226"),
        ("Fighting near Kursk", "en", "ww:kursk"),
        ("бои под Курском", "ru", "ww:kursk"),
        ("쿠르스크 전선", "ko", "ww:kursk"),
        ("The DPRK said", "en", "Q423"),
        ("北 미사일 발사", "ko", "Q423"),
        ("the Joint Chiefs of Staff said", "en", "ww:rok-jcs"),
        ("Yonhap reported", "en", "ww:yonhap"),
    ],
)
def test_a_name_has_one_id_in_every_script(text, language, wanted):
    assert wanted in {one.id for one in find_mentions("", text, language=language)}


def test_the_longer_name_takes_the_words():
    found = {one.id for one in find_mentions("", "The Korean People's Army paraded.", language="en")}
    assert found == {"ww:kpa"}


def test_us_is_no_pronoun():
    assert find_mentions("", "Join us today, give us a call.", language="en") == ()


def test_places_and_countries_have_coordinates():
    assert [
        one.id for one in gazetteer().values() if one.kind in {"place", "country"} and one.latitude is None
    ] == []
    assert all(
        -90 <= (one.latitude or 0) <= 90 and -180 <= (one.longitude or 0) <= 180
        for one in gazetteer().values()
    )


def test_every_alias_can_be_read():
    for one in gazetteer().values():
        for alias in one.aliases:
            try:
                assert expand(alias)
            except TermFault as fault:  # pragma: no cover - the message is the point
                pytest.fail(f"{one.id}: {fault}")


def test_title_and_text_keep_offsets_of_their_own():
    (one,) = find_mentions("Seoul reacts", "In Seoul the mood was calm.", language="en")
    assert [(e.field, e.start, e.end) for e in one.evidence] == [("title", 0, 5), ("text", 3, 8)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["Seoul", "U.S.", "김정은", "Курске", "İ", "\U0001f600", "e\u0301", "\n", "NATO", "韩国"]
        )
        | st.text(max_size=5),
        max_size=20,
    )
)
def test_offsets_survive_any_unicode(pieces):
    text = " ".join(pieces)
    for one in find_mentions("", text, language=None):
        for evidence in one.evidence:
            assert text[evidence.start : evidence.end] == evidence.text
