"""Keys that somebody took out of a record or masked in it, and masked ones that were sent."""

from __future__ import annotations

import json

import pytest
from explained import URL, explained, verdict

FLAT = '{"error":"Unauthorized","code":"AUTHENTICATION_ERROR"}'
WORDS = ["REDACTED", "removed", "filtered", "hidden", "masked", "sanitized", "scrubbed", "omitted", "sensitive"]
REMOVED = [form.format(word) for word in [*WORDS, "credentials"] for form in ("[{}]", "<{}>", "{}")]
REMOVED += ["****", "[****]", "•••••", "...", "…"]


def transcript(value: str, status: int = 401) -> str:
    lines = ["> GET /v1/sandboxes HTTP/1.1", "> Host: api.hopx.dev", f"> X-API-Key: {value}", ">"]
    return "\n".join([*lines, f"< HTTP/1.1 {status} X", "< Content-Type: application/json", "<", FLAT, ""])


def log(value: str, status: int = 401) -> str:
    fields = {"ts": "2026-11-20T09:00:00Z", "host": "api.hopx.dev", "method": "GET", "path": "/v1/sandboxes"}
    return json.dumps(fields | {"status": status, "headers": {"x-api-key": value}}) + "\n"


def archive(value: str) -> str:
    request = {"method": "GET", "url": URL, "headers": [{"name": "X-API-Key", "value": value}]}
    response = {"status": 401, "headers": [], "content": {"mimeType": "application/json", "text": FLAT}}
    return json.dumps({"log": {"version": "1.2", "entries": [{"request": request, "response": response}]}})


@pytest.mark.parametrize("value", REMOVED)
def test_a_value_that_was_taken_out_says_nothing_in_any_record(value: str) -> None:
    for record in (transcript, log, archive):
        assert {"cannot-tell", "revoked", "expired"} <= set(verdict(record(value))), record.__name__


@pytest.mark.parametrize(
    "value",
    ["hopx_live_<ID>.[removed]", "hopx_live_<ID>.<secret>", "hopx_live_<ID>_REDACTED", "<key removed>"],
)
def test_a_secret_that_somebody_took_out_behind_the_id_says_nothing(value: str) -> None:
    command = f'$ curl -v -H "X-API-Key: {value}" {URL}\n'
    for record in (transcript(value), command + transcript(value), command + FLAT):
        assert verdict(record)[0] == "cannot-tell", record


@pytest.mark.parametrize("value", ["[REDACTED]", "<redacted>", "hopx_live_<ID>.[removed]", "****"])
def test_a_value_that_was_taken_out_of_an_error_says_nothing(value: str) -> None:
    dump = f"AxiosError: Request failed with status code 401\n  headers: {{ 'X-API-Key': '{value}' }},\n  status: 401\n"
    assert verdict(dump)[0] == "cannot-tell"


@pytest.mark.parametrize("value", ["[redacted]", "<removed>", "hopx_live_[redacted]", "hopx_live_<ID>.<secret>"])
def test_a_file_from_which_somebody_took_the_key_says_nothing_of_it(value: str) -> None:
    assert verdict(f"HOPX_API_KEY={value}\nDEBUG=1\n") == ["cannot-tell"]


@pytest.mark.parametrize("value", ["<YOUR_KEY>", "<your-api-key>", "[your key]", "{secret}", "<keyId>.<secret>"])
def test_a_field_behind_the_prefix_is_what_documentation_writes(value: str) -> None:
    for record in (f"HOPX_API_KEY=hopx_live_{value}\n", transcript(f"hopx_live_{value}")):
        assert verdict(record) == ["placeholder-key certain"]


MASKED = [
    "hopx_live_***",
    "hopx_live_0dx2****",
    "hopx_live_<ID>.********",
    "hopx_live_<ID>.…",
    "hopx_live_…",
    "hopx_live_...",
]


@pytest.mark.parametrize("value", [*MASKED, "Bearer hopx_live_0dx2********"])
def test_a_mask_in_a_record_of_others_is_that_of_the_record(value: str) -> None:
    name = "Authorization" if " " in value else "X-API-Key"
    line = f'ts=2026-11-20T09:00:00Z host=api.hopx.dev method=GET path=/v1/sandboxes status=401 {name}="{value}"\n'
    records = [line, log(value).replace("x-api-key", name), transcript(value).replace("X-API-Key", name)]
    for record in records:
        assert {"cannot-tell", "revoked", "expired"} <= set(verdict(record)), record


@pytest.mark.parametrize("value", MASKED)
def test_a_mask_in_what_a_client_printed_may_be_what_was_sent(value: str) -> None:
    masked_by_hand = set(verdict(transcript(value)))
    assert "key-masked" in masked_by_hand
    assert "key-masked" not in verdict(log(value)), "logs mask by themselves"
    assert masked_by_hand - {"key-masked"} == set(verdict(log(value)))


def test_the_key_id_that_a_mask_leaves_is_still_known() -> None:
    found = explained(log("hopx_live_<ID>.****", 200) + log("hopx_live_<ID>.****"))
    assert [(one["cause"], one["confidence"]) for one in found["findings"]] == [("revoked", "likely")]


def test_two_masked_keys_are_not_one_that_was_mistyped() -> None:
    found = explained(log("hopx_live_0dx2****") + log("hopx_live_0dx3****"))
    assert (found["verdict"], found["findings"]) == ("cannot-tell", [])


def test_a_mask_in_a_log_that_shows_other_keys_whole_is_what_was_sent() -> None:
    assert verdict(log("<KEY>", 200) + log("hopx_live_0dx2ZtR81bYx.********")) == ["key-masked certain"]


@pytest.mark.parametrize("value", MASKED[1:4])
def test_a_mask_that_stands_in_the_command_is_what_was_sent(value: str) -> None:
    command = f'$ curl -v -H "X-API-Key: {value}" {URL}\n'
    assert verdict(command + transcript(value)) == ["key-masked certain"]
    assert verdict(command + FLAT) == ["key-masked certain"]
    assert "revoked" in verdict(f'$ curl -v -H "X-API-Key: $HOPX_API_KEY" {URL}\n{transcript(value)}')


def test_a_mask_in_a_variable_or_in_an_error_decides() -> None:
    assert verdict("HOPX_API_KEY=hopx_live_<ID>.********\n") == ["key-masked certain"]
