"""Several files: where each adds something, and where nothing is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.programs import BEARER, REQUESTS
from tests.corpus.recipe import any_of, cannot_tell, healthy, problem
from tests.corpus.recipes.several import FINE, URL, several
from tests.corpus.servers import listen
from tests.corpus.watching import THROUGH, watched
from tests.corpus.world import certificate

if TYPE_CHECKING:
    from tests.corpus.stage import Stage


@several(
    "inspected-and-openssl",
    "error error",
    "requests, openssl",
    "a company's product opens the connection, and openssl says whose certificate it is",
    problem("tls-interception"),
)
def _(stage: Stage) -> None:
    stage.edge.stop()
    server = listen(stage.api.mock.respond, "127.0.0.2", 443, certificate("inspected", "corp"))
    stage.save("error.txt", stage.python(REQUESTS, stage.issue("A")))
    stage.save(
        "openssl.txt",
        stage.run(
            "openssl s_client -connect api.hopx.dev:443 -servername api.hopx.dev < /dev/null 2>&1 | grep -v '^[A-Za-z0-9+/=]*$' | head -20"
        ),
    )
    server.shutdown()
    server.server_close()


@several(
    "dotenv-quotes-and-success", "env har", "requests, mitmproxy", "nothing: the loader takes the quotes away", FINE
)
def _(stage: Stage) -> None:
    stage.write(".env", f"HOPX_API_KEY='{stage.issue('A')}'\n")
    stage.save("dot.env", stage.read(".env"))
    stage.save(
        "capture.har",
        watched(stage, lambda: stage.python("from dotenv import load_dotenv\nload_dotenv()\n" + REQUESTS, env=THROUGH)),
    )


@several("two-hars-both-work", "har har", "requests, mitmproxy", "nothing", healthy())
def _(stage: Stage) -> None:
    key = stage.issue("A")
    stage.save("office.har", watched(stage, lambda: stage.python(REQUESTS, key, THROUGH)))
    stage.save("home.har", watched(stage, lambda: stage.python(REQUESTS, key, THROUGH, headers=BEARER)))


@several("dotenv-and-success", "env http", "curl", "nothing", healthy())
def _(stage: Stage) -> None:
    key = stage.issue("A")
    stage.write(".env", f'# keys expire after 90 days\nHOPX_API_KEY="{key}"\n')
    stage.save("dot.env", stage.read(".env"))
    stage.save("curl.txt", stage.terminal(f'curl -si -H "X-API-Key: {key}" {URL}'))


@several(
    "netrc-and-basic",
    "env har",
    "requests, mitmproxy",
    "the user and password of .netrc stand where Bearer was set",
    any_of(
        problem("netrc-overrides-authorization", also=["wrong-header-name"]),
        cannot_tell(["netrc-overrides-authorization", "wrong-header-name"], "netrc-overrides-authorization"),
        never=("wrong-header-name",),
    ),
)
def _(stage: Stage) -> None:
    stage.write("~/.netrc", f"machine api.hopx.dev\nlogin ada@example.com\npassword {stage.mint('P', 'password')}\n")
    stage.save("netrc.txt", stage.run("cat ~/.netrc"))
    stage.save("capture.har", watched(stage, lambda: stage.python(REQUESTS, stage.issue("A"), THROUGH, headers=BEARER)))
