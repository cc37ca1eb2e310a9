"""Faults in what an answer says: texts, codes, forms and headers, and what it should keep to itself."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.mock.faults.fault import add, changing, fault, operation_of, presented_key
from conformance.mock.presented import header_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.respond import Mock

    Change = Callable[[Response], Response]

_PAGE = b"<html><body>Bad Gateway</body></html>"
_RULES = {401: "unauthorized-missing", 403: "scope-decides"}


def _with_body(response: Response, body: dict[str, Any]) -> Response:
    return response._replace(body=json.dumps(body).encode())


def _fields(response: Response) -> dict[str, Any]:
    return dict(json.loads(response.body))


def _as_page(response: Response) -> Response:
    return _typed(response._replace(body=_PAGE), b"text/html")


def _typed(response: Response, content_type: bytes) -> Response:
    headers = tuple((name, content_type if name == b"content-type" else value) for name, value in response.headers)
    return response._replace(headers=headers)


def _without(response: Response, field: str) -> Response:
    return _with_body(response, {name: value for name, value in _fields(response).items() if name != field})


_FORMS: dict[str, tuple[str, Change]] = {
    "is-a-page": ("is a web page", _as_page),
    "is-empty": ("has no body", lambda response: response._replace(body=b"")),
    "is-cut-off": (
        "has half a body",
        lambda response: response._replace(body=response.body[: len(response.body) // 2]),
    ),
    "is-a-list": ("is a list", lambda response: response._replace(body=b"[" + response.body + b"]")),
    "is-nested": ("has its fields one level down", lambda response: _with_body(response, {"error": _fields(response)})),
    "is-plain-text": ("calls itself plain text", lambda response: _typed(response, b"text/plain")),
    "has-no-code": ("has no code", lambda response: _without(response, "code")),
    "has-no-text": ("has no text", lambda response: _without(response, "error")),
    "has-another-code": ("has a code that no page has", lambda r: _with_body(r, _fields(r) | {"code": "E_NO"})),
    "has-another-text": ("has a text that no page has", lambda r: _with_body(r, _fields(r) | {"error": "Nope"})),
    "has-its-code-in-lower-case": (
        "has its code in lower case",
        lambda r: _with_body(r, _fields(r) | {"code": str(_fields(r).get("code", "")).lower()}),
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
    return changing(respond, (403,), lambda _request, response: _with_body(response, fields))


@fault("one-vocabulary")
def revoked_in_other_words(mock: Mock, respond: Respond) -> Respond:
    """The refusal of a revoked key uses another page's words than the others."""
    fields, refuse = _last_words(mock, 401), mock.refuse

    def answer(request: Request, given: int, why: str, *headers: Any) -> Response:
        response = refuse(request, given, why, *headers)
        return _with_body(response, fields) if why == "revoked" else response

    mock.refuse = answer
    return respond


@fault("styles-agree")
def last_style_in_other_words(mock: Mock, respond: Respond) -> Respond:
    """A key that is refused in the last documented style gets another page's words."""
    fields, read = _last_words(mock, 401), mock.readers[-1]

    def other(request: Request, response: Response) -> Response:
        return _with_body(response, fields) if read(request) else response

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


@fault("secret-is-not-repeated")
def secret_echoed(mock: Mock, respond: Respond) -> Respond:
    """A 401 repeats what was sent."""

    def echo(request: Request, response: Response) -> Response:
        return _with_body(response, _fields(response) | {"received": _sent(mock, request)})

    return changing(respond, (401,), echo)


@fault("secret-is-not-repeated")
def secret_echoed_by_success(mock: Mock, respond: Respond) -> Respond:
    """A success names the key that it was given."""

    def echo(request: Request, response: Response) -> Response:
        return _with_body(response, _fields(response) | {"api_key": presented_key(mock, request)})

    return changing(respond, (200, 201), echo)


