"""Requests generated from the OpenAPI document, by Schemathesis as a library: it generates, this project judges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

_OWN_HEADERS = (
    "user-agent",
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "x-schemathesis-testcaseid",
)


@dataclass(frozen=True, slots=True)
class Generated:
    """A generated request without any credential; `target` is the path below the base URL with its query."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: str | None


@cache
def generated_requests(
    document: Path, method: str, path: str, credential_headers: frozenset[str], examples: int
) -> tuple[Generated, ...]:
    """At most so many requests for one operation of an OpenAPI document, valid and invalid ones, each once.

    They are collected before the first one is sent: nothing is shrunk or replayed against a target, and every
    credential is asked about with the same ones.

    Raises:
        ImportError: Schemathesis is not installed.

    """
    import schemathesis
    from hypothesis import core
    from schemathesis.config import SchemathesisConfig

    config = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
    schema = schemathesis.openapi.from_path(str(document), config=config)
    operation = schema[path][method]
    printer = vars(core)["RepresentationPrinter"]  # Schemathesis replaces it for the whole process
    found: dict[Generated, None] = {}
    try:
        modes = _modes(operation)
        for mode in modes:
            for case in _cases(operation.as_strategy(generation_mode=mode), -(-examples // len(modes))):
                found.setdefault(_on_the_wire(case, credential_headers))
    finally:
        vars(core)["RepresentationPrinter"] = printer
    return tuple(found)


def _modes(operation: Any) -> list[Any]:
    from schemathesis import GenerationMode

    # without a body there is nothing to get wrong, and the search for it is in vain
    return [GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if list(operation.body) else [GenerationMode.POSITIVE]


def _cases(strategy: Any, examples: int) -> list[Any]:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis.errors import Unsatisfiable

    cases: list[Any] = []

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(case: Any) -> None:
        cases.append(case)

    try:
        collect()
    except Unsatisfiable:
        return []
    return cases


def _on_the_wire(case: Any, credential_headers: frozenset[str]) -> Generated:
    import requests

    prepared = requests.Request(**case.as_transport_kwargs(base_url="http://localhost")).prepare()
    left_out = {*_OWN_HEADERS, *credential_headers}
    headers = tuple((name, str(value)) for name, value in prepared.headers.items() if name.lower() not in left_out)
    body = prepared.body.decode("utf-8", "replace") if isinstance(prepared.body, bytes) else prepared.body
    parts = urlsplit(prepared.url or "")
    return Generated(
        prepared.method or "GET",
        parts.path + (f"?{parts.query}" if parts.query else ""),
        headers,
        body if isinstance(body, str) else None,
    )
