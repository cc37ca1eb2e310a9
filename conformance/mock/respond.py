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

import msgspec

from conformance.keys import MalformedKeyError
from conformance.mock.fields import decode
from conformance.mock.message import Request, Response
from conformance.mock.presented import reader
from conformance.mock.refusals import Refusals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.keys import ApiKey
    from conformance.mock.directory import Directory, KeyRecord, Sandbox
    from conformance.spec.model import Spec

    Effect = Callable[[KeyRecord, str, dict[str, Any]], Response]

BODY_LIMIT = 1024 * 1024
_JSON = (b"content-type", b"application/json")
_USUAL = {"list": 200, "create": 201, "view": 200, "update": 200, "delete": 204}


class Route(NamedTuple):
    """The operations of one path."""

    pattern: re.Pattern[str]
    by_method: dict[str, str]


class Mock:
    """Answers requests from what its directory knows.

    Its decisions are attributes, so that faults can stand before them: `readers` find the credentials of a request,
    `identify` says whose they are or why they are refused, `permits` goes by scope, `owns` by organization, and
    `refuse` words a refusal. `issued` are the keys that faults confuse.
    """

    def __init__(self, directory: Directory, issued: Iterable[ApiKey] = ()) -> None:
        self.directory = directory
        self.issued = tuple(issued)
        self.spec = directory.spec
        self.base_path = urlsplit(self.spec.base_url).path.rstrip("/")
        self.readers = [reader(style) for style in self.spec.styles.values()]
        self.identify: Callable[[Request], tuple[KeyRecord | None, str]] = self._identify
        self.permits: Callable[[KeyRecord, str], bool] = self._permits
        self.owns: Callable[[KeyRecord, Sandbox, str], bool] = _owns
        self.refuse: Callable[..., Response] = self._refuse
        self._routes = self._make_routes()
        self._effects: dict[str, Effect] = {
            "list": self._list,
            "create": self._create,
            "view": self._view,
            "update": self._update,
            "delete": self._delete,
        }
        self._refusals = Refusals(self.spec)
        self._challenge = (b"www-authenticate", _challenge(self.spec))
        self._request_ids = map(f"req_{secrets.token_hex(4)}%08x".__mod__, count(1))

    def respond(self, request: Request) -> Response:
        """The answer to a request; for HEAD that to GET, whose body the server leaves out."""
        route, item = self.route(request.path)
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
        record, why = self.identify(request)
        if record is None:
            return self.refuse(request, 401, why)
        wait = record.seconds_over_limit(self.directory.now())
        if wait > 0:
            return self.refuse(request, 429, "rate_limited", (b"retry-after", b"%d" % math.ceil(wait)))
        return record

    def _identify(self, request: Request) -> tuple[KeyRecord | None, str]:
        """The record of the key that a request presents; without one, why there is none."""
        presented = {text for read in self.readers for text in read(request)}
        if len(presented) != 1:
            return None, "missing"
        text = presented.pop()
        try:
            key_id = self.directory.key_format.parse(text).key_id
        except MalformedKeyError:
            return None, "malformed"
        record = self.directory.find(text, key_id)
        if record is None:
            return None, "unknown"
        now = self.directory.now()
        if record.revoked_at <= now:
            return None, "revoked"
        return (None, "expired") if record.expires_at <= now else (record, "")

    def _perform(self, request: Request, record: KeyRecord, name: str, item: str) -> Response:
        operation = self.spec.operations[name]
        if not self.permits(record, name):
            return self.refuse(request, 403, "scope")
        if request.body_too_large:
            return self._error(413)
        fields = {} if operation.body is None else decode(operation, request.body)
        if fields is None:
            return self._error(400)
        if name in ("view", "update", "delete"):
            sandbox = self.directory.sandboxes.get(item)
            if sandbox is None:
                return self._error(404)
            if not self.owns(record, sandbox, name):
                return self.refuse(request, 403, "other_org")
        return self._effects[name](record, item, fields)

    def _list(self, record: KeyRecord, _item: str, _fields: dict[str, Any]) -> Response:
        own = [sandbox.fields for sandbox in self.directory.sandboxes.values() if self.owns(record, sandbox, "list")]
        return self._success("list", {"data": own})

    def _create(self, record: KeyRecord, _item: str, fields: dict[str, Any]) -> Response:
        sandbox_id = self.directory.create_sandbox(record.organization, {"status": "running"} | fields)
        return self._success("create", self.directory.sandboxes[sandbox_id].fields)

    def _view(self, _record: KeyRecord, item: str, _fields: dict[str, Any]) -> Response:
        return self._success("view", self.directory.sandboxes[item].fields)

    def _update(self, _record: KeyRecord, item: str, fields: dict[str, Any]) -> Response:
        self.directory.change_sandbox(item, fields)
        return self._success("update", self.directory.sandboxes[item].fields)

    def _delete(self, _record: KeyRecord, item: str, _fields: dict[str, Any]) -> Response:
        return self._success("delete", self.directory.sandboxes.pop(item).fields)

    def route(self, path: str) -> tuple[Route | None, str]:
        """The route of a path, and the id of the sandbox in it; `None` and "" where there is none."""
        for route in self._routes:
            match = route.pattern.fullmatch(path)
            if match:
                return route, match[1] if match.re.groups else ""
        return None, ""

    def _make_routes(self) -> list[Route]:
        routes: dict[str, Route] = {}
        for name, operation in self.spec.operations.items():
            path = self.base_path + operation.path.partition("?")[0]
            pattern = "([^/]+)".join(map(re.escape, path.split("{id}")))
            routes.setdefault(pattern, Route(re.compile(pattern), {})).by_method[operation.method] = name
        return sorted(routes.values(), key=lambda route: route.pattern.groups)  # a path that is spelled out goes first

    def _permits(self, record: KeyRecord, name: str) -> bool:
        return self.spec.operations[name].needs in record.permissions

    def _refuse(self, _request: Request, status: int, why: str, *headers: tuple[bytes, bytes]) -> Response:
        challenge = (self._challenge,) if status == 401 else ()
        return Response(status, (_JSON, self._request_id(), *challenge, *headers), self._refusals.body(status, why))

    def _error(self, status: int, *headers: tuple[bytes, bytes]) -> Response:
        body = {"error": HTTPStatus(status).phrase}
        return Response(status, (_JSON, self._request_id(), *headers), json.dumps(body).encode())

    def _success(self, name: str, value: object) -> Response:
        documented = self.spec.operations[name].succeeds
        status = _USUAL[name] if _USUAL[name] in documented else documented[0]
        if status == 204:
            return Response(status, (self._request_id(),), b"")
        return Response(status, (_JSON, self._request_id()), msgspec.json.encode(value))

    def _request_id(self) -> tuple[bytes, bytes]:
        return b"x-request-id", next(self._request_ids).encode()


def _owns(record: KeyRecord, sandbox: Sandbox, _name: str) -> bool:
    """Whether a key may see a sandbox at all, in an operation."""
    return sandbox.organization == record.organization


def _challenge(spec: Spec) -> bytes:
    scheme = next((style.value.split(" ")[0] for style in spec.styles.values() if " " in style.value), "ApiKey")
    realm = re.sub(r"[^ !#-\[\]-~]", "", spec.title)  # what a quoted string may hold as it is
    return f'{scheme} realm="{realm}"'.encode()


def _allow(route: Route) -> tuple[bytes, bytes]:
    methods = [*route.by_method, *(["HEAD"] if "GET" in route.by_method else []), "OPTIONS"]
    return b"allow", ", ".join(methods).encode()
