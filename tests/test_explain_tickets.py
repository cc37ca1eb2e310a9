"""What stands around a paste in a ticket: markup, marks of a mail, what logs write before lines, other programs."""

from __future__ import annotations

import base64
import html
import json
import quopri
from typing import TYPE_CHECKING

import pytest
from evidence import minted
from explained import URL, explained, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSED = '{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'
TALK = f"""*   Trying 203.0.113.9:443...
> GET /v1/sandboxes HTTP/1.1
> Host: api.hopx.dev
> X-API-Key: "<KEY>"
>
< HTTP/1.1 401 Unauthorized
< content-type: application/json
<
{REFUSED}
"""
LISTED = f'$ curl -si -H "X-API-Key: <KEY>" {URL}\nHTTP/2 200\ncontent-type: application/json\n\n{{"data": []}}\n'
EXPIRED = "hopx_ai.errors.AuthenticationError: API key has expired (code: auth_key_expired)\n"


def each(before: str, text: str) -> str:
    return "".join(f"{before}{line}\n".rstrip(" ") for line in text.splitlines())


@pytest.mark.parametrize(
    "before",
    [
        "2026-11-30T15:24:51.6281234Z ",
        "build\tRun tests\t2026-11-30T15:24:51.6281234Z ",
        "2026-11-30T15:24:51.628123Z 01O ",
        "[2026-11-30T15:24:51.628Z] ",
        "15:24:51  ",
        "api-1  | ",
        "api-1  | 2026-11-30T15:24:51.628123456Z ",
        "[pod/api-7d9f6c5b8-x2x9z/api] ",
        "api-7d9f6c5b8-x2x9z api ",
        "Nov 30 15:24:51 web-1 worker[1234]: ",
        "2026-11-30T15:24:51+0000 web-1 worker[1234]: ",
        "2026-11-30T15:24:51.628123+00:00 app[web.1]: ",
    ],
)
def test_what_a_log_writes_before_every_line_hides_nothing(before: str) -> None:
    found = explained(each(before, TALK))
    assert [one["cause"] for one in found["findings"]] == ["key-wrapped-in-quotes"]
    assert found["findings"][0]["evidence"][0]["where"] == "line 4, request header X-API-Key"


def test_what_stands_before_most_lines_only_is_taken_away_there() -> None:
    others = "Attaching to api-1, db-1\ndb-1   | ready to accept connections\n"
    assert verdict(others + each("api-1  | ", TALK)) == ["key-wrapped-in-quotes certain"]


def _escaped(text: str) -> str:
    return html.escape(text).replace("&lt;KEY&gt;", "<KEY>")


def _as_html(text: str) -> str:
    return f'<div class="comment"><p>Hello,<br>we&nbsp;get this:</p><pre><code>{_escaped(text)}</code></pre></div>'


def _as_html_lines(text: str) -> str:
    return "<p>Hello,<br>" + "<br>\n".join(map(_escaped, text.splitlines())) + "</p>"


@pytest.mark.parametrize("marked_up", [_as_html, _as_html_lines])
def test_the_markup_of_a_ticket_is_read_as_what_it_shows(marked_up: Callable[[str], str]) -> None:
    assert verdict(marked_up(TALK)) == ["key-wrapped-in-quotes certain"]
    assert verdict(marked_up(f'curl -H "Authorization: <KEY>" {URL}\n{REFUSED}')) == ["bearer-prefix-missing certain"]
    assert verdict(marked_up(LISTED)) == ["healthy"]


def test_a_page_that_was_the_answer_stays_one() -> None:
    page = "<html><head><title>Just a moment...</title></head><body><p>Ray ID: 1</p></body></html>"
    assert verdict(f'curl -s -H "X-API-Key: <KEY>" {URL}\n{page}') == verdict(page) != ["healthy"]


@pytest.mark.parametrize("marks", ["> ", ">> ", "> > "])
def test_a_mail_may_quote_a_transcript(marks: str) -> None:
    assert verdict("Any idea?\n\n" + each(marks, TALK)) == ["key-wrapped-in-quotes certain"]


def test_a_header_that_a_mail_wraps_is_whole() -> None:
    wrapped = TALK.replace('X-API-Key: "<KEY>"', "X-API-Key:\n<KEY>")
    assert {"cannot-tell", "revoked"} <= set(verdict(wrapped))
    assert {"cannot-tell", "revoked"} <= set(verdict(each("> ", wrapped)))
    raw = (
        f"GET /v1/sandboxes HTTP/1.1\nHost: api.hopx.dev\nX-API-Key:\n<KEY>\n\nHTTP/1.1 401 Unauthorized\n\n{REFUSED}\n"
    )
    assert {"cannot-tell", "revoked"} <= set(verdict(each("> ", raw)))
    bare = TALK.replace('X-API-Key: "<KEY>"', "Authorization:\n<KEY>")
    assert verdict(bare) == ["bearer-prefix-missing certain"]


