"""What an HTTP target sends, in which form and with whose permission, and what comes back."""

from __future__ import annotations

import base64
import json
import threading
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from runs import SPEC
from scripted import Peer, ask, scripted, target_at
from scripts import answering_each, whole
from servers import KEYS

from conformance.compose import compose
from conformance.exchange import Recipe, Request
from conformance.probes import Axes, all_probes
from conformance.runs.run import Run
from conformance.spec.files import default_spec
from conformance.suites.test_safety import bad_key_after_good_one
from conformance.targets.errors import BudgetSpentError, WriteForbiddenError
from conformance.targets.http import HttpTarget
from conformance.targets.keyring import Keyring
from conformance.targets.mock import MockTarget
from conformance.targets.pace import Pace

if TYPE_CHECKING:
    from scripted import Scripted

    from conformance.probes import Probe


def sent_header(server: Scripted, name: bytes, at: int = -1) -> bytes:
    lines = server.requests[at].split(b"\r\n")
    return next(line.partition(b": ")[2] for line in lines if line.startswith(name + b": "))


def test_a_budget_is_never_exceeded() -> None:
    with scripted(answering_each(*[whole(b"{}")] * 3)) as server, target_at(server.url) as target:
        target.limit = 2
        ask(target)
        ask(target)
        with pytest.raises(BudgetSpentError, match="budget of 2 requests"):
            ask(target)
        target.close()
    assert len(server.requests) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW", "get"])
def test_nothing_but_looks_is_sent_without_permission_to_write(method: str) -> None:
    with scripted(whole(b"{}")) as server, target_at(server.url) as target:
        with pytest.raises(WriteForbiddenError, match="--allow-writes"):
            target.send(Request(method, "/sandboxes"))
        assert server.connections == 0


def test_a_key_is_sent_whole_and_comes_back_redacted() -> None:
    def echo(peer: Peer) -> None:
        key = peer.read_request().partition(b"X-API-Key: ")[2].partition(b"\r\n")[0].decode()
        peer.send(whole(json.dumps({"you sent": key}).encode(), f"X-Echo: {key}".encode()))
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
    with scripted(whole(b"{}", status=b"401 No")) as server, target_at(server.url, may_write=True) as target:
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
    with scripted(answering_each(whole(b"{}", status=b"401 No"), whole(b"{}", status=b"401 No"))) as server:
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
        peer.send(whole(b"{}"))
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
    with scripted(whole(b"{}")) as server, target_at(server.url.removesuffix("/v1") + base) as target:
        ask(target)
        target.close()
    assert server.requests[0].startswith(f"GET {base.rstrip('/')}/sandboxes HTTP/1.1\r\n".encode())
    assert sent_header(server, b"Host") == f"127.0.0.1:{server.port}".encode()


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
    return run.ask(probe, bad_key_after_good_one, bad_key_after_good_one.cost).kind
