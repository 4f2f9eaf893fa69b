"""Commands that ask the index: `search`, `story`, `export`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli.output import FAILED, emit, say, show, tell

if TYPE_CHECKING:
    from wirewatch.index import Index
    from wirewatch.records import StoredArticle, Story
    from wirewatch.stories.figures import Quantity, Rival


class Exported(StrEnum):
    """What can be exported."""

    articles = "articles"
    stories = "stories"
    claims = "claims"
    entries = "entries"


def search(
    words: Annotated[str, typer.Argument(metavar="QUERY", help='Words, "a phrase", OR, -not.')] = "",
    topic: Annotated[list[str] | None, typer.Option(help="Only this topic; may be repeated.")] = None,
    publisher: Annotated[list[str] | None, typer.Option(help="Only this publisher; may be repeated.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only this language; may be repeated.")] = None,
    stories: Annotated[bool, typer.Option("--stories", help="Stories instead of articles.")] = False,
    size: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a line each.")] = False,
) -> None:
    """Search what was indexed."""
    from wirewatch.index import Question

    question = Question(
        words=words,
        topics=tuple(topic or ()),
        publishers=tuple(publisher or ()),
        languages=tuple(language or ()),
        size=size,
        sort="relevance" if words else "newest",
    )
    with _opened() as index:
        if stories:
            _show_stories(index, question, as_json=as_json)
        else:
            _show_articles(index, question, as_json=as_json)


def story(
    key: Annotated[str, typer.Argument(help="The story's key.")],
    why: Annotated[bool, typer.Option("--why", help="Why articles count as one independent report.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show one story: its articles, its independent reports, its figures and what contradicts them."""
    from wirewatch.index.codec import document
    from wirewatch.stories.figures import rivals, side_by_side

    with _opened() as index:
        found = index.story(key)
        if found is None:
            say(f"wirewatch: no story {key}; `wirewatch search --stories` lists keys")
            raise typer.Exit(FAILED)
        if as_json:
            articles = index.articles_of(found.story_key)
            show(
                {
                    **story_line(found),
                    "why": _reasons(found, articles),
                    "conflicts": list(found.conflicts),
                    "figures": [_quantity_line(each) for each in side_by_side(articles)],
                    "rivals": [document(each) for each in rivals(articles, index.articles_beside(found))],
                    "versions": [article_line(article, {}) for article in articles],
                }
            )
            return
        tell_story(index, found, why=why)


def export(
    what: Annotated[Exported, typer.Argument(help="What to export.")],
    story_key: Annotated[str | None, typer.Option("--story", help="Only of this story.")] = None,
    state: Annotated[str | None, typer.Option(help="Entries: only in this state.")] = None,
) -> None:
    """Write what is stored as NDJSON, one document a line, on standard output."""
    with _opened() as index:
        number = 0
        for line in _lines(index, what, story_key, state):
            emit(line)
            number += 1
        say(f"{number} {what.value}")


def article_line(article: StoredArticle, urls: dict[str, str]) -> dict[str, Any]:
    """An article as it is exported: what is stored, with the story and the original named plainly."""
    from wirewatch.index.codec import document

    line = document(article)
    line.pop("fingerprints", None)
    original = article.near_duplicate_of
    for absent in ("language", "published_at", "credit", "family"):
        line.setdefault(absent, None)
    return {
        **line,
        "story": article.story_key,
        "near_duplicate_of": urls.get(original, original) if original else None,
        "near_duplicate_key": original,
    }


def story_line(found: Story) -> dict[str, Any]:
    """A story as it is exported."""
    from wirewatch.index.codec import document

    line = document(found)
    line["article_keys"] = line.pop("articles")
    return {
        **line,
        "key": found.story_key,
        "articles": list(found.urls),
        "topics": list(found.topics_all),
    }


def entry_line(source: dict[str, Any]) -> dict[str, Any]:
    """A ledger row as it is exported; the feed's own full text stays in the archive of the page."""
    return {"reason": None, **{name: value for name, value in source.items() if name != "content_html"}}


def _lines(
    index: Index, what: Exported, story_key: str | None, state: str | None
) -> Iterator[dict[str, Any]]:
    index.refresh()
    query: dict[str, Any] = {"term": {"story_key": story_key}} if story_key else {"match_all": {}}
    if what is Exported.entries:
        wanted: dict[str, Any] = {"term": {"state": state}} if state else {"match_all": {}}
        yield from (entry_line(hit["_source"]) for hit in index.ledger.scan(wanted))
    elif what is Exported.articles:
        urls = {hit["_id"]: hit["_source"]["url"] for hit in index.articles.scan(fields=["url"])}
        yield from (article_line(article, urls) for article in index.articles.records(query))
    elif what is Exported.claims:
        yield from (
            {"low": None, "high": None, "source": None, **hit["_source"]} for hit in index.claims.scan(query)
        )
    else:
        query = {"bool": {"filter": [query], "must_not": [{"exists": {"field": "merged_into"}}]}}
        yield from (story_line(found) for found in index.stories.records(query))


