"""Which chain runs under our analyzer names: what the server runs, best first, and nothing that it does not."""

from __future__ import annotations

import json

import pytest

from wirewatch.index import Index
from wirewatch.index.analyzers import choose, definitions, mappings_folder, without_missing

BARE = {"standard", "lowercase", "stop"}
FULL = BARE | {"asciifolding", "cjk_width", "cjk_bigram"}
NORI = FULL | {"nori_tokenizer", "nori_part_of_speech", "nori_readingform"}


def server(names, *, stemmers: bool):
    """A server that has these tokenizers and filters."""

    def runs(tokenizer, filters):
        return tokenizer in names and all(
            stemmers if isinstance(each, dict) else each in names for each in filters
        )

    return runs


@pytest.mark.parametrize(
    ("runs", "chosen"),
    [
        (server(BARE, stemmers=False), {"ww_text": "bare", "ww_text_en": "bare"}),
        (
            server(FULL, stemmers=True),
            {"ww_text": "full", "ww_text_en": "full", "ww_text_ko": "cjk", "ww_text_ru": "russian"},
        ),
        (
            server(NORI, stemmers=True),
            {"ww_text": "full", "ww_text_en": "full", "ww_text_ko": "nori", "ww_text_ru": "russian"},
        ),
    ],
    ids=["bare", "full", "full with nori"],
)
def test_the_best_chain_that_a_server_runs_is_chosen(runs, chosen):
    assert choose(runs) == chosen


def test_every_filter_that_a_chosen_chain_names_is_defined_or_the_servers_own():
    made = definitions(choose(server(NORI, stemmers=True)))
    named = {name for analyzer in made["analyzer"].values() for name in analyzer["filter"]}
    assert {name for name in named if name.startswith("ww_")} == set(made["filter"])


def test_a_bare_server_gets_no_sub_fields_that_it_cannot_analyze_and_every_field():
    properties = json.loads((mappings_folder() / "articles.json").read_text())["mappings"]["properties"]
    kept = without_missing(properties, choose(server(BARE, stemmers=False)))
    assert set(kept) == set(properties)
    assert set(kept["text"]["fields"]) == {"en"}
    assert set(kept["title"]["fields"]) == {"en", "keyword"}


@pytest.mark.elastic
def test_a_real_server_has_every_analyzer_that_its_mappings_name(index: Index):
    chains = dict(index.capabilities.chains)
    name = index.months()["articles"][0]
    for analyzer in chains:
        assert index.client.indices.analyze(index=name, analyzer=analyzer, text="Troops 병력 войска")[
            "tokens"
        ]
    mapping = index.client.indices.get_mapping(index=name)[name]["mappings"]
    assert mapping["_meta"]["analyzers"].split() == [
        f"{key}={value}" for key, value in sorted(chains.items())
    ]
