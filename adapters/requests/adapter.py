"""Does what the harness asks as the REST page shows it for Python: one JSON object a line each way."""

# Functions are named as the protocol names operations, and requests is imported when standard output is safe.
# ruff: noqa: ARG001, D103, E402
from __future__ import annotations

import importlib.metadata
import io
import json
import os
import platform
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout

# Standard output is the protocol's; what is printed otherwise goes into the reply's log.
protocol = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import requests
from dotenv import load_dotenv

SDK = "requests"


def list_all(base, api_key, given):
    """Do as "Environment Variables" on the page, or "Method 1" with the key in its place."""
    headers = {"X-API-Key": key(api_key), "Content-Type": "application/json"}
    response = requests.get(f"{base}/v1/sandboxes", headers=headers)  # noqa: S113  the page has no time limit
    return {"status": response.status_code, "body": response.text}


def create(base, api_key, given):
    """Do as "Example: Complete Request" on the page, whose template has a number and no name."""
    headers = {"X-API-Key": key(api_key), "Content-Type": "application/json"}
    data = {"template_id": "52", "timeout_seconds": 3600}
    response = requests.post(f"{base}/v1/sandboxes", headers=headers, json=data)  # noqa: S113  as above
    return {"status": response.status_code, "body": response.text}


def key(api_key):
    return os.environ.get("HOPX_API_KEY") if api_key is None else api_key


def two_clients(base, api_key, given):
    turns = [(base, api_key), (given["other"]["base_url"], given["other"]["api_key"])] * given["times"]
    for one in turns:
        list_all(*one, given)
    with ThreadPoolExecutor(len(turns)) as threads:
        for made in [threads.submit(list_all, *one, given) for one in turns]:
            made.result()


operations = {"list": list_all, "create": create, "two_clients": two_clients}


def greeting():
    return {
        "protocol": 1,
        "sdk": SDK,
        "version": importlib.metadata.version(SDK),
        "language": "python",
        "runtime": f"{platform.python_implementation()} {platform.python_version()}",
        "operations": list(operations),
        "features": ["api_key_argument", "environment", "dotenv"],
    }


def answer(message):
    operation, given = message["operation"], message["arguments"]
    if operation not in operations:
        return {"outcome": "unsupported", "reason": f"the REST page shows no {operation}"}
    log = io.StringIO()
    try:
        with redirect_stdout(log), redirect_stderr(log):
            os.environ.update(given.get("environment", {}))
            if given.get("dotenv"):
                load_dotenv(given["dotenv"])
            value = operations[operation](message["base_url"], message["api_key"], given)
    except Exception as error:
        return {"outcome": "raised", "error": described(error), "log": log.getvalue()}
    return {"outcome": "returned", "value": value, "log": log.getvalue()}


def described(error):
    return {
        "type": type(error).__name__,
        "bases": [above.__name__ for above in type(error).__mro__[1:-1]],
        "message": str(error),
        "display": str(error),
        "debug": "".join(traceback.format_exception(error)) + repr(error),
    }


for line in sys.stdin:
    asked = json.loads(line)
    reply = greeting() if asked["op"] == "hello" else answer(asked)
    print(json.dumps({"id": asked["id"], **reply}), file=protocol, flush=True)
