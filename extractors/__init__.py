"""Bytes to facts: feeds, pages, articles, fingerprints, topics, mentions and claims.

Pure: no network, no clock, no store. Usable without the rest of Wirewatch.
"""
