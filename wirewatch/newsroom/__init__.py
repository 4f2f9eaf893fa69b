"""The sample newsroom: a small fictional press on loopback, and a web that misbehaves on demand for the tests.

Everything served here was written for Wirewatch. No publisher, person or event in it exists.
"""

from wirewatch.newsroom.server import Newsroom, NewsroomFault

__all__ = ["Newsroom", "NewsroomFault"]