def _show_stories(index: Index, question: Any, *, as_json: bool) -> None:
    page = index.search_stories(question)
    _note(page.note)
    for found in page.stories:
        if as_json:
            emit(story_line(found))
        else:
            tell(f"{found.story_key}  {found.last_seen_at:%Y-%m-%d %H:%M}  {_reports(found)}  {found.title}")
    say(f"{len(page.stories)} of {page.total} stories")


def _show_articles(index: Index, question: Any, *, as_json: bool) -> None:
    page = index.search(question)
    _note(page.note)
    for hit in page.hits:
        if as_json:
            emit(article_line(hit.article, {}))
        else:
            tell(f"{hit.article.sort_at:%Y-%m-%d %H:%M}  {hit.article.publisher}: {hit.article.title}")
            tell(f"    {hit.article.url}")
            for fragment in hit.fragments[:1]:
                tell("    … " + fragment.replace("<em>", "*").replace("</em>", "*").replace("\n", " ") + " …")
    say(f"{len(page.hits)} of {page.total} articles")


def tell_story(index: Index, found: Story, *, why: bool) -> None:
    """A story for a reader; with `why`, how its count of independent reports came about."""
    from wirewatch.stories.figures import rivals, side_by_side

    articles = index.articles_of(found.story_key)
    tell(found.title)
    tell(
        f"  {_reports(found)}, {_many(len(articles), 'article')}, {_many(found.copies, 'copy', 'copies')},"
        f" {_many(len(found.publishers), 'publisher')}; revision {found.revision}"
    )
    if found.topics_all:
        tell(f"  topics: {', '.join(found.topics_all)}")
    for article in articles:
        copy = f"  [{article.duplicate_kind} copy]" if article.near_duplicate_of else ""
        tell(f"  {article.sort_at:%Y-%m-%d %H:%M}  {article.publisher}: {article.title}{copy}")
    if why:
        tell("why they count as they do:")
        for line in (*_why(found, articles), *_decided(index, found)):
            tell(f"  {line}")
    for conflict in found.conflicts:
        tell(f"conflict: {conflict}")
    _print_figures(side_by_side(articles), rivals(articles, index.articles_beside(found)))


def _print_figures(quantities: Iterable[Quantity], against: Iterable[Rival]) -> None:
    from wirewatch.stories.conflicts import told_value

    for quantity in quantities:
        if not quantity.contradicted:
            continue
        tell(f"side by side: {quantity.event}, {quantity.unit}")
        for each in quantity.figures:
            period = f", {each.claim.period}" if each.claim.period else ""
            denied = ", denied" if each.claim.certainty == "denied" else ""
            tell(
                f"  {told_value(each.claim)}{period}{denied}: {each.source}, in {each.publisher}"
                f" (report {each.report}), {each.at:%Y-%m-%d %H:%M}"
            )
    for rival in against:
        tell(f"contradicted by story {rival.their_story} ({rival.topic}, {', '.join(rival.actors)}):")
        tell(f"  here  {rival.our_source}: {rival.ours}")
        tell(f"  there {rival.their_source}: {rival.theirs}")


def _quantity_line(quantity: Quantity) -> dict[str, Any]:
    from wirewatch.index.codec import document

    return document(quantity)


def _reports(found: Story) -> str:
    return _many(found.independent_reports, "independent report")


def _many(number: int, noun: str, nouns: str | None = None) -> str:
    return f"{number} {noun if number == 1 else nouns or noun + 's'}"


def _reasons(found: Story, articles: list[StoredArticle]) -> list[str]:
    names = {article.article_key: f"{article.publisher} ({article.title})" for article in articles}
    lines = []
    for number, report in enumerate(found.reports, start=1):
        members = ", ".join(names.get(key, key) for key in report.articles)
        reasons = "; ".join(report.reasons) or "shares no text, family or agency with the others"
        lines.append(f"{number}. {members}: {reasons}")
    return lines


def _decided(index: Index, found: Story) -> Iterator[str]:
    """What analysts decided on which of its articles belong together."""
    from wirewatch.stories.rulings import KINDS, rulings

    ruled = rulings(list(index.corrections.records({"terms": {"kind": list(KINDS)}})))
    words = {"merge": "put together", "split": "set apart"}
    for each in ruled.corrections:
        concerned = set(found.articles).intersection((*each.articles, *each.others))
        if concerned:
            yield (
                f"{_many(len(concerned), 'article')} {words[each.kind]} by {each.by} on {each.made_at:%Y-%m-%d %H:%M}"
                f" (`wirewatch stories undo {each.correction_key}` takes it back)"
            )


def _why(found: Story, articles: list[StoredArticle]) -> Iterator[str]:
    """How the count of independent reports came about, and what makes it one story."""
    houses = {article.article_key: article.publisher for article in articles}
    for number, report in enumerate(found.reports, start=1):
        yield f"{number}. {', '.join(houses.get(key, key) for key in report.articles)}"
        for reason in report.reasons or ("shares no text, family or agency with the others",):
            yield f"   {reason}"
    if found.terms:
        yield f"one story by the words: {', '.join(found.terms)}"


def _note(note: str | None) -> None:
    if note:
        say(note)


def _opened() -> Any:
    from contextlib import closing

    from wirewatch.index import connect
    from wirewatch.settings import load_settings

    return closing(connect(load_settings()))
