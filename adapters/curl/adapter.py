"""Runs the REST page's curl snippets in a shell as the harness asks: one JSON object a line each way."""

# Functions are named as the protocol names operations, and print to its standard output.
# ruff: noqa: D103, S603, S607, T201
from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

SHOWN = r"curl --silent --show-error --write-out '\n%{http_code}'"  # the page's curl, with the status in the end

# "Environment Variables" and "Example: Complete Request" on the page; KEY_HEADER is the header as the page has it.
LIST = rf"""
{SHOWN} -H KEY_HEADER \
     BASE/v1/sandboxes
"""
CREATE = rf"""
{SHOWN} -X POST BASE/v1/sandboxes \
  -H KEY_HEADER \
  -H "Content-Type: application/json" \
  -d '{{
    "template_id": "52",
    "timeout_seconds": 3600
  }}'
"""


class CurlError(Exception):
    """What curl said when it failed."""


def run(snippet, base, api_key, given):
    header = '"X-API-Key: $HOPX_API_KEY"' if api_key is None else shlex.quote(f"X-API-Key: {api_key}")
    script = re.sub("KEY_HEADER|BASE", lambda place: header if place[0] == "KEY_HEADER" else base, snippet)
    if given.get("dotenv"):
        script = f"set -a\n. {shlex.quote(given['dotenv'])}\nset +a\n{script}"
    done = subprocess.run(["sh", "-c", script], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        raise CurlError(done.stderr.decode("utf-8", "replace").strip() or f"exit status {done.returncode}")
    body, _, status = done.stdout.decode("utf-8", "replace").rpartition("\n")
    return {"status": int(status), "body": body}


def list_all(base, api_key, given):
    return run(LIST, base, api_key, given)


def create(base, api_key, given):
    return run(CREATE, base, api_key, given)


def two_clients(base, api_key, given):
    turns = [(base, api_key), (given["other"]["base_url"], given["other"]["api_key"])] * given["times"]
    for one in turns:
        list_all(*one, given)
    with ThreadPoolExecutor(len(turns)) as threads:
        for made in [threads.submit(list_all, *one, given) for one in turns]:
            made.result()


operations = {"list": list_all, "create": create, "two_clients": two_clients}


def greeting():
    # Such as "curl 8.5.0 (x86_64-pc-linux-gnu) libcurl/8.5.0 OpenSSL/3.0.13".
    _, version, platform, *_ = subprocess.check_output(["curl", "--version"], text=True).split()
    return {
        "protocol": 1,
        "sdk": "curl",
        "version": version,
        "language": "shell",
        "runtime": f"sh, {platform.strip('()')}",
        "operations": list(operations),
        "features": ["api_key_argument", "environment", "dotenv"],
    }


def answer(message):
    operation, given = message["operation"], message["arguments"]
    if operation not in operations:
        return {"outcome": "unsupported", "reason": f"the REST page shows no {operation}"}
    if "\0" in (message["api_key"] or ""):
        return {"outcome": "unsupported", "reason": "a key without NUL: no command can be given one"}
    os.environ.update(given.get("environment", {}))
    try:
        value = operations[operation](message["base_url"], message["api_key"], given)
    except CurlError as error:
        told = str(error)
        return {"outcome": "raised", "error": {"type": "curl", "message": told, "display": told, "debug": told}}
    return {"outcome": "returned", "value": value}


for line in sys.stdin:
    asked = json.loads(line)
    reply = greeting() if asked["op"] == "hello" else answer(asked)
    print(json.dumps({"id": asked["id"], **reply}), flush=True)
