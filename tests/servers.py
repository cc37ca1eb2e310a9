"""Servers that keep every documented promise, each with freedoms of its own; written without a line of the mock's.

`servers.py NAME` serves one.
"""

from __future__ import annotations

import gzip
import json
import re
import secrets
import socketserver
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from runs import SPEC

from conformance.keys import KeyFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = KeyFormat(msgspec.to_builtins(SPEC.key))
_LONGEST_LINE = 65536
_HEADERS_LIMIT = 8192
_POLL_SECONDS = 0.01
_EVERYTHING = {"read", "create", "update", "delete"}
_OPERATIONS = {
    ("GET", False, False): "list",
    ("POST", False, False): "create",
    ("GET", True, False): "view",
    ("DELETE", True, False): "delete",
    ("PUT", True, True): "update",
}
_WORDS = {
    "rest": {401: "AUTHENTICATION_ERROR", 403: "PERMISSION_DENIED"},
    "sdk": {401: "auth_invalid_key", 403: "auth_insufficient_permissions", 429: "auth_rate_limited"},
}


@dataclass(frozen=True, kw_only=True)
class Freedoms:
    """What the pages leave open; the defaults are what most servers do."""

    vocabulary: str = "rest"
    extra_fields: bool = False
    pretty: bool = False
    content_type: str = "application/json"
    framing: str = "length"  # or chunked, or close as HTTP/1.0 has it
    gzip: bool = False
    lower_names: bool = False
    interim: bool = False  # 103 Early Hints before every answer
    request_id: bool = True
    challenge: bool = True
    cookie: bool = False
    requests_per_connection: int = 1000  # after which the server hangs up without a word
    created: int = 201
    updated: int = 200
    deleted: int = 204
    foreign: int = 403
    id_name: str = "id"
    number_ids: bool = False
    bare_list: bool = False
    page: int = 1000
    others: int = 0  # sandboxes that there are already
    busy: bool = False  # somebody else creates one before each list
    fleeting: bool = False  # what others created is gone when it is looked at for the first time
    changing_views: bool = False
    templates: tuple[str, ...] = ("template_id", "template")
    bad_template: int = 400
    shown_404: str = "application/json"
    head: bool = True
    slash_redirect: bool = False
    free_options: bool = False
    unknown_method: int = 405
    strict_bytes: bool = False  # 400 for control bytes, 431 for long headers, before anything else
    body_limit: int = 1 << 20
    odd_id: int = 404
    helpful: bool = False  # a refusal says what was asked for, and to who may read, what there is
    lacking: tuple[str, ...] = ()  # operations that no page documents and that it does not have
    without_path: int = 404  # what is answered where it has no such operation
    greeting: bool = False  # an unknown path is answered with where the documentation is, key or no key
    paths_first: bool = False  # what it does not have is said to those without a key as well


class Key(NamedTuple):
    """What the server knows of a key."""

    organization: str
    allowed: set[str]
    state: str = "active"


class Request(NamedTuple):
    """A request as it was read."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """An answer before its freedoms are taken."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


class RefusalError(Exception):
    """Ends a request."""

    def __init__(self, status: int, why: str = "") -> None:
        self.answer = Answer(status, why)


