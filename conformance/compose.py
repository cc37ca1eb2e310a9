"""From a probe's axes to its request: operation, style and alteration put together."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from conformance import __version__
from conformance.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.exchange import Headers
    from conformance.probes import Axes
    from conformance.spec.model import Alteration, Operation, PathVariant, Spec, Style

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
COMMON: Headers = (
    ("User-Agent", f"hopx-auth/{__version__}"),
    ("Accept", "application/json"),
    ("Accept-Encoding", "gzip"),
)
_VARIANTS: dict[PathVariant, Callable[[str], str]] = {
    "trailing-slash": lambda path: f"{path}/",
    "doubled-slash": lambda path: f"/{path}",
    "other-case": lambda path: path.upper().replace("{ID}", "{id}"),
    "parameter": lambda path: f"{path};a=b",
    "suffix": lambda path: f"{path}.json",
    "encoded": lambda path: re.sub(r"(?<=/)\w", lambda first: f"%{ord(first[0]):02X}", path, count=1, flags=re.ASCII),
    "dot-segment": lambda path: f"/.{path}",
}
_CASES = {"lower": str.lower, "upper": str.upper, "swapped": str.swapcase}


def compose(spec: Spec, axes: Axes, item: str = UNKNOWN_ID) -> Request:
    """The request at a place on the axes; `item` is the id of the sandbox that it is about."""
    operation = spec.operations[axes.operation]
    alteration = spec.alterations[axes.alteration] if axes.alteration else None
    style = (spec.styles | spec.lookalikes)[axes.style] if axes.style else None
    target = _path(operation, alteration, item)
    headers = list(COMMON)
    body = _body(operation, alteration, style)
    if body is not None:
        headers.append(("Content-Type", (alteration and alteration.content_type) or "application/json"))
    headers += alteration.headers.items() if alteration else ()
    if style and style.query:
        target += f"{'&' if '?' in target else '?'}{style.query}={style.value}"
    elif style and style.cookie:
        headers.append(("Cookie", f"{style.cookie}={style.value}"))
    elif style and style.header:
        headers.append(_header(style, alteration))
    method = alteration.method if alteration and alteration.method else operation.method
    return Request(method, target, tuple(headers), body, axes.recipe)


def compose_alternative(spec: Spec, axes: Axes, item: str = UNKNOWN_ID) -> Request | None:
    """The same request with the other documented form of its body, where there is one (D5)."""
    other = spec.operations[axes.operation].other_body
    alteration = spec.alterations[axes.alteration] if axes.alteration else None
    request = compose(spec, axes, item)
    if other is None or request.body is None or (alteration and alteration.body is not None):
        return None
    style = (spec.styles | spec.lookalikes)[axes.style] if axes.style else None
    return replace(request, body=json.dumps(other | _in_body(style)))


def _path(operation: Operation, alteration: Alteration | None, item: str) -> str:
    variant = alteration.path if alteration else None
    path, mark, query = operation.path.partition("?")
    altered = _VARIANTS[variant](path) if variant else path
    return (altered + mark + query).replace("{id}", quote(item, safe=""))


def _body(operation: Operation, alteration: Alteration | None, style: Style | None) -> str | None:
    if alteration and alteration.body is not None:
        return alteration.body
    if operation.body is None or (alteration and alteration.method):
        return None
    return json.dumps(operation.body | _in_body(style))


def _in_body(style: Style | None) -> dict[str, str]:
    return {style.body: style.value} if style and style.body else {}


def _header(style: Style, alteration: Alteration | None) -> tuple[str, str]:
    name, value = style.header, style.value
    if alteration and alteration.header_case:
        name = _CASES[alteration.header_case](name)
    if alteration and alteration.scheme_case:
        scheme, space, rest = value.partition(" ")
        value = _CASES[alteration.scheme_case](scheme) + space + rest
    return name, value
