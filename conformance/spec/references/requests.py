"""What requests are made of: styles, operations, alterations and credentials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from conformance.spec.mistakes import suggestion
from conformance.spec.model import Alteration, Credential, Operation, OperationName, Style
from conformance.spec.raw import entries, mapping, note_unknown
from conformance.spec.references.groups import entries_of, names_of

if TYPE_CHECKING:
    from conformance.spec.mistakes import DataPath
    from conformance.spec.source import Source

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLACEHOLDERS = ("{key}", "{basic_user}", "{basic_password}")
_WITH_ID = ("view", "update", "delete")


def check_requests(source: Source) -> None:
    """Note every part of a request that cannot be sent, and the names in it that do not exist."""
    for group in ("styles", "lookalikes"):
        for path, style in entries_of(source, group, Style):
            _check_style(source, path, style)
    for path, operation in entries_of(source, "operations", Operation):
        _check_operation(source, path, operation)
    for path, alteration in entries_of(source, "alterations", Alteration):
        _check_alteration(source, path, alteration)
    for path, credential in entries_of(source, "credentials", Credential):
        _check_credential(source, path, credential)


def _check_alteration(source: Source, path: DataPath, alteration: Alteration) -> None:
    operations = names_of(source, "operations")
    note_unknown(source, (*path, "operations"), "operation", alteration.operations, operations)
    for name in (name for name in alteration.headers if not _TOKEN.fullmatch(name)):
        source.mistake((*path, "headers", name), f"{name!r} is no header name; use letters, digits and -")


def _check_style(source: Source, path: DataPath, style: Style) -> None:
    places = [place for place in (style.header, style.query, style.cookie, style.body) if place]
    if len(places) != 1:
        message = f"{path[1]!r} names {len(places)} places; write one of header, query, cookie, body"
        source.mistake(path, message)
    if style.header and not _TOKEN.fullmatch(style.header):
        message = f"{style.header!r} is no header name; use letters, digits and -"
        source.mistake((*path, "header"), message)
    if not any(placeholder in style.value for placeholder in _PLACEHOLDERS):
        message = f"{style.value!r} carries no key; write {' or '.join(_PLACEHOLDERS)} in it"
        source.mistake((*path, "value"), message)
    if path[0] == "lookalikes" and path[1] in names_of(source, "styles"):
        source.mistake(path, f"{path[1]!r} is a style as well; give the lookalike another name")


def _check_operation(source: Source, path: DataPath, operation: Operation) -> None:
    names = set(get_args(OperationName))
    if path[1] not in names:
        source.mistake(path, f"{path[1]!r} is not allowed; {suggestion(str(path[1]), names)}")
        return
    scopes = mapping(mapping(source.data).get("scopes")).values()
    permissions = {str(name) for scope in scopes for name in entries(mapping(scope).get("allows"))}
    note_unknown(source, (*path, "needs"), "permission", [operation.needs], permissions)
    if (path[1] in _WITH_ID) != ("{id}" in operation.path):
        wanted = "needs {id} in its path" if path[1] in _WITH_ID else "cannot have {id} in its path"
        source.mistake((*path, "request"), f"operation {path[1]!r} {wanted}; correct the request")


def _check_credential(source: Source, path: DataPath, credential: Credential) -> None:
    scopes, credentials = names_of(source, "scopes"), names_of(source, "credentials")
    note_unknown(source, (*path, "scope"), "scope", filter(None, [credential.scope]), scopes)
    note_unknown(source, (*path, "from"), "credential", filter(None, [credential.source]), credentials)
    named = credential.key in ("active", "revoked", "expired", "rate_limited")
    needed = {
        "variable": named and not credential.variable,
        "from": credential.key in ("wrong_secret", "near_miss") and not credential.source,
        "texts": credential.key == "text" and not credential.texts,
        "how": credential.key == "near_miss" and not credential.how,
    }
    for key in (key for key, lacking in needed.items() if lacking):
        source.mistake(path, f"a credential with key {credential.key!r} needs {key!r}; add it")
    for label in credential.texts:
        if label and not _SLUG.fullmatch(label):
            message = f"{label!r} is no slug; write lower-case words joined by -"
            source.mistake((*path, "texts", label), message)
