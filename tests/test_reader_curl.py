"""Commands as people paste them, read as evidence: the quoting of every shell, options of curl, answers below."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pasted import BREAKS, KNOWN, Pasted, broken, mutations, secret_pieces

from conformance.diagnosis.readers import curl, transcript
from conformance.diagnosis.shells.command_lines import command_lines
from conformance.diagnosis.shells.posix import words_of
from conformance.diagnosis.shells.words import shown

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import Evidence, PartialExchange

URL = "https://api.hopx.dev/v1/sandboxes"
UNKNOWN = "value of HOPX_API_KEY"
ANSWER = '{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR", "request_id": "req_1"}'


def read(text: str) -> Evidence:
    return Pasted(text).read(curl)


def one(text: str) -> PartialExchange:
    (exchange,) = read(text).exchanges
    return exchange


def sent(text: str) -> list[tuple[str, str, str, str]]:
    """What stands in a key's place: its carrier, name and scheme, and the text with KEY for the key."""
    pasted = Pasted(text)
    (exchange,) = pasted.read(curl).exchanges
    return [
        (each.carrier, each.name, each.scheme, each.key.reveal().replace(pasted.key, "KEY"))
        for each in exchange.credentials
    ]


X_API_KEY = [("header", "X-API-Key", "", "KEY")]
BEARER = [("header", "Authorization", "Bearer", "KEY")]


