"""The adapter protocol: one JSON object a line, the harness asks on standard input, the adapter answers on its output.

The JSON Schema under `specs/schema/` is generated from these types.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from conformance.spec.entry import Text
from conformance.spec.sdk import Feature, SdkOperation

PROTOCOL = 1


class ProtocolMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line that the harness writes."""

    id: int


class HelloMessage(ProtocolMessage, frozen=True, tag_field="op", tag="hello"):
    """Asks an adapter who it is."""

    protocol: int = PROTOCOL


class Other(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The second client of the operation `two_clients`."""

    base_url: str
    api_key: str


class Arguments(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a call is about; a key is only there when the call needs it.

    `environment` is set, and the file `dotenv` is loaded as a user would, after the SDK was imported.
    """

    template: str = ""
    id: str = ""
    environment: dict[str, str] = {}
    dotenv: str = ""
    other: Other | None = None
    times: int = 0


class CallMessage(ProtocolMessage, frozen=True, tag_field="op", tag="call"):
    """Has an adapter do something with its SDK; without an `api_key` let it find its own."""

    operation: SdkOperation
    base_url: str
    api_key: str | None
    arguments: Arguments
    timeout_seconds: float


class Reply(Struct, frozen=True, kw_only=True):
    """A line that an adapter writes; it may have further keys."""

    id: int


class Greeting(Reply, frozen=True):
    """The answer to `hello`; `version` is that of the SDK as it is installed."""

    protocol: int
    sdk: Text
    version: Text
    language: Text
    runtime: Text
    operations: list[SdkOperation]
    features: list[Feature]


class Returned(Reply, frozen=True, tag_field="outcome", tag="returned"):
    """The call gave the user a value."""

    value: Any = None
    log: str = ""


class SdkError(Struct, frozen=True, kw_only=True):
    """An error as the user has it; `bases` are the names of the classes above its own.

    `display` is what printing it shows, `debug` its traceback or what a debugger shows. What the SDK has no way to
    reach is null.
    """

    type: str
    message: str
    display: str
    debug: str
    bases: list[str] = []
    status_code: int | None = None
    code: str | None = None
    request_id: str | None = None
    retry_after: float | None = None


class Raised(Reply, frozen=True, tag_field="outcome", tag="raised"):
    """The call gave the user an error."""

    error: SdkError
    log: str = ""


class Unsupported(Reply, frozen=True, tag_field="outcome", tag="unsupported"):
    """The SDK has no such feature; the reason is what the report says."""

    reason: Text


Answer = Returned | Raised | Unsupported


def protocol_schema() -> dict[str, Any]:
    """The JSON Schema of every line of the protocol."""
    kinds = {"hello": HelloMessage, "call": CallMessage, "greeting": Greeting, "answer": Answer}
    schemas, components = msgspec.json.schema_components(kinds.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Adapter protocol",
        "description": "One JSON object a line: the harness writes hello and call, an adapter greeting and answer.",
        "anyOf": [{"title": name, **schema} for name, schema in zip(kinds, schemas, strict=True)],
        "$defs": components,
    }
