"""Clients that are not wrong, or wrong in a way that no rule is about."""

from __future__ import annotations

import json
import os
import sys
import time

from client import Client, UnusableKeyError


class QuotesWhatFollowsTheKey(Client):
    def checked(self, text):
        try:
            return super().checked(text)
        except UnusableKeyError:
            raise UnusableKeyError(f"The key is followed by {text[len(text.split()[0]) :]!r}") from None


class _TemporaryFileWrapper:
    """Below the errors of urllib there is such a class, which says nothing about what happened."""


class RaisesErrorsOfUrllib(Client):
    def error(self, response):
        error = super().error(response)
        error.__class__ = type(type(error).__name__, (type(error), _TemporaryFileWrapper), {})
        return error


class BacksOff(Client):
    def ask(self, method, path, fields=None):
        self.tried = 0
        return super().ask(method, path, fields)

    def pause(self, response):
        self.tried += 1
        pause = super().pause(response)
        return None if pause is None else max(pause, 2**self.tried)


class WritesBlanks(Client):
    def headers(self, key):
        headers = super().headers(key)
        return {name: value for name, value in headers.items() if name != "X-API-Key"} | {
            "Authorization": f"bearer   {key} "
        }


class HangsOnNested429(Client):
    """Starts a program, which hangs as well; the process ids of both are written to a file."""

    def result(self, response):
        if response.status == 429 and isinstance(json.loads(response.text)["error"], dict):
            hang()
        return super().result(response)


def hang():
    import subprocess  # slow to import, as pathlib is
    from pathlib import Path

    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    with Path("pids").open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()} {child.pid}\n")
    time.sleep(3600)