def test_a_command_that_a_mail_wraps_behind_the_name_of_a_header_is_whole() -> None:
    wrapped = f'curl -s -H "Accept: application/json" -H "X-API-Key:\n<KEY>" {URL}\n{REFUSED}\n'
    assert {"cannot-tell", "revoked"} <= set(verdict(wrapped))
    assert {"cannot-tell", "revoked"} <= set(verdict(each("> ", wrapped)))
    assert verdict(wrapped.replace("X-API-Key", "Authorization")) == ["bearer-prefix-missing certain"]


def test_a_name_and_a_date_in_brackets_begin_no_json() -> None:
    said = f'[30.11.2026 10:32] Anna\ncurl -H "Authorization: Bearer Bearer <KEY>" {URL}\n{REFUSED}\n'
    assert verdict(said) == ["bearer-prefix-doubled certain"]
    assert verdict("[30.11.2026 10:32] Anna\n" + TALK) == ["key-wrapped-in-quotes certain"]


# The log of a CI job shows the variables of a step, with stars in the place of secrets
STEP = "Run python create.py\n  python create.py\n  shell: /usr/bin/bash -e {0}\n  env:\n    HOPX_API_KEY: ***\n"


def test_stars_that_a_ci_job_puts_in_the_place_of_a_secret_are_no_fault() -> None:
    quoted = '  File "create.py", line 3, in <module>\n    sb=Sandbox.create(template="python")\n'
    forbidden = "hopx_ai.errors.APIError: " + '{"error": "Forbidden", "code": "PERMISSION_DENIED"}\n'
    failed = f"{STEP}Traceback (most recent call last):\n{quoted}{forbidden}"
    assert {"cannot-tell", "scope-insufficient"} <= set(verdict(failed))
    assert {"cannot-tell", "scope-insufficient"} <= set(verdict(each("2026-11-30T15:24:51.6281234Z ", failed)))
    assert verdict(STEP + EXPIRED) == ["expired certain"]
    assert verdict(f"{STEP}total=3\n12 passed in 3.2s\n") == ["cannot-tell"]


COMPOSE = "services:\n  api:\n    image: acme/api\n    environment:\n      - HOPX_API_KEY=<KEY>\n"


@pytest.mark.parametrize("file", [COMPOSE, "HOPX_API_KEY=<KEY>\nDEBUG=1\nPORT=80\nHOST=a\nMODE=b\n"])
def test_an_error_beside_a_file_of_variables_is_read_too(file: str) -> None:
    assert verdict(file) == ["healthy"]
    assert verdict(f"{file}\n{EXPIRED}") == ["expired certain"]
    assert {"cannot-tell", "revoked"} <= set(verdict(f"{file}\nerror: 401 Unauthorized\n"))
    assert {"cannot-tell", "revoked"} <= set(verdict(f"{file}\nand the answer is {REFUSED}\n"))
    assert verdict(f"{file}\nWe always get 401 with it.\n")[0] == "cannot-tell"


def test_what_a_comment_of_such_a_file_says_is_no_error() -> None:
    assert verdict("# error 401: the key is wrong\nHOPX_API_KEY=<KEY>\nDEBUG=1\n") == ["healthy"]


@pytest.mark.parametrize("between", ["$ python list.py\n", "\nbut the program does not:\n\n"])
def test_the_error_of_another_program_counts_behind_a_command_that_went_well(between: str) -> None:
    trace = 'Traceback (most recent call last):\n  File "list.py", line 3, in <module>\n'
    unset = "ValueError: API key required. Pass api_key parameter or set HOPX_API_KEY environment variable.\n"
    assert verdict(LISTED) == ["healthy"]
    assert verdict(LISTED + between + trace + EXPIRED) == ["expired certain"]
    assert verdict(LISTED + between + trace + unset)[0].startswith("env-var-unset")


def test_the_error_of_another_program_may_be_a_status_alone() -> None:
    failed = "$ node list.mjs\nFailed to list: Request failed with status code 401\n"
    assert verdict(LISTED + failed)[0] == "cannot-tell"


