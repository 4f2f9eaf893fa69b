"""The way to Elasticsearch: which server, how to ask, what it can do.

The only package that imports `elasticsearch`. What the server can do is detected, never assumed: the embedded
node is bare (no language analyzers, no scripts), a cluster of the operator's may be full.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import elastic_transport
from elasticsearch import ApiError, Elasticsearch, OrjsonSerializer
from elasticsearch.serializer import NdjsonSerializer

from extractors.errors import WirewatchError
from wirewatch.index.analyzers import choose
from wirewatch.settings import Settings

# A bulk of 500 documents of 5 KB takes under a second; a busy laptop has taken 20 s over one.
REQUEST_TIMEOUT = 60
RETRIES = 5
RETRIED = (429, 502, 503, 504)


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


class IndexOutdated(WirewatchError):
    """An index of an earlier version holds fields of another type: today's documents do not fit in."""

    def __init__(self, index: str, fields: tuple[str, ...]) -> None:
        super().__init__(
            f"{index}: {', '.join(fields)} changed type; nothing is written until "
            "`wirewatch index migrate` has moved its documents"
        )
        self.index = index
        self.fields = fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the server said of itself. `chains` names the analyzer chain that each of our analyzers runs there.

    `lifecycle` and `snapshots`: it can delete and back up indices by itself (ILM, SLM).
    """

    version: str
    chains: tuple[tuple[str, str], ...]
    plugins: tuple[str, ...] = ()
    lifecycle: bool = False
    snapshots: bool = False

    @property
    def analyzers(self) -> str:
        """Whether English is stemmed there ("full") or not ("bare")."""
        return dict(self.chains).get("ww_text_en", "bare")


class _OrjsonLines(OrjsonSerializer, NdjsonSerializer):
    """The lines of a bulk or of many searches; the client has orjson for whole bodies only."""

    mimetype = NdjsonSerializer.mimetype
    loads = NdjsonSerializer.loads
    dumps = NdjsonSerializer.dumps


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
        # Twice the bulk rate of the default (facts: 507 against 1022 documents/s).
        serializers={each.mimetype: each for each in (OrjsonSerializer(), _OrjsonLines())},
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

    def runs(tokenizer: str, filters: list[Any]) -> bool:
        return _answers(lambda: client.indices.analyze(tokenizer=tokenizer, filter=filters, text="a"))

    return Capabilities(
        version=version,
        chains=tuple(sorted(choose(runs).items())),
        plugins=tuple(sorted(plugins)),
        lifecycle=_answers(client.ilm.get_status),
        snapshots=_answers(client.slm.get_status),
    )


def _answers(ask: Callable[[], object]) -> bool:
    """Whether the server knows a question: a bare one answers 400, 404 or 405 where it has no such part."""
    try:
        ask()
    except ApiError:
        return False
    return True


def _short(fault: Exception) -> str:
    return str(fault).split("\n")[0][:200]
