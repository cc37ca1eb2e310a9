"""Has hopx-ai do what the harness asks: one JSON object a line each way."""

# Functions are named as the protocol names operations, and the SDK is imported when standard output is safe.
# ruff: noqa: ARG001, D103, E402
from __future__ import annotations

import asyncio
import importlib.metadata
import io
import json
import logging
import os
import platform
import sys
import tempfile
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

# Standard output is the protocol's; what the SDK prints and logs goes into the reply's log.
protocol = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
log = io.StringIO()
logging.getLogger("hopx_ai").setLevel(logging.DEBUG)
logging.getLogger("hopx_ai").addHandler(logging.StreamHandler(log))

from dotenv import load_dotenv
from hopx_ai import Sandbox, Template
from hopx_ai.template import BuildOptions

SDK = "hopx-ai"


def list_all(client, given):
    return {"ids": [sandbox.sandbox_id for sandbox in Sandbox.list(**client)]}


def create(client, given):
    return {"id": Sandbox.create(template=given["template"], **client).sandbox_id}


def view(client, given):
    info = Sandbox.connect(given["id"], **client).get_info()
    return {"id": info.sandbox_id, "status": info.status}


def update(client, given):
    Sandbox.connect(given["id"], **client).set_timeout(600)


def delete(client, given):
    Sandbox.connect(given["id"], **client).kill()


def build(client, given):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "greeting.txt").write_text("hello\n", encoding="utf-8")
        template = Template("ubuntu:22.04").copy("greeting.txt", "/greeting.txt").run_cmd("cat /greeting.txt")
        options = BuildOptions(name="greeting", context_path=folder, on_log=print, **client)
        result = asyncio.run(Template.build(template, options))
    return {"build": result.build_id, "template": result.template_id, "printed": str(result)}


def use(client, given):
    return {"stdout": Sandbox.connect(given["id"], **client).run_code("print(1)").stdout}


def verify(client, given):
    sandbox = Sandbox.create(template=given["template"], **client)
    value = {"id": sandbox.sandbox_id}
    sandbox.kill()
    return value


def show(client, given):  # this SDK has no client object: a sandbox is its own
    sandbox = Sandbox.create(template=given["template"], **client)
    return {"printed": [printed(form, sandbox) for form in (repr, str, json.dumps)]}


def two_clients(client, given):
    turns = [client, given["other"]] * given["times"]
    for one in turns:
        Sandbox.list(**one)
    with ThreadPoolExecutor(len(turns)) as threads:
        for made in [threads.submit(Sandbox.list, **one) for one in turns]:
            made.result()


operations = {
    "list": list_all,
    **{made.__name__: made for made in (create, view, update, delete, build, use, verify, show, two_clients)},
}


def greeting():
    return {
        "protocol": 1,
        "sdk": SDK,
        "version": importlib.metadata.version(SDK),
        "language": "python",
        "runtime": f"{platform.python_implementation()} {platform.python_version()}",
        "operations": list(operations),
        "features": ["api_key_argument", "environment", "dotenv", "errors", "typed_errors", "debug_log"],
    }


def answer(message):
    operation, given = message["operation"], message["arguments"]
    if operation not in operations:
        return {"outcome": "unsupported", "reason": f"{SDK} has no operation {operation}"}
    client = {"base_url": message["base_url"]}
    if message["api_key"] is not None:
        client["api_key"] = message["api_key"]
    log.seek(0)
    log.truncate()
    try:
        with redirect_stdout(log), redirect_stderr(log):
            os.environ.update(given.get("environment", {}))
            if given.get("dotenv"):
                load_dotenv(given["dotenv"])
            value = operations[operation](client, given)
    except Exception as error:
        return {"outcome": "raised", "error": described(error), "log": log.getvalue()}
    return {"outcome": "returned", "value": value, "log": log.getvalue()}


def described(error):
    def own(name, kind):
        value = getattr(error, name, None)
        return value if isinstance(value, kind) else None

    return {
        "type": type(error).__name__,
        "bases": [above.__name__ for above in type(error).__mro__[1:-1]],
        "message": printed(str, getattr(error, "message", error)),
        "status_code": own("status_code", int),
        "code": own("code", str),
        "request_id": own("request_id", str),
        "retry_after": own("retry_after", (int, float)),
        "display": printed(str, error),
        "debug": "".join(traceback.format_exception(error)) + printed(repr, error),
    }


def printed(form, thing):
    try:
        return form(thing)
    except Exception as error:
        return f"{type(error).__name__}: {error}"  # such as an object that JSON cannot hold


for line in sys.stdin:
    asked = json.loads(line)
    reply = greeting() if asked["op"] == "hello" else answer(asked)
    print(json.dumps({"id": asked["id"], **reply}), file=protocol, flush=True)
