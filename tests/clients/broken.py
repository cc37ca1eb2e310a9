"""Adapters that are broken: `broken.py KIND`; the names of the functions are the kinds."""
# ruff: noqa: T201  this is how adapters speak

from __future__ import annotations

import json
import os
import sys
import time

GREETING = {
    "protocol": 1,
    "sdk": "little-client",
    "version": "1.0",
    "language": "python",
    "runtime": "some",
    "operations": ["list", "create"],
    "features": ["api_key_argument", "errors"],
}
ANSWER = {"outcome": "returned", "value": None}


def prints_noise(message):
    print("Loading the SDK")
    return GREETING


def prints_noise_at_a_call(message):
    if message["op"] == "call":
        print("Warning: this is deprecated")
    return GREETING | ANSWER


def prints_no_object(message):
    print("[1]")


def dies_at_once(message):
    sys.exit(3)


def dies_at_a_call(message):
    return GREETING if message["op"] == "hello" else sys.exit(3)


def dies_in_the_middle(message):
    return GREETING | ANSWER if message.get("operation") != "create" else os.abort()


def closes_its_output(message):
    os.close(1)
    time.sleep(3600)


def hangs_at_once(message):
    time.sleep(3600)


def hangs_at_every_call(message):
    return GREETING if message["op"] == "hello" else time.sleep(3600)


def hangs_after_the_first_call(message):
    return GREETING | ANSWER if message.get("operation") != "create" else time.sleep(3600)


def speaks_another_version(message):
    return GREETING | {"protocol": 2}


def answers_with_another_id(message):
    return GREETING | {"id": message["id"] + 1}


def has_no_version(message):
    return {name: value for name, value in GREETING.items() if name != "version"}


def names_an_unknown_operation(message):
    return GREETING | {"operations": ["list", "fly"]}


def answers_in_another_shape(message):
    return GREETING if message["op"] == "hello" else {"outcome": "done"}


def answers_in_another_shape_in_the_middle(message):
    return GREETING | (ANSWER if message.get("operation") != "create" else {"outcome": "raised", "error": "no"})


def offers_nothing(message):
    return GREETING | {"operations": []}


def refuses_what_it_offers(message):
    return GREETING | {"outcome": "unsupported", "reason": "it is Sunday"}


kind = globals()[sys.argv[1]]
for line in sys.stdin:
    message = json.loads(line)
    print(f"said at {message['op']}", file=sys.stderr, flush=True)
    reply = kind(message) or {}
    print(json.dumps({"id": message["id"], **reply}), flush=True)
