"""Near-duplicates: `python -m bench duplicates --data FILE.jsonl.gz --predictions OUT.json [--check]`.

Texts go in time order through the pipeline's own clustering, starting cold; a cluster is an article and its copies.
Recall by kind is printed when NAME.kind.json lies beside the data.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

from bench._clusters import arguments, below_floor, place, read_articles, report, score
from bench._memory import MemoryStore
from extractors.fingerprints import fingerprint
from wirewatch.clustering import Change, Writer
from wirewatch.records import StoredArticle
from wirewatch.stories import Copies


def main(argv: list[str]) -> int:
    given = arguments(argv, __doc__ or "")
    began = time.process_time()
    articles = read_articles(given.data)
    reading = time.process_time() - began
    run = place(articles, without_store=given.without_store, batch=given.batch)
    clusters = {key: _original(key, run.articles) for key in run.articles}
    given.predictions.write_text(json.dumps(clusters))
    scores = score(given.data, given.predictions)
    scores.update(_by_kind(given.data, clusters))
    report("duplicates", scores, run)
    if given.without_store:
        rate = _pure_rate(articles, given.batch)
        print(f"fingerprints, candidates and verification alone: {rate:.0f} articles/s of one core")
    print(f"reading and fingerprinting: {len(articles) / reading:.0f} articles/s of one core")
    faults = below_floor("duplicates", scores) if given.check else []
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


def _pure_rate(articles: list[StoredArticle], batch: int) -> float:
    """Articles a second of one core for fingerprints, candidates in memory and verification; no stories, no store."""
    store = MemoryStore()
    writer = Writer(store, datetime.now(UTC))
    spent = 0.0
    for start in range(0, len(articles), batch):
        part = articles[start : start + batch]
        store.add(part)
        began = time.process_time()
        for article in part:
            fingerprint(article.text)
        found, _ = writer.copies(part)
        spent += time.process_time() - began
        store.write(_only_copies(found))
    return len(articles) / spent


def _only_copies(found: Copies) -> Change:
    now = datetime.now(UTC).isoformat()
    fields = {
        key: {"near_duplicate_of": copy.of_key if copy else None, "clustered_at": now}
        for key, copy in found.found.items()
    }
    return Change(
        batch_key="",
        articles=fields,
        texts={},
        stories=(),
        profiles=(),
        closed=(),
        furniture=found.learned,
        terms={},
    )


def _original(key: str, articles: dict[str, StoredArticle]) -> str:
    while (source := articles[key].near_duplicate_of) is not None:
        key = source
    return key


def _by_kind(data: Path, clusters: dict[str, str]) -> dict[str, float]:
    name = data.name.split(".")[0]
    kinds, golds = data.parent / f"{name}.kind.json", data.parent / f"{name}.gold.json"
    if not kinds.exists() or not golds.exists():
        return {}
    kind, gold = json.loads(kinds.read_text()), json.loads(golds.read_text())
    groups = defaultdict(list)
    for key, group in gold.items():
        groups[group].append(key)
    pairs: Counter[str] = Counter()
    together: Counter[str] = Counter()
    for members in groups.values():
        for one in members:
            for other in members:
                if one != other:
                    pairs[kind[one]] += 1
                    together[kind[one]] += clusters.get(one, one) == clusters.get(other, other)
    recalls = {f"recall_{name}": together[name] / pairs[name] for name in sorted(pairs)}
    return {**recalls, "recall_worst": min(recalls.values(), default=1.0)}
