"""The node's own configuration folder, written anew before each start: the server's own, with what a laptop needs.

Decides every setting of the node. Nothing here binds off loopback.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

CLUSTER_NAME = "wirewatch"
LOG_FILE = "wirewatch.log"
# Without the second compiler a start takes 10-12 s of processor time in place of 19 (256 MB heap, two starts each); what
# runs for hours is slower for it, so this is for tests.
BRIEF_OPTION = "-XX:TieredStopAtLevel=1\n"
VECTOR_MODULE = "jdk.incubator.vector"

# One plain log that cannot fill a disk, in place of the server's three copies of up to 2 GB each.
_LOGGING = """\
status = error
appender.rolling.type = RollingFile
appender.rolling.name = rolling
appender.rolling.fileName = ${sys:es.logs.base_path}${sys:file.separator}wirewatch.log
appender.rolling.filePattern = ${sys:es.logs.base_path}${sys:file.separator}wirewatch-%i.log
appender.rolling.layout.type = PatternLayout
appender.rolling.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
appender.rolling.policies.type = Policies
appender.rolling.policies.size.type = SizeBasedTriggeringPolicy
appender.rolling.policies.size.size = 10MB
appender.rolling.strategy.type = DefaultRolloverStrategy
appender.rolling.strategy.max = 3
rootLogger.level = info
rootLogger.appenderRef.rolling.ref = rolling
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The two ports that a node listens on."""

    http: int
    transport: int


def write_conf(
    distribution: Path, folder: Path, *, ports: Ports, modules: frozenset[str], brief: bool = False
) -> Path:
    """Write `folder`/conf from the distribution's; `modules` are those of the Java that will run it."""
    conf = folder / "conf"
    shutil.rmtree(conf, ignore_errors=True)
    shutil.copytree(distribution / "config", conf, copy_function=shutil.copyfile)
    (conf / "elasticsearch.yml").write_text(_settings(folder, ports), encoding="utf-8")
    (conf / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
    options = conf / "jvm.options"
    wanted = _jvm_options(options.read_text(encoding="utf-8"), modules) + (BRIEF_OPTION if brief else "")
    options.write_text(wanted, encoding="utf-8")
    return conf


def last_http_port(folder: Path) -> int | None:
    """The port that the node of `folder` had the last time it was started."""
    try:
        written = (folder / "conf" / "elasticsearch.yml").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    found = re.search(r"^http\.port: (\d+)$", written, re.MULTILINE)
    return int(found[1]) if found else None


def _settings(folder: Path, ports: Ports) -> str:
    settings = {
        "cluster.name": CLUSTER_NAME,
        "node.name": CLUSTER_NAME,
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        "network.host": "127.0.0.1",
        "http.port": ports.http,
        "transport.port": ports.transport,
        "discovery.type": "single-node",
        "xpack.security.enabled": False,
        # A laptop's disk is often 95 % full: the server would make its indices read-only.
        "cluster.routing.allocation.disk.threshold_enabled": False,
        # A mistyped index name must not make an index with guessed fields.
        "action.auto_create_index": False,
        "action.destructive_requires_name": True,
    }
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in settings.items())


def _jvm_options(shipped: str, modules: frozenset[str]) -> str:
    """The shipped options, less what fills a disk (garbage collector logs, heap dumps) or what this Java lacks."""
    unwanted = ["-Xlog:gc", "HeapDumpOnOutOfMemoryError"]
    if VECTOR_MODULE not in modules:
        unwanted.append(f"--add-modules={VECTOR_MODULE}")
    kept = (line for line in shipped.splitlines() if not any(part in line for part in unwanted))
    return "\n".join(kept) + "\n"
