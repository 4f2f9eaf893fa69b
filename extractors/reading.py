"""One page, read whole: article or verdict, topics, mentions, claims, fingerprint. The order of the pure steps.

Decides nothing itself. The pipeline runs it in worker processes, the command line on one file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from extractors.articles import extract_article
from extractors.claims import find_claims
from extractors.fingerprints import fingerprint
from extractors.mentions import find_mentions
from extractors.records import (
    Article,
    Claim,
    Entry,
    Fingerprint,
    Mention,
    Page,
    Publisher,
    Rejected,
    TopicTag,
)
from extractors.taxonomy import Taxonomy
from extractors.topics import tag

# What decides which tags, mentions and claims a text has, besides the rules.
READERS = ("claims", "gazetteer", "topics", "mentions.py", "sentences.py", "terms.py", "vicinity.py")


# Characters of a text that are searched for claims: the longest of the kept pages have 55,000. A page of one figure
# after another made 2,369 claims and took five seconds.
CLAIMS_READ = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything that one page says, and which taxonomy tagged it."""

    article: Article
    topics: tuple[TopicTag, ...]
    mentions: tuple[Mention, ...]
    claims: tuple[Claim, ...]
    fingerprint: Fingerprint
    taxonomy_version: str
    reader_version: str


def read_page(
    page: Page,
    *,
    taxonomy: Taxonomy,
    now: datetime,
    entry: Entry | None = None,
    publisher: Publisher | None = None,
    learned_lines: frozenset[str] = frozenset(),
) -> Reading | Rejected:
    """Read one page. Never raises for any bytes."""
    article = extract_article(page, entry=entry, publisher=publisher, learned_lines=learned_lines, now=now)
    return article if isinstance(article, Rejected) else annotate(article, taxonomy)


def annotate(article: Article, taxonomy: Taxonomy) -> Reading:
    """Tags, mentions, claims and the fingerprint of an article."""
    title, text, language = article.title, article.text, article.language
    return Reading(
        article=article,
        topics=tag(title, text, language=language, taxonomy=taxonomy),
        mentions=find_mentions(title, text, language=language),
        claims=find_claims(
            title,
            text[:CLAIMS_READ],
            language=language,
            published_at=article.published.at if article.published else None,
        ),
        fingerprint=fingerprint(text),
        taxonomy_version=taxonomy.version,
        reader_version=reader_version(),
    )


@cache
def reader_version() -> str:
    """Changes with the code that tags, and finds mentions and claims, and with the alias table: everything is read anew.

    The rules have versions of their own (`extractors.taxonomy`). A hash of files, because a number is forgotten.
    """
    digest = sha256()
    for part in READERS:
        place = Path(__file__).parent / part
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.suffix in {".py", ".toml"}:
                digest.update(file.relative_to(place.parent).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
