"""A file that variables come from, and what the process has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.recipe import problem
from tests.corpus.recipes.environments import FINE, RECIPES

if TYPE_CHECKING:
    from tests.corpus.stage import Stage


def two(name: str, broken: str, expect: dict, altered: str = ""):
    """A case of several files of one process."""
    return RECIPES.case(name, "env env", "bash, python-dotenv", broken, expect, altered=altered)


@two(
    "dotenv-not-loaded",
    "a .env with the key is there, and the process has no key",
    problem("dotenv-not-loaded", also=["env-var-unset"]),
)
def _(stage: Stage) -> None:
    stage.write(".env", f"HOPX_API_KEY={stage.mint('A')}\n")
    stage.save("dot.env", stage.read(".env"))
    stage.save("process-env.txt", stage.run("env"))


@two("shell-shadows-dotenv", "an older key in the shell hides the one in the file", problem("env-shadowed-by-shell"))
def _(stage: Stage) -> None:
    stage.write(".env", f"HOPX_API_KEY={stage.mint('A')}\n")
    stage.save("dot.env", stage.read(".env"))
    program = "import os\nfrom dotenv import load_dotenv\nload_dotenv()\nprint('\\n'.join(f'{k}={v}' for k, v in os.environ.items()))\n"
    stage.save("process-env.txt", stage.python(program, stage.mint("B")))


@two("shell-and-dotenv-agree", "nothing", FINE)
def _(stage: Stage) -> None:
    stage.write(".env", f'HOPX_API_KEY="{stage.mint("A")}"\n')
    stage.save("dot.env", stage.read(".env"))
    program = "import os\nfrom dotenv import load_dotenv\nload_dotenv()\nprint('\\n'.join(f'{k}={v}' for k, v in os.environ.items()))\n"
    stage.save("process-env.txt", stage.python(program))


@two(
    "bashrc-not-read",
    "the variable is in .bashrc, and the process was started before",
    problem("env-not-inherited", also=["env-var-unset", "env-not-passed-to-process"]),
)
def _(stage: Stage) -> None:
    stage.write(
        "~/.bashrc", f"# ~/.bashrc\nalias ll='ls -l'\nexport EDITOR=vim\nexport HOPX_API_KEY={stage.mint('A')}\n"
    )
    stage.save("bashrc", (stage.run("cat ~/.bashrc")))
    stage.save("env.txt", stage.run("env"))


@two(
    "su-drops-the-variable",
    "su starts with an environment of its own",
    problem("env-not-passed-to-process", also=["env-var-unset", "env-not-inherited"]),
)
def _(stage: Stage) -> None:
    env = {"HOPX_API_KEY": stage.mint("A")}
    stage.save("my-shell.txt", stage.run("env", env))
    stage.save("service.txt", stage.run("su -s /bin/sh - www-data -c env", env))


@two("config-of-cli-conflicts", "the CLI's settings file holds another key", problem("stored-credential-conflict"))
def _(stage: Stage) -> None:
    stage.run(
        "mkdir -p ~/.hopx && printf 'api_key: %s\\nbase_url: https://api.hopx.dev\\ndefault_template: code-interpreter\\n' \"$KEY\" > ~/.hopx/config.yaml",
        {"KEY": stage.mint("A")},
    )
    stage.save("config.yaml", stage.run("cat ~/.hopx/config.yaml"))
    stage.save("env.txt", stage.run("env", {"HOPX_API_KEY": stage.mint("B")}))


@two(
    "bom-hides-the-first-variable",
    "the file begins with a byte order mark, and the first variable is missing",
    problem("dotenv-bom-or-utf16", also=["dotenv-not-loaded", "env-var-unset", "env-var-misnamed"]),
)
def _(stage: Stage) -> None:
    stage.write(".env", f"\ufeffHOPX_API_KEY={stage.mint('A')}\nLOG_LEVEL=debug\n")
    stage.save("dot.env", stage.read(".env"))
    stage.save("process-env.txt", stage.run("set -a; . ./.env 2>/dev/null; set +a; env"))


@two(
    "crlf-sourced",
    "`source .env` leaves the carriage return",
    problem("key-trailing-newline", also=["dotenv-bom-or-utf16"]),
)
def _(stage: Stage) -> None:
    stage.write(".env", f"LOG_LEVEL=debug\r\nHOPX_API_KEY={stage.mint('A')}\r\n")
    stage.save("dot.env", stage.read(".env"))
    stage.save("process-env.txt", stage.run("set -a; . ./.env; set +a; export -p"))
