"""Is the page an article? A verdict with its reason and what showed it.

Decided from the parsed page before any extraction: trafilatura returns consent walls, soft 404s and index pages as
articles. What the body then holds too little of is decided by `articles`, with the reasons listed here.
"""

from __future__ import annotations

# Every reason a page is rejected for. A closed list: the ledger and the desk show them.
REASONS = (
    "empty",  # no bytes, or none that say anything
    "not-html",  # a picture, a PDF, JSON, plain text
    "unparsable",  # bytes that no parser makes a page of, or that broke ours
    "consent-wall",  # asks for consent to cookies instead of showing the article
    "bot-challenge",  # captcha, "checking your browser"
    "soft-404",  # says with status 200 that there is nothing here
    "login-wall",  # asks to log in and shows nothing
    "index-page",  # home, section, tag or author page
    "js-shell",  # nothing without running its scripts
    "media-only",  # a video, a gallery or audio without a text
    "too-little-text",  # no body worth the name
)
