"""respond(request) -> response: the mock's decisions, in their order.

missing, malformed, unknown, revoked, expired, rate limit, route, method, scope, validation, lookup. The formats,
bodies and scopes come from the spec file; this order does not, so that testing the mock is no tautology.
"""

from __future__ import annotations

import json
import math
import re
import secrets
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from conformance.keys import MalformedKeyError
from conformance.mock.message import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.keys import ApiKey
    from conformance.mock.directory import Directory, KeyRecord
    from conformance.spec.model import Operation, Style

    Effect = Callable[[str, str, dict[str, Any]], Response]

BODY_LIMIT = 1024 * 1024
_JSON = (b"content-type", b"application/json")


class Route(NamedTuple):
    """The operations of one path."""

    pattern: re.Pattern[str]
    by_method: dict[str, str]


class Mock:
    """Answers requests from what its directory knows; `issued` are the keys that faults may confuse."""

    def __init__(self, directory: Directory, issued: Iterable[ApiKey] = ()) -> None:
        self.directory = directory
        self.issued = tuple(issued)
        self.spec = directory.spec
        self.base_path = urlsplit(self.spec.base_url).path.rstrip("/")
        self._styles = [_reader(style) for style in self.spec.styles.values() if style.header]
        self._routes = self._make_routes()
        self._effects: dict[str, Effect] = {
            "list": self._list,
            "create": self._create,
            "view": self._view,
            "update": self._update,
            "delete": self._delete,
        }
        self._refusals = self._make_refusals()
        challenge = next((s.value.split(" ")[0] for s in self.spec.styles.values() if " " in s.value), "ApiKey")
        self._challenge = (b"www-authenticate", f'{challenge} realm="{self.spec.title}"'.encode())
        self._request_ids = map(f"req_{secrets.token_hex(4)}%08x".__mod__, count(1))

    def respond(self, request: Request) -> Response:
        """The answer to a request; for HEAD that to GET, whose body the server leaves out."""
        route, item = self._route(request.path)
        if request.method == "OPTIONS" and route:
            return Response(204, (self._request_id(), _allow(route)), b"")
        record = self._authenticate(request)
        if isinstance(record, Response):
            return record
        if route is None:
            return self._error(404)
        method = "GET" if request.method == "HEAD" else request.method
        name = route.by_method.get(method)
        if name is None:
            return self._error(405, _allow(route))
        return self._perform(request, record, name, item)

    def _authenticate(self, request: Request) -> KeyRecord | Response:
        presented = {text for reader in self._styles for text in reader(request)}
        if len(presented) != 1:
            return self._refusal(401, "missing")
        text = presented.pop()
        try:
            key_id = self.directory.key_format.parse(text).key_id
        except MalformedKeyError:
            return self._refusal(401, "malformed")
        record = self.directory.find(text, key_id)
        if record is None:
            return self._refusal(401, "unknown")
        now = self.directory.now()
        if record.revoked_at <= now:
            return self._refusal(401, "revoked")
        if record.expires_at <= now:
            return self._refusal(401, "expired")
        wait = record.seconds_over_limit(now)
        if wait > 0:
            return self._refusal(429, "rate_limited", (b"retry-after", b"%d" % math.ceil(wait)))
        return record

    def _perform(self, request: Request, record: KeyRecord, name: str, item: str) -> Response:
        operation = self.spec.operations[name]
        if operation.needs not in record.permissions:
            return self._refusal(403, "scope")
        if request.body_too_large:
            return self._error(413)
        fields: dict[str, Any] = {}
        if operation.body is not None:
            decoded = _decode(request.body)
            if not _valid(operation, decoded):
                return self._error(400)
            fields = decoded
        if name in ("view", "update", "delete"):
            sandbox = self.directory.sandboxes.get(item)
            if sandbox is None:
                return self._error(404)
            if sandbox.organization != record.organization:
                return self._refusal(403, "other_org")
        return self._effects[name](record.organization, item, fields)

    def _list(self, organization: str, _item: str, _fields: dict[str, Any]) -> Response:
        own = [s.fields for s in self.directory.sandboxes.values() if s.organization == organization]
        return self._json(200, {"data": own})

    def _create(self, organization: str, _item: str, fields: dict[str, Any]) -> Response:
        sandbox_id = self.directory.create_sandbox(organization, {"status": "running"} | fields)
        return self._json(201, self.directory.sandboxes[sandbox_id].fields)

    def _view(self, _organization: str, item: str, _fields: dict[str, Any]) -> Response:
        return self._json(200, self.directory.sandboxes[item].fields)

    def _update(self, _organization: str, item: str, fields: dict[str, Any]) -> Response:
        self.directory.sandboxes[item].fields |= fields
        return self._json(200, self.directory.sandboxes[item].fields)

    def _delete(self, _organization: str, item: str, _fields: dict[str, Any]) -> Response:
        del self.directory.sandboxes[item]
        return Response(204, (self._request_id(),), b"")

    def _route(self, path: str) -> tuple[Route | None, str]:
        for route in self._routes:
            match = route.pattern.fullmatch(path)
            if match:
                return route, match[1] if match.re.groups else ""
        return None, ""

    def _make_routes(self) -> list[Route]:
        routes: dict[str, Route] = {}
        for name, operation in self.spec.operations.items():
            pattern = "([^/]+)".join(map(re.escape, (self.base_path + operation.path).split("{id}")))
            routes.setdefault(pattern, Route(re.compile(pattern), {})).by_method[operation.method] = name
        return list(routes.values())

    def _make_refusals(self) -> dict[int, list[tuple[list[str], bytes]]]:
        refusals: dict[int, list[tuple[list[str], bytes]]] = {}
        for outcome in self.spec.outcomes.values():
            for body in next(iter(outcome.bodies.values()), []):
                for status in outcome.status:
                    fields = body.has or {"error": HTTPStatus(status).phrase}
                    refusals.setdefault(status, []).append((body.only, json.dumps(fields).encode()))
        return refusals

    def _refusal(self, status: int, why: str, *headers: tuple[bytes, bytes]) -> Response:
        bodies = self._refusals.get(status, [([], b"{}")])
        body = next((body for only, body in bodies if why in only), bodies[0][1])
        challenge = (self._challenge,) if status == 401 else ()
        return Response(status, (_JSON, self._request_id(), *challenge, *headers), body)

    def _error(self, status: int, *headers: tuple[bytes, bytes]) -> Response:
        body = {"error": HTTPStatus(status).phrase}
        return Response(status, (_JSON, self._request_id(), *headers), json.dumps(body).encode())

    def _json(self, status: int, value: object) -> Response:
        return Response(status, (_JSON, self._request_id()), json.dumps(value).encode())

    def _request_id(self) -> tuple[bytes, bytes]:
        return b"x-request-id", next(self._request_ids).encode()


def _reader(style: Style) -> Callable[[Request], list[str]]:
    """Reads the credentials that a request carries in one style; the scheme ignores case (RFC 9110, 11.1)."""
    name = style.header.lower().encode()
    scheme, _, _ = style.value.partition("{key}")
    start = scheme.strip().lower().encode()

    def read(request: Request) -> list[str]:
        found = []
        for value in request.values(name):
            text = value.strip(b" \t")
            if start:
                given, space, text = text.partition(b" ")
                if given.lower() != start or not space:
                    continue
                text = text.strip(b" ")
            if text:
                found.append(text.decode("latin-1"))
        return found

    return read


def _decode(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _valid(operation: Operation, body: Any) -> bool:
    """Whether a body has the fields of one of the documented forms, each of the documented type."""
    forms = [form for form in (operation.body, operation.other_body) if form is not None]
    return isinstance(body, dict) and any(
        any(name in body for name in form)
        and all(type(body[name]) is type(value) for name, value in form.items() if name in body)
        for form in forms
    )


def _allow(route: Route) -> tuple[bytes, bytes]:
    methods = [*route.by_method, *(["HEAD"] if "GET" in route.by_method else []), "OPTIONS"]
    return b"allow", ", ".join(methods).encode()
