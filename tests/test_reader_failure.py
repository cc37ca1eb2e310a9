"""Errors as clients print them: what was raised, what it says, and the key that it repeats, which is hidden."""

from __future__ import annotations

import pytest
from evidence import evidence_of, leaks, minted

from conformance.diagnosis.readers import failure

KEY = minted()
TRACE = 'Traceback (most recent call last):\n  File "app.py", line 3, in <module>\n    main()\n'

# how a client repeats a key, and what the key was
REPEATED: list[tuple[str, str]] = [
    (f"{TRACE}httpx.LocalProtocolError: Illegal header value b'{KEY}\\n'", f"{KEY}\n"),
    (f"{TRACE}httpx.LocalProtocolError: Illegal header value b' {KEY}'", f" {KEY}"),
    (f"{TRACE}httpx.LocalProtocolError: Illegal header value b'Bearer {KEY}\\r'", f"{KEY}\r"),
    (
        f"{TRACE}requests.exceptions.InvalidHeader: Invalid leading whitespace, reserved character(s), or return "
        f"character(s) in header value: ' {KEY}'",
        f" {KEY}",
    ),
    (f"AxiosError: Request failed\n  config: {{ headers: {{ 'X-API-Key': '\"{KEY}\"' }} }}", f'"{KEY}"'),
    (f'    client = Sandbox(api_key="{KEY}\\n")\nValueError: no', f"{KEY}\n"),
    (f"could not log in with {KEY}, sorry: 401", KEY),
]


@pytest.mark.parametrize("number", range(len(REPEATED)))
def test_a_key_is_found_as_it_was_and_never_shown(number: int) -> None:
    text, key = REPEATED[number]
    found = evidence_of(failure, text)
    assert key in [one.key.reveal() for one in found.failures[0].credentials]
    assert leaks(found, KEY) == []


@pytest.mark.parametrize(
    ("text", "kind", "status", "code", "request_id"),
    [
        (
            f'{TRACE}hopx_ai.errors.AuthenticationError: {{"error": "no", "code": "A_B"}} [request_id: req_12ab]',
            "AuthenticationError",
            None,
            "A_B",
            "req_12ab",
        ),
        (
            f"{TRACE}requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://x.y/z",
            "HTTPError",
            403,
            "",
            "",
        ),
        (
            f"{TRACE}httpx.HTTPStatusError: Client error '401 Unauthorized' for url 'https://x.y/z'",
            "HTTPStatusError",
            401,
            "",
            "",
        ),
        (
            "AxiosError: Request failed with status code 429\n  code: 'ERR_BAD_REQUEST',\n  requestId: 'abc-def-123'",
            "AxiosError",
            429,
            "ERR_BAD_REQUEST",
            "abc-def-123",
        ),
        ("Authentication failed\nStatus code: 401\nRequest ID: req_99zz88", "", 401, "", "req_99zz88"),
        ("> > \x1b[31mTypeError: fetch failed\x1b[0m\n", "TypeError", None, "", ""),
    ],
)
def test_what_an_error_says_is_taken_out_of_its_text(
    text: str, kind: str, status: int | None, code: str, request_id: str
) -> None:
    (found,) = evidence_of(failure, text).failures
    assert (found.type, found.status, found.code, found.request_id) == (kind, status, code, request_id)


def test_the_error_that_was_raised_last_has_the_place() -> None:
    between = "During handling of the above exception, another exception occurred:"
    text = f"{TRACE}KeyError: 'a'\n\n{between}\n\n{TRACE}ValueError: b\n"
    (found,) = evidence_of(failure, text).failures
    assert (found.type, found.place.where) == ("ValueError", "line 11")


def test_long_texts_are_cut_in_the_middle_and_take_time_in_proportion() -> None:
    found = evidence_of(failure, f"{TRACE}ValueError: first\n" + "x " * 400_000 + f"\n{TRACE}KeyError: 'last'\n")
    assert len(found.failures[0].text) < 70_000
    assert found.failures[0].type == "KeyError"
