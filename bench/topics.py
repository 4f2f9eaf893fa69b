"""Topic tags on labelled passages: `python -m bench topics --data FILE.jsonl --predictions OUT.json [--check] [--speed]`.

Writes `{id: [topic, ...]}` of level primary and secondary, prints the scores of the score.py beside the data, and rates.
`--explain ID` shows what fired and what was vetoed in one passage.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from bench._meaning import ARTICLES, full_articles, judged, passages, rate
from extractors.claims import find_claims
from extractors.mentions import find_mentions
from extractors.taxonomy import Taxonomy, load_taxonomy
from extractors.terms import fold
from extractors.topics import explain, tag


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench topics", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--predictions", type=Path, required=True)
    parser.add_argument("--check", action="store_true", help="fail below the floors")
    parser.add_argument(
        "--speed", action="store_true", help="also full articles a second, on texts made of the passages"
    )
    parser.add_argument(
        "--texts",
        type=Path,
        help="a folder of .txt articles to take the speed on, in place of texts made of passages",
    )
    parser.add_argument("--explain", metavar="ID")
    args = parser.parse_args(argv)
    rows = passages(args.data)
    taxonomy = load_taxonomy()
    if args.explain:
        return _explain(rows, args.explain, taxonomy)
    began = time.perf_counter()
    predicted = {row["id"]: _topics(row, taxonomy) for row in rows}
    took = time.perf_counter() - began
    args.predictions.write_text(json.dumps(predicted, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"taxonomy {taxonomy.version}, {len(taxonomy.index)} forms; {len(rows) / took:,.0f} passages/s")
    speed = _speed(_articles(rows, args.texts), taxonomy) if args.speed or args.texts or args.check else {}
    return judged("topics", args.data, args.predictions, extra=speed, check=args.check)


def _topics(row: dict[str, Any], taxonomy: Taxonomy) -> list[str]:
    tags = tag(row.get("title") or "", row["text"], language=row.get("lang"), taxonomy=taxonomy)
    return sorted(one.topic for one in tags if one.level != "mention")


def _articles(rows: list[dict[str, Any]], folder: Path | None) -> list[str]:
    """Real articles where there are some. Texts made of passages hold a topic in every sentence: the worst that can come."""
    if folder is None:
        return full_articles(rows)
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.txt"))]
    if not texts:
        raise SystemExit(f"{folder} holds no .txt file")
    print(f"{len(texts)} texts of {sum(map(len, texts)) / len(texts):,.0f} characters")
    # Numbered, so that nothing kept from one text serves the next.
    return [f"{texts[number % len(texts)]}\n{number}" for number in range(max(ARTICLES, len(texts)))]


def _speed(articles: list[str], taxonomy: Taxonomy) -> dict[str, float]:
    folded = [fold(text) for text in articles]

    def everything(text: str) -> None:
        tag("", text, language=None, taxonomy=taxonomy)
        find_mentions("", text, language=None)
        find_claims("", text, language=None)

    rates = {
        "full_articles_per_second": rate(everything, articles),
        "tag_per_second": rate(lambda text: tag("", text, language=None, taxonomy=taxonomy), articles),
        "mentions_per_second": rate(lambda text: find_mentions("", text, language=None), articles),
        "claims_per_second": rate(lambda text: find_claims("", text, language=None), articles),
        "prefilter_per_second": rate(taxonomy.index.raw_hits, folded),
    }
    for name, value in rates.items():
        print(f"{name:26s} {value:,.0f}")
    return rates


def _explain(rows: list[dict[str, Any]], wanted: str, taxonomy: Taxonomy) -> int:
    row = next((one for one in rows if one["id"] == wanted), None)
    if row is None:
        print(f"no passage has the id {wanted}")
        return 2
    said = explain(row.get("title") or "", row["text"], language=row.get("lang"), taxonomy=taxonomy)
    for one in said.tags:
        print(one.topic, one.level, one.status, one.rule, [evidence.text for evidence in one.evidence])
    for veto in said.vetoed:
        print("vetoed", veto.rule, veto.reason, repr(veto.text))
    return 0
