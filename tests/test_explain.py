"""hopx-auth explain through the command: its answers, what bad input gets, and what never comes out of it."""

from __future__ import annotations

import gzip
import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from evidence import FORMAT, holds_secret, minted
from runs import Ran, run_command

if TYPE_CHECKING:
    from pathlib import Path

ANSWER = {
    "type": "object",
    "required": ["schema", "verdict", "findings", "cannot_tell", "request_ids", "keys"],
    "properties": {
        "schema": {"const": 1},
        "verdict": {"enum": ["problem", "healthy", "cannot-tell"]},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["cause", "confidence", "summary", "evidence", "fix", "falsified_by", "because"],
                "properties": {
                    "confidence": {"enum": ["certain", "likely", "possible"]},
                    "evidence": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "object", "required": ["source", "where", "detail"]},
                    },
                    "fix": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                    "because": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "cannot_tell": {
            "oneOf": [{"type": "null"}, {"type": "object", "required": ["candidates", "ask", "splits"]}],
        },
        "request_ids": {"type": "array", "items": {"type": "string"}},
        "keys": {"type": "array", "items": {"type": "object", "required": ["key_id", "fingerprint"]}},
    },
}


def explained(directory: Path, text: str | bytes, *words: str, name: str = "evidence") -> Ran:
    (directory / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return run_command(directory, "explain", name, *words)


def answer(ran: Ran) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(ran.stdout)
    jsonschema.validate(result, ANSWER)
    return result


def test_a_traceback_that_prints_the_whole_key_is_explained_without_it(tmp_path: Path) -> None:
    key = minted()
    raised = f"httpx.LocalProtocolError: Illegal header value b'{key}\\n'"
    text = f'Traceback (most recent call last):\n  File "a.py", line 3\n{raised}\n'
    ran = explained(tmp_path, text, "--format", "json")
    found = answer(ran)
    assert ran.status == 1
    assert [(one["cause"], one["confidence"]) for one in found["findings"]] == [("key-trailing-newline", "certain")]
    assert found["findings"][0]["evidence"][0]["where"] == "line 3"
    assert [one["key_id"] for one in found["keys"]] == [FORMAT.parse(key).key_id]
    assert not holds_secret(ran.output, key)


def test_the_failing_example_of_the_sdk_page_is_a_placeholder(tmp_path: Path) -> None:
    page = (
        "from hopx_ai import Sandbox, AuthenticationError\n\ntry:\n    sandbox = Sandbox.create(\n"
        '        template="code-interpreter",\n        api_key="invalid-key"\n    )\n'
        'except AuthenticationError as e:\n    print(f"Authentication failed: {e.message}")\n'
    )
    found = answer(explained(tmp_path, page, "--format", "json"))
    assert [one["cause"] for one in found["findings"]] == ["placeholder-key"]


def test_what_the_failing_example_prints_asks_for_more(tmp_path: Path) -> None:
    body = '{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'
    printed = f"Authentication failed: {body}\nStatus code: 401\nRequest ID: req_1a2b3c\n"
    ran = explained(tmp_path, printed, "--format", "json")
    found = answer(ran)
    assert (ran.status, found["verdict"], found["request_ids"]) == (3, "cannot-tell", ["req_1a2b3c"])
    assert "revoked" in found["cannot_tell"]["candidates"]
    assert found["cannot_tell"]["ask"]


def test_several_files_give_an_answer_that_none_gives_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"HOPX_API_KEY={minted()}\n", encoding="utf-8")
    (tmp_path / "env.txt").write_text("PATH=/bin\nHOME=/root\nPWD=/\nSHELL=/bin/sh\n", encoding="utf-8")
    causes = {}
    for files in ([".env"], ["env.txt"], [".env", "env.txt"], ["env.txt", ".env"]):
        found = answer(run_command(tmp_path, "explain", *files, "--format", "json"))
        causes[tuple(files)] = [one["cause"] for one in found["findings"]]
    assert list(causes.values()) == [[], ["env-var-unset"], ["dotenv-not-loaded"], ["dotenv-not-loaded"]]


