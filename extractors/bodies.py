"""The text of an article out of its page: a base extractor, and a rescue where the base is doubtful.

Paragraph structure is kept, one line a paragraph. What is trimmed from the text is `boilerplate`'s business.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import lxml.html


# trafilatura logs an error for every odd page; the verdict says it already.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Body:
    """The text, and which extractor gave it."""

    text: str
    source: str


def find_body(tree: lxml.html.HtmlElement, *, url: str) -> Body:
    """The article's text; empty where the page has none."""
    from trafilatura import bare_extraction

    found = bare_extraction(copy.deepcopy(tree), url=url, fast=True, include_comments=False)
    text = (found.text or "") if found is not None and not isinstance(found, dict) else ""
    return Body(text, "trafilatura")
