"""What somebody asks, denies or lists as possible, beside an answer or in it, is no statement of the answer."""

from __future__ import annotations

import json

import pytest
from explained import URL, verdict
from runs import ROOT

REFUSED = '401 {"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'
FORBIDDEN = '403 {"error": "Forbidden", "code": "PERMISSION_DENIED"}'


@pytest.mark.parametrize(
    "text",
    [
        "I got a 401. Has my key been revoked?",
        "I get 401 Unauthorized since today. I have not revoked the key and it has not expired.",
        "We get 401, please check whether the key has expired or was revoked.",
        "We use a read-only key and get a 401, why?",
        f"{REFUSED}\nThe other key was revoked yesterday, and this one has nothing to do with it.",
        f"Is the key expired? {REFUSED}",
        '{"error":"Unauthorized","message":"API key is invalid, expired, or revoked"}',
        '{"error":"Unauthorized","message":"API key is invalid or has been revoked"}',
        '{"error":"Unauthorized","message":"Invalid or expired API key"}',
        '{"error":"Unauthorized","message":"The API key may have been revoked"}',
        'HTTP/1.1 401 Unauthorized\n\n{"error":"Unauthorized","message":"The key is unknown, expired or revoked."}',
    ],
)
def test_a_refusal_beside_somebodys_guesses_stays_one_that_says_nothing(text: str) -> None:
    assert {"cannot-tell", "revoked", "expired", "key-mistyped"} <= set(verdict(f"{text}\n"))


@pytest.mark.parametrize("text", ["is my IP blocked?", "Maybe the IP is not allowed here?", "We use a read-only key."])
def test_a_question_beside_a_403_decides_nothing(text: str) -> None:
    assert {"cannot-tell", "scope-insufficient", "ip-not-allowed"} <= set(verdict(f"{FORBIDDEN} {text}\n"))


def test_a_page_about_keys_is_no_answer() -> None:
    assert verdict((ROOT / "README.md").read_text(encoding="utf-8")) == ["cannot-tell"]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("API key has been revoked", "revoked"),
        ("hopx_ai.errors.AuthenticationError: API key has been revoked", "revoked"),
        ("Since today we get AuthenticationError: API key has been revoked. What now?", "revoked"),
        ('I got 401 {"error":"key_revoked","message":"The key was revoked. Create another, or ask us."}', "revoked"),
        ("Error: this key was revoked, and can not be used\nany more or again", "revoked"),
        ("Request failed with status code 401: key expired", "expired"),
        ('Error: API key expired {"request_id": "req_1"} since Monday\nand we wonder', "expired"),
        ("│ Error: API key         │\n│ expired on Monday      │", "expired"),
        ('{\n  "message": "The key has expired",\n  "status": 401\n}', "expired"),
        ('403 {"error": "Forbidden", "message": "Your IP is not allowed, or not yet"}', "ip-not-allowed"),
    ],
)
def test_what_a_program_states_decides(text: str, cause: str) -> None:
    assert verdict(f"{text}\n") == [f"{cause} certain"]


@pytest.mark.parametrize(
    "message",
    [
        "Your key lacks permission or your plan limit is reached",
        "Your plan limit is reached or your key lacks permission",
        "See https://docs.hopx.dev/errors#billing",
        "See https://hopx.dev/billing",
    ],
)
def test_one_of_several_possibilities_is_no_answer(message: str) -> None:
    body = json.dumps({"error": "Forbidden", "code": "PERMISSION_DENIED", "message": message})
    text = f"$ curl -si -X POST -H 'X-API-Key: <KEY>' {URL}\nHTTP/1.1 403 Forbidden\n\n{body}\n"
    assert {"cannot-tell", "quota-or-billing", "scope-insufficient"} <= set(verdict(text))


def test_the_only_possibility_is_an_answer() -> None:
    body = json.dumps({"error": "Forbidden", "message": "Monthly quota exceeded. Upgrade or contact us about billing"})
    text = f"$ curl -si -X POST -H 'X-API-Key: <KEY>' {URL}\nHTTP/1.1 403 Forbidden\n\n{body}\n"
    assert verdict(text) == ["quota-or-billing certain"]
