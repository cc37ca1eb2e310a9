"""Faults in what becomes of a bad key: let in, or refused in a way that no page has, everywhere or somewhere."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from conformance.mock.faults.fault import add, operation_of, presented_record
from conformance.mock.presented import header_names

if TYPE_CHECKING:
    from typing import Any

    from conformance.mock.directory import KeyRecord
    from conformance.mock.faults.fault import Where
    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.respond import Mock


class BadCredential(NamedTuple):
    """A kind of bad credential: in words, and the rule about its refusal."""

    words: str
    rule: str


KINDS = {
    "missing": BadCredential("no key", "unauthorized-missing"),
    "empty": BadCredential("an empty header", "unauthorized-empty"),
    "malformed": BadCredential("a malformed key", "unauthorized-malformed"),
    "unknown": BadCredential("an unknown key", "unauthorized-unknown"),
    "wrong-secret": BadCredential("a known id with a wrong secret", "unauthorized-wrong-secret"),
    "revoked": BadCredential("a revoked key", "unauthorized-revoked"),
    "expired": BadCredential("an expired key", "unauthorized-expired"),
}
_STATUSES = (200, 302, 400, 403, 404, 500)
_SOMEWHERE = [  # every operation for two kinds, and one operation for each of the others
    *(("missing", name) for name in ("list", "create", "view", "update", "delete")),
    *(("unknown", name) for name in ("list", "create", "view", "update", "delete")),
    ("empty", "create"),
    ("malformed", "view"),
    ("wrong-secret", "update"),
    ("revoked", "delete"),
    ("expired", "view"),
]
_LOGIN = (b"location", b"/login")


def _accepted(kind: str, where: Where, mock: Mock, respond: Respond) -> Respond:
    identify = mock.identify

    def accept(request: Request) -> tuple[KeyRecord | None, str]:
        record, why = identify(request)
        if record is None and _kind(mock, request, why) == kind and where(mock, request):
            return _somebody(mock, request), why
        return record, why

    mock.identify = accept
    return respond


def _answered(kind: str, status: int, mock: Mock, respond: Respond) -> Respond:
    refuse = mock.refuse

    def answer(request: Request, given: int, why: str, *headers: Any) -> Response:
        response = refuse(request, given, why, *headers)
        if given != 401 or _kind(mock, request, why) != kind:
            return response
        if status == 302:
            return response._replace(status=status, headers=(*response.headers, _LOGIN))
        return response._replace(status=status, body=b'{"data": []}' if status == 200 else response.body)

    mock.refuse = answer
    return respond


def _kind(mock: Mock, request: Request, why: str) -> str:
    if why == "missing":
        return "empty" if any(request.values(name) for name in header_names(mock.spec)) else "missing"
    if why == "unknown":
        return "wrong-secret" if presented_record(mock, request) else "unknown"
    return why


def _somebody(mock: Mock, request: Request) -> KeyRecord | None:
    """Whom a careless server takes the request for: the key's own owner, else the first customer."""
    return presented_record(mock, request) or next(iter(mock.directory.keys.values()), None)


def _everywhere(_mock: Mock, _request: Request) -> bool:
    return True


def _on(operation: str, mock: Mock, request: Request) -> bool:
    return operation_of(mock, request) == operation


for _name, _of in KINDS.items():
    add(f"{_name}-accepted", f"{_of.words.capitalize()} is let in.", _of.rule, partial(_accepted, _name, _everywhere))
    for _status in _STATUSES:
        add(
            f"{_name}-is-{_status}",
            f"{_of.words.capitalize()} gets a {_status}.",
            _of.rule,
            partial(_answered, _name, _status),
        )
for _name, _operation in _SOMEWHERE:
    add(
        f"{_name}-accepted-on-{_operation}",
        f"{KINDS[_name].words.capitalize()} is let in where the operation is {_operation}.",
        KINDS[_name].rule,
        partial(_accepted, _name, partial(_on, _operation)),
    )