@pytest.mark.parametrize(
    ("command", "credentials"),
    [
        (f"curl -H 'X-API-Key: KEY' {URL}", X_API_KEY),
        (f'curl {URL} -H "X-API-Key: KEY"', X_API_KEY),
        (f"curl -H X-API-Key:KEY {URL}", X_API_KEY),
        (f"curl -H X-API-Key:\\ KEY {URL}", X_API_KEY),
        (f"curl -H $'X-API-Key: KEY' {URL}", X_API_KEY),
        (f"curl -H 'X-API-Key: '\"KEY\" {URL}", X_API_KEY),
        (f"curl -sSLH 'X-API-Key: KEY' {URL}", X_API_KEY),
        (f"curl --header='X-API-Key: KEY' --url {URL}", X_API_KEY),
        (f"curl -s {URL} \\\n  -H 'accept: */*' \\\n  -H 'X-API-Key: KEY' \\\n  --compressed", X_API_KEY),
        (f"$ curl -H 'X-API-Key: KEY' {URL} | jq .", X_API_KEY),
        (f"me@host:~/x$ curl -H 'X-API-Key: KEY' {URL} > out.json 2>&1  # don't", X_API_KEY),
        (f"(venv) me@host:~$ time curl -H 'X-API-Key: KEY' {URL}", X_API_KEY),
        (f"A=b sudo -E curl -H 'X-API-Key: KEY' {URL}", X_API_KEY),
        (f"RESPONSE=$(curl -s -H 'X-API-Key: KEY' {URL})", X_API_KEY),
        (f"I ran `curl -H 'X-API-Key: KEY' {URL}` and it doesn't work", X_API_KEY),
        (f"% curl -H 'X-API-Key: KEY' \\\n> {URL}", X_API_KEY),
        (f"curl -H 'Authorization: Bearer KEY' {URL}", BEARER),
        (f"curl --oauth2-bearer KEY {URL}", BEARER),
        (f"curl -H 'Authorization: KEY' {URL}", [("header", "Authorization", "", "KEY")]),
        (f"curl -u KEY: {URL}", [("header", "Authorization", "Basic", "KEY")]),
        (f"curl --user me:KEY {URL}", [("header", "Authorization", "Basic", "KEY")]),
        (f"curl -b 'api_key=KEY' {URL}", [("cookie", "api_key", "", "KEY")]),
        (f"curl -G -d api_key=KEY {URL}", [("query", "api_key", "", "KEY")]),
        (f"curl '{URL}?api_key=KEY'", [("query", "api_key", "", "KEY")]),
        (f'curl -d \'{{"api_key": "KEY"}}\' {URL}', [("body", "api_key", "", "KEY")]),
        (f'curl -d @- {URL} <<EOF\n{{"api_key": "KEY"}}\nEOF', [("body", "api_key", "", "KEY")]),
        (f"curl -F api_key=KEY {URL}", [("body", "api_key", "", "KEY")]),
        (f"curl -H 'X-API-Key;' {URL}", [("header", "X-API-Key", "", "")]),
        (f'curl -H "X-API-Key: KEY\n" {URL}', [("header", "X-API-Key", "", "KEY\n")]),
        (f"curl -H $'X-API-Key: KEY\\r' {URL}", [("header", "X-API-Key", "", "KEY\r")]),
        (f"curl -H 'X-API-Key: \"KEY\"' {URL}", [("header", "X-API-Key", "", '"KEY"')]),
        (f"curl -H 'X-API-Key: $HOPX_API_KEY' {URL}", [("header", "X-API-Key", "", "$HOPX_API_KEY")]),
        (f'curl -H "X-API-Key: \\$HOPX_API_KEY" {URL}', [("header", "X-API-Key", "", "$HOPX_API_KEY")]),
        (f"curl -H 'X-API-Key: {{{{HOPX_API_KEY}}}}' {URL}", [("header", "X-API-Key", "", "{{HOPX_API_KEY}}")]),
        (f'$ curl -H "X-API-Key: %HOPX_API_KEY%" {URL}', [("header", "X-API-Key", "", "%HOPX_API_KEY%")]),
        # cmd and PowerShell
        (f'C:\\Users\\me> curl.exe -H "X-API-Key: KEY" ^\r\n  {URL}', X_API_KEY),
        (f'curl ^"{URL}?a=1^&b=2^" ^\r\n  -H ^"X-API-Key: KEY^" ^\r\n  --compressed', X_API_KEY),
        (f'C:\\> curl -H "X-API-Key: $HOPX_API_KEY" {URL}', [("header", "X-API-Key", "", "$HOPX_API_KEY")]),
        (f"C:\\> curl -H 'X-API-Key: KEY' {URL}", [("header", "X-API-Key", "", "KEY'")]),
        (f'PS C:\\> curl.exe -H "X-API-Key: KEY" `\n  {URL}', X_API_KEY),
        (f"PS> curl.exe -H 'X-API-Key: $env:HOPX_API_KEY' {URL}", [("header", "X-API-Key", "", "$env:HOPX_API_KEY")]),
        (f"PS> curl.exe -H “X-API-Key: KEY” {URL}", X_API_KEY),
        (f'Invoke-RestMethod -Uri {URL} -Headers @{{ "X-API-Key" = "KEY"; Accept = "a" }}', X_API_KEY),
        (f"iwr {URL} -Headers @{{\n  Authorization = 'Bearer KEY'\n}} -Method Get", BEARER),
        (f'$h = @{{ "X-API-Key" = "KEY" }}\nirm -Uri {URL} -Headers $h', X_API_KEY),
        (f'$key = "KEY"\nirm {URL} -Headers @{{ Authorization = "Bearer " + $key }}', BEARER),
        # others
        (f"wget -qO- --header='X-API-Key: KEY' {URL}", X_API_KEY),
        (f"http GET {URL} X-API-Key:KEY page==2", X_API_KEY),
        (f"http -A bearer -a KEY {URL}", BEARER),
        # typographic quotes
        (f"curl -H “X-API-Key: KEY” {URL}", [("header", "X-API-Key", "", "KEY”")]),
        (f'curl -H "X-API-Key: “KEY”" {URL}', [("header", "X-API-Key", "", "“KEY”")]),
    ],
)
def test_the_key_is_what_the_shell_hands_to_the_program(command: str, credentials: list[tuple[str, ...]]) -> None:
    assert sent(command) == credentials
    assert URL.rpartition("/")[0] in one(command).url


