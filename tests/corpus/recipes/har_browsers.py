"""HAR files of pages in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.message import Response
from tests.corpus.programs import BEARER, REQUESTS
from tests.corpus.recipe import EQ1, any_of, cannot_tell, healthy, nothing_to_see, problem
from tests.corpus.recipes.hars import HTML, RECIPES
from tests.corpus.servers import listen
from tests.corpus.watching import THROUGH, browsed, watched
from tests.corpus.world import certificate

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.message import Request
    from tests.corpus.stage import Stage


SHOP = b"""<!DOCTYPE html><html><head><title>Dashboard</title><link rel="stylesheet" href="/assets/app.css"><script defer src="/assets/app.js"></script></head>
<body><h1>Sandboxes</h1><img src="/assets/logo.svg"><img src="/assets/none.png"><p>Your session never expires. Tokens: unlimited.</p></body></html>"""


def site(script: bytes) -> Callable[[Request], Response]:
    """A web application with this script."""
    assets = {"/": (SHOP, HTML), "/assets/app.css": (b"body { margin: 2em }", (b"content-type", b"text/css")), "/assets/app.js": (script, (b"content-type", b"text/javascript")),
              "/assets/logo.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", (b"content-type", b"image/svg+xml"))}  # fmt: skip

    def respond(request: Request) -> Response:
        body, kind = assets.get(request.path, (b"not found", (b"content-type", b"text/plain")))
        return Response(200 if request.path in assets else 404, (kind,), body)

    return respond


def in_browser(stage: Stage, script: str, act: Callable[[], bytes]) -> None:
    """The HAR of a page with this script."""
    server = listen(site(script.encode()), "127.0.0.4", 443, certificate("edge"))
    stage.save("browser.har", act())
    server.shutdown()
    server.server_close()


CALL = 'fetch("https://api.hopx.dev/v1/sandboxes", {{ headers: {{ "X-API-Key": "{}" }} }}).then(r => r.json()).then(console.log);'


@RECIPES.case(
    "har-cors-chromium",
    "har",
    "Chromium",
    "a page calls the API, whose answer to OPTIONS allows no header",
    any_of(problem("cors-preflight"), cannot_tell(["cors-preflight", "network-unreachable"], "cors-preflight")),
)
def _(stage: Stage) -> None:
    in_browser(stage, CALL.format(stage.issue("A")), lambda: browsed("https://app.example.com/"))


@RECIPES.case(
    "har-cors-mitmproxy",
    "har",
    "Chromium, mitmproxy",
    "a page calls the API, whose answer to OPTIONS allows no header",
    problem("cors-preflight"),
)
def _(stage: Stage) -> None:
    in_browser(
        stage,
        CALL.format(stage.issue("A")),
        lambda: watched(stage, lambda: browsed("https://app.example.com/", proxy={"server": "http://127.0.0.8:8080"})),
    )


@RECIPES.case(
    "har-browser-healthy",
    "har",
    "Chromium",
    "nothing: a page of the same host, with an image that is not there",
    any_of(healthy()),
)
def _(stage: Stage) -> None:
    key = stage.issue("A")
    page = site(f'fetch("/v1/sandboxes", {{ headers: {{ "X-API-Key": "{key}" }} }});'.encode())
    stage.api.answers.append(lambda request: None if request.path.startswith("/v1/") else page(request))
    stage.save("browser.har", browsed("https://api.hopx.dev/"))


@RECIPES.case(
    "har-browser-unrelated", "har", "Chromium", "nothing: the API is not in it", any_of(nothing_to_see(), healthy())
)
def _(stage: Stage) -> None:
    in_browser(
        stage,
        'fetch("/api/session", { headers: { Authorization: "Bearer session" } });',
        lambda: browsed("https://app.example.com/"),
    )


@RECIPES.case(
    "har-browser-401",
    "har",
    "Chromium",
    "a key that nobody has issued, in a page with other entries",
    any_of(cannot_tell(EQ1)),
)
def _(stage: Stage) -> None:
    page = site(f'fetch("/v1/sandboxes", {{ headers: {{ "X-API-Key": "{stage.mint("A")}" }} }});'.encode())
    stage.api.answers.append(lambda request: None if request.path.startswith("/v1/") else page(request))
    stage.save("browser.har", browsed("https://api.hopx.dev/"))


@RECIPES.case(
    "har-sanitized-401",
    "har",
    "requests, mitmproxy",
    "Authorization was taken out of the file, as Chromium's export does",
    any_of(nothing_to_see("env-var-unset")),
    altered="the header Authorization was removed from the request, as DevTools does when it exports a sanitized HAR; the creator's name was set to WebInspector",
)
def _(stage: Stage) -> None:
    import json

    har = json.loads(watched(stage, lambda: stage.python(REQUESTS, stage.mint("A"), THROUGH, headers=BEARER)))
    for entry in har["log"]["entries"]:
        entry["request"]["headers"] = [one for one in entry["request"]["headers"] if one["name"] != "Authorization"]
    har["log"]["creator"] = {"name": "WebInspector", "version": "537.36"}
    stage.save("capture.har", json.dumps(har, indent=2))


@RECIPES.case(
    "har-browser-stranger-401", "har", "Chromium", "nothing: another host answers 401, and the API 200", healthy()
)
def _(stage: Stage) -> None:
    script = f'fetch("/v1/sandboxes", {{ headers: {{ "X-API-Key": "{stage.issue("A")}" }} }}); new Image().src = "https://app.example.com/pixel.gif";'
    page = site(script.encode())
    stage.api.answers.append(lambda request: None if request.path.startswith("/v1/") else page(request))
    refused = Response(
        401, ((b"content-type", b"text/html"),), b"<html><title>401 Authorization Required</title></html>"
    )
    server = listen(lambda _request: refused, "127.0.0.4", 443, certificate("edge"))
    stage.save("browser.har", browsed("https://api.hopx.dev/"))
    server.shutdown()
    server.server_close()
