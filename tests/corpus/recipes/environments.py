"""What a process has in its environment, and the files that variables come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.recipe import Recipes, any_of, healthy, nothing_to_see, problem
from tests.corpus.stage import with_key

if TYPE_CHECKING:
    from tests.corpus.stage import Stage

RECIPES = Recipes("E")
FINE = any_of(healthy(), nothing_to_see())
UNSET = ["env-var-unset", "dotenv-not-loaded", "env-not-inherited", "env-not-passed-to-process", "env-var-misnamed"]


def process(
    name: str, broken: str, value: str | None, expect: dict, secret: object = "key", command: str = "env", **more: str
) -> None:
    """A case whose file is what `env` prints in a process; KEY in the value is the key."""

    def act(stage: Stage) -> None:
        key = stage.mint("A", secret)
        env = {} if value is None else {"HOPX_API_KEY": with_key(value, key)}
        stage.save("env.txt", stage.run(command, env | {other: with_key(text, key) for other, text in more.items()}))

    RECIPES.case(name, "env", "bash", broken, expect)(act)


def dotenv(name: str, broken: str, command: str, expect: dict, secret: object = "key", altered: str = "") -> None:
    """A case whose file is a `.env` that a command writes; `$KEY` is the key."""

    def act(stage: Stage) -> None:
        stage.run(command, {"KEY": stage.mint("A", secret)})
        stage.save("dot.env", stage.read(".env"))

    RECIPES.case(name, "env", "bash", broken, expect, altered=altered)(act)


process("env-key-is-there", "nothing", "KEY", FINE)
process(
    "env-no-key",
    "the variable was never set",
    None,
    any_of(problem("env-var-unset"), problem("env-var-unset", also=UNSET)),
)
process("env-set-to-nothing", "the variable is set to nothing", "", any_of(problem("env-var-unset", also=UNSET)))
process("env-quoted", "the quotes of the env file became part of the value", '"KEY"', problem("key-wrapped-in-quotes"))
process(
    "env-quoted-single-export-p", "quotes within quotes", "'KEY'", problem("key-wrapped-in-quotes"), command="export -p"
)
process(
    "env-trailing-newline-export-p",
    "the file that the key is read from has two line ends",
    "KEY\n",
    problem("key-trailing-newline"),
    command="export -p",
)
process(
    "env-trailing-cr-export-p",
    "`source .env` of a file with Windows line ends",
    "KEY\r",
    problem("key-trailing-newline", also=["dotenv-bom-or-utf16"]),
    command="export -p",
)
process(
    "env-surrounding-space-export-p",
    "a space was pasted along",
    " KEY",
    problem("key-surrounding-whitespace"),
    command="export -p",
)
process("env-placeholder", "the example was exported", "hopx_live_YOUR_KEY_HERE", problem("placeholder-key"))
process("env-vendor", "the key of another vendor", "KEY", problem("wrong-vendor-key"), "anthropic")
process("env-scheme-inside", "the value begins with Bearer", "Bearer KEY", problem("bearer-prefix-doubled"))
process("env-not-expanded", "single quotes kept the variable", "$HOPX_KEY_FROM_VAULT", problem("env-var-not-expanded"))
process(
    "env-not-expanded-template",
    "a template of a pipeline was not filled in",
    "{{ hopx_api_key }}",
    problem("env-var-not-expanded"),
)
process(
    "env-jwt",
    "the token of the console",
    "KEY",
    problem("jwt-instead-of-key"),
    {"iss": "https://console.hopx.dev", "iat": 1763890000, "exp": 1763893600},
)
process("env-is-address", "the address was put where the key belongs", "https://api.hopx.dev/v1", problem("not-a-key"))
process("env-smart-quotes", "pasted from a chat that curls quotes", "\u201cKEY\u201d", problem("unicode-lookalike"))
process("env-misnamed", "another name", None, problem("env-var-misnamed", also=["env-var-unset"]), HOPX_KEY="KEY")
process(
    "env-misnamed-prod",
    "only the key of one environment is set",
    None,
    problem("env-var-misnamed", also=["env-var-unset"]),
    HOPX_API_KEY_PROD="KEY",
)
process(
    "env-base-url-elsewhere",
    "the base address names another host",
    "KEY",
    any_of(problem("wrong-base-url"), {"verdict": "cannot-tell", "candidates": ["wrong-base-url"]}),
    HOPX_BASE_URL="https://api.hopx.io/v2",
)
process(
    "env-proxy-set",
    "a proxy is named, nothing else is known",
    "KEY",
    any_of(
        healthy(),
        nothing_to_see(),
        problem("sdk-ignores-proxy-env"),
        never=("sdk-ignores-proxy-env", "proxy-auth-required"),
    ),
    HTTPS_PROXY="http://proxy.corp.example:3128",
    NO_PROXY="localhost",
)
process(
    "env-empty-in-fork",
    "a pull request from a fork gets no secrets",
    "",
    problem("env-not-passed-to-process", also=["env-var-unset"]),
    CI="true",
    GITHUB_ACTIONS="true",
    GITHUB_EVENT_NAME="pull_request",
    GITHUB_HEAD_REF="fix-typo",
    GITHUB_REPOSITORY="example/app",
)
process(
    "env-test-key",
    "the key is one for testing, and nothing says where it goes",
    "KEY",
    any_of(healthy(), nothing_to_see(), problem("test-key-on-live"), never=("test-key-on-live",)),
    "test-key",
)
process(
    "env-key-id-alone",
    "the id alone was exported",
    "hopx_live_Qm3ZtR81bYxW",
    problem("key-id-only", also=["key-truncated"]),
)
process(
    "env-masked", "copied from a list that masks it", "hopx_live_Qm3ZtR81bYxW.****************", problem("key-masked")
)