def test_a_report_of_an_error_is_no_archive_of_requests() -> None:
    raised = json.dumps({"type": "LocalProtocolError", "value": "Illegal header value b'<KEY>\\n'"})
    asked = '{"method": "POST", "url": "https://shop.example.com/orders", "headers": []}'
    report = f'{{"exception": {{"values": [{raised}]}},\n "request": {asked}}}'
    assert verdict(report)[0] == "key-trailing-newline certain"


def broken(text: str, width: int) -> str:
    """The text as it is copied from a terminal of this width."""
    rows = [line[at : at + width] for line in text.splitlines() for at in range(0, max(len(line), 1), width)]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("width", [60, 64, 66, 72, 76, 80, 90, 100, 120])
@pytest.mark.parametrize(
    "command",
    [
        f'$ curl -v -H "X-API-Key: <KEY>" {URL}',
        f'$ curl -sS -H "Content-Type: application/json" -H "Authorization: Bearer <KEY>" "{URL}?limit=100"',
        f'me@laptop:~/projects$ curl -X POST -H "Content-Type: application/json" -H "X-API-Key: <KEY>" -d "{{}}" {URL}',
    ],
)
def test_the_width_of_a_terminal_breaks_nothing(width: int, command: str) -> None:
    key = minted()
    assert {"cannot-tell", "revoked"} <= set(verdict(broken(command.replace("<KEY>", key), width) + REFUSED))


def test_a_key_that_the_width_of_a_terminal_breaks_in_a_file_is_whole() -> None:
    assert verdict(broken(f"export HOPX_API_KEY={minted()}\nexport DEBUG=1", 60)) == ["healthy"]
    assert verdict(broken(f"export HOPX_API_KEY={minted()[:-6]}\nexport DEBUG=1", 60)) == ["key-truncated certain"]


def test_a_mail_that_was_saved_as_it_travels_is_read() -> None:
    head = "Subject: 401\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n"
    talk = TALK.replace('"<KEY>"', minted())
    assert {"cannot-tell", "revoked"} <= set(verdict(head + quopri.encodestring(talk.encode()).decode()))


def test_a_variable_that_a_shell_fills_in_and_that_was_sent_by_its_name_was_put_there_by_hand() -> None:
    seen = TALK.replace('"<KEY>"', "$KEY_OF_OURS")
    assert verdict(f'$ curl -v -H "X-API-Key: $KEY_OF_OURS" {URL}\n{seen}')[0] == "cannot-tell"
    assert verdict(f"$ curl -v -H 'X-API-Key: $KEY_OF_OURS' {URL}\n{seen}") == ["env-var-not-expanded certain"]


def test_a_command_within_a_sentence_counts_before_words_of_a_failure() -> None:
    said = f'Hi, when I run `curl -H "Authorization: <KEY>" {URL}` I get `{REFUSED}`. Same on all machines.\n'
    assert verdict(said) == ["bearer-prefix-missing certain"]
    trace = f'Traceback (most recent call last):\n  File "a.py", line 1\n{EXPIRED}'
    assert verdict(f'{trace}and curl -H "X-API-Key: $HOPX_API_KEY" {URL} works\n') == ["expired certain"]


def copied(headers: str, answer: str = "") -> str:
    call = f'await fetch("{URL}", {{\n  "headers": {{"accept": "*/*", {headers}}},\n  "method": "GET"\n}});\n'
    return f"Hi, this is what the page sends:\n\n{call}\n{answer}\n"


def test_a_request_that_a_browser_copied_as_a_call_is_a_request() -> None:
    assert verdict(copied('"authorization": "<KEY>"')) == ["bearer-prefix-missing certain"]
    assert verdict(copied('"api-key": "<KEY>"', REFUSED)) == ["wrong-header-name certain"]
    assert verdict(copied('"x-api-key": "undefined"', REFUSED)) == ["literal-null-key certain"]
    assert verdict(copied('"x-api-key": "<KEY>"', '401 {"error": {"code": "auth_key_expired"}}')) == ["expired certain"]
    assert {"cannot-tell", "revoked"} <= set(verdict(copied('"x-api-key": "<KEY>"', f"401 {REFUSED}")))
    assert verdict(copied('"x-api-key": "[REDACTED]"', f"401 {REFUSED}"))[0] == "cannot-tell"
    assert verdict(copied('"x-api-key": "<KEY>"', '{"data": []}')) == ["healthy"]


