"""Faults in where a key is looked for: styles that are not read, and places where none may stand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from conformance.mock.faults.fault import add, fault, is_key, operation_of
from conformance.mock.presented import reader

if TYPE_CHECKING:
    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.presented import Reader
    from conformance.mock.respond import Mock

_LOOKALIKES = {
    "raw-authorization": "Authorization with the key alone",
    "token-scheme": "the Token scheme",
    "basic-user": "the user of Basic credentials",
    "basic-password": "the password of Basic credentials",
    "bearer-no-space": "Bearer without a space",
    "api-key-header": "a header Api-Key",
    "underscore-header": "a header with underscores",
    "query-access-token": "the query string, under one name",
    "query-header-name": "the query string, under the name of the header",
    "query-apikey": "the query string, under the name apikey",
    "query-key": "the query string, under the name key",
    "token-in-query": "the query string, under the name token",
    "cookie-api-key": "a cookie",
    "cookie-header-name": "a cookie with the name of the header",
    "token-in-cookie": "a cookie with the name token",
    "apikey-scheme": "the ApiKey scheme",
    "apikey-header": "a header apikey",
    "auth-token-header": "a header of other APIs",
    "proxy-authorization": "what is meant for proxies",
    "body-api-key": "the body",
}


@fault("valid-key-authenticates")
def first_style_ignored(mock: Mock, respond: Respond) -> Respond:
    """The first documented style is not read."""
    del mock.readers[0]
    return respond


@fault("valid-key-authenticates")
def last_style_ignored(mock: Mock, respond: Respond) -> Respond:
    """The last documented style is not read."""
    mock.readers.pop()
    return respond


def _ignored_on(operation: str, mock: Mock, respond: Respond) -> Respond:
    read = mock.readers[-1]
    mock.readers[-1] = lambda request: [] if operation_of(mock, request) == operation else read(request)
    return respond


for _name in ("list", "create", "view", "update", "delete"):
    add(
        f"last-style-ignored-on-{_name}",
        f"The last documented style is not read where the operation is {_name}.",
        "valid-key-authenticates",
        partial(_ignored_on, _name),
    )


@fault("header-name-ignores-case")
def header_case_matters(mock: Mock, respond: Respond) -> Respond:
    """Header names are compared with regard to case."""
    names = {style.header.lower().encode(): style.header.encode() for style in mock.spec.styles.values()}

    def answer(request: Request) -> Response:
        pairs = zip(request.headers, request.spelled or (name for name, _ in request.headers), strict=True)
        exact = tuple(pair for pair, spelled in pairs if names.get(pair[0], spelled) == spelled)
        return respond(request._replace(headers=exact, spelled=()))

    return answer


@fault("header-name-ignores-case")
def upper_case_headers_ignored(_mock: Mock, respond: Respond) -> Respond:
    """Headers whose names are all in upper case are not read."""

    def answer(request: Request) -> Response:
        pairs = zip(request.headers, request.spelled or (name for name, _ in request.headers), strict=True)
        return respond(request._replace(headers=tuple(pair for pair, name in pairs if not name.isupper()), spelled=()))

    return answer


@fault("scheme-ignores-case")
def scheme_case_matters(mock: Mock, respond: Respond) -> Respond:
    """Authentication schemes are compared with regard to case."""
    starts = tuple(style.value.split(" ")[0].encode() for style in mock.spec.styles.values() if " " in style.value)

    def answer(request: Request) -> Response:
        headers = request.headers
        exact = tuple(pair for pair in headers if pair[0] != b"authorization" or pair[1].startswith(starts))
        return respond(request._replace(headers=exact, spelled=()))

    return answer


@fault("only-the-two-headers-authenticate")
def query_accepted(mock: Mock, respond: Respond) -> Respond:
    """A key in the query string authenticates, whatever it is called there."""
    return _adding(mock, respond, lambda request: [text for _, text in parse_qsl(request.query, encoding="latin-1")])


def _accepted(name: str, mock: Mock, respond: Respond) -> Respond:
    style = mock.spec.lookalikes.get(name)
    return _adding(mock, respond, reader(style)) if style else respond


for _name, _place in _LOOKALIKES.items():
    add(
        f"{_name}-accepted",
        f"A key in {_place} authenticates.",
        "only-the-two-headers-authenticate",
        partial(_accepted, _name),
    )


def _adding(mock: Mock, respond: Respond, read: Reader) -> Respond:
    """Looks in one more place, and takes what is a key there."""
    mock.readers.append(lambda request: [text for text in read(request) if is_key(mock, text)])
    return respond
