"""What the recording server answers: it plays along, or it gives the refusal that a call is about."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.mock.message import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.spec.model import Spec
    from conformance.spec.sdk import PlayedAnswer

    Play = Callable[[Request, bool], Response]

REQUEST_ID = "req_5f0c2a9e41d7"
_ANY = re.compile(r".*", re.DOTALL)
_JSON = (b"content-type", b"application/json")
_UNKNOWN = Response(404, (_JSON,), b'{"error": "Not Found"}')


def playing(spec: Spec, answer: str, form: str, sandbox: str) -> Callable[[str], Play]:
    """How a call is answered, given the address of the other host: as its rule has it, or as the API would."""
    assert spec.sdk is not None  # noqa: S101  there are no calls without
    routes = [(_pattern(spec, request), route) for request, route in spec.sdk.routes.items()]
    if answer:
        route = spec.sdk.answers[answer].forms[form]
        routes.insert(0, (_pattern(spec, route.only) if route.only else _ANY, route))

    def play_at(elsewhere: str) -> Play:
        def play(request: Request, is_elsewhere: bool) -> Response:
            line = f"{request.method} {request.path}"
            known = routes[1:] if answer and is_elsewhere else routes
            route = next((route for pattern, route in known if pattern.fullmatch(line)), None)
            values = {"elsewhere": elsewhere, "id": sandbox, "path": request.path, "request_id": REQUEST_ID}
            return _response(route, values) if route else _UNKNOWN

        return play

    return play_at


def is_played(response: Response) -> bool:
    """Whether the recording server knew what to answer."""
    return response is not _UNKNOWN


def _pattern(spec: Spec, request: str) -> re.Pattern[str]:
    """Matches a request line below the documented base path or without it."""
    method, _, path = request.partition(" ")
    base = re.escape(urlsplit(spec.base_url).path)
    segments = re.sub(r"\\{[a-z_]+\\}", "[^/]+", re.escape(path))
    return re.compile(f"{method} (?:{base})?{segments}/?")


def _response(route: PlayedAnswer, values: dict[str, str]) -> Response:
    def filled(text: str) -> bytes:
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text.encode()

    headers = [(name.lower().encode(), filled(value)) for name, value in route.headers.items()]
    if route.body is None:
        return Response(route.status, tuple(headers), filled(route.text))
    if not any(name == b"content-type" for name, _ in headers):
        headers.append(_JSON)
    return Response(route.status, tuple(headers), filled(json.dumps(route.body)))
