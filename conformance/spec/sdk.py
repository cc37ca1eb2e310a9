"""The part of a spec file that is about SDKs: what they may offer, and what the recording server plays for them."""

from __future__ import annotations

from typing import Any, Literal

from conformance.spec.entry import Entry, RequestLine, Slug, Status, Text

SdkOperation = Literal["list", "create", "view", "update", "delete", "build", "use", "verify", "show", "two_clients"]
Feature = Literal["api_key_argument", "environment", "dotenv", "errors", "typed_errors", "debug_log"]
SdkCheckName = Literal[
    "argument_is_forgotten",
    "attempts_are_bounded",
    "clients_keep_apart",
    "code_is_an_attribute",
    "code_is_reachable",
    "error_has_its_type",
    "error_hides_the_secret",
    "error_is_of_no_other_kind",
    "error_names_the_variable",
    "files_hide_the_secret",
    "key_finds_its_way",
    "key_follows_no_answer",
    "key_goes_nowhere_else",
    "key_stays_with_the_api",
    "key_travels_in_one_header",
    "log_hides_the_secret",
    "message_is_for_people",
    "no_header_is_injected",
    "nobody_else_is_asked",
    "nothing_is_sent",
    "objects_hide_the_secret",
    "output_hides_the_secret",
    "own_test_succeeds",
    "refusal_is_an_error",
    "refusal_is_not_retried",
    "request_id_is_surfaced",
    "retry_after_is_honoured",
    "retry_after_is_surfaced",
    "status_is_reachable",
]
SourceName = Literal[
    "argument", "environment", "environment-later", "dotenv", "argument-over-environment", "after-argument", "nowhere"
]
"""Where an SDK finds its key; `later` is after it was imported, `after` in another call of the process only."""


class PlayedAnswer(Entry, frozen=True):
    """An answer of the recording server, to all requests or to `only` those that look like this one.

    In it `{elsewhere}` is an address on another host, `{path}` that of the request, `{id}` a sandbox's, `{request_id}`
    the request's; `code` is the error code that it has.
    """

    status: Status = 200
    headers: dict[str, str] = {}
    body: Any = None
    text: str = ""
    code: str = ""
    only: RequestLine | None = None


class Played(Entry, frozen=True):
    """A refusal or redirect that the recording server plays, in the forms that servers and gateways give it.

    `waits` says that clients may wait before they try again.
    """

    forms: dict[Slug, PlayedAnswer]
    waits: bool = False
    type: str = ""
    never: list[str] = []
    because: list[str] = []


class Sdk(Entry, frozen=True):
    """How the recording server plays the API while an SDK is watched.

    `routes` are requests such as `GET /things/{id}` with the answer of each; SDKs create from `template`.
    """

    template: Text
    routes: dict[RequestLine, PlayedAnswer]
    answers: dict[Slug, Played] = {}
