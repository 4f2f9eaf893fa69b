"""One small paper that changes its web site overnight: its feed and pages, before and after.

Pure: what stands under which path, for the misbehaving web to serve. Before, every page has its date, its author, its text and
the house's notice; after, the text comes by script, and of the rest only the headline and a teaser are left.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

from wirewatch.newsroom.answers import HTML_TYPE, RSS_TYPE, Answer, rss, text

Look = Literal["before", "after"]

NOTICE = "The Saltmarsh Herald is printed on recycled nets; write to the desk by the old lock."
FIRST_DAY = datetime(2026, 9, 1, 6, tzinfo=UTC)
_WHO = ("the harbour board", "the school of the marsh", "the union of pilots", "the lock keepers", "the mayor's office", "the island clinic", "the fish market", "the night ferry's crew")  # fmt: skip
_DID = ("voted to widen", "put off the repair of", "counted the costs of", "asked for money for", "closed for a week", "opened to visitors", "lost the plans of", "took over")  # fmt: skip
_WHAT = ("the north pier", "the old lock", "the tidal mill", "the eastern causeway", "the signal tower", "the ice house", "the rope yard", "the lamp store")  # fmt: skip
_WHY = ("after a storm in the spring", "because the tide gauge had failed", "as the winter rules begin", "although the budget is spent", "before the regatta", "since nobody else would", "for the third time in a decade", "to the relief of the shopkeepers")  # fmt: skip
_SAID = ("said in a letter read to the council", "told the meeting on the quay", "wrote in the minutes", "said over the noise of the winches")  # fmt: skip
_NAMES = ("Edda Quillfeather", "Tam Orrisdale", "Jory Penhallow", "Wenna Bracewell")


def feed_of(numbers: Iterable[int], *, base: str) -> Answer:
    """The paper's feed with these articles."""
    entries = [
        (headline(number), f"{base}{path_of(number)}", f"{_at(number):%a, %d %b %Y %H:%M:%S} +0000")
        for number in numbers
    ]
    return text(rss(entries), RSS_TYPE)


def page_of(number: int, look: Look) -> Answer:
    """One article in the look of the day."""
    return text(_before(number) if look == "before" else _after(number), HTML_TYPE)


def path_of(number: int) -> str:
    """Where an article stands; the address says nothing of its date."""
    return f"/herald/story-{number}"


def headline(number: int) -> str:
    """The headline of an article, unlike all others."""
    draw = random.Random(number)
    return f"{draw.choice(_WHO).capitalize()} {draw.choice(_DID)} {draw.choice(_WHAT)}, part {number}"


def paragraphs(number: int) -> list[str]:
    """The text of an article: eight to fourteen paragraphs that no other article has."""
    draw = random.Random(number)
    return [
        f"{draw.choice(_WHO).capitalize()} {draw.choice(_DID)} {draw.choice(_WHAT)} {draw.choice(_WHY)}, and {draw.choice(_WHO)} "
        f"{draw.choice(_DID)} {draw.choice(_WHAT)} {draw.choice(_WHY)}, {draw.choice(_NAMES)} {draw.choice(_SAID)}; "
        f"{draw.randint(100, 9000)} of {draw.randint(10_000, 90_000)} crowns were found."
        for _ in range(draw.randint(8, 14))
    ]


def _before(number: int) -> str:
    author = random.Random(number).choice(_NAMES)
    linked = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": headline(number),
        "datePublished": _at(number).isoformat(),
        "author": {"@type": "Person", "name": author},
        "publisher": {"@type": "NewsMediaOrganization", "name": "Saltmarsh Herald"},
    }
    body = "".join(f"<p>{line}</p>" for line in paragraphs(number))
    return (
        f'<!doctype html><html lang="en"><head><title>{headline(number)} - Saltmarsh Herald</title>'
        f'<script type="application/ld+json">{json.dumps(linked)}</script></head><body><nav><a href="/">Home</a></nav>'
        f'<main><article><h1>{headline(number)}</h1><p class="byline">By {author}</p><div class="text">{body}'
        f"<p>{NOTICE}</p></div></article></main><footer>Saltmarsh Herald</footer></body></html>"
    )


def _after(number: int) -> str:
    teaser = paragraphs(number)[0]
    return (
        f'<!doctype html><html lang="en"><head><title>{headline(number)} | The Herald</title></head><body><div id="shell">'
        f'<div class="hero"><h1>{headline(number)}</h1><div class="lede"><p>{teaser}</p></div><div id="story-body" data-load="lazy">'
        f'</div></div></div><script src="/bundle.js"></script></body></html>'
    )


def _at(number: int) -> datetime:
    return FIRST_DAY + timedelta(hours=2 * number)
