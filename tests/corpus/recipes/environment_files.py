"""Files that variables come from, and what a process has of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.recipe import any_of, nothing_to_see, problem
from tests.corpus.recipes.environments import FINE, RECIPES, UNSET, dotenv, process

if TYPE_CHECKING:
    from tests.corpus.stage import Stage


# several causes at once
process(
    "env-quotes-and-host",
    "quotes in the value, and another host",
    '"KEY"',
    problem("key-wrapped-in-quotes", "wrong-base-url"),
    HOPX_BASE_URL="https://api.hopx.io/v2",
)
process(
    "env-scheme-and-newline-export-p",
    "the word Bearer and a line break",
    "Bearer KEY\n",
    problem("bearer-prefix-doubled", "key-trailing-newline"),
    command="export -p",
)
process(
    "env-space-and-quotes-export-p",
    "a space and quotes around the key",
    ' "KEY"',
    problem("key-surrounding-whitespace", "key-wrapped-in-quotes"),
    command="export -p",
)
process(
    "env-curly-and-host",
    "curly quotes, and another host",
    "\u201cKEY\u201d",
    problem("unicode-lookalike", "wrong-base-url"),
    HOPX_BASE_URL="https://hopx-proxy.corp.example",
)


@RECIPES.case(
    "env-null-from-spawn",
    "env",
    "node",
    "Node made a word of what is undefined",
    problem("literal-null-key", also=["env-var-unset"]),
)
def _(stage: Stage) -> None:
    stage.write(
        "start.mjs",
        'import { spawnSync } from "node:child_process";\nconst env = { ...process.env, HOPX_API_KEY: process.env.HOPX_KEY };\nif (env.HOPX_API_KEY === undefined) env.HOPX_API_KEY = String(undefined);\nspawnSync("env", { env, stdio: "inherit" });\n',
    )
    stage.save("env.txt", stage.run("node start.mjs"))


dotenv("dotenv-fine", "nothing", 'printf "# app\\nHOPX_API_KEY=%s\\nLOG_LEVEL=info\\n" "$KEY" > .env', FINE)
dotenv(
    "dotenv-double-quotes",
    "nothing: loaders take these quotes away",
    'printf "HOPX_API_KEY=\\"%s\\"\\nDEBUG=false\\nTOKEN_TTL_EXPIRED_AFTER=3600\\n" "$KEY" > .env',
    FINE,
)
dotenv(
    "dotenv-placeholder",
    "the example file was copied as it is",
    'printf "# copy to .env and fill in\\nHOPX_API_KEY=your_api_key_here\\n" > .env.example && cp .env.example .env',
    problem("placeholder-key"),
)
dotenv(
    "dotenv-id-alone",
    "the id alone was copied",
    'echo "HOPX_API_KEY=${KEY%%.*}" > .env',
    problem("key-id-only", also=["key-truncated"]),
)
dotenv(
    "dotenv-truncated",
    "the clipboard lost the end",
    'echo "HOPX_API_KEY=$KEY" | cut -c-60 > .env',
    problem("key-truncated"),
)
dotenv(
    "dotenv-masked",
    "copied from a list that masks it",
    """echo "HOPX_API_KEY=$KEY" | sed -E 's/[^.]{43}$/****************/' > .env""",
    problem("key-masked"),
)
dotenv(
    "dotenv-misnamed",
    "the name lacks an underscore",
    'printf "PORT=8080\\nHOPX_APIKEY=%s\\n" "$KEY" > .env',
    problem("env-var-misnamed", also=["env-var-unset"]),
)
dotenv(
    "dotenv-curly-quotes",
    "written in a word processor",
    """printf 'HOPX_API_KEY=\\xe2\\x80\\x9c%s\\xe2\\x80\\x9d\\n' "$KEY" > .env""",
    problem("unicode-lookalike"),
)
dotenv(
    "dotenv-vendor", "the key of another vendor", 'echo "HOPX_API_KEY=$KEY" > .env', problem("wrong-vendor-key"), "e2b"
)
dotenv(
    "dotenv-scheme-inside",
    "the value begins with Bearer",
    """echo "HOPX_API_KEY='Bearer $KEY'" > .env""",
    problem("bearer-prefix-doubled"),
)
dotenv(
    "dotenv-crlf",
    "Windows line ends",
    """printf 'LOG=1\\r\\nHOPX_API_KEY=%s\\r\\n' "$KEY" > .env""",
    any_of(
        problem("dotenv-bom-or-utf16", also=["key-trailing-newline"]),
        nothing_to_see("dotenv-bom-or-utf16"),
        never=("key-trailing-newline",),
    ),
)
dotenv(
    "dotenv-bom",
    "saved with a byte order mark",
    """printf '\\xef\\xbb\\xbfHOPX_API_KEY=%s\\n' "$KEY" > .env""",
    problem("dotenv-bom-or-utf16"),
)
dotenv(
    "dotenv-utf16",
    "saved by PowerShell 5",
    """printf 'HOPX_API_KEY=%s\\r\\n' "$KEY" | iconv -f UTF-8 -t UTF-16LE | (printf '\\xff\\xfe'; cat) > .env""",
    problem("dotenv-bom-or-utf16", also=["key-trailing-newline"]),
    altered="iconv stands in for PowerShell's `>`",
)
dotenv(
    "dotenv-url",
    "the address was put where the key belongs",
    "echo HOPX_API_KEY=https://console.hopx.dev/settings/api-keys > .env",
    problem("not-a-key"),
)


@RECIPES.case("env-export-l-healthy-noise", "env", "bash", "nothing", FINE)
def _(stage: Stage) -> None:
    key = stage.issue("A")
    noise = {
        "JWT_EXPIRED_GRACE": "30",
        "AWS_REGION": "eu-central-1",
        "RATE_LIMIT": "10",
        "QUOTES": "\"'",
        "DATABASE_URL": "postgres://localhost/app",
    }
    stage.save("env.txt", stage.run("export -p", noise | {"HOPX_API_KEY": key}))


@RECIPES.case(
    "docker-env-file-quoted",
    "env",
    "bash",
    "docker run --env-file keeps the quotes; what the container has is printed",
    problem("key-wrapped-in-quotes"),
)
def _(stage: Stage) -> None:
    stage.write("docker.env", f'HOPX_API_KEY="{stage.mint("A")}"\nLOG_LEVEL=debug\n')
    stage.save(
        "container-env.txt",
        stage.run(
            "env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOSTNAME=9f2c1ab0d7e4 $(cat docker.env) HOME=/root env"
        ),
    )


@RECIPES.case(
    "compose-list-quoted",
    "env",
    "bash",
    "a list in a Compose file keeps the quotes within an entry",
    problem("key-wrapped-in-quotes"),
)
def _(stage: Stage) -> None:
    stage.write(
        "compose.yaml",
        f'services:\n  app:\n    image: example/app:1.4\n    environment:\n      - HOPX_API_KEY="{stage.mint("A")}"\n      - LOG_LEVEL=info\n    ports: ["8080:8080"]\n',
    )
    stage.run("python3 -c 'import sys' && cat compose.yaml")
    stage.save("compose.yaml", stage.read("compose.yaml"))


@RECIPES.case(
    "cron-environment",
    "env",
    "env",
    "a job of cron, which has an environment of its own",
    any_of(problem("env-var-unset", also=UNSET), problem("env-not-passed-to-process", also=UNSET)),
)
def _(stage: Stage) -> None:
    stage.save(
        "cron-env.txt",
        stage.run("env -i HOME=/home/dev LOGNAME=dev PATH=/usr/bin:/bin SHELL=/bin/sh PWD=/home/dev env"),
    )
