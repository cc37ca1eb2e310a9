"""Errors through the command: what of a dump or a text speaks of the failure, and what only stands in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from evidence import id_of, minted
from explained import causes
from runs import run_command

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = 'hopx_ai.errors.AuthenticationError: {"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}\n'
# what Node prints of an error that holds its request: the module it was made with, and that one's table
DUMP = """AxiosError: connect ECONNREFUSED 203.0.113.7:443
    at AxiosError.from (file:///app/node_modules/axios/lib/core/AxiosError.js:97:14) {
  code: 'ECONNREFUSED',
  request: Writable {
    _options: { protocol: 'https:', path: '/v1/sandboxes', nativeProtocols: { 'http:': {
          STATUS_CODES: {
            '400': 'Bad Request',
            '401': 'Unauthorized',
            '402': 'Payment Required',
            '403': 'Forbidden',
            '404': 'Not Found',
            '407': 'Proxy Authentication Required',
            '418': "I'm a Teapot",
            '429': 'Too Many Requests'
          } } } }
  }
}
"""


def explained(directory: Path, text: str, key: str = "") -> dict[str, Any]:
    (directory / "error.txt").write_text(text, encoding="utf-8")
    ran = run_command(directory, "explain", "error.txt", "--format", "json")
    secret = key.partition(".")[2]
    assert not any(secret[at : at + 8] in ran.output for at in range(len(secret) - 7))
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize(
    "text",
    [
        """TypeError [ERR_HTTP_INVALID_HEADER_VALUE]: Invalid value "undefined" for header "x-api-key"
    at ClientRequest.setHeader (node:_http_outgoing:658:3)""",
        '{"level": 50, "msg": "TypeError: Invalid value \\"undefined\\" for header \\"Authorization\\""}',
        "TypeError: Header value must be str or bytes, not <class 'NoneType'>",
        """Traceback (most recent call last):
  File "/app/main.py", line 2, in <module>
    r=requests.get(URL, headers={'Authorization':'Bearer '+os.getenv('HOPX_API_KEY')})
                                                 ~~~~~~~~~^~~~~~~~~~~~~~~~~~~~~~~~~~
TypeError: can only concatenate str (not "NoneType") to str""",
    ],
)
def test_a_header_that_was_made_of_nothing_is_a_variable_that_is_not_set(text: str, tmp_path: Path) -> None:
    assert causes(explained(tmp_path, text)) == ["env-var-unset"]


@pytest.mark.parametrize(
    "text",
    [
        'TypeError [ERR_HTTP_INVALID_HEADER_VALUE]: Invalid value "undefined" for header "X-Request-Id"',
        """    print(os.environ["HOPX_API_KEY"] + os.getenv("SUFFIX"))
