"""Polite HTTP: one verdict an address, within limits, and never to an address that is not public.

`client` (the Fetcher), `guard` (which addresses may be connected to; webhooks use it too), `bodies` (limits while
streaming), `hosts` (pace), `robots`, `verdicts` (what an answer or an error means).
"""

from __future__ import annotations

from wirewatch.fetch.client import Fetcher
from wirewatch.fetch.guard import AddressForbidden, forbidden, guarded_connector, refusal

__all__ = ["AddressForbidden", "Fetcher", "forbidden", "guarded_connector", "refusal"]
