"""Runs commands of hopx-cli as the harness asks: one JSON object a line each way."""

# Functions are named as the protocol names operations, and the CLI is imported when standard output is safe.
# ruff: noqa: D102, D103, E402
from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import sys
import tempfile
from pathlib import Path

# Standard output is the protocol's; a command's own goes into a file.
protocol = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
os.environ["COLUMNS"] = "300"  # lines that do not wrap

from hopx_cli.main import app  # once, as it takes a second: each command runs in a fork of this process

SDK = "hopx-cli"
# "Exit Codes" of its README.
EXIT_CODES = ["Success", "General error", "Validation error", "Authentication error", "Not found", "Timeout"]
EXIT_CODES += ["Network error", "Rate limit"]


class CommandError(Exception):
    """A command's exit status, and what it printed."""


class Command:
    """A command that runs as from a shell, with its own environment and working directory."""

    def __init__(self, call, *words):
        key = [] if call["api_key"] is None else ["--api-key", call["api_key"]]
        self.output = tempfile.TemporaryFile()  # noqa: SIM115  read and closed by `end`
        self.child = os.fork()
        if self.child == 0:
            self._run(call, ["hopx", *key, *words])

    def end(self):
        _, status = os.waitpid(self.child, 0)
        with self.output as file:
            file.seek(0)
            text = file.read().decode("utf-8", "replace")
        code = os.waitstatus_to_exitcode(status)
        if code:
            raise CommandError(code, text)
        return text

    def _run(self, call, argv):
        status = 1
        try:
            answers, asked = os.pipe()
            os.write(asked, b"y\n")  # to the question whether to kill: before 0.1.2, `--force` is no option
            os.close(asked)
            os.dup2(answers, 0)
            os.dup2(self.output.fileno(), 1)
            os.dup2(1, 2)
            sys.argv = argv
            os.environ.update(call["arguments"].get("environment", {}), HOPX_BASE_URL=call["base_url"])
            if call["arguments"].get("dotenv"):
                os.chdir(Path(call["arguments"]["dotenv"]).parent)  # the CLI reads ./.env
            app()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(status)


def run(call, *words):
    return Command(call, *words).end()


def list_all(call):
    return {"printed": run(call, "--output", "plain", "sandbox", "list")}


def create(call):
    template = call["arguments"]["template"]
    options = [] if template == "code-interpreter" else ["--template", template]  # before 0.1.2, only its default
    lines = run(call, "--output", "plain", "sandbox", "create", *options).splitlines()
    return {"id": next((line[4:] for line in lines if line.startswith("ID: ")), None)}


def view(call):
    return {"printed": run(call, "--output", "plain", "sandbox", "info", call["arguments"]["id"])}


def update(call):
    run(call, "sandbox", "timeout", call["arguments"]["id"], "600")


def delete(call):
    run(call, "sandbox", "kill", call["arguments"]["id"])


def use(call):
    return {"printed": run(call, "cmd", "run", call["arguments"]["id"], "echo 1")}


def verify(call):
    value = create(call)
    run(call, "sandbox", "kill", str(value["id"]))
    return value


def show(call):  # this SDK has no objects: what it prints of its settings and of a sandbox takes their place
    return {"printed": [run(call, "sandbox", "create"), run(call, "--output", "json", "config", "show")]}


def two_clients(call):
    turns = [call, {**call, **call["arguments"]["other"]}] * call["arguments"]["times"]
    for one in turns:
        list_all(one)
    for command in [Command(one, "sandbox", "list") for one in turns]:
        command.end()


operations = {
    "list": list_all,
    **{made.__name__: made for made in (create, view, update, delete, use, verify, show, two_clients)},
}


def greeting():
    return {
        "protocol": 1,
        "sdk": SDK,
        "version": importlib.metadata.version(SDK),
        "language": "python",
        "runtime": f"{platform.python_implementation()} {platform.python_version()}",
        "operations": list(operations),
        "features": ["api_key_argument", "environment", "dotenv", "errors"],
    }


def answer(call):
    if call["operation"] not in operations:
        return {"outcome": "unsupported", "reason": f"{SDK} has no operation {call['operation']}"}
    if "\0" in (call["api_key"] or ""):
        return {"outcome": "unsupported", "reason": "a key without NUL: no command can be given one"}
    try:
        return {"outcome": "returned", "value": operations[call["operation"]](call)}
    except CommandError as error:
        code, text = error.args
        kind = EXIT_CODES[code] if code in range(len(EXIT_CODES)) else "Unknown"
        message = " ".join(re.sub("[\u2500-\u257f]", " ", text).split())  # without the frame around it
        debug = f"exit status {code}\n{text}"
        return {"outcome": "raised", "error": {"type": kind, "message": message, "display": text, "debug": debug}}


for line in sys.stdin:
    asked = json.loads(line)
    reply = greeting() if asked["op"] == "hello" else answer(asked)
    print(json.dumps({"id": asked["id"], **reply}), file=protocol, flush=True)