class Api:
    """The documented API: keys, sandboxes, and what each request does."""

    def __init__(self, freedoms: Freedoms) -> None:
        self.free = freedoms
        self.lock = threading.Lock()
        self.count = 0
        self.asked: list[Request] = []
        self.sandboxes: dict[str, dict[str, Any]] = {}
        roles = {
            "HOPX_API_KEY": Key("own", _EVERYTHING),
            "HOPX_API_KEY_READ_ONLY": Key("own", {"read"}),
            "HOPX_API_KEY_CREATE_ONLY": Key("own", {"create"}),
            "HOPX_API_KEY_REVOKED": Key("own", _EVERYTHING, "revoked"),
            "HOPX_API_KEY_EXPIRED": Key("own", _EVERYTHING, "expired"),
            "HOPX_API_KEY_OTHER_ORG": Key("other", _EVERYTHING),
            "HOPX_API_KEY_RATE_LIMITED": Key("own", _EVERYTHING, "limited"),
        }
        self.environment = {name: KEYS.mint().reveal() for name in roles}
        self.keys = {self.environment[name]: key for name, key in roles.items()}
        self.keys[KEYS.mint().reveal()] = Key("own", _EVERYTHING)  # a colleague's, of the same organization
        for _ in range(freedoms.others):
            self.create("own", by="others")
        self.environment["HOPX_OTHER_ORG_SANDBOX_ID"] = self.create("other")

    def create(self, organization: str, timeout: int = 3600, by: str = "us") -> str:
        self.count += 1
        item = str(7_000_000 + self.count) if self.free.number_ids else f"sbx-{self.count:05}-{secrets.token_hex(4)}"
        self.sandboxes[item] = {"organization": organization, "timeout": timeout, "by": by}
        return item

    def respond(self, request: Request) -> Answer:
        with self.lock:
            self.asked.append(request)
            try:
                return self._respond(request)
            except RefusalError as refusal:
                answer = refusal.answer
                return replace(answer, more=self._help(request, answer.status)) if self.free.helpful else answer

    def _respond(self, request: Request) -> Answer:
        path = request.path.partition("?")[0]
        if self.free.slash_redirect and path.endswith("/"):
            return Answer(308, headers={"Location": path.rstrip("/")})
        if self.free.free_options and request.method == "OPTIONS":
            return Answer(204, headers={"Allow": "GET, POST"})
        found = re.fullmatch(r"/v1/sandboxes(?:/([^/]+)(/timeout)?)?", path)
        item, timeout = (found[1] or "", bool(found[2])) if found else ("", False)
        method = "GET" if request.method == "HEAD" and self.free.head else request.method
        if self.free.greeting and not found and method == "GET":
            return Answer(200, {"service": "sandboxes", "documentation": "https://docs.example"})
        name = _OPERATIONS.get((method, bool(item), timeout), "") if found else ""
        if name in self.free.lacking and self.free.paths_first:
            raise RefusalError(self.free.without_path)
        key = self._known(request)
        if name in self.free.lacking:
            raise RefusalError(self.free.without_path)
        if not found:
            raise RefusalError(404)
        if not name:
            raise RefusalError(self.free.unknown_method)
        perform: Any = getattr(self, f"_{name}")
        answer: Answer = perform(key, item, request)
        return answer

    def _known(self, request: Request) -> Key:
        bearer = re.fullmatch(r"(?i:bearer) +(\S+)", request.headers.get("authorization", ""))
        given = {request.headers.get("x-api-key", ""), bearer[1] if bearer else ""} - {""}
        key = self.keys.get(given.pop()) if len(given) == 1 else None
        if key is None or key.state == "revoked":
            raise RefusalError(401)
        if key.state == "expired":
            raise RefusalError(401, "auth_key_expired" if self.free.vocabulary == "sdk" else "")
        if key.state == "limited":
            raise RefusalError(429)
        return key

    def _help(self, request: Request, status: int) -> dict[str, Any]:
        found = re.search(r"/sandboxes/([^/]+)", request.path)
        more = {"resource": {"type": "sandbox", "id": found[1], "status": status}} if found else {}
        if status not in (403, 404) or "read" not in (key := self._known(request)).allowed:
            return more
        return more | {
            "yours": [item for item, one in self.sandboxes.items() if one["organization"] == key.organization]
        }

    def _may(self, key: Key, what: str) -> None:
        if what not in key.allowed:
            raise RefusalError(403)

    def _own(self, key: Key, item: str) -> dict[str, Any]:
        if not re.fullmatch(r"\d+|sbx-[0-9a-f-]+", item):
            raise RefusalError(self.free.odd_id)
        sandbox = self.sandboxes.get(item)
        if sandbox is None:
            raise RefusalError(404)
        if sandbox["organization"] != key.organization:
            raise RefusalError(self.free.foreign)
        return sandbox

    def _list(self, key: Key, _item: str, _request: Request) -> Answer:
        self._may(key, "read")
        if self.free.busy:
            self.create("own", by="others")
        own = [item for item, sandbox in self.sandboxes.items() if sandbox["organization"] == key.organization]
        shown = [self._shown(item) for item in own[: self.free.page]]
        return Answer(200, shown if self.free.bare_list else {"data": shown, "total": len(own)})

    def _create(self, key: Key, _item: str, request: Request) -> Answer:
        self._may(key, "create")
        body = self._body(request)
        if not any(isinstance(body.get(name), str) for name in self.free.templates):
            raise RefusalError(self.free.bad_template)
        timeout = body.get("timeout_seconds", 300)
        if not isinstance(timeout, int):
            raise RefusalError(400)
        return Answer(self.free.created, self._shown(self.create(key.organization, timeout)))

    def _view(self, key: Key, item: str, _request: Request) -> Answer:
        self._may(key, "read")
        sandbox = self._own(key, item)
        if self.free.fleeting and sandbox["by"] == "others" and not sandbox.get("lasts"):
            del self.sandboxes[item]
            following = next((one for one in self.sandboxes.values() if one["by"] == "others"), {})
            following["lasts"] = True
            raise RefusalError(404)
        return Answer(200, self._shown(item))

    def _update(self, key: Key, item: str, request: Request) -> Answer:
        self._may(key, "update")
        sandbox, body = self._own(key, item), self._body(request)
        if not isinstance(body.get("timeout_seconds"), int):
            raise RefusalError(400)
        sandbox["timeout"] = body["timeout_seconds"]
        return Answer(self.free.updated, self._shown(item))

    def _delete(self, key: Key, item: str, _request: Request) -> Answer:
        self._may(key, "delete")
        self._own(key, item)
        shown = self._shown(item)
        del self.sandboxes[item]
        return Answer(self.free.deleted, shown)

    def _shown(self, item: str) -> dict[str, Any]:
        self.count += self.free.changing_views
        sandbox = self.sandboxes[item]
        shown: dict[str, Any] = {self.free.id_name: int(item) if self.free.number_ids else item}
        shown["timeout_seconds"] = sandbox["timeout"] - (self.count % 5 if self.free.changing_views else 0)
        if self.free.changing_views:
            shown["seen_at"] = f"2030-01-01T00:00:{self.count % 60:02}Z"
        return shown

    def _body(self, request: Request) -> dict[str, Any]:
        if len(request.body) > self.free.body_limit:
            raise RefusalError(413)
        try:
            body = json.loads(request.body)
        except ValueError:
            raise RefusalError(400) from None
        if not isinstance(body, dict):
            raise RefusalError(422)
        return body


