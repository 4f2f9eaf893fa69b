"""Pages of stories and articles: the list, its Atom feed, a story, an article, and the page it was read from."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from threading import Lock
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.templating import Jinja2Templates

from wirewatch.archive import Archive, PageLost
from wirewatch.desk.asking import PAGE, Asked, Source
from wirewatch.desk.deciding import decisions_on, judged_tags
from wirewatch.desk.views import article_view, story_view
from wirewatch.index import Index
from wirewatch.records import StoredArticle, Story
from wirewatch.stories.figures import Rival, rivals

# A story page shows this many articles and says how many more there are; nobody reads further on one page.
MOST_ARTICLES = 200
VOLUME_DAYS = 14
# The little charts may be this many seconds old: they change once a day, the list at every reload.
VOLUME_KEPT = 60.0
# XML 1.0 has no form at all for these characters.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

ByQuery = Annotated[Asked, Query()]


def add(app: FastAPI, pages: Jinja2Templates, source: Source) -> None:
    """Put the pages into the app."""
    pages.env.filters["xml"] = lambda text: _NOT_XML.sub("�", str(text))
    pages.env.globals["query"] = Asked.query
    volume = _Volume()

    @app.get("/", response_class=HTMLResponse, name="stories", include_in_schema=False)
    def stories(request: Request, asked: ByQuery) -> HTMLResponse:
        now = datetime.now(UTC)
        index = source.index()
        attention = source.attention()
        found = index.search_stories(asked.question(now, attention))
        context = {
            "asked": asked, "found": found, "pages": -(-found.total // PAGE), "now": now,
            "volume": volume.read(index, now), "attention": attention,
        }  # fmt: skip
        return pages.TemplateResponse(request, "stories.html", context)

    @app.get("/typed", response_class=HTMLResponse, name="typed", include_in_schema=False)
    def typed(request: Request, asked: ByQuery) -> HTMLResponse:
        """What the list shows between two keys: titles only, until the typing pauses."""
        now, attention = datetime.now(UTC), source.attention()
        found = source.index().titles_with(asked.question(now, attention)) if asked.q.strip() else ()
        context = {"found": found, "attention": attention, "now": now}
        return pages.TemplateResponse(request, "typed.html", context)

    @app.get("/atom.xml", name="atom", include_in_schema=False)
    def atom(request: Request, asked: ByQuery) -> Response:
        now = datetime.now(UTC)
        found = source.index().search_stories(asked.question(now, source.attention(), brief=False))
        base = source.settings.public_url or str(request.base_url)
        context = {
            "asked": asked,
            "stories": (*found.pinned, *found.stories),
            "base": base.rstrip("/"),
            "now": now,
        }
        return pages.TemplateResponse(request, "atom.xml", context, media_type="application/atom+xml")

    @app.get("/stories/{key}", response_class=HTMLResponse, name="story", include_in_schema=False)
    def story(request: Request, key: str, *, beside: bool = False) -> HTMLResponse:
        index = source.index()
        read = index.story_with_articles(key, most=MOST_ARTICLES)
        if read is None:
            raise HTTPException(404, f"There is no story {key}.")
        found, articles = read
        view = story_view(found, articles)
        context = {
            "view": view, "now": datetime.now(UTC), "beside": _beside(index, found) if beside else None,
            "decisions": decisions_on(found, index.corrections.about(found.articles, found.story_key)),
        }  # fmt: skip
        return pages.TemplateResponse(request, "story.html", context)

    @app.get("/articles/{key}", response_class=HTMLResponse, name="article", include_in_schema=False)
    def article(request: Request, key: str) -> HTMLResponse:
        index = source.index()
        found = _article(index, key)
        original = index.articles.get([found.near_duplicate_of]) if found.near_duplicate_of else {}
        corrections = index.corrections.about([found.article_key])
        context = {
            "view": article_view(found, original.get(found.near_duplicate_of or "")),
            "tags": judged_tags(found, corrections),
            "topics_known": sorted(source.topics().taxonomy.topics),
            "now": datetime.now(UTC),
        }
        return pages.TemplateResponse(request, "article.html", context)

    @app.get("/articles/{key}/page", name="page", include_in_schema=False)
    def page(key: str) -> Response:
        """The page as the server sent it, shown as source text: nothing of it runs here."""
        found = _article(source.index(), key)
        if found.archived_in is None:
            raise HTTPException(404, "This article's page was not archived.")
        try:
            stored = Archive(source.settings).load(found.archived_in)
        except PageLost as lost:
            raise HTTPException(404, f"The archive on this machine does not hold it ({lost}).") from lost
        return Response(
            stored.body,
            headers={"Content-Type": "text/plain", "Content-Security-Policy": "default-src 'none'; sandbox"},
        )


def _beside(index: Index, story: Story) -> tuple[Rival, ...]:
    """What other stories say that contradicts this one; looked for when it is asked for, for it reads many articles."""
    own = index.articles_to_read(story.story_key, most=MOST_ARTICLES)
    return rivals(own, index.articles_beside(story))


def _article(index: Index, key: str) -> StoredArticle:
    found = index.articles.get([key]).get(key)
    if found is None:
        raise HTTPException(404, f"There is no article {key}.")
    return found


class _Volume:
    """New stories a day by topic, kept for a minute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._read_at = float("-inf")
        self._volume: dict[str, tuple[int, ...]] = {}

    def read(self, index: Index, now: datetime) -> dict[str, tuple[int, ...]]:
        """The counts by topic, oldest day first."""
        with self._lock:
            if time.monotonic() - self._read_at > VOLUME_KEPT:
                self._volume = index.topic_volume(until=now, days=VOLUME_DAYS)
                self._read_at = time.monotonic()
            return self._volume
