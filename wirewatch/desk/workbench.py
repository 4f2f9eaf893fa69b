"""The topic workbench: a pasted text, the tags and figures it earns, what fired and what was vetoed. Stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from extractors.claims import find_claims
from extractors.languages import detect_language
from extractors.records import Claim
from extractors.taxonomy import Taxonomy, load_taxonomy
from extractors.topics import Explanation, explain
from wirewatch.desk.evidence import Segment, marks_of, paragraphs, segments

LONGEST_TITLE = 1000
LONGEST_TEXT = 100_000


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


def add(app: FastAPI, pages: Jinja2Templates, folders: Sequence[Path]) -> None:
    """Put the page into the app."""

    @app.get("/workbench", response_class=HTMLResponse, name="workbench", include_in_schema=False)
    def workbench(request: Request) -> HTMLResponse:
        context = {"tried": None, "title": "", "text": "", "version": load_taxonomy(folders).version}
        return pages.TemplateResponse(request, "workbench.html", context)

    @app.post("/workbench", response_class=HTMLResponse, name="try_text", include_in_schema=False)
    def try_it(
        request: Request,
        title: Annotated[str, Form(max_length=LONGEST_TITLE)] = "",
        text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    ) -> HTMLResponse:
        text = text.replace("\r\n", "\n")
        taxonomy = load_taxonomy(folders)
        tried = try_text(title, text, taxonomy) if (title + text).strip() else None
        context = {"tried": tried, "title": title, "text": text, "version": taxonomy.version}
        return pages.TemplateResponse(request, "workbench.html", context)