@fault("secret-is-not-repeated")
def secret_echoed_in_header(mock: Mock, respond: Respond) -> Respond:
    """A 403 names the key in a header for debugging."""

    def echo(request: Request, response: Response) -> Response:
        text = presented_key(mock, request).encode("ascii", "ignore")
        return response._replace(headers=(*response.headers, (b"x-debug-key", text)))

    return changing(respond, (403,), echo)


@fault("secret-is-not-repeated")
def secret_echoed_in_location(mock: Mock, respond: Respond) -> Respond:
    """A 401 says where to log in, with the key in the address."""

    def echo(request: Request, response: Response) -> Response:
        text = presented_key(mock, request).encode("ascii", "ignore")
        return response._replace(headers=(*response.headers, (b"location", b"/login?key=" + text)))

    return changing(respond, (401,), echo)


def _echoed_by(status: int, mock: Mock, respond: Respond) -> Respond:
    def echo(request: Request, response: Response) -> Response:
        return _with_body(response, _fields(response) | {"received": _sent(mock, request)})

    return changing(respond, (status,), echo)


for _status in (400, 404, 405):
    add(
        f"secret-echoed-by-{_status}",
        f"A {_status} repeats what was sent.",
        "secret-is-not-repeated-by-errors",
        partial(_echoed_by, _status),
    )


@fault("misplaced-secret-is-not-repeated")
def address_echoed(_mock: Mock, respond: Respond) -> Respond:
    """A 401 repeats the address with its query."""

    def echo(request: Request, response: Response) -> Response:
        return _with_body(response, _fields(response) | {"address": f"{request.path}?{request.query}"})

    return changing(respond, (401,), echo)


@fault("misplaced-secret-is-not-repeated")
def cookies_echoed(_mock: Mock, respond: Respond) -> Respond:
    """A 401 repeats the cookies."""

    def echo(request: Request, response: Response) -> Response:
        cookies = [value.decode("latin-1") for value in request.values(b"cookie")]
        return _with_body(response, _fields(response) | {"cookies": cookies})

    return changing(respond, (401,), echo)


def _quoting(mock: Mock, respond: Respond, is_quoted: Callable[[str], bool]) -> Respond:
    """Repeats some of the texts that are no key."""

    def quote(request: Request, response: Response) -> Response:
        quoted = [text for text in _sent(mock, request) if is_quoted(text)]
        return _with_body(response, _fields(response) | {"cannot_read": quoted})

    return changing(respond, (401,), quote)


@fault("strange-secret-is-not-repeated")
def strange_key_quoted(mock: Mock, respond: Respond) -> Respond:
    """A 401 quotes a key with bytes outside ASCII."""
    return _quoting(mock, respond, lambda text: not text.isascii())


@fault("strange-secret-is-not-repeated")
def percent_quoted(mock: Mock, respond: Respond) -> Respond:
    """A 401 quotes a key with characters in percent."""
    return _quoting(mock, respond, lambda text: "%00" in text)


@fault("unauthorized-missing")
def sandboxes_told(mock: Mock, respond: Respond) -> Respond:
    """A 401 tells of the sandboxes that there are."""

    def tell(_request: Request, response: Response) -> Response:
        there_are = [sandbox.fields for sandbox in mock.directory.sandboxes.values()]
        return _with_body(response, _fields(response) | {"sandboxes": there_are})

    return changing(respond, (401,), tell)


@fault("other-organization-key")
def refused_sandbox_shown(mock: Mock, respond: Respond) -> Respond:
    """A 403 shows the sandbox that it refuses."""

    def show(request: Request, response: Response) -> Response:
        _, item = mock.route(request.path)
        sandbox = mock.directory.sandboxes.get(item)
        return _with_body(response, _fields(response) | sandbox.fields) if sandbox else response

    return changing(respond, (403,), show)


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


def _sent(mock: Mock, request: Request) -> list[str]:
    return [value.decode("latin-1") for name in header_names(mock.spec) for value in request.values(name)]
