"""Claims on labelled passages: `python -m bench claims --data FILE.jsonl --predictions OUT.json [--check]`.

Writes `{id: [{min, max, source, certainty, role, evidence_start, evidence_end}, ...]}`, prints the scores of the
score.py beside the data, and the rate.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench._meaning import judged, passages
from extractors.claims import find_claims


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench claims", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--predictions", type=Path, required=True)
    parser.add_argument("--check", action="store_true", help="fail below the floors")
    args = parser.parse_args(argv)
    rows = passages(args.data)
    began = time.perf_counter()
    predicted = {row["id"]: _claims(row) for row in rows}
    took = time.perf_counter() - began
    args.predictions.write_text(json.dumps(predicted, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"{len(rows) / took:,.0f} passages/s")
    return judged("claims", args.data, args.predictions, extra={}, check=args.check)


def _claims(row: dict[str, Any]) -> list[dict[str, Any]]:
    published = row.get("published")
    at = datetime.fromisoformat(published).replace(tzinfo=UTC) if published else None
    return [
        {
            "min": one.low,
            "max": one.high,
            "source": one.source,
            "certainty": one.certainty,
            "role": one.role,
            "evidence_start": one.evidence.start,
            "evidence_end": one.evidence.end,
            "evidence": one.evidence.text,
        }
        for one in find_claims("", row["text"], language=row.get("lang"), published_at=at)
    ]