@pytest.mark.parametrize(
    "command",
    [
        f'curl -H "X-API-Key: $HOPX_API_KEY" {URL}',
        f'curl -H "Authorization: Bearer ${{HOPX_API_KEY}}" {URL}',
        f"curl -H X-API-Key:$HOPX_API_KEY {URL}",
        f"curl -u $HOPX_API_KEY: {URL}",
        f'HOPX_API_KEY=KEY curl -H "X-API-Key: $HOPX_API_KEY" {URL}',
        f'curl.exe -H "X-API-Key: %HOPX_API_KEY%" {URL}',
        f'C:\\> curl -H "X-API-Key: %HOPX_API_KEY%" {URL}',
        f'PS C:\\> curl.exe -H "X-API-Key: $env:HOPX_API_KEY" {URL}',
        f'irm {URL} -Headers @{{ "X-API-Key" = $env:HOPX_API_KEY }}',
        f'irm {URL} -Headers @{{ Authorization = "Bearer $($env:HOPX_API_KEY)" }}',
        f'curl --variable %HOPX_API_KEY --expand-header "X-API-Key: {{{{HOPX_API_KEY}}}}" {URL}',
        f"http {URL} X-API-Key:$HOPX_API_KEY",
        f'wget --header "X-API-Key: $HOPX_API_KEY" {URL}',
    ],
)
def test_a_variable_that_the_shell_fills_in_is_no_credential(command: str) -> None:
    exchange = one(command)
    assert not exchange.credentials
    assert UNKNOWN in exchange.lacks
    assert any(f"({UNKNOWN})" in value for _, value in exchange.headers)


@pytest.mark.parametrize(
    "setting",
    ['export HOPX_API_KEY="KEY"', "HOPX_API_KEY='KEY'", "$ export HOPX_API_KEY=KEY", "export HOPX_API_KEY=KEY; true"],
)
def test_a_variable_that_the_paste_sets_has_its_value(setting: str) -> None:
    pasted = Pasted(f'{setting}\ncurl -H "X-API-Key: $HOPX_API_KEY" {URL}\n')
    evidence = pasted.read(curl)
    assert [each.key.reveal() for each in evidence.exchanges[0].credentials] == [pasted.key]
    assert [(each.name, each.holder) for each in evidence.settings] == [("HOPX_API_KEY", "shell")]


def test_cmd_keeps_the_quotes_of_an_assignment() -> None:
    pasted = Pasted(f'set HOPX_API_KEY="KEY"\r\ncurl -H "X-API-Key: %HOPX_API_KEY%" {URL}\r\n')
    assert pasted.read(curl).settings[0].credential.key.reveal() == f'"{pasted.key}"'  # type: ignore[union-attr]


def test_a_variable_before_the_command_itself_comes_too_late() -> None:
    evidence = read(f'HOPX_API_KEY=KEY curl -H "X-API-Key: $HOPX_API_KEY" {URL}')
    assert evidence.settings[0].marks == {"for one command"}
    assert UNKNOWN in evidence.exchanges[0].lacks


@pytest.mark.parametrize(
    ("command", "mark"),
    [
        (f"curl -H X-API-Key: KEY {URL}", "unquoted-header"),
        (f"curl -H Authorization: Bearer KEY {URL}", "unquoted-header"),
        (f'curl –H "X-API-Key: KEY" {URL}', "typographic-dash"),
        (f'curl —header "X-API-Key: KEY" {URL}', "typographic-dash"),
        (f'curl -H "X-API-Key KEY" {URL}', "header-without-colon"),
    ],
)
def test_a_key_that_is_not_sent_stands_alone_and_the_request_says_why(command: str, mark: str) -> None:
    pasted = Pasted(command)
    evidence = pasted.read(curl)
    (exchange,) = evidence.exchanges
    assert (exchange.url, exchange.headers, exchange.credentials) == (URL, (), ())
    assert mark in exchange.marks
    assert [each.key.reveal() for each in evidence.credentials] == [pasted.key]
    assert len(evidence.notes) == 1


def test_typographic_quotes_are_told_of() -> None:
    evidence = read(f"curl -H “X-API-Key: KEY” {URL}")
    assert "smart-quotes" in evidence.exchanges[0].marks
    assert "part of what is sent" in evidence.notes[0].says