def test_the_same_key_has_the_same_fingerprint_in_two_files_and_another_in_another_run(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "a").write_text(key, encoding="utf-8")
    (tmp_path / "b").write_text(f"HOPX_API_KEY={key}\n", encoding="utf-8")
    first, second = (answer(run_command(tmp_path, "explain", "a", "b", "--format", "json"))["keys"] for _ in range(2))
    assert len(first) == len(second) == 1
    assert first[0]["fingerprint"] != second[0]["fingerprint"]


def test_standard_input_and_gzip_are_read(tmp_path: Path) -> None:
    line = f'curl -H "Api-Key: {minted()}" https://api.hopx.dev/v1/sandboxes\n'
    ran = run_command(tmp_path, "explain", "-", "--format", "json", stdin=line)
    assert [one["cause"] for one in answer(ran)["findings"]] == ["wrong-header-name"]
    packed = answer(explained(tmp_path, gzip.compress(line.encode()), "--format", "json"))
    assert [one["cause"] for one in packed["findings"]] == ["wrong-header-name"]


@pytest.mark.parametrize("name", ["none", "directory"])
def test_what_cannot_be_read_is_a_clear_error_and_no_answer(name: str, tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    ran = run_command(tmp_path, "explain", name)
    assert (ran.status, ran.stdout) == (2, "")
    assert name in ran.stderr
    assert "give" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    ran = explained(tmp_path, "")
    assert ran.status == 3
    assert "it is empty" in ran.stdout


@pytest.mark.parametrize("beginning", [b"\x7fELF\x02\x01\x01\0", bytes(range(256))])
def test_a_binary_file_is_said_to_be_binary(beginning: bytes, tmp_path: Path) -> None:
    (tmp_path / "program").write_bytes(beginning + b"\xff\0\x80\n" * 500)
    ran = run_command(tmp_path, "explain", "program")
    assert ran.status == 3
    assert "program: it is binary" in ran.stdout


def test_a_kind_can_be_named(tmp_path: Path) -> None:
    ran = explained(tmp_path, minted()[:-5], "--as", "key", "--format", "json")
    assert [one["cause"] for one in answer(ran)["findings"]] == ["key-truncated"]


def test_terminal_escapes_and_markup_of_the_evidence_change_nothing(tmp_path: Path) -> None:
    text = f"\x1b[2J<script>alert(1)</script> 401 Unauthorized \x1b]0;x\x07 https://api.hopx.dev\n{minted()}\n"
    for form in ("text", "html"):
        ran = explained(tmp_path, text, "--format", form)
        assert "\x1b" not in ran.stdout
        assert "<script>" not in ran.stdout


class Links(HTMLParser):
    """What a page loads from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.marked = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attributes if name in ("src", "href")]
        self.marked += tag == "mark"


def test_the_page_stands_alone_marks_what_decides_and_has_two_texts_to_send(tmp_path: Path) -> None:
    key = minted()
    text = "$ curl -v https://api.hopx.dev/v1/sandboxes\n> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n"
    text += f'> X-API-Key: "{key}"\n>\n'
    text += '< HTTP/1.1 401 Unauthorized\n< x-request-id: req_77aa88\n<\n{"error": "Unauthorized"}\n'
    ran = explained(tmp_path, text, "--format", "html")
    page = Links(ran.stdout)
    assert ran.status == 1
    assert page.found == []
    assert page.marked == 1
    for words in (
        "key-wrapped-in-quotes",
        "A reply to the customer",
        "A note for the colleague",
        "req_77aa88",
        "Hello,",
    ):
        assert words in ran.stdout
    assert not holds_secret(ran.stdout, key)


def test_another_apis_evidence_is_read_by_its_own_spec_file(tmp_path: Path) -> None:
    ran = explained(tmp_path, "x", "--spec", "nowhere.yaml")
    assert ran.status == 2
    assert "nowhere.yaml" in ran.stderr


@pytest.mark.parametrize(("header", "status"), [("", 3), ("> X-API-Key: [redacted]\n", 0), ("> X-API-Key: <KEY>\n", 0)])
def test_a_request_without_a_key_and_without_an_answer_is_not_healthy(header: str, status: int, tmp_path: Path) -> None:
    text = f"> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n{header.replace('<KEY>', minted())}>\n"
    assert explained(tmp_path, text).status == status


@pytest.mark.parametrize("lost", [10, 40, 54])
def test_a_key_that_broken_gzip_cuts_is_not_said_to_be_truncated(lost: int, tmp_path: Path) -> None:
    key = minted()
    lines = f"> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n> X-API-Key: {key}"
    broken = gzip.compress(lines[:-lost].encode())[:-8]
    ran = explained(tmp_path, broken)
    assert ran.status == 3
    assert "packed with gzip and broken" in ran.stdout
    assert not holds_secret(ran.output, key)


@pytest.mark.parametrize("behind", ["# production", "<KEY>"])
def test_a_key_that_is_too_long_is_not_said_to_have_the_right_length(behind: str, tmp_path: Path) -> None:
    key = minted()
    ran = explained(tmp_path, f"HOPX_API_KEY={key}{behind.replace('<KEY>', key)}\n")
    assert ran.status == 1
    assert "characters, where there are 43" in ran.stdout
    assert "right form and length" not in ran.stdout
    assert "something was copied with it" in " ".join(ran.stdout.split())


@pytest.mark.parametrize("spec", ["", "- 1\n", "A=b\n", "base_url: https://x.test\n"])
def test_a_spec_file_that_is_none_is_said(spec: str, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(spec)
    ran = explained(tmp_path, "x", "--spec", "spec.yaml")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("hopx-auth: spec.yaml:1:1: ")


def logged(status: int, key: str, prefix: str = "", **more: str) -> str:
    return prefix + json.dumps({"msg": "request", "path": "/v1/sandboxes", "status": status, "api_key": key} | more)


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ([logged(200, "hopx_live_NX****", f"2026-11-20T10:00:0{n}.000Z stdout F ") for n in range(5)], "healthy"),
        ([logged(200, "hopx_live_NX****", ts=f"2026-11-20T10:00:0{n}Z", method="GET") for n in range(5)], "healthy"),
        (
            [
                logged(401, "hopx_live_BZvFJIHFHlAv.****", ts="2026-11-20T10:00:00Z", method="GET"),
                logged(200, "hopx_live_UaDzEVkPkSn3.****", ts="2026-11-20T10:00:03Z", method="GET"),
            ],
            "cannot-tell",
        ),
        ([logged(401, "hopx_live_NX****", ts="2026-11-20T10:00:00Z", method="GET")], "cannot-tell"),
        ([logged(401, "hopx_live_BZvFJIHFHlAv", "2026-11-20T10:00:00Z stdout F ")], "cannot-tell"),
        ([f"request failed: {logged(401, 'hopx_live_NX****')}"], "cannot-tell"),
    ],
)
def test_a_field_of_a_log_that_names_the_key_is_no_header_and_its_mask_says_nothing(
    lines: list[str], verdict: str, tmp_path: Path
) -> None:
    found = answer(explained(tmp_path, "\n".join(lines) + "\n", "--format", "json"))
    assert (found["verdict"], found["findings"]) == (verdict, [])


def test_a_whole_key_in_a_field_of_a_log_is_no_header_either(tmp_path: Path) -> None:
    key = minted()
    ran = explained(tmp_path, logged(401, key, ts="2026-11-20T10:00:00Z", method="GET") + "\n", "--format", "json")
    found = answer(ran)
    assert (found["verdict"], found["findings"]) == ("cannot-tell", [])
    assert not holds_secret(ran.output, key)
