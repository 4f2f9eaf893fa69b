"""Commands that read one file or page and store nothing: `extract` and `tag`."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli.output import FAILED, UNREACHABLE, WRONG, say, show, tell

if TYPE_CHECKING:
    from extractors.reading import Reading
    from extractors.records import Page, Rejected, TopicTag
    from extractors.topics import Explanation

# Where a file is said to come from when nobody says: a name that can never resolve.
NOWHERE = "https://page.invalid/"
# A first line longer than this, or ending like a sentence, is text and no headline.
LONGEST_TITLE = 200


def extract(
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL", help="A saved page, `-`, or an http(s) address.")
    ],
    url: Annotated[
        str | None, typer.Option(help="Where the file came from; dates and links depend on it.")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone of the publisher, as Asia/Seoul.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Everything that was read, as one JSON object.")
    ] = False,
) -> None:
    """Read one page: is it an article, what does it say, which topics and claims, and by which words."""
    from extractors.publishers import load_publishers
    from extractors.reading import read_page
    from extractors.records import Publisher
    from extractors.taxonomy import load_taxonomy
    from wirewatch.settings import load_settings

    _check(url, zone)
    page = _page(source, url)
    publisher = load_publishers().of(page.final_url)
    if zone:
        publisher = replace(publisher or Publisher(name=page.final_url), zone=zone)
    read = read_page(
        page,
        taxonomy=load_taxonomy(load_settings().topic_folders),
        publisher=publisher,
        now=datetime.now(UTC),
    )
    known_url = None if page.final_url == NOWHERE else page.final_url
    found = {"url": known_url, **described(read)}
    if as_json:
        show(found)
    else:
        _print(found)


def _check(url: str | None, zone: str | None) -> None:
    from extractors.urls import host_of
    from extractors.zones import zone_info

    if url is not None and not host_of(url):
        say(f"wirewatch: --url: {url!r} is no web address; give one such as https://daily.example/news/1")
        raise typer.Exit(WRONG)
    if zone is not None and zone_info(zone) is None:
        say(f"wirewatch: --zone: {zone!r} is no zone; give one such as Asia/Seoul")
        raise typer.Exit(WRONG)


def tag(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A text file or a saved page (.html), or `-`.")],
    title: Annotated[
        str | None, typer.Option(help="The headline. Else a short first line is taken for it.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Language code. Else it is detected.")] = None,
    explain: Annotated[bool, typer.Option(help="Show what fired and what was vetoed.")] = False,
    topics: Annotated[Path | None, typer.Option(help="Folder with topic files of your own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Tag a text with topics, showing the words that earned each tag."""
    from extractors.languages import detect_language
    from extractors.taxonomy import load_taxonomy
    from extractors.topics import explain as explained
    from extractors.topics import tag as tagged
    from wirewatch.settings import load_settings

    taxonomy = load_taxonomy([topics] if topics else load_settings().topic_folders)
    head, text = _title_and_text(file, title)
    language = language or detect_language(f"{head}\n{text}")
    tags = tagged(head, text, language=language, taxonomy=taxonomy)
    if explain:
        _tell_explanation(explained(head, text, language=language, taxonomy=taxonomy), head, text)
    elif as_json:
        show(
            {"language": language, "taxonomy": taxonomy.version, "topics": [_topic(found) for found in tags]}
        )
    else:
        for found in tags:
            tell(_topic_line(_topic(found)))
        if not tags:
            say("no topic")


def _tell_explanation(found: Explanation, title: str, text: str) -> None:
    for fired in found.fired:
        field = title if fired.sentence.field == "title" else text
        words = ", ".join(f"“{field[start:end]}”" for start, end in fired.spans)
        weak = "" if fired.counts else ", a mention at most"
        tell(
            f"fired   {fired.topic} rule {fired.rule} (weight {fired.weight}, {fired.status}{weak}) in "
            f"{fired.sentence.field}, sentence {fired.sentence.number}: {words}"
            f"{f'; {fired.parts}' if fired.parts else ''}"
        )
    for vetoed in found.vetoed:
        tell(
            f"vetoed  rule {vetoed.rule} in {vetoed.field}, sentence {vetoed.sentence}: {vetoed.reason} “{vetoed.text}”"
        )
    for tag_ in found.tags:
        tell(_topic_line(_topic(tag_)))


# What an article has one of and what it has many of, as `--json` names them: a rejected page has the same names, empty.
_SINGLE = (
    "title", "raw_title", "text", "language", "published_at", "published_from", "published_raw", "published_zone", "modified_at",
    "modified_from", "modified_raw", "access", "type", "credit", "canonical", "syndicated_from", "site_name", "section", "image",
    "trimmed", "taxonomy",
)  # fmt: skip
_LISTS = ("authors", "keywords", "farm_signals", "left_out", "topics", "mentions", "claims")


