"""Proxies of the environment: who uses them, and what they answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from machines import NAME, SHORT, Machine, answering, api, dead_port, key
from scripted import Peer, scripted

if TYPE_CHECKING:
    from scripted import Script


def proxying(answer: bytes) -> Script:
    return answering(lambda _head: answer)


PROXIES = {
    "the only way": (b"HTTP/1.1 200 Connection established\r\n\r\n", False, ["sdk-ignores-proxy-env"]),
    "a way among two": (b"HTTP/1.1 200 OK\r\n\r\n", True, []),
    "one that wants a password": (b"HTTP/1.1 407 No\r\n\r\n", False, ["proxy-auth-required", "network-unreachable"]),
    "one that is in the way": (b"HTTP/1.1 407 No\r\n\r\n", True, ["proxy-auth-required"]),
    "none": (b"hello", False, ["network-unreachable"]),
    "none, and the API is reached without": (b"hello", True, ["proxy-unreachable"]),
    "one that refuses a tunnel without TLS": (b"HTTP/1.1 403 No\r\n\r\n", True, []),
}


@pytest.mark.parametrize("name", PROXIES)
def test_what_a_proxy_does(name: str, machine: Machine) -> None:
    answer, is_reached, causes = PROXIES[name]
    machine.has(good := key())
    with scripted(answering(api(good))) as server, scripted(proxying(answer)) as proxy:
        machine.given["HTTP_PROXY"] = f"http://me:{machine.secret('s3cret-of-mine')}@127.0.0.1:{proxy.port}"
        url = server.url if is_reached else f"http://127.0.0.1:{dead_port()}/v1"
        told = machine.asks(url)
    assert {cause for cause, _ in told.causes} == set(causes)
    assert ("warn", f"HTTP_PROXY names 127.0.0.1:{proxy.port}") in told.rows("proxy")
    assert not any(good.encode() in head for head in proxy.requests), "the key went to the proxy"
    assert any("go to the API directly: Hopx SDK for Python" in says for _, says in told.rows("proxy"))


def test_a_dead_proxy_that_clients_use_is_a_problem_though_the_key_is_accepted(machine: Machine) -> None:
    machine.has(good := key()).given["HTTP_PROXY"] = f"http://127.0.0.1:{dead_port()}"
    with scripted(answering(api(good))) as server:
        told = machine.asks(server.url)
        text = machine.run(f"--base-url={server.url}")
    assert (told.verdict, told.status, told.causes) == ("problem", 1, [("proxy-unreachable", "certain")])
    assert told.row("key in X-API-Key")[0] == "ok"
    first = "problem: The proxy that the client uses opens no way (certain)"
    assert text.stdout.splitlines()[0] == first


def test_a_proxy_that_speaks_another_protocol_is_not_called_dead(machine: Machine) -> None:
    machine.has(good := key())
    with scripted(answering(api(good))) as server, scripted(Peer.wait) as proxy:
        machine.given["ALL_PROXY"] = f"socks5://127.0.0.1:{proxy.port}"
        told = machine.asks(server.url)
    assert told.verdict == "healthy"
    assert "unknown" in {status for status, _ in told.rows("proxy")}


def test_which_key_wins_does_not_matter_where_none_is_taken(machine: Machine) -> None:
    (machine.work / ".env").write_text(f"{NAME}={key()}\n")
    with scripted(answering(api(key()))) as server:
        told = machine.has().asks(server.url)
    assert "certain" not in {confidence for _, confidence in told.causes}
    assert [status for status, _ in told.rows("other key")] == ["fail"]


def test_a_proxy_that_answers_byte_by_byte_is_not_waited_for(machine: Machine) -> None:
    def drip(peer: Peer) -> None:
        peer.read_request()
        for _ in range(600):
            peer.send(b"H")
            time.sleep(0.1)

    machine.has(good := key())
    with scripted(answering(api(good))) as server, scripted(drip) as proxy:
        machine.given["HTTP_PROXY"] = f"http://127.0.0.1:{proxy.port}"
        told = machine.asks(server.url, SHORT)
        assert proxy.sent < 100, "it was waited for"
    assert ("proxy-unreachable", "certain") in told.causes


@pytest.mark.parametrize("host", ["\udcff", ".proxy", "x" * 64])
def test_a_proxy_whose_host_is_no_name_opens_no_way(host: str, machine: Machine) -> None:
    machine.has(good := key()).given["HTTP_PROXY"] = f"http://{host}:3128"
    with scripted(answering(api(good))) as server:
        told = machine.asks(server.url)
    assert told.causes == [("proxy-unreachable", "certain")]
    assert any("opens no way to 127.0.0.1: its host is no name" in says for _, says in told.rows("proxy"))


def test_a_host_that_is_left_out_needs_no_proxy(machine: Machine) -> None:
    machine.given |= {"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": "localhost,.hopx.dev"}
    assert machine.has().offline().row("proxy") == ("ok", "no variable names one for the API")


CURL, REQUESTS, NODE = "curl as", "requests for", "Hopx SDK for JavaScript"
# what NO_PROXY is set to, the address that is asked, and who goes through the proxy all the same
LISTS: list[tuple[str, str, tuple[str, ...]]] = [
    ("api.hopx.dev:443", "https://api.hopx.dev/v1", (CURL, REQUESTS)),
    ("api.hopx.dev:443", "https://api.hopx.dev:443/v1", (CURL,)),
    ("api.hopx.dev:8443", "https://api.hopx.dev:8443/v1", (CURL,)),
    ("api.hopx.dev:8443", "https://api.hopx.dev/v1", (CURL, REQUESTS, NODE)),
    ("api.hopx.dev:443,API.hopx.dev", "https://api.hopx.dev/v1", ()),
    ("hopx.dev", "https://api.hopx.dev/v1", (NODE,)),
    (".hopx.dev", "https://api.hopx.dev/v1", ()),
    ("*.hopx.dev", "https://api.hopx.dev/v1", (CURL, REQUESTS)),
    ("*", "https://api.hopx.dev/v1", ()),
    ("localhost, *", "https://api.hopx.dev/v1", (CURL, REQUESTS)),
    ("pi.hopx.dev", "https://api.hopx.dev/v1", (CURL, REQUESTS, NODE)),
    ("localhost", "http://127.0.0.1:9/v1", (CURL, REQUESTS)),
    ("127.0.0.0/8", "http://127.0.0.1:9/v1", ()),
    ("127.0.0.1:9", "http://127.0.0.1:9/v1", (CURL, REQUESTS)),
]


@pytest.mark.parametrize(("listed", "url", "users"), LISTS, ids=str)
def test_who_leaves_a_host_out_follows_how_each_client_reads_the_list(
    listed: str, url: str, users: tuple[str, ...], machine: Machine
) -> None:
    machine.given |= {"https_proxy": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1", "no_proxy": listed}
    rows = [says for _, says in machine.has().offline(f"--base-url={url}").rows("proxy")]
    used = next((says for says in rows if says.startswith("they use it: ")), "")
    assert {one for one in (CURL, REQUESTS, NODE) if one in used} == set(users)
    differ = next((says for says in rows if says.startswith("clients read NO_PROXY differently")), "")
    assert {one for one in (CURL, REQUESTS, NODE) if one in differ} == (
        {CURL, REQUESTS, NODE}.difference(users) if users else set()
    )
    assert (rows == ["no variable names one for the API"]) is (not users)


def test_a_dead_proxy_is_no_problem_where_only_a_program_that_is_not_here_would_use_it(machine: Machine) -> None:
    machine.has(good := key()).given |= {"http_proxy": f"http://127.0.0.1:{dead_port()}", "no_proxy": "localhost"}
    with scripted(answering(api(good))) as server:
        told = machine.asks(server.url.replace("127.0.0.1", "localhost"))
        machine.given["no_proxy"] = ".0.0.1"
        other = machine.asks(server.url)
    assert (told.verdict, told.causes) == ("healthy", [])
    assert (other.verdict, other.causes) == ("healthy", [])
