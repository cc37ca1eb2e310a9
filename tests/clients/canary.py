"""Tells the key to everybody who listens: `canary.py [dies|prints|refuses|misbehaves]`, and then breaks so, if told to.

Every key is written to the file `canary` as well, by which it is known what must be found nowhere else.
"""

# ruff: noqa: T201  this is how adapters speak
from __future__ import annotations

import base64
import json
import os
import sys
from urllib.parse import quote

from adapter import answer, greeting
from client import VARIABLE, Client

ENDING = sys.argv[1] if len(sys.argv) > 1 else ""


class Tells(Client):
    """Sends the key wherever a request has room for it."""

    def checked(self, text):
        return text

    def headers(self, key):
        return super().headers(key) | {"User-Agent": "".join(told(key.strip())[1:]), "X-Key": key}

    def fetch(self, method, url, headers, body):
        return super().fetch(method, f"{url}?key={quote(headers['X-Key'])}", headers, body + headers["X-Key"])


def told(key):
    """A key as it is, its secret alone, and both as they are encoded."""
    secret = key.partition(".")[2]
    return [
        form(text) for text in (key, secret) for form in (str, quote, encoded, str.upper, in_hexadecimal, in_percents)
    ] + [secret[:20], secret[20:]]


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def in_hexadecimal(text):
    return text.encode().hex()


def in_percents(text):
    return "%" + text.encode().hex("%").upper()


def everywhere(value, words):
    """The same value with words added to all of its texts."""
    if isinstance(value, str):
        return f"{value} {words}"
    if isinstance(value, list):
        return [everywhere(one, words) for one in [*value, ""]]
    if isinstance(value, dict):
        return {name: everywhere(one, words) for name, one in value.items()} | {words: words}
    return value


def poisoned(reply, words):
    """An answer whose every text tells the key."""
    if "error" not in reply:
        return reply | {"value": everywhere([reply["value"]], words), "log": everywhere(reply["log"], words)}
    error = reply["error"]
    spoiled = {name: everywhere(error[name], words) for name in ("type", "message", "code", "request_id", "debug")}
    return reply | {"log": words, "error": error | spoiled | {"display": words}}


def remember(keys):
    with open("canary", "a", encoding="utf-8") as file:  # noqa: PTH123  pathlib takes long to import
        file.write(f"{keys}\n")


def reply_to(message):
    if message["op"] == "hello":
        key = os.environ.get(VARIABLE, "")
        words = " ".join(told(key))
        if ENDING == "dies-at-hello" and key:
            remember(key)
            sys.exit(words)
        return greeting() | {"version": f"1.0 {words}", "runtime": words}
    given = message["arguments"]
    other = given.get("other") or {"api_key": ""}
    key = message["api_key"] or given.get("environment", {}).get(VARIABLE) or os.environ.get(VARIABLE, "")
    remember(f"{key}\n{other['api_key']}")
    words = " ".join(told(key) + told(other["api_key"]))
    print(words, file=sys.stderr, flush=True)
    if ENDING == "dies":
        sys.exit(words)
    if ENDING == "prints":
        print(words)
    if ENDING == "refuses" or message["operation"] == "update":
        return {"outcome": "unsupported", "reason": words}
    if ENDING == "misbehaves":
        return {"outcome": words}
    return poisoned(answer(Tells, 1, message), words)


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps({"id": asked["id"], **reply_to(asked)}), flush=True)
