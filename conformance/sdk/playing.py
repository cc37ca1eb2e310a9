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
    from conformance.spec.sdk import Route

    Play = Callable[[Request, bool], Response]

REQUEST_ID = "req_5f0c2a9e41d7"
_JSON = (b"content-type", b"application/json")
_UNKNOWN = Response(404, (_JSON,), b'{"error": "Not Found"}')


def playing(spec: Spec, answer: str, form: str) -> Callable[[str], Play]:
    """How a call is answered, given the address of the other host: with one refusal, or as the API would."""
    assert spec.sdk is not None  # noqa: S101  there are no calls without
    routes = [(_pattern(spec, request), route) for request, route in spec.sdk.routes.items()]
    refusal = spec.sdk.answers[answer].forms[form] if answer else None

    def play_at(elsewhere: str) -> Play:
        def play(request: Request, is_elsewhere: bool) -> Response:
            if refusal is not None and not is_elsewhere:
                return _response(refusal, elsewhere)
            line = f"{request.method} {request.path}"
            route = next((route for pattern, route in routes if pattern.fullmatch(line)), None)
            return _response(route, elsewhere) if route else _UNKNOWN

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


def _response(route: Route, elsewhere: str) -> Response:
    def filled(text: str) -> str:
        return text.replace("{elsewhere}", elsewhere).replace("{request_id}", REQUEST_ID)

    headers = [(name.lower().encode(), filled(value).encode()) for name, value in route.headers.items()]
    if route.body is None:
        return Response(route.status, tuple(headers), filled(route.text).encode())
    if not any(name == b"content-type" for name, _ in headers):
        headers.append(_JSON)
    return Response(route.status, tuple(headers), filled(json.dumps(route.body)).encode())
