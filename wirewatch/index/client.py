"""The way to Elasticsearch: which server, how to ask, what it can do.

The only package that imports `elasticsearch`. What the server can do is detected, never assumed: the embedded
node is bare (no language analyzers, no scripts), a cluster of the operator's may be full.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import elastic_transport
from elasticsearch import ApiError, Elasticsearch, OrjsonSerializer

from extractors.errors import WirewatchError
from wirewatch.settings import Settings

# A bulk of 500 documents of 5 KB takes under a second; a busy laptop has taken 20 s over one.
REQUEST_TIMEOUT = 60
RETRIES = 5
RETRIED = (429, 502, 503, 504)
# Analyzer chains that a bare server lacks; the first filter that is missing makes it "bare".
FULL_FILTERS = ("asciifolding", "elision", "stemmer")


class IndexUnreachable(WirewatchError):
    """Elasticsearch does not answer; `mend` says what to try."""

    def __init__(self, url: str, reason: str, mend: str) -> None:
        super().__init__(f"Elasticsearch at {url} does not answer: {reason}. {mend}")
        self.url = url
        self.reason = reason
        self.mend = mend


class IndexRejected(WirewatchError):
    """Elasticsearch refused a document: which, and why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the server said of itself. `analyzers` is "full" or "bare"."""

    version: str
    analyzers: str
    plugins: tuple[str, ...] = ()


def client_for(settings: Settings, url: str) -> Elasticsearch:
    """A client for one or more comma-separated addresses."""
    hosts = [part.strip() for part in url.split(",")]
    secured = hosts[0].startswith("https")
    options: dict[str, Any] = {}
    if settings.elasticsearch_api_key:
        options["api_key"] = settings.elasticsearch_api_key
    if settings.elasticsearch_ca:
        options["ca_certs"] = str(settings.elasticsearch_ca)
    return Elasticsearch(
        hosts,
        request_timeout=REQUEST_TIMEOUT,
        max_retries=RETRIES,
        retry_on_timeout=True,
        retry_on_status=RETRIED,
        http_compress=secured,
        serializer=OrjsonSerializer(),  # twice the bulk rate of the default (facts: 507 against 1022 documents/s)
        opaque_id=f"wirewatch/{os.getpid()}",
        **options,
    )


def address(settings: Settings) -> str:
    """The address of the server to use: the operator's, or the embedded node's.

    Raises:
        IndexUnreachable: when neither is there.
    """
    if settings.elasticsearch_url:
        return settings.elasticsearch_url
    from wirewatch.embedded import node_url

    url = node_url(settings)
    if url is None:
        mend = "Start it with `wirewatch embedded start` or name yours with WIREWATCH_ELASTICSEARCH_URL."
        raise IndexUnreachable("(embedded node)", "it is not running", mend)
    return url


def check(client: Elasticsearch, url: str) -> None:
    """Refuse early and clearly when nobody answers.

    Raises:
        IndexUnreachable: with the mend in it.
    """
    try:
        client.options(request_timeout=10, max_retries=2).cluster.health()
    except ApiError as fault:
        mend = (
            "Check WIREWATCH_ELASTICSEARCH_API_KEY."
            if fault.meta.status in {401, 403}
            else "Look at its log."
        )
        raise IndexUnreachable(url, f"HTTP {fault.meta.status}", mend) from fault
    except elastic_transport.TransportError as fault:
        mend = "Is it running, and is the address right? `wirewatch doctor` shows both."
        raise IndexUnreachable(url, _short(fault), mend) from fault


def detect(client: Elasticsearch) -> Capabilities:
    """Ask the server what it has, free of side effects."""
    version, plugins = "unknown", set[str]()
    try:
        paths = "nodes.*.version,nodes.*.plugins.name"
        nodes = client.nodes.info(filter_path=paths).body.get("nodes", {}).values()
        version = min((node["version"] for node in nodes), default=version)
        plugins = {plugin["name"] for node in nodes for plugin in node.get("plugins", [])}
    except ApiError:  # a managed service forbids it; the analyzers are asked one by one anyway
        pass
    full = all(_has_filter(client, name) for name in FULL_FILTERS)
    return Capabilities(version=version, analyzers="full" if full else "bare", plugins=tuple(sorted(plugins)))


def _has_filter(client: Elasticsearch, name: str) -> bool:
    try:
        client.indices.analyze(tokenizer="standard", filter=[name], text="a")
    except ApiError:
        return False
    return True


def _short(fault: Exception) -> str:
    return str(fault).split("\n")[0][:200]
