"""Runs one other extractor over kept pages, in the environment that holds it. Stands alone: imports nothing of ours.

    python _peer_run.py NAME DATA IDS.json OUT.json

Writes {"version", "seconds" (CPU), "errors", "predictions": {id: {text, title, date, author}}} to OUT.json.
"""

import gzip
import importlib.metadata
import json
import logging
import re
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Answer = dict[str, Any]
Way = Callable[[bytes, str], Answer]


def trafilatura() -> Way:
    from trafilatura import bare_extraction

    def run(body: bytes, url: str) -> Answer:
        found: Any = bare_extraction(body, url=url, with_metadata=True)
        if found is None:
            return {}
        return {"text": found.text, "title": found.title, "date": found.date, "author": found.author}

    return run


def readability() -> Way:
    import lxml.html
    from readability import Document

    def run(body: bytes, _: str) -> Answer:
        document = Document(decoded(body))
        tree: Any = lxml.html.fromstring(document.summary(html_partial=True))
        for block in tree.iter("p", "div", "li", "h1", "h2", "h3", "h4", "br", "td"):
            block.tail = "\n" + (block.tail or "")
        return {"text": tree.text_content(), "title": document.short_title()}

    return run


def newspaper() -> Way:
    from newspaper import Article

    def run(body: bytes, url: str) -> Answer:
        article = Article(url, fetch_images=False)
        article.download(input_html=decoded(body))
        article.parse()
        return {
            "text": article.text, "title": article.title, "author": "; ".join(article.authors) or None,
            "date": article.publish_date.strftime("%Y-%m-%d") if article.publish_date else None,
        }  # fmt: skip

    return run


def goose() -> Way:
    from goose3 import Goose

    reader = Goose({"enable_image_fetching": False})

    def run(body: bytes, _: str) -> Answer:
        found = reader.extract(raw_html=decoded(body))
        return {
            "text": found.cleaned_text, "title": found.title, "author": "; ".join(found.authors or ()) or None,
            "date": str(found.publish_date)[:10] if found.publish_date else None,
        }  # fmt: skip

    return run


def newsplease() -> Way:
    from newsplease import NewsPlease

    def run(body: bytes, url: str) -> Answer:
        found = NewsPlease.from_html(decoded(body), url=url, fetch_images=False)
        return {
            "text": found.maintext, "title": found.title, "author": "; ".join(found.authors or ()) or None,
            "date": str(found.date_publish)[:10] if found.date_publish else None,
        }  # fmt: skip

    return run


def boilerpy() -> Way:
    from boilerpy3 import extractors

    reader = extractors.ArticleExtractor(raise_on_failure=False)

    def run(body: bytes, _: str) -> Answer:
        found = reader.get_doc(decoded(body))
        return {"text": found.content, "title": found.title}

    return run


def justext() -> Way:
    import justext as peer

    languages = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pl": "Polish", "cs": "Czech", "tr": "Turkish", "ru": "Russian", "ar": "Arabic", "da": "Danish", "nb": "Norwegian_Bokmal", "sv": "Swedish", "pt": "Portuguese", "uk": "Ukrainian"}  # fmt: skip

    def run(body: bytes, _: str) -> Answer:
        stated = re.search(rb"<html[^>]+lang=[\"']?([a-z]{2})", body[:5000], re.IGNORECASE)
        language = languages.get(stated[1].decode().lower() if stated else "en", "English")
        found = peer.justext(body, peer.get_stoplist(language))
        return {"text": "\n".join(part.text for part in found if not part.is_boilerplate)}

    return run


def resiliparse() -> Way:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    def run(body: bytes, _: str) -> Answer:
        page = bytes_to_str(body, detect_encoding(body) or "utf-8")
        return {"text": extract_plain_text(page, main_content=True, alt_texts=False, links=False)}

    return run


def rs_trafilatura() -> Way:
    import rs_trafilatura as peer

    def run(body: bytes, url: str) -> Answer:
        found = peer.extract_bytes(body, url=url)
        return {
            "text": found.main_content, "title": found.title, "author": found.author,
            "date": str(found.date)[:10] if found.date else None,
        }  # fmt: skip

    return run


def magic_html() -> Way:
    import lxml.html
    from magic_html import GeneralExtractor

    reader = GeneralExtractor()

    def run(body: bytes, url: str) -> Answer:
        found = reader.extract(decoded(body), base_url=url)
        tree = lxml.html.fromstring(found.get("html") or "<p></p>")
        return {"text": "\n".join(str(part) for part in tree.itertext()), "title": found.get("title")}

    return run


WAYS: dict[str, tuple[str, Callable[[], Way]]] = {
    "trafilatura": ("trafilatura", trafilatura), "rs-trafilatura": ("rs-trafilatura", rs_trafilatura),
    "resiliparse": ("resiliparse", resiliparse), "readability-lxml": ("readability-lxml", readability),
    "newspaper4k": ("newspaper4k", newspaper), "goose3": ("goose3", goose), "news-please": ("news-please", newsplease),
    "boilerpy3": ("boilerpy3", boilerpy), "jusText": ("justext", justext), "magic-html": ("magic-html", magic_html),
}  # fmt: skip


def decoded(body: bytes) -> str:
    """The page as text: UTF-8, else as it declares, else as Latin letters."""
    stated = re.search(rb"charset=[\"']?([A-Za-z0-9_-]+)", body[:4096])
    for name in ("utf-8", stated[1].decode("ascii") if stated else "cp1252"):
        try:
            return body.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("cp1252", errors="replace")


def main(name: str, data: Path, ids: Path, out: Path) -> int:
    """Run one extractor over all pages, one failure at a time."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    package, make = WAYS[name]
    run = make()
    wanted = set(json.loads(ids.read_text(encoding="utf-8")))
    rows = [
        row for row in json.loads((data / "gold.json").read_text(encoding="utf-8")) if row["id"] in wanted
    ]
    predictions, errors, seconds = {}, 0, 0.0
    for row in rows:
        body = gzip.decompress((data / row["html"]).read_bytes())
        started = time.process_time()
        try:
            predictions[row["id"]] = run(body, row["url"])
        except Exception:  # noqa: BLE001  # another's fault is a page it could not read
            errors += 1
        seconds += time.process_time() - started
    report = {"version": importlib.metadata.version(package), "seconds": seconds, "errors": errors, "predictions": predictions}  # fmt: skip
    out.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], *(Path(argument) for argument in sys.argv[2:5])))
