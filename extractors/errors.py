"""What can be wrong with the bytes and files that the extractors read.

* WirewatchError
  x FeedUnreadable(feed_url)        operators must look
  x PageUnreadable(url)             no article can come of it
  x PublisherFault(file, key)       a publisher's TOML file is wrong
  x TopicFault(file, key)           a topic's TOML file is wrong
"""

from __future__ import annotations


class WirewatchError(Exception):
    """Base of every error that Wirewatch raises on purpose."""


class FeedUnreadable(WirewatchError):
    """The bytes at a feed's address are not a feed."""

    def __init__(self, feed_url: str, reason: str) -> None:
        super().__init__(f"{feed_url}: {reason}")
        self.feed_url = feed_url
        self.reason = reason


class PageUnreadable(WirewatchError):
    """A page's bytes cannot be parsed at all."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class _FileFault(WirewatchError):
    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"{file}: {key}: {reason}")
        self.file = file
        self.key = key
        self.reason = reason


class PublisherFault(_FileFault):
    """A publisher's file is wrong: which file, which key, why."""


class TopicFault(_FileFault):
    """A topic's file is wrong: which file, which key or rule, why."""
