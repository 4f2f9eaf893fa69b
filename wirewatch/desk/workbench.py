"""The topic workbench: a text and what it earns, a changed topic file and what it would change. Stores nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from extractors.claims import find_claims
from extractors.languages import detect_language
from extractors.records import Claim
from extractors.taxonomy import Taxonomy
from extractors.topics import Explanation, explain
from wirewatch.desk.asking import Source
from wirewatch.desk.evidence import Segment, marks_of, paragraphs, segments
from wirewatch.desk.trial import try_rules

LONGEST_TITLE = 1000
LONGEST_TEXT = 100_000
LONGEST_RULES = 100_000
MOST_DAYS = 31
# What the page shows before anything was tried.
_NOTHING: dict[str, object] = {
    "tried": None, "title": "", "text": "", "trial": None, "rules": "", "days": 7, "editing": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a text earned, marked where it earned it."""

    language: str | None
    title: tuple[Segment, ...]
    paragraphs: tuple[tuple[Segment, ...], ...]
    explanation: Explanation
    claims: tuple[Claim, ...]


def try_text(title: str, text: str, taxonomy: Taxonomy) -> Tried:
    """Read a text as the pipeline would."""
    language = detect_language(f"{title}\n{text}")
    explanation = explain(title, text, language=language, taxonomy=taxonomy)
    claims = find_claims(title, text, language=language)
    marks = marks_of(explanation.tags, claims)
    return Tried(
        language=language,
        title=segments(title, [mark for mark in marks if mark[0].field == "title"]),
        paragraphs=paragraphs(text, [mark for mark in marks if mark[0].field == "text"]),
        explanation=explanation,
        claims=claims,
    )


def add(app: FastAPI, pages: Jinja2Templates, source: Source) -> None:
    """Put the page into the app."""
    one_trial = Lock()

    def shown(request: Request, **context: object) -> HTMLResponse:
        topics = source.topics()
        known = {name: topic.name for name, topic in sorted(topics.taxonomy.topics.items())}
        whole = {
            **_NOTHING,
            "version": topics.taxonomy.version,
            "known": known,
            "faults": topics.told,
            **context,
        }
        return pages.TemplateResponse(request, "workbench.html", whole)

    @app.get("/workbench", response_class=HTMLResponse, name="workbench", include_in_schema=False)
    def workbench(request: Request, topic: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
        known = source.topics().taxonomy.topics
        if topic and topic not in known:
            raise HTTPException(404, f"There is no topic {topic}.")
        rules = Path(known[topic].file).read_text(encoding="utf-8") if topic else ""
        return shown(request, rules=rules, editing=topic or None)

    @app.post("/workbench/rules", response_class=HTMLResponse, name="try_rules", include_in_schema=False)
    def try_changed_rules(
        request: Request,
        rules: Annotated[str, Form(min_length=1, max_length=LONGEST_RULES)],
        days: Annotated[int, Form(ge=1, le=MOST_DAYS)] = 7,
    ) -> HTMLResponse:
        if not one_trial.acquire(blocking=False):
            raise HTTPException(429, "Another trial is running; it ends within seconds.")
        try:
            rules = rules.replace("\r\n", "\n")
            articles = source.index().articles_to_tag(datetime.now(UTC) - timedelta(days=days))
            trial = try_rules(rules, source.topics().folders, articles, time.monotonic)
        finally:
            one_trial.release()
        return shown(request, rules=rules, days=days, trial=trial, editing=trial.topic)

    @app.post("/workbench", response_class=HTMLResponse, name="try_text", include_in_schema=False)
    def try_it(
        request: Request,
        title: Annotated[str, Form(max_length=LONGEST_TITLE)] = "",
        text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    ) -> HTMLResponse:
        text = text.replace("\r\n", "\n")
        tried = try_text(title, text, source.topics().taxonomy) if (title + text).strip() else None
        return shown(request, tried=tried, title=title, text=text)
