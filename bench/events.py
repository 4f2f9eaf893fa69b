"""Stories: `python -m bench events --data FILE.jsonl.gz --predictions OUT.json [--check]`.

Texts go in time order through the pipeline's own clustering, starting cold; a cluster is a story.
"""

from __future__ import annotations

import json

from bench._clusters import arguments, below_floor, place, read_articles, report, score


def main(argv: list[str]) -> int:
    given = arguments(argv, __doc__ or "")
    run = place(read_articles(given.data), without_store=given.without_store, batch=given.batch)
    given.predictions.write_text(json.dumps({key: a.story_key for key, a in run.articles.items()}))
    scores = score(given.data, given.predictions)
    report("events", scores, run)
    name = given.data.name.split(".")[0]
    faults = below_floor(f"events.{name}", scores) if given.check else []
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0
