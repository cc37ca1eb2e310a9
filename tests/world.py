"""A mock without a server: keys of every role, a clock that stands, and questions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.mock.directory import Directory, populate
from conformance.mock.faults import with_faults
from conformance.mock.message import Request, Response
from conformance.mock.respond import Mock
from conformance.spec.files import default_spec
from conformance.spec.loader import load
from conformance.spec.model import Body, Code, Credential, Outcome, Scope, Vocabulary

if TYPE_CHECKING:
    from conformance.keys import ApiKey
    from conformance.spec.model import Spec

HOPX = load(default_spec())
LIST = "/v1/sandboxes"
BODY = b'{"template_id": "52"}'
UNAUTHORIZED = {"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}
FORBIDDEN = {"error": "Forbidden", "code": "PERMISSION_DENIED"}

CREDENTIALS = {
    "nobody": Credential(key="none"),
    "typo": Credential(key="near_miss", source="good", how=["drop"]),
    "wild": Credential(key="minted"),
    "good": Credential(key="active", variable="A"),
    "old": Credential(key="expired", variable="B"),
    "gone": Credential(key="revoked", variable="C"),
}


class World:
    """A mock with a key of every role, and a clock that stands until it is moved."""

    def __init__(self, spec: Spec = HOPX, seed: int | None = None, fault: str = "") -> None:
        self.time = 1_000_000.0
        self.directory = Directory(spec, seed, lambda: self.time)
        self.roles = populate(self.directory)
        self.mock = Mock(self.directory, self.roles.keys.values())
        self.respond = with_faults(self.mock, fault)
        self.own, self.foreign = self.roles.sandboxes["own"], self.roles.sandboxes["other"]

    def ask(
        self, key: ApiKey | str | None = None, method: str = "GET", path: str = LIST, body: bytes = b"", **rest: Any
    ) -> Response:
        text = key if isinstance(key, str | None) else key.reveal()
        headers = () if text is None else ((b"x-api-key", text.encode()),)
        return self.respond(Request(method, path, body=body, headers=headers, **rest))

    def ask_as(self, role: str, method: str = "GET", path: str = LIST, body: bytes = b"") -> Response:
        return self.ask(self.roles.keys[role], method, path, body)

    def sent(self, *headers: tuple[str, str], query: str = "", body: bytes = b"") -> Response:
        pairs = tuple((name.lower().encode(), value.encode()) for name, value in headers)
        return self.respond(Request("GET", LIST, query, pairs, body))


def body_of(response: Response) -> Any:
    return json.loads(response.body)


def header(response: Response, name: str) -> str | None:
    found = [value.decode() for key, value in response.headers if key == name.encode()]
    assert len(found) < 2, "a header is there twice"
    return found[0] if found else None


def small_spec(bodies: list[Body], status: int = 401) -> Spec:
    page = Vocabulary(codes={"X1": Code(message="First", remedy=""), "X2": Code(message="Second", remedy="")})
    return msgspec.structs.replace(
        HOPX,
        credentials=CREDENTIALS,
        vocabularies={"page": page},
        scopes={"any": Scope(allows=["read", "create", "update", "delete"])},
        outcomes={"no": Outcome(status=[status], bodies={"page": bodies})},
    )