class Connection(socketserver.StreamRequestHandler):
    """One connection: reads requests and writes answers, in the freedom that the server takes."""

    wbufsize = -1
    disable_nagle_algorithm = True

    def handle(self) -> None:
        api: Api = self.server.api  # type: ignore[attr-defined]
        self.free = api.free
        try:
            for _ in range(self.free.requests_per_connection):
                answer, goes_on = self._next(api)
                if answer is None or not (self._send(answer) and goes_on):
                    return
        except ConnectionError:
            return  # the other side has hung up

    def _next(self, api: Api) -> tuple[Answer | None, bool]:
        first = self.rfile.readline(_LONGEST_LINE).decode("latin-1").split()
        if len(first) != 3:
            return None, False
        self.method = first[0]
        raw, headers = b"", {}
        while (line := self.rfile.readline(_LONGEST_LINE)) not in (b"\r\n", b""):
            raw += line
            if self.free.strict_bytes and len(raw) > _HEADERS_LIMIT:
                return Answer(431), False  # what is still to come stays unread
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        if self.free.strict_bytes and re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]", raw):
            return Answer(400), False
        length = int(headers.get("content-length", "0"))
        return api.respond(Request(first[0], first[1], headers, self.rfile.read(length))), True

    def _send(self, answer: Answer) -> bool:
        """Write an answer; whether the connection goes on."""
        headers = {"Date": "Thu, 01 Jan 2030 00:00:00 GMT"} | answer.headers
        body = self._encoded(answer, headers)
        if answer.status == 401 and self.free.challenge:
            headers["WWW-Authenticate"] = 'Bearer realm="sandboxes"'
        if self.free.request_id:
            headers["X-Request-ID"] = secrets.token_hex(8)
        if self.free.cookie:
            headers["Set-Cookie"] = f"session={secrets.token_hex(8)}; HttpOnly"
        if self.free.gzip and body:
            body, headers["Content-Encoding"] = gzip.compress(body[:9]) + gzip.compress(body[9:]), "gzip"
        chunked = self.free.framing == "chunked" and answer.status != 204
        if chunked:
            headers["Transfer-Encoding"] = "chunked"
            body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:5], body[5:]) if part) + b"0\r\n\r\n"
        elif self.free.framing == "length" and answer.status != 204:
            headers["Content-Length"] = str(len(body))
        version = "HTTP/1.0" if self.free.framing == "close" else "HTTP/1.1"
        lines = [f"{version} {answer.status} {HTTPStatus(answer.status).phrase}"]
        lines += [f"{name.lower() if self.free.lower_names else name}: {value}" for name, value in headers.items()]
        if self.free.interim:
            self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + (b"" if self.method == "HEAD" else body))
        self.wfile.flush()
        return self.free.framing != "close"

    def _encoded(self, answer: Answer, headers: dict[str, str]) -> bytes:
        """The body, with its content type among the headers."""
        if answer.status in (204, 308):
            return b""
        headers["Content-Type"] = self.free.content_type
        if answer.status == 404 and self.free.shown_404 != "application/json":
            headers["Content-Type"] = self.free.shown_404
            return b"<!doctype html><title>404</title><h1>Nothing here</h1>"
        value = answer.body
        if answer.status >= 400:
            code = answer.body or _WORDS[self.free.vocabulary].get(answer.status, "")
            phrase = HTTPStatus(answer.status).phrase
            value = {"error": phrase} if self.free.vocabulary == "rest" else {"message": phrase}
            value |= ({"code": code} if code else {}) | answer.more
        if self.free.extra_fields and isinstance(value, dict):
            value = {"meta": {"id": secrets.token_hex(4), "took": secrets.randbelow(9)}} | value | {"docs": None}
        return json.dumps(value, indent=2 if self.free.pretty else None).encode()


