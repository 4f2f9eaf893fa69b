"""Stories told anew after their articles were read again or an analyst corrected a tag. Part of the one writer's run.

Only the story's topics, claims, conflicts and the like follow. Its revision and the time of its last change stay: a
reading of known articles is no news, and no digest brings the story again for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from wirewatch.index import Index
from wirewatch.index.lease import Lease
from wirewatch.index.shelf import token_of
from wirewatch.index.similar import SimilarStore
from wirewatch.pipeline.engine import Engine
from wirewatch.pipeline.storing import stored_claims
from wirewatch.records import StoredArticle, Story
from wirewatch.stories.telling import tell

# Articles whose stories are told in one go: their members are read without texts, a few KB each.
PAGE = 500
# So many articles a run, so that new ones never wait long for their place.
MOST = 5000


def retell(engine: Engine, lease: Lease) -> dict[str, int]:
    """Tell the stories of articles marked `untold`; counts of stories. The lease says that no other writer is at work."""
    index = engine.index
    counts = Counter({"stories_retold": 0})
    query = {"term": {"untold": True}}
    for _ in range(MOST // PAGE):
        index.refresh("articles", "stories", "claims")
        # The tokens are taken before the articles are read: who writes in between has the story told once more.
        marked = {
            hit["_id"]: hit for hit in index.articles.scan(query, fields=["story_key"], size=PAGE, page=PAGE)
        }
        if not marked:
            break
        keys = {hit["_source"]["story_key"] for hit in marked.values() if "story_key" in hit["_source"]}
        members = SimilarStore(index, lease).members(keys)
        stories = list(_told(index, members))
        index.stories.save(stories)
        write_claims(index, (each for own in members.values() for each in own if each.article_key in marked))
        cleared = [(token_of(hit), key, {"untold": None}) for key, hit in marked.items()]
        done = index.articles.update(cleared).done
        lease.renew()
        counts["stories_retold"] += len(stories)
        engine.say(f"{len(stories)} stories told anew, because their articles were read again")
        if not done:
            break
    return dict(counts)


def _told(index: Index, members: dict[str, list[StoredArticle]]) -> Iterable[Story]:
    for key, before in index.stories.get(members).items():
        told = tell(key, members[key], before=before, terms=before.terms, now=before.changed_at)
        yield replace(
            told.story,
            revision=before.revision,
            changed_at=before.changed_at,
            merged_into=before.merged_into,
        )


def write_claims(index: Index, articles: Iterable[StoredArticle]) -> None:
    """The claims of these articles as documents of their own; those that they no longer make go."""
    own = list(articles)
    fresh = [claim for article in own for claim in stored_claims(article)]
    keys = sorted({article.article_key for article in own})
    there = {hit["_id"] for hit in index.claims.scan({"terms": {"article_key": keys}}, fields=["claim_key"])}
    index.claims.save(fresh)
    index.claims.delete(there - {claim.claim_key for claim in fresh})
