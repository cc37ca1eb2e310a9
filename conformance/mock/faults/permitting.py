"""Faults in permission: scopes, organizations, and what a refusal does all the same."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conformance.mock.faults.fault import add, changing, fault, operation_of
from conformance.mock.fields import decode

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from conformance.mock.directory import KeyRecord, Sandbox
    from conformance.mock.message import Request, Respond, Response
    from conformance.mock.respond import Mock

    Owns = Callable[[KeyRecord, Sandbox, str], bool]

_CELLS = {  # what each scope allows
    "full": ("list", "create", "view", "update", "delete"),
    "read_only": ("list", "view"),
    "create_only": ("create",),
}
_REQUESTS_LATER = 3
_EFFECTS = {"create": "creates", "update": "changes", "delete": "deletes"}


@fault("scope-decides")
def scope_ignored(mock: Mock, respond: Respond) -> Respond:
    """Every key may do everything."""
    mock.permits = lambda _record, _name: True
    return respond


def _other_cell(scope: str, operation: str, mock: Mock, respond: Respond) -> Respond:
    permits = mock.permits
    allowed = frozenset(mock.spec.scopes[scope].allows) if scope in mock.spec.scopes else None

    def permit(record: KeyRecord, name: str) -> bool:
        is_cell = name == operation and record.permissions == allowed
        return permits(record, name) != is_cell

    mock.permits = permit
    return respond


for _scope, _allowed in _CELLS.items():
    for _name in _CELLS["full"]:
        _may = "may not" if _name in _allowed else "may"
        add(
            f"{_scope}-{_may}-{_name}".replace("_", "-").replace(" ", "-"),
            f"A key of the scope {_scope} {_may} {_name}.",
            "scope-decides",
            partial(_other_cell, _scope, _name),
        )


@fault("other-organization-sandbox")
def organization_ignored(mock: Mock, respond: Respond) -> Respond:
    """Sandboxes of every organization are open to every key."""
    return _owning(mock, respond, lambda _record, _sandbox, _name: True)


def _foreign(operation: str, mock: Mock, respond: Respond) -> Respond:
    return _owning(mock, respond, lambda _record, _sandbox, name: name == operation)


for _name, _done in {"view": "viewed", "update": "updated", "delete": "deleted"}.items():
    add(
        f"foreign-sandbox-{_done}",
        f"A sandbox of another organization is {_done}.",
        "other-organization-sandbox",
        partial(_foreign, _name),
    )
add(
    "foreign-sandbox-listed",
    "A list shows the sandboxes of every organization.",
    "other-organization-is-not-listed",
    partial(_foreign, "list"),
)


@fault("other-organization-is-not-listed")
def first_customer_listed_to_all(mock: Mock, respond: Respond) -> Respond:
    """The sandboxes of the first organization are listed to every other."""
    return _owning(mock, respond, lambda _record, sandbox, name: name == "list" and sandbox.organization == "own")


@fault("other-organization-key")
def visitor_views(mock: Mock, respond: Respond) -> Respond:
    """The second organization may view what the first one has."""
    return _owning(mock, respond, lambda record, _sandbox, name: name == "view" and record.organization == "other")


@fault("other-organization-key")
def visitor_deletes(mock: Mock, respond: Respond) -> Respond:
    """The second organization may delete what the first one has."""
    return _owning(mock, respond, lambda record, _sandbox, name: name == "delete" and record.organization == "other")


@fault("other-organization-sandbox")
def foreign_sandbox_is_500(mock: Mock, respond: Respond) -> Respond:
    """Another organization's sandbox is a server error."""
    refuse = mock.refuse

    def answer(request: Request, given: int, why: str, *headers: Any) -> Response:
        response = refuse(request, given, why, *headers)
        return response._replace(status=500) if why == "other_org" else response

    mock.refuse = answer
    return respond


def _done_all_the_same(status: int, operation: str, mock: Mock, respond: Respond) -> Respond:
    def act(request: Request, response: Response) -> Response:
        if operation_of(mock, request) == operation:
            _acts[operation](mock, mock.route(request.path)[1], request)
        return response

    return changing(respond, (status,), act)


def _create(mock: Mock, _item: str, _request: Request) -> None:
    mock.directory.create_sandbox("own", {})


def _update(mock: Mock, item: str, request: Request) -> None:
    fields = decode(mock.spec.operations["update"], request.body)
    if item in mock.directory.sandboxes and fields:
        mock.directory.change_sandbox(item, fields)


def _delete(mock: Mock, item: str, _request: Request) -> None:
    mock.directory.sandboxes.pop(item, None)


_acts: dict[str, Callable[[Mock, str, Request], None]] = {"create": _create, "update": _update, "delete": _delete}
for _name, _does in _EFFECTS.items():
    for _who, _status in (("denied", 403), ("unauthorized", 401)):
        add(
            f"{_who}-{_name}-works",
            f"A {_name} that is refused with {_status} {_does} all the same.",
            f"denied-{_name}-{_does}-nothing",
            partial(_done_all_the_same, _status, _name),
        )


def _done_later(operation: str, mock: Mock, respond: Respond) -> Respond:
    """Does what was refused when so many further requests have come."""
    waiting: list[list[Any]] = []

    def answer(request: Request) -> Response:
        for one in waiting:
            one[0] -= 1
            if one[0] == 0:
                _acts[operation](mock, *one[1:])
        response = respond(request)
        if response.status == 401 and operation_of(mock, request) == operation:
            waiting.append([_REQUESTS_LATER, mock.route(request.path)[1], request])
        return response

    return answer


for _name, _does in _EFFECTS.items():
    add(
        f"unauthorized-{_name}-works-later",
        f"A {_name} that is refused with 401 {_does} all the same, three requests later.",
        f"denied-{_name}-{_does}-nothing",
        partial(_done_later, _name),
    )


def _overridden(method: str, mock: Mock, respond: Respond) -> Respond:
    """Lets a header say what is done, once the key has been found to be good for something else."""

    def delete(request: Request, response: Response) -> Response:
        _, item = mock.route(request.path)
        is_called_delete = request.method == method and b"DELETE" in request.values(b"x-http-method-override")
        if is_called_delete and item in mock.directory.sandboxes:
            _delete(mock, item, request)
            return response._replace(status=204, body=b"")
        return response

    return changing(respond, (200, 405), delete)


for _method in ("GET", "POST"):
    add(
        f"{_method.lower()}-overridden",
        f"A {_method} that a header calls a DELETE deletes, whatever the key may.",
        "overridden-method-deletes-nothing",
        partial(_overridden, _method),
    )


def _owning(mock: Mock, respond: Respond, more: Owns) -> Respond:
    """Takes more sandboxes for a key's own."""
    owns = mock.owns
    mock.owns = lambda record, sandbox, name: owns(record, sandbox, name) or more(record, sandbox, name)
    return respond