class Server(socketserver.ThreadingTCPServer):
    """Listens on a free port of loopback."""

    request_queue_size = 128

    def __init__(self, api: Api) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), Connection)


@contextmanager
def served(freedoms: Freedoms) -> Iterator[Api]:
    """A conforming server that is served meanwhile; its `environment` holds its address and keys."""
    api = Api(freedoms)
    with Server(api) as server:  # leaving waits for every connection to have ended
        api.environment["HOPX_BASE_URL"] = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,))
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()


PLAIN = Freedoms()
SERVERS = {
    "plain": PLAIN,
    "sdk-words": Freedoms(
        vocabulary="sdk",
        extra_fields=True,
        pretty=True,
        content_type="application/json; charset=utf-8",
        framing="chunked",
        gzip=True,
        lower_names=True,
        cookie=True,
        request_id=False,
        challenge=False,
        updated=204,
        templates=("template",),
        bad_template=422,
    ),
    "closing": Freedoms(
        framing="close",
        content_type="application/problem+json",
        created=202,
        updated=202,
        deleted=202,
        foreign=401,
        shown_404="text/html",
        slash_redirect=True,
        free_options=True,
        unknown_method=501,
        head=False,
        strict_bytes=True,
        odd_id=400,
    ),
    "crowded": Freedoms(
        others=300, page=50, bare_list=True, id_name="sandbox_id", changing_views=True, created=200, interim=True
    ),
    "busy": Freedoms(
        busy=True, changing_views=True, extra_fields=True, number_ids=True, unknown_method=400, body_limit=100
    ),
    "helpful": Freedoms(helpful=True, others=5, extra_fields=True, number_ids=True),
    "hanging-up": Freedoms(requests_per_connection=1, templates=("template_id",), deleted=200, greeting=True),
    "impatient": Freedoms(requests_per_connection=3, vocabulary="sdk", templates=("template",), bad_template=404),
}
LACKING = {  # no page documents these requests, so that a server may have other ones instead
    "no-update": Freedoms(lacking=("update",)),
    "no-update-for-nobody": Freedoms(lacking=("update",), paths_first=True, foreign=401, created=200),
    "no-such-method": Freedoms(lacking=("update",), paths_first=True, without_path=405, busy=True),
    "no-view": Freedoms(lacking=("update", "view"), without_path=501, vocabulary="sdk", number_ids=True),
}


def main() -> None:
    """Serve the one that is named, until standard input ends."""
    with served((SERVERS | LACKING)[sys.argv[1]]) as api:
        print(json.dumps(api.environment), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