@pytest.mark.parametrize(
    ("command", "method", "url"),
    [
        ("curl -XDELETE api.hopx.dev/v1/sandboxes/1", "DELETE", "http://api.hopx.dev/v1/sandboxes/1"),
        ("curl --request=PUT https://a.b/c", "PUT", "https://a.b/c"),
        ("curl -d a=b https://a.b/c", "POST", "https://a.b/c"),
        ("curl --json '{}' https://a.b/c", "POST", "https://a.b/c"),
        ("curl -G -d a=b https://a.b/c", "GET", "https://a.b/c?a=b"),
        ("curl -I https://a.b/c", "HEAD", "https://a.b/c"),
        ("curl -T x https://a.b/c", "PUT", "https://a.b/c"),
        ("curl -F a=b https://a.b/c", "POST", "https://a.b/c"),
        ("http https://a.b/c x=y", "POST", "https://a.b/c"),
        ("http POST :9101/c", "POST", "http://localhost:9101/c"),
        ("irm https://a.b/c -Method Post", "POST", "https://a.b/c"),
    ],
)
def test_method_and_address_are_those_that_the_options_make(command: str, method: str, url: str) -> None:
    assert (one(command).method, one(command).url) == (method, url)


def test_several_addresses_and_commands_are_several_requests() -> None:
    evidence = read(f"curl -H 'X-API-Key: KEY' {URL}/1 {URL}/2 --next {URL}/3\n\n$ curl {URL}/4\n")
    assert [(each.url[-1], len(each.credentials)) for each in evidence.exchanges] == [
        ("1", 1),
        ("2", 1),
        ("3", 0),
        ("4", 0),
    ]
    assert evidence.exchanges[-1].place.where == "line 3"


@pytest.mark.parametrize(
    ("command", "lacking"),
    [
        (f"curl -n {URL}", "authorization header"),
        (f"curl -K my.conf {URL}", "credential"),
        (f"curl -H @headers.txt {URL}", "credential"),
        (f"curl -H 'X-API-Key: [redacted]' {URL}", "credential"),
        (f'curl -H "X-API-Key: $(cat key.txt)" {URL}', "value of a command's output"),
        (f'curl -H "X-API-Key: `cat key.txt`" {URL}', "value of a command's output"),
        (f'curl -H "$HEADER" {URL}', "value of HEADER"),
        ('curl -H "X-API-Key: KEY" $BASE/sandboxes', "url"),
    ],
)
def test_what_the_command_takes_from_elsewhere_is_lacking(command: str, lacking: str) -> None:
    assert {lacking, "response"} <= one(command).lacks


def test_a_key_belongs_into_a_query_whatever_its_value_is() -> None:
    exchange = one(f'curl "{URL}?api_key=$HOPX_API_KEY"')
    assert [(each.carrier, each.name) for each in exchange.credentials] == [("query", "api_key")]


@pytest.mark.parametrize(
    ("printed", "status", "code"),
    [
        (f"HTTP/2 401\r\ncontent-type: application/json\r\n\r\n{ANSWER}", 401, "AUTHENTICATION_ERROR"),
        (f"{ANSWER}\nme@host:~$ ", None, "AUTHENTICATION_ERROR"),
        (f"{ANSWER}me@host:~$", None, "AUTHENTICATION_ERROR"),
        (f"{ANSWER}\nHTTP 401", 401, "AUTHENTICATION_ERROR"),
        ("401", 401, ""),
        ("curl: (22) The requested URL returned error: 401", 401, ""),
        (
            f"> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n> X-API-Key: KEY\n>\n< HTTP/1.1 401 x\n<\n{ANSWER}",
            401,
            "AUTHENTICATION_ERROR",
        ),
    ],
)
def test_what_was_printed_below_belongs_to_the_request(printed: str, status: int | None, code: str) -> None:
    exchange = one(f"$ curl -H 'X-API-Key: KEY' {URL}\n{printed}\n")
    assert (exchange.status, exchange.code, exchange.url) == (status, code, URL)
    assert len(exchange.credentials) == 1
    assert ("response" in exchange.lacks) == (status is None)


