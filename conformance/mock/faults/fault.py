"""What a fault is, and how faults stand between a request and a mock's answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.keys import MalformedKeyError

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from typing import Any

    from conformance.mock.directory import KeyRecord
    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.respond import Mock

    Put = Callable[[Mock, Respond], Respond]
    Where = Callable[[Mock, Request], bool]

FAULTS: dict[str, Fault] = {}


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken promise on demand.

    `says` is what it does, `rule` the id of the rule that has to catch it, and `put` stands it before an answer: it may
    change the mock's decisions, and returns how requests are answered from now on.
    """

    name: str
    says: str
    rule: str
    put: Put


def fault(rule: str) -> Callable[[Put], Put]:
    """Make a function a fault of its name that the rule has to catch."""

    def make(put: Put) -> Put:
        add(put.__name__.replace("_", "-"), (put.__doc__ or "").strip(), rule, put)
        return put

    return make


def add(name: str, says: str, rule: str, put: Put) -> None:
    """Make a fault known."""
    FAULTS[name] = Fault(name, says, rule, put)


def changing(respond: Respond, statuses: Container[int], change: Callable[[Request, Response], Response]) -> Respond:
    """Answers as before, except where the status is one of these."""

    def answer(request: Request) -> Response:
        response = respond(request)
        return change(request, response) if response.status in statuses else response

    return answer


def letting_in(respond: Respond, where: Callable[[Request], bool]) -> Respond:
    """Answers as before, except that a refusal is none where a request is so."""

    def open_door(request: Request, response: Response) -> Response:
        return response._replace(status=200) if where(request) else response

    return changing(respond, (401,), open_door)


def with_body(response: Response, body: dict[str, Any]) -> Response:
    """An answer with another body."""
    return response._replace(body=json.dumps(body).encode())


def fields_of(response: Response) -> dict[str, Any]:
    """What the body of an answer holds."""
    return dict(json.loads(response.body))


def operation_of(mock: Mock, request: Request) -> str:
    """The operation that a request asks for; "" for none."""
    route, _ = mock.route(request.path)
    return route.by_method.get(request.method, "") if route else ""


def presented_key(mock: Mock, request: Request) -> str:
    """The well-formed key that a request presents; "" for none."""
    texts = (text for read in mock.readers for text in read(request))
    return next((text for text in texts if is_key(mock, text)), "")


def presented_record(mock: Mock, request: Request) -> KeyRecord | None:
    """What is known of the id of the key that a request presents."""
    text = presented_key(mock, request)
    return mock.directory.keys.get(mock.directory.key_format.parse(text).key_id) if text else None


def is_key(mock: Mock, text: str) -> bool:
    """Whether a text is a well-formed key."""
    try:
        mock.directory.key_format.parse(text)
    except MalformedKeyError:
        return False
    return True