def test_a_variable_that_a_ticket_shows_may_be_anothers_key() -> None:
    said = "Our settings:\n\nHOPX_API_KEY={}\nDEBUG=1\n\nThanks,\nPat\n"
    assert verdict(said.format("ghp_" + minted()[-40:].replace("-", "a").replace("_", "b"))) == [
        "wrong-vendor-key certain"
    ]
    assert verdict(said.format("Bearer <KEY>"))[0].startswith("bearer-in-env")
    assert verdict(said.format("get_secret()")) == ["cannot-tell"]
    assert verdict(said.format("settings.HOPX_API_KEY")) == ["cannot-tell"]


def test_a_secret_of_kubernetes_may_be_shown_as_json() -> None:
    def shown(value: str) -> str:
        data = {"HOPX_API_KEY": base64.b64encode(value.encode()).decode()}
        return json.dumps({"apiVersion": "v1", "data": data, "kind": "Secret"}, indent=4)

    assert verdict(shown(minted() + "\n")) == ["key-trailing-newline certain"]
    assert verdict(shown(minted())) == ["healthy"]


def test_what_collectors_put_around_an_error_of_axios_is_taken_off() -> None:
    headers = {"Accept": "*/*", "X-API-Key": '"<KEY>"'}
    error = {"message": "Request failed", "config": {"headers": headers, "method": "get", "url": URL}, "status": 401}
    inner = json.dumps({"level": 50, "err": error, "msg": "list failed"})
    for around in (
        {"id": "A", "content": {"service": "w", "message": inner}},
        {"_id": "x", "_source": {"a": 1, "message": inner}},
    ):
        assert verdict(json.dumps(around) + "\n") == ["key-wrapped-in-quotes certain"]


def test_the_value_of_an_error_in_a_report_is_what_was_printed() -> None:
    raised = {"type": "AuthenticationError", "value": "API key has expired (code: auth_key_expired)"}
    assert verdict(json.dumps({"exception": {"values": [raised]}}, indent=2)) == ["expired certain"]


@pytest.mark.parametrize("written", ["„{}“", "“{}”", "«{}»", "*{}*", "~{}~", "“{}”.", "(“{}”)"])
def test_what_people_put_around_a_key_in_a_sentence_is_no_part_of_it(written: str) -> None:
    said = f"Our key is {written.format('<KEY>')} and we get 401 Unauthorized.\n"
    assert {"cannot-tell", "revoked"} <= set(verdict(said))


def test_typographic_quotes_around_a_value_are_part_of_it() -> None:
    assert verdict("raise RuntimeError: 401 Unauthorized, api_key=“<KEY>”\n") == [
        "unicode-lookalike-smart-quotes certain"
    ]


def test_quotation_marks_that_a_mail_changed_hide_no_line_break() -> None:
    said = "httpx.LocalProtocolError: Illegal header value b“<KEY>\\n”\n"
    assert verdict(said) == ["key-trailing-newline certain"]


def test_markdown_puts_backslashes_before_underscores() -> None:
    escaped = minted().replace("_", "\\_")
    assert {"cannot-tell", "revoked"} <= set(verdict(f'curl -H "X-API-Key: {escaped}" {URL}\n{REFUSED}\n'))


@pytest.mark.parametrize(
    "address",
    [
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fapi.hopx.dev%2Fv1%2Fsandboxes&data=05%7C01",
        "https://urldefense.com/v3/__https://api.hopx.dev/v1/sandboxes__;!!AbC!x$",
    ],
)
def test_what_a_mail_gateway_makes_of_an_address_is_no_other_address(address: str) -> None:
    assert {"cannot-tell", "revoked"} <= set(verdict(f"curl -H 'X-API-Key: <KEY>' '{address}'\n{REFUSED}\n"))


def test_a_transcript_may_be_indented_as_code() -> None:
    assert verdict("It says:\n\n" + each("    ", TALK)) == ["key-wrapped-in-quotes certain"]


def test_the_error_of_a_program_counts_above_a_command_that_went_well_too() -> None:
    trace = 'Traceback (most recent call last):\n  File "list.py", line 3, in <module>\n'
    assert verdict(f"{trace}{EXPIRED}\nby hand it works:\n{LISTED}") == ["expired certain"]
    assert verdict(f'$ curl -s -H "X-API-Key: $HOPX_API_KEY" {URL}\n$ python list.py\n{trace}{EXPIRED}') == [
        "expired certain"
    ]


@pytest.mark.parametrize("cut", [14, 23, 24, 40])
def test_a_key_that_is_broken_elsewhere_was_so_before_it_was_pasted(cut: int) -> None:
    key = minted()
    found = verdict(f"DEBUG=1\nHOPX_API_KEY={key[:cut]}\n{key[cut:]}\nTZ=UTC\n")
    assert found[0] != "healthy", found