TypeError: can only concatenate str (not "NoneType") to str""",
    ],
)
def test_another_header_or_variable_that_is_nothing_is_not_the_key(text: str, tmp_path: Path) -> None:
    assert causes(explained(tmp_path, text)) == []


@pytest.mark.parametrize("text", [DUMP, DUMP.replace(",\n            '", ", '"), f"$ curl -V\n{DUMP}"])
def test_a_table_of_all_statuses_says_nothing_of_the_one_that_came(text: str, tmp_path: Path) -> None:
    assert causes(explained(tmp_path, text)) == ["network-unreachable"]


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: HOPX_API_KEY environment variable is not set",
        "Error: environment variable HOPX_API_KEY is not set",
        "Error: Missing required environment variable: HOPX_API_KEY",
        "./list.sh: line 3: HOPX_API_KEY: unbound variable",
        "./list.sh: 3: HOPX_API_KEY: parameter not set",
        "bash: HOPX_API_KEY: parameter null or not set",
        "panic: HOPX_API_KEY must be set",
        'app.rb:3:in `fetch\': key not found: "HOPX_API_KEY" (KeyError)',
        "thread 'main' panicked at src/main.rs:4:44:\nHOPX_API_KEY: NotPresent",
        "KeyError: 'HOPX_API_KEY'",
        "1 validation error for Settings\nHOPX_API_KEY\n  Field required [type=missing, input_value={}]",
        "1 validation error for Settings\nhopx_api_key\n  Field required [type=missing, input_value={}]",
    ],
)
def test_that_the_variable_is_not_set_is_said_in_many_ways(text: str, tmp_path: Path) -> None:
    assert causes(explained(tmp_path, f"{text}\n")) == ["env-var-unset"]


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'DATABASE_URL'",
        "Error: DATABASE_URL must be set\nHOPX_API_KEY is set",
        "1 validation error for Settings\nDATABASE_URL\n  Field required [type=missing]",
    ],
)
def test_another_variable_that_is_not_set_is_no_cause(text: str, tmp_path: Path) -> None:
    assert explained(tmp_path, f"{text}\n")["verdict"] == "cannot-tell"


@pytest.mark.parametrize("form", ["the key is {id}", "key {id}.", "key id: {id}...", "all of ours begin with {prefix}"])
def test_a_key_that_somebody_shortened_in_a_text_is_not_cut(form: str, tmp_path: Path) -> None:
    key = minted()
    head = key.partition(".")[0]
    text = form.format(id=head, prefix=head.removesuffix(id_of(key)))
    found = explained(tmp_path, f"{REFUSED}Hello, {text}\n", key)
    assert (found["verdict"], causes(found)) == ("cannot-tell", [])


@pytest.mark.parametrize(("length", "cause"), [(22, "key-id-only"), (40, "key-truncated"), (65, "key-truncated")])
def test_a_key_that_a_client_repeats_as_it_was_given_is_cut_where_it_ends(
    length: int, cause: str, tmp_path: Path
) -> None:
    key = minted()
    assert causes(explained(tmp_path, f'    client = Sandbox(api_key="{key[:length]}")\n{REFUSED}', key)) == [cause]


RAISED = 'Traceback (most recent call last):\n  File "app.py", line 12, in <module>\n'


@pytest.mark.parametrize(
    ("program", "verdict"),
    [
        ('if (!key) throw new Error("HOPX_API_KEY is not set");\n', "cannot-tell"),
        (f'{RAISED}    raise SystemExit("quota exceeded?")\n{REFUSED}', "cannot-tell"),
        (
            f"    except RateLimitError:\n        time.sleep(30)\n    except AuthenticationError as e:\n{REFUSED}",
            "cannot-tell",
        ),
        (f'  }} catch (e) {{\n    console.error("API key expired", e);\n  }}\n{REFUSED}', "cannot-tell"),
        (f'{RAISED}    raise ValueError(\n        "API key required")\nValueError: API key required\n', "problem"),
    ],
)
def test_what_a_program_would_say_is_not_what_it_said(program: str, verdict: str, tmp_path: Path) -> None:
    assert explained(tmp_path, program)["verdict"] == verdict


@pytest.mark.parametrize(
    "text",
    [
        "Invalid API key (code: auth_invalid_key)\n\nThe docs say: auth_key_expired means API key expired.\n",
        "RateLimitError (code: auth_rate_limited)\n\nThe docs say: auth_key_expired means API key expired.\n",
        "401 when the key is missing. All codes: auth_invalid_key, auth_key_expired, auth_insufficient_permissions.\n",
    ],
)
def test_nothing_is_certain_where_a_text_names_several_refusals(text: str, tmp_path: Path) -> None:
    found = explained(tmp_path, text)
    assert "certain" not in {one["confidence"] for one in found["findings"]}


def test_a_local_variable_that_a_report_shows_is_not_what_was_sent(tmp_path: Path) -> None:
    frame = {"function": "create", "vars": {"api_key": "None", "template": "'code-interpreter'"}}
    raised = {"type": "AuthenticationError", "value": "Unauthorized", "stacktrace": {"frames": [frame]}}
    report = json.dumps({"platform": "python", "exception": {"values": [raised]}}, indent=2)
    assert explained(tmp_path, report)["verdict"] == "cannot-tell"


@pytest.mark.parametrize("written", ["your-api-key", "hopx_live_...", "<my key>", "hopx_live_abcd****"])
def test_what_people_put_in_the_place_of_their_key_is_not_certain(written: str, tmp_path: Path) -> None:
    found = explained(tmp_path, f'sandbox = Sandbox.create(api_key="{written}")\n\n{REFUSED}')
    assert {one["confidence"] for one in found["findings"]} <= {"likely"}


@pytest.mark.parametrize(
    "line",
    [
        'headers={"Authorization": "Bearer " + open("key").read()}',
        'headers={"Authorization": "Bearer %s" % key}',
        'headers={"X-API-Key": "{}".format(key)}',
        "headers: { Authorization: `Bearer ${process.env.HOPX_API_KEY}` }",
    ],
)
def test_a_line_of_a_program_that_puts_a_header_together_is_no_header(line: str, tmp_path: Path) -> None:
    raised = "ValueError: Forbidden control character detected in headers. Potential header injection attack.\n"
    found = explained(tmp_path, f'  File "main.py", line 5, in main\n    {line}\n{raised}')
    assert causes(found) == ["key-trailing-newline"]


@pytest.mark.parametrize(
    "report",
    [
        {"exception": {"values": [{"type": "LocalProtocolError", "value": "Illegal header value b'<KEY>\\n'"}]}},
        {"event": "boom", "exception": "Traceback:\n  x\nhttpx.LocalProtocolError: Illegal header value b'<KEY>\\n'"},
    ],
)
def test_an_error_within_json_is_read_as_it_was_printed(report: dict[str, Any], tmp_path: Path) -> None:
    key = minted()
    assert causes(explained(tmp_path, json.dumps(report).replace("<KEY>", key), key)) == ["key-trailing-newline"]


def test_a_header_that_a_dump_shows_without_a_value_was_not_sent(tmp_path: Path) -> None:
    dump = "AxiosError: Request failed with status code 401\n    at settle (axios/lib/core/settle.js:19:12) {\n"
    dump += "  config: {\n    headers: Object [AxiosHeaders] {\n      'X-API-Key': undefined,\n    }\n  }\n}\n"
    assert causes(explained(tmp_path, dump)) == ["env-var-unset"]


def test_a_question_about_codes_is_no_answer_with_one(tmp_path: Path) -> None:
    asked = "Your docs list auth_key_expired and auth_rate_limited. Which one do I get? I see 'AuthenticationError'.\n"
    assert explained(tmp_path, asked)["verdict"] == "cannot-tell"


@pytest.mark.parametrize(
    "text",
    [
        "header.rb:85:in `set_field': header field value cannot include CR/LF (ArgumentError)\n\tfrom list.rb:5",
        "IllegalArgumentException: Unexpected char 0x0a at 66 in X-API-Key value: <KEY>\n\n\tat okhttp3.Headers",
        "java.lang.IllegalArgumentException: Unexpected char 0x0a at 66 in X-API-Key value\n\tat okhttp3.Headers",
        "System.FormatException: New-line characters are not allowed in header values.\n   at System.Net.Http.Headers",
        'java.lang.IllegalArgumentException: invalid header value: "<KEY>\n"\n\tat java.net.http/Utils.newIAE',
    ],
)
def test_a_client_in_another_language_says_that_there_is_a_line_break(tmp_path: Path, text: str) -> None:
    key = minted()
    assert causes(explained(tmp_path, text.replace("<KEY>", key), key)) == ["key-trailing-newline"]


@pytest.mark.parametrize(
    "text",
    [
        "c.e.Client : Request failed: Response{protocol=h2, code=401, message=, url=https://api.hopx.dev/v1/sandboxes}",
        "HttpRequestException: Response status code does not indicate success: 401 (Unauthorized).\n   at System.Net",
        "Sending HTTP request GET https://api.hopx.dev/v1/sandboxes\n Received HTTP response headers after 8ms - 401",
        "app.js:12 GET https://api.hopx.dev/v1/sandboxes 401 (Unauthorized)",
    ],
)
def test_the_status_is_found_as_other_clients_write_it(tmp_path: Path, text: str) -> None:
    found = explained(tmp_path, text)
    assert {"revoked", "expired"} <= set(found["cannot_tell"]["candidates"])
