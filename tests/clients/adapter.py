"""Has the client do what the harness asks: `adapter.py [--fault=NAME] [--attempts=N] [--without=FEATURE]`.

A fault makes it one of the wrong variants.
"""
# ruff: noqa: T201  this is how adapters speak

from __future__ import annotations

import json
import os
import platform
import sys
import threading
import traceback

from client import Client


def list_all(client, given):
    return client.list()


def create(client, given):
    return client.create(given["template"]).id


def view(client, given):
    return client.view(given["id"])


def update(client, given):
    return client.update(given["id"], 600)


def delete(client, given):
    return client.delete(given["id"])


def build(client, given):
    return client.build("greeting", "hello")


def use(client, given):
    return client.create(given["template"]).run("print(1)")


def verify(client, given):
    sandbox = client.create(given["template"])
    value = sandbox.id
    sandbox.kill()
    return value


def show(client, given):
    sandbox = client.create(given["template"])
    return [repr(client), repr(sandbox), json.dumps([vars(client), vars(sandbox)], default=repr)]


def two_clients(client, given):
    other = type(client)(**given["other"], attempts=client.attempts, log=client.log)
    turns = [client, other] * given["times"]
    for one in turns:
        one.list()
    threads = [threading.Thread(target=one.list) for one in turns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


OPERATIONS = {
    "list": list_all,
    **{made.__name__: made for made in (create, view, update, delete, build, use, verify, show, two_clients)},
}


def greeting(without=None):
    features = ["api_key_argument", "environment", "dotenv", "errors", "typed_errors", "debug_log"]
    return {
        "protocol": 1,
        "sdk": "little-client",
        "version": "1.0",
        "language": "python",
        "runtime": platform.python_version(),
        "operations": list(OPERATIONS),
        "features": [feature for feature in features if feature != without],
    }


def answer(made, attempts, message):
    given = message["arguments"]
    os.environ.update(given.get("environment", {}))
    if given.get("dotenv"):
        made.load(given["dotenv"])
    log = []
    client = made(message["base_url"], message["api_key"], attempts, log.append)
    try:
        value = OPERATIONS[message["operation"]](client, given)
    except Exception as error:
        return {"outcome": "raised", "error": described(error), "log": "\n".join(log)}
    return {"outcome": "returned", "value": value, "log": "\n".join(log)}


def described(error):
    return {
        "type": type(error).__name__,
        "bases": [above.__name__ for above in type(error).__mro__[1:-1]],
        "message": getattr(error, "message", str(error)),
        **{name: getattr(error, name, None) for name in ("status_code", "code", "request_id", "retry_after")},
        "display": str(error),
        "debug": "".join(traceback.format_exception(error)) + repr(error),
    }


def client_of(fault):
    if not fault:
        return Client
    from wrong import FAULTS

    return FAULTS[fault]


def main():
    options = dict(word.split("=") for word in sys.argv[1:])  # argparse takes long to import
    made = client_of(options.get("--fault"))
    attempts = int(options.get("--attempts", 2))
    for line in sys.stdin:
        message = json.loads(line)
        reply = greeting(options.get("--without")) if message["op"] == "hello" else answer(made, attempts, message)
        print(json.dumps({"id": message["id"], **reply}), flush=True)


if __name__ == "__main__":
    main()
