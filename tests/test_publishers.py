"""Publishers are data: found by host, and every fault of every file is told at once."""

import re
from zoneinfo import ZoneInfo

import pytest

from extractors.publishers import PublisherFaults, load_publishers


def test_every_shipped_file_is_read_and_names_a_zone():
    publishers = load_publishers().all
    assert len(publishers) >= 30
    assert all(ZoneInfo(p.zone) and p.domains and p.language for p in publishers)
    for publisher in publishers:
        assert all(re.compile(pattern) for pattern in (*publisher.credit, *publisher.boilerplate))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://daily.example/news/1", "Daily"),
        ("https://www.daily.example/news/1", "Daily"),
        ("https://sport.daily.example/news/1", "Daily Sport"),
        ("https://notdaily.example/", None),
        ("https://daily.example.org/", None),
        ("http://[broken", None),
    ],
)
def test_a_url_belongs_to_the_publisher_of_its_nearest_domain(tmp_path, url, name):
    (tmp_path / "daily.toml").write_text('name = "Daily"\ndomains = ["daily.example"]\n', encoding="utf-8")
    (tmp_path / "sport.toml").write_text(
        'name = "Daily Sport"\ndomains = ["sport.daily.example"]\n', encoding="utf-8"
    )
    found = load_publishers(tmp_path).of(url)
    assert (found.name if found else None) == name


def test_a_file_says_where_the_body_is_and_what_to_drop(tmp_path):
    (tmp_path / "daily.toml").write_text(
        'name = "Daily"\ndomains = ["daily.example"]\n[article]\nbody = ".story"\ndrop = [".share"]\n',
        encoding="utf-8",
    )
    publisher = load_publishers(tmp_path).of("https://daily.example/1")
    assert publisher.body_selector == ".story"
    assert publisher.drop_selectors == (".share",)


def test_every_fault_of_every_file_is_told_with_its_file_and_key(tmp_path):
    (tmp_path / "a.toml").write_text(
        'name = ""\ndomains = ["https://A.example/"]\nzone = "Mars/Olympus"\ncolour = 1\ncredit = ["("]\n',
        encoding="utf-8",
    )
    (tmp_path / "b.toml").write_text("name = [", encoding="utf-8")
    (tmp_path / "c.toml").write_text(
        'name = "C"\ndomains = "c.example"\n[article]\nbdy = "x"\n', encoding="utf-8"
    )
    with pytest.raises(PublisherFaults) as fault:
        load_publishers(tmp_path)
    told = {(f.file.rsplit("/", 1)[-1], f.key) for f in fault.value.faults}
    assert told >= {
        ("a.toml", "name"),
        ("a.toml", "domains"),
        ("a.toml", "zone"),
        ("a.toml", "colour"),
        ("a.toml", "credit"),
        ("b.toml", "(file)"),
        ("c.toml", "domains"),
        ("c.toml", "article.bdy"),
    }
    assert str(tmp_path / "a.toml") in str(fault.value)


def test_two_files_may_not_claim_one_domain(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.toml").write_text(
            f'name = "{name}"\ndomains = ["daily.example"]\n', encoding="utf-8"
        )
    with pytest.raises(PublisherFaults, match=r"also claimed by a\.toml"):
        load_publishers(tmp_path)
