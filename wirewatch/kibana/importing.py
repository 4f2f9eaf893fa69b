"""Into a Kibana: wait until it is ready, import, and say of each object what Kibana said of it.

The same ids and `overwrite=true`: importing again replaces what was imported before and nothing else. Kibana answers
200 also when objects failed, so success is what its answer says.
"""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from extractors.errors import WirewatchError
from wirewatch.settings import Settings, SettingsError

# The oldest Kibana that the stamps of `objects` are for.
OLDEST = (8, 12)
# Kibana takes 75 s to start on two cores, and minutes on a busy machine.
WAIT_SECONDS = 600.0
ANSWER_SECONDS = 120.0
_PAUSE_SECONDS = 3.0
_READY = "available"


class KibanaUnreachable(WirewatchError):
    """Kibana does not answer, or is not ready in time."""


class KibanaRefused(WirewatchError):
    """Kibana answered and imported nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What Kibana said: its version, how many objects are in, and (type, id, reason) of those that are not."""

    version: str
    objects: int
    errors: tuple[tuple[str, str, str], ...] = ()
    warnings: tuple[str, ...] = ()


def import_objects(
    settings: Settings,
    lines: str,
    *,
    url: str | None = None,
    space: str | None = None,
    wait: float = WAIT_SECONDS,
    say: Callable[[str], None] = lambda _line: None,
) -> Imported:
    """Import saved objects (one a line), replacing those of the same ids.

    Raises:
        SettingsError: when no Kibana is named.
        KibanaUnreachable: when it is not ready within `wait` seconds.
        KibanaRefused: when it takes nothing: wrong password, no such space, too old, a file it cannot read.
    """
    kibana = _Kibana(settings, url or settings.kibana_url or "")
    version = kibana.ready(wait, say)
    say(f"Kibana {version} is ready")
    answer = kibana.post_file(lines, space)
    errors = [
        (fault["type"], fault["id"], _reason(fault.get("error", {}))) for fault in answer.get("errors", ())
    ]
    if not answer.get("success") and not errors:
        raise KibanaRefused(f"{kibana.url}: {json.dumps(answer)[:300]}")
    return Imported(
        version=version,
        objects=int(answer.get("successCount", 0)),
        errors=tuple(errors),
        warnings=tuple(str(each.get("message", each)) for each in answer.get("warnings", ())),
    )


class _Kibana:
    """One Kibana and how to speak to it."""

    def __init__(self, settings: Settings, url: str) -> None:
        if not url:
            raise SettingsError(
                [("kibana_url", "no Kibana is named; set WIREWATCH_KIBANA_URL or pass --url")]
            )
        self.url = url.rstrip("/")
        self._headers = {"kbn-xsrf": "wirewatch", "User-Agent": "wirewatch"}
        if settings.kibana_api_key:
            self._headers["Authorization"] = f"ApiKey {settings.kibana_api_key}"
        elif settings.kibana_user:
            pair = f"{settings.kibana_user}:{settings.kibana_password or ''}".encode()
            self._headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        context = ssl.create_default_context()
        if settings.elasticsearch_ca:
            context.load_verify_locations(settings.elasticsearch_ca)
        # Kibana stands beside Elasticsearch; a proxy to the outside world is not the way to it.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )

    def ready(self, wait: float, say: Callable[[str], None]) -> str:
        """Wait until its core is up; its version. "Degraded" is usual: plugins that we do not need."""
        until, last = time.monotonic() + wait, ""
        while True:
            state, version = self._state()
            if state == _READY:
                self._check(version)
                return version
            if state != last:
                say(f"waiting for Kibana at {self.url}: {state}")
                last = state
            if time.monotonic() >= until:
                raise KibanaUnreachable(
                    f"Kibana at {self.url} was not ready within {wait:.0f} s: {state}. "
                    "Is it running, and is the address right?"
                )
            time.sleep(_PAUSE_SECONDS)

    def _state(self) -> tuple[str, str]:
        try:
            answer = self._ask("GET", "/api/status")
        except urllib.error.HTTPError as fault:
            if fault.code in {401, 403}:
                raise KibanaRefused(_unauthorized(self.url, fault.code)) from fault
            return f"HTTP {fault.code}", ""
        except (OSError, ValueError) as fault:
            return str(getattr(fault, "reason", fault)), ""
        status = answer.get("status", {})
        version = str(answer.get("version", {}).get("number", ""))
        core = status.get("core", {})
        levels = [core.get(part, {}).get("level") for part in ("elasticsearch", "savedObjects") if core]
        if levels:
            return (_READY if set(levels) == {_READY} else f"core is {levels}"), version
        # Without a login it says no more than how it is as a whole.
        overall = status.get("overall", {}).get("level", "starting")
        return (_READY if overall in {_READY, "degraded"} else f"it is {overall}"), version

    def _check(self, version: str) -> None:
        parts = version.split(".")
        told = len(parts) >= 2 and parts[0].isdigit() and parts[1].isdigit()
        if told and (int(parts[0]), int(parts[1])) < OLDEST:
            raise KibanaRefused(f"Kibana {version} is too old: 8.12 or newer is needed")

    def post_file(self, lines: str, space: str | None) -> dict[str, Any]:
        """The import itself."""
        boundary = uuid.uuid4().hex
        body = (
            f"--{boundary}\r\n"
            'Content-Disposition: form-data; name="file"; filename="wirewatch.ndjson"\r\n'
            "Content-Type: application/ndjson\r\n\r\n"
            f"{lines}\r\n--{boundary}--\r\n"
        ).encode()
        path = f"/s/{urllib.parse.quote(space, safe='')}" if space else ""
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        try:
            return self._ask("POST", f"{path}/api/saved_objects/_import?overwrite=true", body, headers)
        except urllib.error.HTTPError as fault:
            if fault.code in {401, 403}:
                raise KibanaRefused(_unauthorized(self.url, fault.code)) from fault
            if fault.code == 404 and space:
                raise KibanaRefused(f"{self.url}: there is no space {space!r}") from fault
            raise KibanaRefused(f"{self.url}: HTTP {fault.code} {_told(fault)}") from fault
        except (OSError, ValueError) as fault:
            raise KibanaUnreachable(f"{self.url}: {getattr(fault, 'reason', fault)}") from fault

    def _ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 settings take http and https only
            self.url + path, data=body, method=method, headers={**self._headers, **(headers or {})}
        )
        with self._opener.open(request, timeout=ANSWER_SECONDS) as answer:
            found = json.loads(answer.read())
        if not isinstance(found, dict):
            raise ValueError(f"{path} answered {str(found)[:100]}")  # noqa: TRY004 no fault of a caller's type
        return found


def _unauthorized(url: str, code: int) -> str:
    return (
        f"{url}: HTTP {code}: set WIREWATCH_KIBANA_API_KEY, or WIREWATCH_KIBANA_USER and WIREWATCH_KIBANA_PASSWORD, "
        "of a user that may manage saved objects"
    )


def _told(fault: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(fault.read()).get("message", ""))[:300]
    except (ValueError, AttributeError, OSError):
        return str(fault.reason)


def _reason(error: Mapping[str, Any]) -> str:
    kind = str(error.get("type", "unknown"))
    if kind == "missing_references":
        missing = ", ".join(f"{each['type']} {each['id']}" for each in error.get("references", ()))
        return f"refers to what is not there: {missing}"
    said = str(error.get("message") or error.get("statusCode") or "")
    return f"{kind}: {said}" if said else kind
