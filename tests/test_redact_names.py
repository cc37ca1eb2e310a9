"""What a name announces as a secret is hidden; what it does not stays."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from redacting import SHAPES, drawn, minted, redacted, run_on, survives
from runs import FORMAT, run_command

from conformance.recognition.placeholders import is_pseudonym
from conformance.redaction.candidates import WordFinder, best_finder
from conformance.redaction.extent import looks_random

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    "written",
    [
        "Authorization: Bearer {}\r\n",
        "authorization: {}\n",
        "Authorization: Token {}\n",
        'Authorization: Bearer "{}"\n',
        "Proxy-Authorization: Basic {}\n",
        "Cookie: a={}; b=\n",
        "cookie: x=; a={}",
        'Cookie: a="{}"; b=\n',
        "Set-Cookie: a={}; Path=/; HttpOnly\n",
        "X-Auth-Token: {}\n",
        "x-api-key: {}\n",
        '-H "Authorization: {}"',
        "-H 'X-Secret: {}' https://x",
        "curl -u me:{} https://x",
        "curl -b 'a={}' https://x",
        "tool --api-key {} --x",
        "tool --password={} --x",
        "https://me:{}@example.com/",
        "https://x/?api_key={}&page=2",
        "https://x/?page=2&access_token={}",
        "https://x/?next=%2F%3Ftoken%3D{}%26a%3Db",
        "user=me&password={}",
        "password={}&user=me",
        "A_PASSWORD={}\n",
        "export A_SECRET='{}'\n",
        'API_KEY_PROD="{}"\r\n',
        "password: {}\n",
        '{{"password": "{}"}}',
        '{{"clientSecret":"{}"}}',
        '{{"text": "{{\\"token\\": \\"{}\\"}}"}}',
        '{{"text": "{{\\\\\\"token\\\\\\":\\\\\\"{}\\\\\\"}}"}}',
        '{{"name": "Authorization", "value": "Bearer {}"}}',
        '{{"name": "cookie",\n   "value": "a={}; b="}}',
        '{{"name": "password", "value": "{}"}}',
        '{{"cookies": [{{"name": "a", "path": "/", "value": "{}"}}]}}',
        "[('x-token', '{}'), ('a', 'b')]",
        "{{'Authorization': 'Bearer {}'}}",
        "<password>{}</password>",
        "machine api.example.com login me password {}\n",
        "machine api.example.com\n  login me\n  password {}\n",
        "env:\n  - name: A_TOKEN\n    value: {}\n",
        'env:\n  - name: "A_TOKEN"\n    value: "{}"\n',
        "ENV A_TOKEN {}\n",
        "set -gx A_TOKEN {}\n",
        "setx A_TOKEN {}\r\n",
        "api_key:\n  {}\n",
        "api_key: |-\n  {}\n",
        "os.environ['A_TOKEN'] = '{}'\n",
        'Content-Disposition: form-data; name="password"\r\n\r\n{}\r\n',
        '<add key="ApiKey" value="{}"/>',
        "map[X-Api-Key:[{}]]",
        "curl -su me:{} https://x",
        "curl -U me:{} https://x",
        "curl --proxy-user me:{} https://x",
        "curl --user='me:{}' https://x",
        "curl -b sid={} https://x",
        "Bearer\t{}\n",
        "AccountKey={};EndpointSuffix=x\n",
        "https://{}@example.com/",
        "Bearer {}",
        "GET /callback?code={}&state=1 HTTP/1.1\n",
        "grant_type=authorization_code&code={}&code_verifier=",
        '{{"name": "code", "value": "{}"}}',
        "https://x.blob.core.windows.net/c?sv=2&sig={}&se=1\n",
        "SAMLResponse={}&RelayState=x",
        "Ocp-Apim-Subscription-Key: {}\r\n",
        "x-functions-key: {}\r\n",
        "Set-Cookie: a=; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/, b={}; Path=/\r\n",
        ".example.com\tTRUE\t/\tFALSE\t1799999999\tsid\t{}\n",
        'Content-Disposition: form-data; name="token"\r\nContent-Type: text/plain\r\n\r\n{}\r\n',
        '{{"text": "name=\\"token\\"\\r\\nContent-Type: text/plain\\r\\n\\r\\n{}\\r\\n"}}',
        "rawHeaders: ['Host', 'x', 'X-API-Key', '{}', 'Accept', '*/*']",
        "[ 'X-API-Key', '{}' ]",
        'setenv("A_TOKEN", "{}", 1);',
        "DRIVER={{x}};UID=me;PWD={};\n",
        "https://{}:x@example.com/",
        "data=%7B%22password%22%3A%22{}%22%7D",
        "data=%257B%2522password%2522%253A%2522{}%2522%257D",
        '<div data-x="{{&quot;password&quot;:&quot;{}&quot;}}">',
        "?next=https%253A%252F%252Fx%253Ftoken%253D{}%2526a",
        "[password] => {}\n",
        '{{"db_password": {{"sensitive": true, "type": "string", "value": "{}"}}}}',
        "setx /M A_TOKEN {}\r\n",
        "<wsse:SessionToken>{}</wsse:SessionToken>",
    ],
)
@pytest.mark.parametrize("finder", [best_finder, WordFinder])
def test_what_a_name_says_is_a_secret_is_hidden(written: str, finder: Callable[..., Any], tmp_path: Path) -> None:
    secret = drawn()
    before = written.format(secret)
    result = redacted(before.encode(), tmp_path, finder=finder(SHAPES)).decode()
    assert not survives(secret, result)
    assert result == before.replace(secret, result[before.index(secret) :][: len(secret)])
    assert is_pseudonym(result[before.index(secret) :][: len(secret)])


@pytest.mark.parametrize(
    "written",
    [
        "Authorization: Bearer \r\n",
        "Authorization: Bearer undefined\n",
        "X-API-Key: $API_KEY\n",
        "X-API-Key: your_api_key_here\n",
        '{"token": null, "password": ""}',
        "X-API-Key: hopx_live_YOUR_KEY_HERE\n",
        "token = get_token(a, b)\n",
        "var token=e.next(),n=1;",
        '{"total_tokens": 12345678, "token_type": "bearer_token"}',
        "the password is wrong, and so is the secret: try again\n",
        "Set-Cookie: a=; Path=/; Max-Age=0\n",
        '["token", "password", "secret"]',
        "id hopx_live_NXAXAV4sU3Ii is revoked\n",
        "<div class=token>hello</div>",
        "https://example.com:8080/a@b",
        '{"code": "auth_invalid_key", "error_code": "E1002-ABCDEF-123456", "auth": "basic", "auth_type": "api_key_2"}',
        '{"code": "auth_invalid_key_2024_01", "exit_code": 1234567, "sig_alg": "ES256abcdefgh"}',
        "code: 0A1B2C3D4E5F60718293\nerror_code=0A1B2C3D4E5F60718293\n?code=invalid_key_2&x",
        "Vary: authorization, cookie\nPWD=/home/a1b2c3d4\n",
        "var a=1;token=next;password=b;",
    ],
)
def test_what_is_no_secret_is_left(written: str, tmp_path: Path) -> None:
    ran = run_on(tmp_path, written)
    assert (ran.status, ran.stdout) == (0, written)
    assert "no secrets were found" in ran.stderr


def test_a_secret_that_nothing_announces_is_hidden_where_something_announced_it_elsewhere(tmp_path: Path) -> None:
    secret = drawn()
    coded = base64.b64encode(f"x{secret}".encode()).decode()
    written = f"first {secret}\n{secret[5:17]}\n{coded}\npassword={secret}\n"
    result = redacted(written.encode(), tmp_path).decode()
    assert result.count("\n") == 4
    assert not survives(secret, result)
    assert len(set(re.findall(r"REDACTED\w+", result))) == 1


def test_a_password_that_is_a_word_is_hidden_in_the_address_of_a_database(tmp_path: Path) -> None:
    for written in ("Server=a;User Id=b;Password={};Database=c\n", '"DRIVER={{x}};UID=b;PWD={}"'):
        result = redacted(written.format("correcthorse").encode(), tmp_path).decode()
        assert result == written.format("x" * len("correcthorse"))


@pytest.mark.parametrize("written", ['{{"auths": {{"x.io": {{"auth": "{}"}}}}}}', "//npm.example.com/:_auth={}\n"])
def test_what_docker_and_npm_keep_stays_base64_of_a_redacted_user_and_password(written: str, tmp_path: Path) -> None:
    password = drawn(8)
    result = redacted(written.format(base64.b64encode(f"me:{password}".encode()).decode()).encode(), tmp_path).decode()
    assert result == written.format(base64.b64encode(b"xx:xxxxxxxx").decode())


def test_directories_are_no_passwords(tmp_path: Path) -> None:
    (tmp_path / "env.txt").write_text("PWD=/srv/app\nOLDPWD=/home/dev\nCONFIG_SECRET=/srv/app/config\n")
    (tmp_path / "err.txt").write_text('File "/srv/app/main.py" /srv/application /srv/app/config/a\n')
    (tmp_path / "out").mkdir()
    assert run_command(tmp_path, "redact", "env.txt", "err.txt", "-o", "out").status == 0
    assert (tmp_path / "out" / "env.txt").read_text().startswith("PWD=/srv/app\nOLDPWD=/home/dev\nCONFIG_SECRET=")
    assert (tmp_path / "out" / "err.txt").read_text() == (tmp_path / "err.txt").read_text()
    result = redacted(b"Server=x;Pwd=hunter2hunter;\n", tmp_path)
    assert b"hunter2" not in result


def test_words_that_somebody_took_for_a_secret_stay_where_they_are_words(tmp_path: Path) -> None:
    for word in ("production", "description", "response_code", "internal_server_error"):
        other = json.dumps({word: 1, f"in_{word}": word})
        result = redacted(f"COOKIE_SECRET={word}\n{other}\n".encode(), tmp_path).decode()
        assert word not in result.splitlines()[0]
        assert result.splitlines()[1] == other


def test_places_that_nothing_announced_are_counted(tmp_path: Path) -> None:
    secret = drawn()
    assert "covered in 2 other places" in run_on(tmp_path, f"password={secret}\n{secret} {secret}\n").stderr


def test_the_documented_example_stays(tmp_path: Path) -> None:
    for written in (f"X-API-Key: {FORMAT.example}\r\n", f'{{"api_key": "{FORMAT.example}"}}', f"say {FORMAT.example}"):
        assert redacted(written.encode(), tmp_path).decode() == written


@pytest.mark.parametrize("before", ["HOPX_API_KEY=", "X-API-Key: ", "Authorization: Bearer "])
def test_a_value_that_is_no_whole_key_keeps_what_may_be_shown(before: str, tmp_path: Path) -> None:
    key = minted()
    for shown, hidden in (
        (key[:22], ""),
        (key[:22] + ".****", ""),
        (key[:23], "abc"),
        (key[:15], ""),
        ("hopx_test_" + key[10:23], key[23:]),
    ):
        result = redacted(f"{before}{shown}{hidden}\n".encode(), tmp_path).decode()
        assert result.startswith(before + shown)
        assert re.fullmatch(r"(?:x*|REDACTED\w{5}x*A)\n", result.removeprefix(before + shown))
        assert len(result) == len(f"{before}{shown}{hidden}\n")
    for shown, hidden in (("https://", "api.example.com/v1"), ("", "You are a helpful assistant")):
        result = redacted(f"HOPX_API_KEY={shown}{hidden}\n".encode(), tmp_path).decode()
        assert result.startswith(f"HOPX_API_KEY={shown}")
        assert [len(word) for word in result.split()] == [len(word) for word in f"HOPX_API_KEY={shown}{hidden}".split()]
        assert hidden[:7] not in result


@pytest.mark.parametrize("name", ["code=", "token=", "code:", "token:"])
def test_names_within_the_values_of_others_are_read_in_proportion_to_their_number(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, names, read = drawn(32), 20_000, []

    def counted(value: bytes) -> bool:
        read.append(len(value))
        return looks_random(value)

    monkeypatch.setattr("conformance.redaction.extent.looks_random", counted)
    written = f"({name * names}) a_token={secret} \n".encode()
    assert not survives(secret, redacted(written, tmp_path).decode())
    assert sum(read) <= names * 10_000, "each value is read to its end, which is that of all of them"