def described(read: Reading | Rejected) -> dict[str, Any]:
    """What was read, in the shape that `--json` promises."""
    from extractors.records import Rejected
    from wirewatch.index.codec import document

    if isinstance(read, Rejected):
        empty: dict[str, Any] = dict.fromkeys(_SINGLE)
        lists: dict[str, list[Any]] = {name: [] for name in _LISTS}
        return {
            "verdict": "not_an_article",
            "reason": read.reason,
            "detail": read.detail,
            **empty,
            **lists,
            "provenance": {},
        }
    article = read.article
    return {
        "verdict": "article",
        "reason": None,
        "detail": None,
        "title": article.title,
        "raw_title": article.raw_title,
        "text": article.text,
        "language": article.language,
        "authors": list(article.authors),
        "published_at": article.published.at.isoformat() if article.published else None,
        "published_from": article.published.source if article.published else None,
        "published_raw": article.published.raw if article.published else None,
        "published_zone": article.published.zone if article.published else None,
        "modified_at": article.modified.at.isoformat() if article.modified else None,
        "modified_from": article.modified.source if article.modified else None,
        "modified_raw": article.modified.raw if article.modified else None,
        "access": article.access,
        "type": article.type,
        "credit": article.credit,
        "canonical": article.canonical_url,
        "syndicated_from": article.syndicated_from,
        "site_name": article.site_name,
        "section": article.section,
        "keywords": list(article.keywords),
        "image": article.image,
        "farm_signals": [document(signal) for signal in article.farm_signals],
        "left_out": list(article.left_out),
        "trimmed": article.trimmed,
        "provenance": dict(article.provenance),
        "topics": [_topic(found) for found in read.topics],
        "mentions": [document(mention) for mention in read.mentions],
        "claims": [{"low": None, "high": None, **document(claim)} for claim in read.claims],
        "taxonomy": read.taxonomy_version,
    }


def _topic(found: TopicTag) -> dict[str, Any]:
    from wirewatch.index.codec import document

    return document(found)


def _topic_line(found: dict[str, Any]) -> str:
    words = "; ".join(
        f"{span['field']} {span['start']}-{span['end']} “{span['text']}”" for span in found["evidence"]
    )
    return f"{found['level']:<9} {found['topic']} ({found['status']}, rule {found['rule']}): {words}"


def _print(found: dict[str, Any]) -> None:
    if found["verdict"] != "article":
        tell(f"not an article: {found['reason']} ({found['detail']})")
        return
    tell(found["title"])
    for name in ("published_at", "authors", "language", "type", "access", "credit"):
        if found[name]:
            tell(f"  {name}: {', '.join(found[name]) if isinstance(found[name], list) else found[name]}")
    tell("")
    tell(found["text"])
    tell("")
    for topic in found["topics"]:
        tell(_topic_line(topic))
    for claim in found["claims"]:
        tell(
            f"claim     {claim['low']}..{claim['high']} {claim['unit']}: “{claim['evidence']['text']}”"
            f" ({claim.get('source') or 'no source'}, {claim['certainty']}, {claim['role']})"
        )


def _page(source: str, url: str | None) -> Page:
    from extractors.records import Page

    if source.startswith(("http://", "https://")):
        return _fetched(source)
    body = _bytes(source)
    address = url or NOWHERE
    return Page(url=address, final_url=address, status=200, body=body, fetched_at=datetime.now(UTC))


def _fetched(url: str) -> Page:
    import asyncio

    from wirewatch.fetch import Fetcher
    from wirewatch.pipeline.ingesting import page_of
    from wirewatch.settings import load_settings
    from wirewatch.verdicts import Fetched

    async def fetch() -> Any:
        async with Fetcher(load_settings()) as fetcher:
            return await fetcher.fetch_page(url)

    verdict = asyncio.run(fetch())
    if isinstance(verdict, Fetched):
        return page_of(url, verdict)
    reason = getattr(verdict, "reason", None) or f"HTTP {getattr(verdict, 'status', '?')}"
    say(f"wirewatch: {url}: {reason}")
    raise typer.Exit(UNREACHABLE if type(verdict).__name__ == "Unreachable" else FAILED)


def _bytes(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as fault:
        say(
            f"wirewatch: {source}: {fault.strerror or fault}; give a readable file, `-` or an http(s) address"
        )
        raise typer.Exit(WRONG) from None


def _title_and_text(file: str, title: str | None) -> tuple[str, str]:
    body = _bytes(file)
    if file.endswith((".html", ".htm")) or body.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        return _title_and_text_of_page(file, body, title)
    text = body.decode("utf-8", errors="replace").replace("\r\n", "\n")
    if title is not None:
        return title, text
    first, _, rest = text.lstrip().partition("\n")
    if (
        rest.strip()
        and len(first) <= LONGEST_TITLE
        and not first.rstrip().endswith((".", "。", "!", "?", "다"))
    ):
        return first.strip(), rest.lstrip("\n")
    return "", text


def _title_and_text_of_page(file: str, body: bytes, title: str | None) -> tuple[str, str]:
    from extractors.articles import extract_article
    from extractors.records import Page, Rejected

    now = datetime.now(UTC)
    page = Page(url=NOWHERE, final_url=NOWHERE, status=200, body=body, fetched_at=now)
    article = extract_article(page, now=now)
    if isinstance(article, Rejected):
        say(f"wirewatch: {file}: not an article: {article.reason} ({article.detail})")
        raise typer.Exit(FAILED)
    return title or article.title, article.text
