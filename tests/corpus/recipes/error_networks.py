"""What clients print when there is no answer, or somebody else answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.programs import (
    AIOHTTP,
    AXIOS,
    FETCH,
    HOPX,
    HOPX_ASYNC,
    HOPX_NODE,
    HTTPX,
    JS_BEARER,
    REQUESTS,
    URLLIB3,
)  # fmt: skip
from tests.corpus.recipe import (
    EQ6,
    any_of,
    cannot_tell,
    problem,
)
from tests.corpus.recipes.errors import ANY_401, HTML, said
from tests.corpus.servers import black_hole, listen
from tests.corpus.stage import another_time
from tests.corpus.world import HOSTS, certificate, name_hosts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.stage import Stage


# no answer at all
def without_api(stage: Stage) -> None:
    """Nobody listens where the API is."""
    stage.edge.stop()


def without_name(stage: Stage) -> None:
    """The name of the API is not known."""
    name_hosts({name: address for name, address in HOSTS.items() if name != "api.hopx.dev"})


def in_black_hole(stage: Stage) -> None:
    """Packets to the API get lost."""
    stage.edge.stop()
    stage.held += black_hole("127.0.0.2", 443)


def unreachable(name: str, client: str, program: str, how: Callable[[Stage], None], expect: dict) -> None:
    """What a client prints when there is no answer."""

    def act(stage: Stage) -> bytes:
        how(stage)
        run = stage.node if program in (FETCH, AXIOS, HOPX_NODE) else stage.python
        printed = run(program, stage.issue("A"))
        for one in stage.held:
            one.close()
        return printed

    said(name, client, (how.__doc__ or "").rstrip("."), expect)(act)


NET = any_of(problem("network-unreachable"), problem("network-unreachable", also=["sdk-ignores-proxy-env"]))
OPEN_NET = any_of(cannot_tell(EQ6, *EQ6), problem("network-unreachable", also=["sdk-ignores-proxy-env"]))
unreachable("hopx-python-refused", "hopx-ai", HOPX, without_api, OPEN_NET)
unreachable("hopx-async-no-name", "hopx-ai", HOPX_ASYNC, without_name, OPEN_NET)
unreachable("aiohttp-refused", "aiohttp", AIOHTTP, without_api, NET)
unreachable("aiohttp-no-name", "aiohttp", AIOHTTP, without_name, NET)
unreachable("urllib3-refused", "urllib3", URLLIB3, without_api, NET)
unreachable("fetch-no-name", "node", FETCH, without_name, NET)
unreachable("axios-refused", "axios", AXIOS, without_api, NET)
unreachable("requests-refused", "requests", REQUESTS, without_api, NET)
unreachable("requests-no-name", "requests", REQUESTS, without_name, NET)
unreachable("httpx-timeout", "httpx", HTTPX, in_black_hole, NET)
unreachable("fetch-refused", "node", FETCH, without_api, NET)
unreachable("axios-no-name", "axios", AXIOS, without_name, NET)


@said("go-no-name", "Go net/http", "the name of the API is not known", NET)
def _(stage: Stage) -> bytes:
    without_name(stage)
    return stage.go(stage.issue("A"))


def inspected(name: str, client: str, program: str) -> None:
    """What a client prints when a company's product opens the connection."""

    def act(stage: Stage) -> bytes:
        stage.edge.stop()
        server = listen(stage.api.mock.respond, "127.0.0.2", 443, certificate("inspected", "corp"))
        run = stage.node if program in (FETCH, AXIOS, HOPX_NODE) else stage.python
        printed = run(program, stage.issue("A"))
        server.shutdown()
        server.server_close()
        return printed

    said(name, client, "a company's product opens the connection", problem("tls-interception"))(act)


inspected("requests-inspected", "requests", REQUESTS)
inspected("hopx-python-inspected", "hopx-ai", HOPX)
inspected("aiohttp-inspected", "aiohttp", AIOHTTP)
inspected("urllib3-inspected", "urllib3", URLLIB3)
inspected("hopx-async-inspected", "hopx-ai", HOPX_ASYNC)
inspected("axios-inspected", "axios", AXIOS)
inspected("fetch-inspected", "node", FETCH)


@said("go-inspected", "Go net/http", "a company's product opens the connection", any_of(problem("tls-interception")))
def _(stage: Stage) -> bytes:
    stage.edge.stop()
    server = listen(stage.api.mock.respond, "127.0.0.2", 443, certificate("inspected", "corp"))
    printed = stage.go(stage.issue("A"))
    server.shutdown()
    server.server_close()
    return printed


@said(
    "requests-clock-behind",
    "requests, libfaketime",
    "the clock is years behind",
    any_of(
        problem("clock-skew"),
        cannot_tell(["clock-skew", "tls-interception", "vendor-incident-or-client-defect"], "clock-skew"),
    ),
)
def _(stage: Stage) -> bytes:
    return stage.python(REQUESTS, stage.issue("A"), another_time("2019-01-01 08:00:00"))


@said("requests-proxy-407", "requests", "the proxy wants a password", problem("proxy-auth-required"))
def _(stage: Stage) -> bytes:
    refused = Response(
        407,
        ((b"proxy-authenticate", b'Basic realm="corp"'), HTML),
        b"<html><title>407 Proxy Authentication Required</title></html>",
    )
    server = listen(lambda _request: refused, "127.0.0.6", 3128)
    printed = stage.python(REQUESTS, stage.issue("A"), {"HTTPS_PROXY": "http://proxy.corp.example:3128"})
    server.shutdown()
    server.server_close()
    return printed


@said(
    "hopx-python-url-as-key",
    "hopx-ai",
    "an address and a line break stand where the key belongs",
    problem("not-a-key", also=["key-trailing-newline"]),
)
def _(stage: Stage) -> bytes:
    return stage.python(HOPX, "Copy it from https://console.hopx.dev/settings/api-keys now\n")


@said("fetch-bearer-401", "node", "a key that nobody has issued", cannot_tell(ANY_401, "key-mistyped"))
def _(stage: Stage) -> bytes:
    return stage.node(FETCH, stage.mint("A"), headers=JS_BEARER)


CLOCK = any_of(
    problem("clock-skew"),
    cannot_tell(["clock-skew", "tls-interception", "vendor-incident-or-client-defect"], "clock-skew"),
)


@said("aiohttp-clock-behind", "aiohttp, libfaketime", "the clock is years behind", CLOCK)
def _(stage: Stage) -> bytes:
    return stage.python(AIOHTTP, stage.issue("A"), another_time("2019-01-01 08:00:00"))


@said("hopx-python-clock-ahead", "hopx-ai, libfaketime", "the clock is years ahead", CLOCK)
def _(stage: Stage) -> bytes:
    return stage.python(HOPX, stage.issue("A"), another_time("2036-01-01 08:00:00"))


@said("cli-refused", "hopx-cli", "nobody listens where the API is", OPEN_NET)
def _(stage: Stage) -> bytes:
    without_api(stage)
    return stage.hopx("sandbox list", {"HOPX_API_KEY": stage.issue("A")})


@said("cli-no-name", "hopx-cli", "the name of the API is not known", OPEN_NET)
def _(stage: Stage) -> bytes:
    without_name(stage)
    return stage.hopx("sandbox list", {"HOPX_API_KEY": stage.issue("A")})