def test_powershell_names_the_status_in_its_error() -> None:
    said = "Invoke-RestMethod : The remote server returned an error: (401) Unauthorized.\nAt line:1 char:1\n"
    assert one(f'PS C:\\> irm {URL} -Headers @{{ "X-API-Key" = "KEY" }}\n{said}').status == 401


def test_an_answer_to_a_redirect_is_followed_by_one_whose_request_does_not_show() -> None:
    command = "curl -iL -H 'X-API-Key: KEY' http://api.hopx.dev/v1/sandboxes"
    text = f"{command}\nHTTP/1.1 301 Moved\nLocation: {URL}\n\nHTTP/2 401\n\n{ANSWER}"
    first, second = read(text).exchanges
    assert (first.status, len(first.credentials), "follows-redirects" in first.marks) == (301, 1, True)
    assert (second.status, second.url, "request headers" in second.lacks) == (401, URL, True)


def test_a_header_that_the_shell_filled_in_with_nothing_is_an_empty_credential() -> None:
    seen = "> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n> Accept: */*\n>\n< HTTP/1.1 401 Unauthorized\n<\n"
    exchange = one(f'$ curl -v -H "X-API-Key: $HOPX_API_KEY" {URL}\n{seen}')
    assert [(each.name, each.key.reveal()) for each in exchange.credentials] == [("X-API-Key", "")]


def test_the_failure_of_a_command_stands_beside_its_request() -> None:
    evidence = read(f"$ curl -H 'X-API-Key: KEY' {URL}\ncurl: (60) SSL certificate problem: self-signed certificate\n")
    assert [each.message for each in evidence.failures] == ["SSL certificate problem: self-signed certificate"]
    assert [each.status for each in evidence.exchanges] == [None]


def test_places_name_the_line_and_the_header() -> None:
    (credential,) = one(f"It fails:\n\n$ curl -s {URL} \\\n    -H 'X-API-Key: KEY'\n").credentials
    assert str(credential.place) == "given, line 4, request header X-API-Key"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_are_read(encoding: str) -> None:
    pasted = Pasted(f"curl -H 'X-API-Key: KEY' {URL}\r\n")
    pasted.data = pasted.data.decode().encode(encoding)
    assert len(pasted.read(curl).exchanges[0].credentials) == 1
    assert curl.recognises(pasted.data) > 90


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        (f"curl -H 'X-API-Key: KEY' {URL}", 95, 100),
        (f"Hello,\nthis fails:\n\n$ curl {URL}\n", 95, 100),
        (f"PS C:\\> irm {URL}", 95, 100),
        (f"we call `curl {URL}` every night", 40, 70),
        ("curl is what we use; curl fails", 0, 0),
        ("http is not https", 0, 0),
        ('HTTP 401: {"error": "Unauthorized"}', 0, 0),
        ('{"log": {"entries": [{"request": "curl -H x"}]}}', 0, 0),
        ('127.0.0.1 - - [x] "GET / HTTP/1.1" 401 12 "-" "curl/7.88.1"', 0, 0),
        ("", 0, 0),
    ],
)
def test_commands_are_recognised_and_prose_is_not(text: str, low: int, high: int) -> None:
    assert low <= curl.recognises(text.encode()) <= high


def test_a_command_with_its_transcript_is_for_the_reader_of_commands() -> None:
    head = f"$ curl -v {URL}\n> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n>\n< HTTP/1.1 401 x\n".encode()
    assert curl.recognises(head) > transcript.recognises(head)


_PIECES = st.sampled_from(["'", '"', "\\", " ", "%", "$'", "\\n", "${X}", "$X", "#", "é", "|", ">", "\\'", "% %"])


