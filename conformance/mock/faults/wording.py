"""Faults in what an answer says: texts, codes, forms and headers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.mock.faults.fault import add, changing, fault, fields_of, operation_of, with_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.respond import Mock

    Change = Callable[[Response], Response]

_PAGE = b"<html><body>Bad Gateway</body></html>"
_RULES = {401: "unauthorized-missing", 403: "scope-decides"}


def _as_page(response: Response) -> Response:
    return _typed(response._replace(body=_PAGE), b"text/html")


def _typed(response: Response, content_type: bytes) -> Response:
    headers = tuple((name, content_type if name == b"content-type" else value) for name, value in response.headers)
    return response._replace(headers=headers)


def _without(response: Response, field: str) -> Response:
    return with_body(response, {name: value for name, value in fields_of(response).items() if name != field})


_FORMS: dict[str, tuple[str, Change]] = {
    "is-a-page": ("is a web page", _as_page),
    "is-empty": ("has no body", lambda response: response._replace(body=b"")),
    "is-cut-off": (
        "has half a body",
        lambda response: response._replace(body=response.body[: len(response.body) // 2]),
    ),
    "is-a-list": ("is a list", lambda response: response._replace(body=b"[" + response.body + b"]")),
    "is-nested": (
        "has its fields one level down",
        lambda response: with_body(response, {"error": fields_of(response)}),
    ),
    "is-plain-text": ("calls itself plain text", lambda response: _typed(response, b"text/plain")),
    "has-no-code": ("has no code", lambda response: _without(response, "code")),
    "has-no-text": ("has no text", lambda response: _without(response, "error")),
    "has-another-code": ("has a code that no page has", lambda r: with_body(r, fields_of(r) | {"code": "E_NO"})),
    "has-another-text": ("has a text that no page has", lambda r: with_body(r, fields_of(r) | {"error": "Nope"})),
    "has-its-code-in-lower-case": (
        "has its code in lower case",
        lambda r: with_body(r, fields_of(r) | {"code": str(fields_of(r).get("code", "")).lower()}),
    ),
}


def _formed(status: int, change: Change, _mock: Mock, respond: Respond) -> Respond:
    return changing(respond, (status,), lambda _request, response: change(response))


for _status, _rule in _RULES.items():
    for _form, (_words, _change) in _FORMS.items():
        add(f"{_status}-{_form}", f"A {_status} {_words}.", _rule, partial(_formed, _status, _change))


@fault("one-vocabulary-with-403")
def mixed_vocabulary(mock: Mock, respond: Respond) -> Respond:
    """403 uses another page's words than 401."""
    fields = _last_words(mock, 403)
    return changing(respond, (403,), lambda _request, response: with_body(response, fields))


@fault("one-vocabulary")
def revoked_in_other_words(mock: Mock, respond: Respond) -> Respond:
    """The refusal of a revoked key uses another page's words than the others."""
    fields, refuse = _last_words(mock, 401), mock.refuse

    def answer(request: Request, given: int, why: str, *headers: Any) -> Response:
        response = refuse(request, given, why, *headers)
        return with_body(response, fields) if why == "revoked" else response

    mock.refuse = answer
    return respond


@fault("styles-agree")
def last_style_in_other_words(mock: Mock, respond: Respond) -> Respond:
    """A key that is refused in the last documented style gets another page's words."""
    fields, read = _last_words(mock, 401), mock.readers[-1]

    def other(request: Request, response: Response) -> Response:
        return with_body(response, fields) if read(request) else response

    return changing(respond, (401,), other)


@fault("styles-agree")
def last_style_lists_nothing(mock: Mock, respond: Respond) -> Respond:
    """What is listed for a key in the last documented style is empty, whatever there is."""
    return _listing_otherwise(mock, respond, lambda response: response._replace(body=b'{"data": []}'))


@fault("styles-agree")
def last_style_lists_with_202(mock: Mock, respond: Respond) -> Respond:
    """A list for a key in the last documented style has another status of success."""
    return _listing_otherwise(mock, respond, lambda response: response._replace(status=202))


def _listing_otherwise(mock: Mock, respond: Respond, change: Change) -> Respond:
    """Changes what is listed for a key in the last documented style."""
    read = mock.readers[-1]

    def other(request: Request, response: Response) -> Response:
        return change(response) if operation_of(mock, request) == "list" and read(request) else response

    return changing(respond, (200,), other)


def _limited(status: int, _mock: Mock, respond: Respond) -> Respond:
    return changing(respond, (429,), lambda _request, response: response._replace(status=status))


for _status in (401, 403, 503):
    add(f"limit-is-{_status}", f"A key over its limit gets a {_status}.", "rate-limited", partial(_limited, _status))


@fault("challenge-is-sent")
def no_challenge(_mock: Mock, respond: Respond) -> Respond:
    """A 401 names no scheme."""
    return _lacking(respond, b"www-authenticate")


@fault("request-id-is-sent")
def no_request_id(_mock: Mock, respond: Respond) -> Respond:
    """No answer has a request id."""
    return _lacking(respond, b"x-request-id")


@fault("request-id-is-sent-with-403")
def no_request_id_with_403(_mock: Mock, respond: Respond) -> Respond:
    """A 403 has no request id."""
    lacking = _lacking(respond, b"x-request-id")
    return changing(respond, (403,), lambda request, _response: lacking(request))


def _lacking(respond: Respond, name: bytes) -> Respond:
    def answer(request: Request) -> Response:
        response = respond(request)
        return response._replace(headers=tuple(pair for pair in response.headers if pair[0] != name))

    return answer


def _last_words(mock: Mock, status: int) -> dict[str, Any]:
    """The body that the last of the pages has for a status."""
    pages = [
        list(outcome.bodies.values())[-1]
        for outcome in mock.spec.outcomes.values()
        if outcome.status == [status] and outcome.bodies
    ]
    return {name: value for page in pages[:1] for body in page[:1] for name, value in body.has.items()}
