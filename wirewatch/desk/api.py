"""The desk's answers as JSON, under /api: the same questions, the records as they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query

from wirewatch.desk.asking import PAGE, Asked, Source
from wirewatch.desk.story_pages import MOST_ARTICLES
from wirewatch.records import FeedState, StoredArticle, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """One page of the stories that answer a question, pinned ones first and not counted in its length."""

    total: int
    untagged: int  # stories that match but have no topic; with offtopic=true they are in `total`
    pages: int
    note: str | None  # words that were no valid query were searched as they stand
    facets: dict[str, dict[str, int]]
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeStory:
    """A story and its first articles, earliest first."""

    story: Story
    articles: tuple[StoredArticle, ...]


def add(app: FastAPI, source: Source) -> None:
    """Put the API into the app."""

    @app.get("/api/stories", tags=["stories"])
    def list_stories(asked: Annotated[Asked, Query()]) -> Stories:
        """Stories that answer a question."""
        found = source.index().search_stories(
            asked.question(datetime.now(UTC), source.attention(), brief=False)
        )
        return Stories(
            total=found.total,
            untagged=found.untagged,
            pages=-(-found.total // PAGE),
            note=found.note,
            facets={name: dict(counts) for name, counts in found.facets.items()},
            stories=(*found.pinned, *found.stories),
        )

    @app.get(
        "/api/stories/{key}",
        tags=["stories"],
        response_model_exclude={"articles": {"__all__": {"fingerprints"}}},
    )
    def read_story(key: str) -> WholeStory:
        """A story by its key, following merges, with its articles."""
        index = source.index()
        story = index.story(key)
        if story is None:
            raise HTTPException(404, f"There is no story {key}.")
        articles = index.articles_to_read(story.story_key, most=MOST_ARTICLES)
        return WholeStory(story=story, articles=tuple(articles))

    @app.get("/api/articles/{key}", tags=["articles"], response_model_exclude={"fingerprints"})
    def read_article(key: str) -> StoredArticle:
        """An article by its key, with its evidence as code-point offsets into `title` and `text`."""
        article = source.index().articles.get([key]).get(key)
        if article is None:
            raise HTTPException(404, f"There is no article {key}.")
        return article

    @app.get("/api/feeds", tags=["feeds"])
    def list_feeds() -> list[FeedState]:
        """Every feed's state after its last poll."""
        return source.index().feed_states()