@given(st.lists(_PIECES, max_size=12).map("".join))
@settings(max_examples=60, deadline=None)
def test_words_are_those_of_bash(text: str) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    script = f"printf '%s\\0' {text}"
    env = {"X": "(value of X)", "PATH": "/nowhere", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [bash, "-rc", f"IFS=; set -f\n{script}"], capture_output=True, env=env, check=False, timeout=10
    )
    if done.returncode or done.stderr or any(sign in text for sign in "|>"):
        return
    expected = done.stdout.decode("utf-8", "replace").split("\0")[:-1]
    assert ([shown(word.text) for word in words_of(text, 1)] or [""]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "curl -H '" + "x" * 1_000_000,
        'curl -H "' + '\\"' * 500_000,
        "curl " + "“" * 100_000,
        "curl -d " + "$(" * 300_000,
        "curl -H " + "^" * 500_000,
        "iwr x -Headers @{" + "@{" * 300_000,
        "iwr https://x -Headers @{" + " " * 60_000 + "}",
        "send: b'" + "\\'" * 30_000,
        ("curl -H 'a\n" * 20_000),
        ("curl -H \\\n" * 20_000),
        "> GET " + "a" * 900_000 + " HTTP/1.1\n",
        ("a: b\n" * 200_000),
        "curl https://x/" + "?a=b&" * 200_000,
        "0000: " * 100_000,
        "user@" * 200_000,
    ],
)
def test_long_inputs_take_no_longer_than_they_are(text: str) -> None:
    """A pattern that takes time in the square of its input would not come to an end here."""
    KNOWN.read(curl, text.encode())
    KNOWN.read(transcript, text.encode())
    curl.recognises(text.encode()[:65536])
    transcript.recognises(text.encode()[:65536])


SAMPLES = [
    f'$ export HOPX_API_KEY=KEY\n$ curl -sv -H "X-API-Key: $HOPX_API_KEY" \\\n>  {URL} | jq\n{ANSWER}',
    f"curl -X POST {URL} -H 'Authorization: Bearer KEY' -d '{{\"a\": 1}}'\nHTTP/1.1 401 x\nA: b\n\n{ANSWER}",
    f'C:\\> set HOPX_API_KEY="KEY"\r\nC:\\> curl.exe -H "X-API-Key: %HOPX_API_KEY%" ^\r\n {URL}\r\n',
    f'PS C:\\> $h = @{{ "X-API-Key" = "KEY" }}\nPS C:\\> irm -Uri {URL} `\n -Headers $h\n',
    f"curl –H “X-API-Key: KEY” {URL}?api_key=KEY -u KEY: -b 'a=KEY'\ncurl: (6) Could not resolve host: KEY\n",
    f"http -A bearer -a KEY {URL} X-API-Key:KEY\nwget --header='X-API-Key: KEY' {URL}\n",
]


def test_no_sample_tells_a_secret() -> None:
    for sample in SAMPLES:
        pasted = Pasted(sample)
        assert not secret_pieces(pasted.read(curl), pasted.key)


@pytest.mark.parametrize("sign", BREAKS)
def test_a_key_that_was_broken_in_two_is_hidden_all_the_same(sign: str) -> None:
    for sample in SAMPLES:
        for pasted in broken(sample, sign):
            assert not secret_pieces(pasted.read(curl), pasted.key)


@pytest.mark.parametrize("sign", BREAKS)
@pytest.mark.parametrize("last", ["abcdefghik", "abcde0ghi4", "the-last-piece-8"])
def test_a_piece_of_a_key_that_looks_like_a_word_is_hidden_as_well(last: str, sign: str) -> None:
    for sample in SAMPLES:
        first = KNOWN.mint()[: -len(last)]
        pasted = Pasted(sample, f"{first}{sign}{last}")
        assert not secret_pieces(pasted.read(curl), first + last)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: f"curl {text}".encode())))
@settings(max_examples=200, deadline=None)
def test_no_bytes_make_it_fail(data: bytes) -> None:
    curl.recognises(data)
    KNOWN.read(curl, data)


@given(mutations(SAMPLES))
@settings(max_examples=200, deadline=None)
def test_no_change_of_a_command_makes_it_fail_or_tell_a_secret(pasted: Pasted) -> None:
    curl.recognises(pasted.data)
    assert not secret_pieces(pasted.read(curl), pasted.key)


def test_commands_end_where_the_shell_ends_them() -> None:
    lines = ["curl -d '{\n", '"a": "it\'\\\'\'s"\n', "}' https://a.b/c\n", "{}\n", "curl https://d.e/f\n"]
    assert [(each.line, each.end) for each in command_lines(lines)] == [(1, 4), (5, 6)]
