"""Where analysts decide: pin, mute, merge and split stories, correct a tag, take a decision back; and all of it in a list.

Each form is a plain POST that answers with the page it came from; the corrections are kept apart from what the
machine says, with who and when.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import FastAPI, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from wirewatch import overrides
from wirewatch.corrections import machine_topics, with_topics
from wirewatch.desk.asking import Source
from wirewatch.desk.deciding import LONGEST_NOTE, LONGEST_WORDS, NotDecided, decided, judge_tag, mark_story
from wirewatch.desk.rights import Analyst
from wirewatch.records import StoredArticle, Story

SHOWN = 50
MOST_SPLIT = 500
_KEY = Annotated[str, Form(min_length=1, max_length=300)]
_NOTE = Annotated[str, Form(max_length=LONGEST_NOTE)]
SEE_OTHER = 303
# The writer of stories may write the same article at the same moment; it does so once a batch.
TRIES = 4

Link = Callable[..., str]


def add(app: FastAPI, pages: Jinja2Templates, source: Source, link: Link) -> None:
    """Put the pages into the app."""
    _on_stories(app, source, link)
    _on_articles(app, source, link)

    @app.get("/decisions", response_class=HTMLResponse, name="decisions", include_in_schema=False)
    def decisions(request: Request, page: Annotated[int, Query(ge=1, le=200)] = 1) -> HTMLResponse:
        index = source.index()
        found, total = index.corrections.page(size=SHOWN, offset=(page - 1) * SHOWN)
        stories = index.stories.get({one.story_key for one in found if one.story_key})
        context = {
            "decisions": [decided(one) for one in found], "stories": stories, "total": total, "page": page,
            "pages": -(-total // SHOWN),
        }  # fmt: skip
        return pages.TemplateResponse(request, "decisions.html", context)

    @app.post("/decisions/{key}/withdraw", name="withdraw", include_in_schema=False)
    def withdraw(
        request: Request,
        key: str,
        analyst: Analyst,
        back: Annotated[Literal["list", "subject"], Form()] = "list",
    ) -> Response:
        try:
            done = overrides.withdraw(source.index(), key, by=analyst, now=datetime.now(UTC))
        except overrides.CannotOverride as fault:
            raise HTTPException(409, fault.reason) from fault
        source.decided()
        one = done.correction
        if one.kind == "tag":
            _apply(source, one.articles[0])
        if back == "list":
            return _to(link(request, "decisions"))
        if one.kind == "tag":
            return _to(link(request, "article", key=one.articles[0]) + "#topics")
        return _to(link(request, "story", key=one.story_key) + "#decisions")


def _on_stories(app: FastAPI, source: Source, link: Link) -> None:
    @app.post("/stories/{key}/mark", name="mark", include_in_schema=False)
    def mark(
        request: Request,
        key: str,
        analyst: Analyst,
        kind: Annotated[Literal["pin", "mute"], Form()],
        note: _NOTE = "",
    ) -> Response:
        story = _story(source, key)
        made = mark_story(story, kind, by=analyst, now=datetime.now(UTC), note=note.strip() or None)
        source.index().corrections.save([made])
        source.decided()
        return _to(link(request, "story", key=story.story_key) + "#decisions")

    @app.post("/stories/{key}/merge", name="merge", include_in_schema=False)
    def merge(request: Request, key: str, analyst: Analyst, other: _KEY, note: _NOTE = "") -> Response:
        named = other.strip().split("#")[0].split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        if not named:
            raise HTTPException(422, "Name the other story by its key or its address.")
        try:
            overrides.merge_stories(
                source.index(), key, named, by=analyst, now=datetime.now(UTC), note=note.strip() or None
            )
        except overrides.CannotOverride as fault:
            raise HTTPException(409, fault.reason) from fault
        return _to(link(request, "story", key=key) + "#decisions")

    @app.post("/stories/{key}/split", name="split", include_in_schema=False)
    def split(
        request: Request,
        key: str,
        analyst: Analyst,
        article: Annotated[list[str] | None, Form(max_length=MOST_SPLIT)] = None,
        note: _NOTE = "",
    ) -> Response:
        try:
            overrides.split_story(
                source.index(),
                key,
                article or [],
                by=analyst,
                now=datetime.now(UTC),
                note=note.strip() or None,
            )
        except overrides.CannotOverride as fault:
            raise HTTPException(409, fault.reason) from fault
        return _to(link(request, "story", key=key) + "#decisions")


def _on_articles(app: FastAPI, source: Source, link: Link) -> None:
    @app.post("/articles/{key}/tag", name="judge", include_in_schema=False)
    def judge(  # a form's fields
        request: Request,
        key: str,
        analyst: Analyst,
        topic: _KEY,
        verdict: Annotated[Literal["add", "remove"], Form()],
        words: Annotated[str, Form(max_length=LONGEST_WORDS)] = "",
        note: _NOTE = "",
    ) -> Response:
        article = _article(source, key)
        known = source.topics().taxonomy.topics
        if topic not in known and topic not in {tag.topic for tag in article.topics}:
            raise HTTPException(422, f"There is no topic {topic!r}.")
        try:
            made = judge_tag(
                article, topic, verdict, words=words.strip() or None, by=analyst, now=datetime.now(UTC),
                note=note.strip() or None,
            )  # fmt: skip
        except NotDecided as fault:
            raise HTTPException(422, str(fault)) from fault
        source.index().corrections.save([made])
        source.decided()
        _apply(source, key)
        return _to(link(request, "article", key=key) + "#topics")


def _apply(source: Source, key: str) -> None:
    """Give an article the topics that machine and analysts agree on now. Its story follows with the one writer."""
    index = source.index()
    above = source.topics().taxonomy.above()
    corrections = index.corrections.about([key])
    for _ in range(TRIES):
        found = index.articles.with_token(key)
        if found is None:
            return
        article, token = found
        topics = with_topics(article, machine_topics(article), corrections, above=above)
        judged = topics if topics == article else replace(topics, untold=True)
        if judged == article or index.articles.replace(judged, token):
            break
    index.articles.refresh()


def _story(source: Source, key: str) -> Story:
    found = source.index().story(key)
    if found is None:
        raise HTTPException(404, f"There is no story {key}.")
    return found


def _article(source: Source, key: str) -> StoredArticle:
    found = source.index().articles.get([key]).get(key)
    if found is None:
        raise HTTPException(404, f"There is no article {key}.")
    return found


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=SEE_OTHER)
