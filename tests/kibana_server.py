"""A small HTTP server that speaks Kibana's status and import API as its documentation and our observations of 8.12 say.

It stands in for a Kibana that we cannot start here. What it proves: the request is well formed (method, path, header,
multipart field, file name), the order of waiting and importing, and that each kind of answer is understood. What it does
not prove: that a real Kibana accepts these objects, or draws them. The rules below are those that were observed on 8.12.
"""

from __future__ import annotations

import base64
import email
import email.policy
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NEWEST = {"dashboard": (8, 9, 0), "lens": (8, 9, 0), "search": (7, 9, 3), "map": (8, 4, 0), "tag": (8, 0, 0)}
TYPES = {*NEWEST, "index-pattern", "links"}


@dataclass
class Kibana:
    """How it is, and what was imported: objects by (space, type, id)."""

    version: str = "8.12.2"
    not_ready: int = 0  # answers before it is ready
    password: str | None = None
    saved: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    refuse: dict[str, str] = field(default_factory=dict)  # id -> message of a failing object
    asked: list[str] = field(default_factory=list)

    def take(self, space: str, lines: str) -> tuple[int, dict[str, Any]]:
        """The answer to an import, and its status."""
        objects = [json.loads(line) for line in lines.splitlines() if line.strip()]
        twice = [pair for pair, times in Counter((o["type"], o["id"]) for o in objects).items() if times > 1]
        if twice:
            return 400, {"message": f"Non-unique import objects detected: [{twice[0][0]}:{twice[0][1]}]"}
        for each in objects:
            stamp = tuple(int(part) for part in each.get("typeMigrationVersion", "0.0.0").split("."))
            if each["type"] in {"lens", "dashboard"} and "typeMigrationVersion" not in each:
                return 500, {"message": "Cannot read properties of undefined (reading 'layers')"}
            if stamp > NEWEST.get(each["type"], (9, 9, 9)):
                return 422, {"message": f"{each['id']} belongs to a more recent version of Kibana"}
        return 200, self._each(space, objects)

    def _each(self, space: str, objects: list[dict[str, Any]]) -> dict[str, Any]:
        there = {(o["type"], o["id"]) for o in objects}
        errors = []
        for each in objects:
            missing = [
                {"type": r["type"], "id": r["id"]}
                for r in each["references"]
                if r["type"] in {"index-pattern", "search"} and (r["type"], r["id"]) not in there
            ]
            fault = None
            if each["type"] not in TYPES:
                fault = {"type": "unsupported_type"}
            elif missing:
                fault = {"type": "missing_references", "references": missing}
            elif each["id"] in self.refuse:
                fault = {"type": "unknown", "message": self.refuse[each["id"]], "statusCode": 400}
            if fault:
                errors.append({"type": each["type"], "id": each["id"], "error": fault})
            else:
                self.saved[space, each["type"], each["id"]] = each
        return {
            "success": not errors,
            "successCount": len(objects) - len(errors),
            **({"errors": errors} if errors else {}),
            "warnings": [],
        }


class _Answers(BaseHTTPRequestHandler):
    kibana: Kibana

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.kibana.asked.append(self.path)
        if self.path != "/api/status":
            self._answer(404, {"message": "Not Found"})
        elif self.kibana.not_ready > 0:
            self.kibana.not_ready -= 1
            self._answer(503, {"message": "Kibana server is not ready yet"})
        elif self._known():
            core = {part: {"level": "available"} for part in ("elasticsearch", "savedObjects")}
            status = {"overall": {"level": "degraded"}, "core": core}
            self._answer(200, {"version": {"number": self.kibana.version}, "status": status})
        else:
            self._answer(200, {"status": {"overall": {"level": "degraded"}}})

    def do_POST(self) -> None:
        self.kibana.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._known():
            return self._answer(401, {"message": "unable to authenticate"})
        if "kbn-xsrf" not in self.headers:
            return self._answer(400, {"message": "Request must contain a kbn-xsrf header."})
        path, _, question = self.path.partition("?")
        space = "default"
        if path.startswith("/s/"):
            space, path = path[3:].split("/", 1)[0], "/" + path[3:].split("/", 1)[1]
        if path != "/api/saved_objects/_import" or question != "overwrite=true" or space == "nowhere":
            return self._answer(404, {"message": "Not Found"})
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        parts = list(email.message_from_bytes(head + body, policy=email.policy.default).iter_parts())
        files = [part for part in parts if part.get_param("name", header="content-disposition") == "file"]
        if len(files) != 1 or not (files[0].get_filename() or "").endswith(".ndjson"):
            return self._answer(400, {"message": "[request body.file]: expected value of type [Stream]"})
        status, answer = self.kibana.take(space, files[0].get_payload(decode=True).decode())
        return self._answer(status, answer)

    def _known(self) -> bool:
        if self.kibana.password is None:
            return True
        wanted = base64.b64encode(f"elastic:{self.kibana.password}".encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serving(kibana: Kibana) -> Iterator[str]:
    """The address of a running stand-in."""
    handler = type("Answers", (_Answers,), {"kibana": kibana})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
