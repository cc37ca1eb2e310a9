"""Pace, keyring, live set-up and the target's own promises, one rule at a time."""

from __future__ import annotations

import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from runs import SPEC, VARIABLES
from scripted import Peer, ask, scripted, target_at
from servers import KEYS

from conformance.compose import compose, compose_alternative
from conformance.exchange import Recipe, Request, Response
from conformance.judge import brief
from conformance.probes import Axes, all_probes
from conformance.runs.run import Run
from conformance.spec.files import default_spec
from conformance.suites.specimens import Specimens
from conformance.suites.test_effects import _is_nearer
from conformance.suites.test_safety import bad_key_after_good_one
from conformance.targets import pace as pace_module
from conformance.targets.errors import BudgetSpentError, TooManyRequestsError
from conformance.targets.http import HttpTarget, WriteForbiddenError, retry_after_seconds
from conformance.targets.keyring import Keyring
from conformance.targets.live import LiveOptions, SetupError, check_base_url, is_loopback, live_target, read_variables
from conformance.targets.mock import MockTarget
from conformance.targets.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scripted import Script, Scripted

    from conformance.keys import ApiKey
    from conformance.probes import Probe


def answer(status: str, body: bytes = b"{}", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def in_turn(*answers: bytes) -> Script:
    """Each request of one connection gets the next answer."""

    def script(peer: Peer) -> None:
        for one in answers:
            if peer.read_request():
                peer.send(one)
        peer.wait()

    return script


def sent_header(server: Scripted, name: bytes, at: int = -1) -> bytes:
    lines = server.requests[at].split(b"\r\n")
    return next(line.partition(b": ")[2] for line in lines if line.startswith(name + b": "))


# Pace


class Clock:
    """A clock that stands still until somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pace_module, "time", clock)
    return clock


def test_requests_are_spaced_evenly(clock: Clock) -> None:
    pace = Pace(5)
    for _ in range(4):
        pace.wait()
    assert clock.slept == [0, 0.2, 0.2, 0.2]


def test_time_that_passed_is_no_credit_for_a_burst(clock: Clock) -> None:
    pace = Pace(5)
    pace.wait()
    clock.now += 60
    pace.wait()
    pace.wait()
    assert clock.slept == [0, 0, 0.2]


def test_a_pause_holds_for_everybody(clock: Clock) -> None:
    pace = Pace(5)
    pace.pause(30)
    pace.wait()
    assert clock.slept == [30, 0]
    clock.now -= 10  # another thread, that came in the middle of the pause
    pace.wait()
    assert clock.slept[-1] == 10.2


def test_without_a_rate_nobody_waits(clock: Clock) -> None:
    Pace(0).wait()
    assert clock.slept == []


# Retry-After


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 0 ", 0),
        ("9" * 400, float("inf")),
        ("", 1),
        ("soon", 1),
        ("-5", 1),
        ("1.5", 1),
        ("²", 1),
        ("Mon, 01 Jan 2024 00:00:00 +9999999999999", 1),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ],
)
def test_retry_after_is_read_as_rfc_9110_has_it(value: str, seconds: float) -> None:
    assert retry_after_seconds(Response(429, (("retry-AFTER", value),))) == seconds


def test_retry_after_may_be_a_date() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert 3500 < retry_after_seconds(Response(429, (("Retry-After", at),))) <= 3600


def test_no_retry_after_is_one_second() -> None:
    assert retry_after_seconds(Response(429)) == 1


def test_a_limited_request_waits_as_long_as_it_was_asked_to_and_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    script = in_turn(answer("429 Slow", b"{}", "Retry-After: 3"), answer("200 OK"))
    with scripted(script) as server, target_at(server.url) as target:
        paused: list[float] = []
        monkeypatch.setattr(target.pace, "pause", paused.append)
        assert ask(target).response.status == 200
        target.close()
    assert paused == [3]


def test_nobody_waits_longer_than_a_minute_nor_a_third_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = answer("429 Slow", b"{}", "Retry-After: 86400")
    with scripted(in_turn(slow, slow)) as server, target_at(server.url) as target:
        paused: list[float] = []
        monkeypatch.setattr(target.pace, "pause", paused.append)
        with pytest.raises(TooManyRequestsError, match="lower --rate"):
            ask(target)
        target.close()
    assert paused == [60]


# What a target refuses to send


def test_a_budget_is_never_exceeded() -> None:
    with scripted(in_turn(*[answer("200 OK")] * 3)) as server, target_at(server.url) as target:
        target.limit = 2
        ask(target)
        ask(target)
        with pytest.raises(BudgetSpentError, match="budget of 2 requests"):
            ask(target)
        target.close()
    assert len(server.requests) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW", "get"])
def test_nothing_but_looks_is_sent_without_permission_to_write(method: str) -> None:
    with scripted(answer("200 OK")) as server, target_at(server.url) as target:
        with pytest.raises(WriteForbiddenError, match="--allow-writes"):
            target.send(Request(method, "/sandboxes"))
        assert server.connections == 0


# Credentials become bytes, and exchanges come back without them


def test_a_key_is_sent_whole_and_comes_back_redacted() -> None:
    def echo(peer: Peer) -> None:
        key = peer.read_request().partition(b"X-API-Key: ")[2].partition(b"\r\n")[0].decode()
        peer.send(answer("200 OK", json.dumps({"you sent": key}).encode(), f"X-Echo: {key}"))
        peer.wait()

    with scripted(echo) as server, target_at(server.url) as target:
        key = target.keyring.credential(Recipe("full"))
        exchange = ask(target)
        target.close()
    assert key is not None
    assert sent_header(server, b"X-API-Key").decode() == key.reveal()
    secret = KEYS.parts(key).secret
    assert exchange.repeats == "the body"
    assert secret not in repr(exchange)
    assert secret[-20:] not in exchange.response.text
    assert KEYS.parts(key).key_id in dict(exchange.request.headers)["X-API-Key"]


@pytest.mark.parametrize("style", ["basic-user", "basic-password", "query-api-key", "cookie-api-key", "body-api-key"])
def test_a_key_arrives_wherever_a_style_puts_it(style: str) -> None:
    with scripted(answer("401 No")) as server, target_at(server.url, may_write=True) as target:
        key = target.keyring.credential(Recipe("full"))
        operation = "create" if style == "body-api-key" else "list"
        request = compose(SPEC, Axes(recipe=Recipe("full"), style=style, operation=operation))
        exchange = target.send(request)
        target.close()
    assert key is not None
    text = key.reveal()
    sent = {
        "basic-user": lambda: base64.b64decode(sent_header(server, b"Authorization")[6:]).decode() == f"{text}:",
        "basic-password": lambda: base64.b64decode(sent_header(server, b"Authorization")[6:]).decode() == f":{text}",
        "query-api-key": lambda: f"api_key={text} " in unquote(server.requests[0].split(b"\r\n")[0].decode()),
        "cookie-api-key": lambda: sent_header(server, b"Cookie").decode() == f"api_key={text}",
        "body-api-key": lambda: int(sent_header(server, b"Content-Length")) > len(text),
    }
    assert sent[style]()
    assert KEYS.parts(key).secret not in repr(exchange)
    assert base64.b64encode(text.encode()).decode()[20:-4] not in repr(exchange)


@pytest.mark.parametrize(
    ("text", "sent"),
    [("clé", "clé".encode("latin-1")), ("🔑", "🔑".encode()), ("\udcff\udcfe", b"\xff\xfe"), ("a b\t", b"a b\t")],
)
def test_keys_outside_ascii_are_sent_as_http_carries_them(text: str, sent: bytes) -> None:
    keyring = Keyring(SPEC, {"full": KEYS.hide(text)})
    with scripted(in_turn(answer("401 No"), answer("401 No"))) as server:
        target = HttpTarget("live", server.url, keyring, Pace(0), may_write=False)
        for style in ("x-api-key", "query-api-key"):
            target.send(compose(SPEC, Axes(recipe=Recipe("full"), style=style, operation="list")))
        target.close()
    assert sent_header(server, b"X-API-Key", 0) == sent


def test_each_thread_has_a_connection_of_its_own() -> None:
    both = threading.Barrier(2)

    def together(peer: Peer) -> None:
        peer.read_request()
        both.wait(10)
        peer.send(answer("200 OK"))
        peer.wait()

    with scripted(together) as server, target_at(server.url) as target:
        other = threading.Thread(target=ask, args=[target])
        other.start()
        ask(target)
        other.join()
        target.close()
    assert server.connections == 2


@pytest.mark.parametrize("base", ["/v1", "/v1/", "", "/a%20b"])
def test_the_base_path_comes_before_every_target(base: str) -> None:
    with scripted(answer("200 OK")) as server, target_at(server.url.removesuffix("/v1") + base) as target:
        ask(target)
        target.close()
    assert server.requests[0].startswith(f"GET {base.rstrip('/')}/sandboxes HTTP/1.1\r\n".encode())
    assert sent_header(server, b"Host") == f"127.0.0.1:{server.port}".encode()


# Where a key may go


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example/v1",
        "https://api.example:8443",
        "https://exämple.test/v1",
        "http://localhost:8000/v1",
        "http://127.0.0.1/v1",
        "http://127.9.9.9/v1",
        "http://[::1]:80/v1",
        "HTTPS://API.EXAMPLE/v1",
    ],
)
def test_a_safe_base_url_is_taken(url: str) -> None:
    check_base_url(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://api.example/v1", "plain http"),
        ("http://localhost.example/v1", "plain http"),
        ("http://127.0.0.1.example/v1", "plain http"),
        ("http://0.0.0.0/v1", "plain http"),
        ("http://10.0.0.1/v1", "plain http"),
        ("http://[::]/v1", "plain http"),
        ("ftp://api.example/v1", "no web address"),
        ("api.example/v1", "no web address"),
        ("", "no web address"),
        ("https://", "no web address"),
        ("https:///v1", "no web address"),
        ("https://user@api.example/v1", "user name"),
        ("https://user:pass-phrase@api.example/v1", "user name"),
        ("https://api.example/v1?a=b", "query"),
        ("https://api.example/v1#here", "fragment"),
        ("https://api.example:99999/v1", "no address"),
        ("https://api.example:x/v1", "no address"),
        ("https://[::1/v1", "no address"),
        ("https://a..b/v1", "no address"),
        (f"https://{'a' * 70}.example/v1", "no address"),
        ("https://api.example/ä", "percent-encoded"),
        ("https://api.example/a b", "percent-encoded"),
        ("https://api.example/\x7f", "percent-encoded"),
    ],
)
def test_an_unsafe_base_url_is_refused_with_a_reason(url: str, reason: str) -> None:
    with pytest.raises(SetupError, match=reason) as refused:
        check_base_url(url)
    assert "pass-phrase" not in str(refused.value)


def test_loopback_is_this_machine_by_its_very_name() -> None:
    assert all(map(is_loopback, ["localhost", "::1", "127.1.2.3"]))
    assert not any(map(is_loopback, ["::", "lo", "localhost.example", "0.0.0.0"]))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_environment_wins_over_the_file(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    lines = ["\ufeffHOPX_API_KEY=from file", "HOPX_API_KEY_REVOKED='of ${HOME}'", "#HOPX_API_KEY_EXPIRED=1", "EMPTY"]
    file.write_text("\n".join(lines), "utf-8")
    bare.setenv("HOPX_API_KEY", "from environment")
    values = read_variables(file)
    assert values["HOPX_API_KEY"] == "from environment"
    assert values["HOPX_API_KEY_REVOKED"] == "of ${HOME}"
    assert "HOPX_API_KEY_EXPIRED" not in values
    assert "EMPTY" not in values


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "odd.env"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SetupError, match=r"odd\.env cannot be read"):
        read_variables(file)


def test_the_base_url_never_comes_from_a_file(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"HOPX_BASE_URL=https://elsewhere.example\nHOPX_API_KEY={KEYS.mint().reveal()}\n")
    assert live_target(SPEC, LiveOptions(env_file=file)).base_url == SPEC.base_url
    bare.setenv("HOPX_BASE_URL", "http://localhost:1")
    assert live_target(SPEC, LiveOptions(env_file=file)).base_url == "http://localhost:1"
    assert live_target(SPEC, LiveOptions("http://[::1]:2/", env_file=file)).base_url == "http://[::1]:2"


def test_a_run_without_its_key_says_which_variable_to_set(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("HOPX_API_KEY_READ_ONLY", KEYS.mint().reveal())
    with pytest.raises(SetupError, match="HOPX_API_KEY is not set in the environment"):
        live_target(SPEC, LiveOptions())
    bare.setenv("HOPX_API_KEY", "")
    with pytest.raises(SetupError, match="HOPX_API_KEY is not set"):
        live_target(SPEC, LiveOptions())
    bare.setenv("HOPX_API_KEY", KEYS.mint().reveal())
    with pytest.raises(SetupError, match="HOPX_API_KEY_STAGING is not set"):
        live_target(SPEC, LiveOptions(environment="staging"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_key_with_a_line_break_is_refused_and_not_shown(end: str, bare: pytest.MonkeyPatch) -> None:
    key = KEYS.mint()
    bare.setenv("HOPX_API_KEY", key.reveal() + end)
    with pytest.raises(SetupError, match="HOPX_API_KEY holds a line break") as refused:
        live_target(SPEC, LiveOptions())
    assert KEYS.parts(key).secret not in str(refused.value)


@pytest.mark.parametrize(
    "spoil", [lambda _: "…", lambda key: f" {key}", lambda _: "changeme", lambda _: "$HOPX_API_KEY"]
)
@pytest.mark.parametrize(("variable", "environment"), [("HOPX_API_KEY", ""), ("HOPX_API_KEY_DEV", "development")])
def test_what_no_api_issues_as_a_key_is_refused_with_the_reason_and_not_shown(
    variable: str, environment: str, spoil: Callable[[str], str], bare: pytest.MonkeyPatch
) -> None:
    text = spoil(KEYS.mint().reveal())
    bare.setenv(variable, text)
    with pytest.raises(SetupError, match=f"{variable} holds what no API issues as a key") as refused:
        live_target(SPEC, LiveOptions(environment=environment))
    assert KEYS.reason(text) in str(refused.value)
    assert text not in str(refused.value)


# The keyring


def keyring(**keys: ApiKey) -> Keyring:
    return Keyring(SPEC, keys)


def test_every_recipe_is_made_once_and_stays_the_same() -> None:
    ring = keyring(full=KEYS.mint())
    for name, credential in SPEC.credentials.items():
        for label in credential.texts or credential.how or [""]:
            recipe = Recipe(name, label, 3)
            if not ring.obstacle(recipe):
                assert ring.credential(recipe) is ring.credential(recipe)


def test_the_key_of_the_documentation_is_a_credential_without_any_issued_key() -> None:
    ring = Keyring(SPEC, {})
    recipe = Recipe("guess", "documented-example")
    assert ring.obstacle(recipe) == ""
    assert ring.credential(recipe) == KEYS.hide(SPEC.key.example)


def test_what_a_keyring_cannot_supply_is_said_with_its_variable() -> None:
    ring = Keyring(SPEC, {}, variables={"full": "HOPX_API_KEY_DEV"})
    assert ring.obstacle(Recipe("full")) == "HOPX_API_KEY_DEV"
    assert ring.obstacle(Recipe("revoked")) == "HOPX_API_KEY_REVOKED"
    assert ring.obstacle(Recipe("wrong_secret")) == "HOPX_API_KEY_DEV"
    assert ring.obstacle(Recipe("near_miss", "drop")) == "HOPX_API_KEY_DEV"
    assert ring.obstacle(Recipe("malformed", "quoted")) == "HOPX_API_KEY_DEV"
    for recipe in (Recipe("missing"), Recipe("empty"), Recipe("unknown"), Recipe("malformed", "undefined")):
        assert ring.obstacle(recipe) == ""


def test_a_key_of_another_format_is_no_base_for_what_is_made_of_its_parts() -> None:
    odd = "another-format-of-key"
    ring = keyring(full=KEYS.hide(odd))
    assert ring.obstacle(Recipe("full")) == ""
    assert "documented format in HOPX_API_KEY" in ring.obstacle(Recipe("wrong_secret"))
    assert odd not in ring.obstacle(Recipe("wrong_secret"))


def test_credentials_are_what_their_recipes_say() -> None:
    full = KEYS.mint()
    ring = keyring(full=full)
    parts = KEYS.parts(full)

    def text(name: str, label: str = "") -> str:
        made = ring.credential(Recipe(name, label))
        assert made is not None
        return made.reveal()

    assert ring.credential(Recipe("missing")) is None
    assert text("empty") == ""
    assert KEYS.parse(text("unknown")).key_id != parts.key_id
    wrong = KEYS.parse(text("wrong_secret"))
    assert (wrong.key_id, wrong.prefix) == (parts.key_id, parts.prefix)
    assert wrong.secret != parts.secret
    assert text("malformed", "no-dot") == f"{parts.prefix}{parts.key_id}{parts.secret}"
    assert text("malformed", "two-keys") == f"{full.reveal()},{full.reveal()}"
    assert len(text("oversized")) == 400 * len(parts.secret)


def test_made_keys_are_secrets_as_well() -> None:
    ring = keyring(full=KEYS.mint())
    for name in ("full", "unknown", "wrong_secret"):
        made = ring.credential(Recipe(name))
        assert made is not None
        assert KEYS.parts(made).secret[5:25] not in ring.scrubber.scrub(f"<{KEYS.parts(made).secret[5:25]}>")


# What suites read from answers


def specimens() -> Specimens:
    target = HttpTarget("live", "http://127.0.0.1:1", keyring(full=KEYS.mint()), Pace(0), may_write=False)
    return Specimens(SPEC, target)


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ([{"id": "a"}, {"id": "b"}], ["a", "b"]),
        ({"data": [{"id": "a", "template": {"id": "t"}}]}, ["a"]),
        ({"organization": {"id": "o"}, "data": {"items": [{"template": {"id": "t"}, "sandbox_id": "a"}]}}, ["a"]),
        ({"tags": ["x"], "sandboxes": [{"id": 7}, {"id": True}, {"id": ""}, {"id": None}, {"id": "b\x1b"}]}, ["7"]),
        ({"data": []}, []),
        ({"id": "a"}, []),
        (None, []),
        ("id", []),
    ],
)
def test_a_list_is_read_for_the_ids_of_its_elements(body: object, ids: list[str]) -> None:
    assert specimens().listed_in(Response(200, (), json.dumps(body).encode())) == ids


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ({"template": {"id": "t"}, "id": "a"}, "a"),
        ({"data": {"template": {"id": "t"}, "sandbox_id": "a"}}, "a"),
        ({"id": 12}, "12"),
    ],
)
def test_a_created_sandbox_is_known_by_the_outermost_id(body: object, first: str) -> None:
    assert specimens().ids_in(Response(201, (), json.dumps(body).encode()))[0] == first


@pytest.mark.parametrize(
    ("sent", "after", "before", "nearer"),
    [
        (600, 600, 3600, True),
        (600, 599.2, 3600, True),
        (600, 3598, 3600, False),
        (600, 3600, 3600, False),
        (600, None, 3600, False),
        ("on", "on", "off", True),
        ("on", "maybe", "off", False),
        (True, True, False, True),
    ],
)
def test_a_value_changed_if_it_became_what_was_sent(sent: object, after: object, before: object, nearer: bool) -> None:
    assert _is_nearer(sent, after, before) is nearer


@pytest.mark.parametrize("alteration", ["", "name-lower"])
@pytest.mark.parametrize("style", ["x-api-key", "bearer", "body-api-key"])
def test_the_other_form_of_a_body_differs_in_nothing_else(style: str, alteration: str) -> None:
    if style == "body-api-key" and alteration:
        return
    axes = Axes(recipe=Recipe("full"), style=style, operation="create", alteration=alteration)
    first, other = compose(SPEC, axes), compose_alternative(SPEC, axes)
    assert other is not None
    assert other.headers == first.headers
    assert json.loads(other.body or "")["template"] == "code-interpreter"
    assert ("api_key" in json.loads(other.body or "")) is (style == "body-api-key")


@pytest.mark.parametrize("alteration", ["broken-json", "template-id"])
def test_what_alters_a_body_has_no_other_form(alteration: str) -> None:
    axes = Axes(recipe=Recipe("full"), style="bearer", operation="create", alteration=alteration)
    assert compose_alternative(SPEC, axes) is None


def test_words_of_a_server_are_shown_short_and_printable() -> None:
    body = json.dumps({"code": "\ud800\x1b[31m" + "x" * 200}).encode()
    shown = brief(Response(401, (), body))
    assert shown.isprintable()
    assert len(shown) < 100


def test_a_connection_that_had_its_requests_does_not_come_between_a_good_key_and_a_bad_one() -> None:
    target = MockTarget(SPEC, default_spec(), "connection-remembers-for-one-request")
    run = Run(SPEC, target, [])
    probe = next(one for one in all_probes(SPEC) if one.id == "bad-key-after-good-one[list-missing]")
    try:
        kinds = [kind_after(run, probe, requests) for requests in range(90, 100)]
    finally:
        target.close()
    assert kinds == ["fail"] * 10


def kind_after(run: Run, probe: Probe, requests: int) -> str:
    """The verdict on a probe that is asked after so many requests on one connection."""
    run.target.hang_up()
    for _ in range(requests):
        ask(run.target)
    return run.ask(probe, bad_key_after_good_one, bad_key_after_good_one.check).kind
