"""Clients that show a secret: in errors, logs, what is printed, and files."""

from __future__ import annotations

import base64
import os
import sys

from client import Client, UnusableKeyError


def secret_of(key):
    return key.partition(".")[2]


class _ShowsInError(Client):
    def shown(self, key):
        return key

    def error(self, response):
        error = super().error(response)
        if response.status == 401:
            error.message += f" (key: {self.shown(self.key())})"
        return error


class ShowsKeyInError(_ShowsInError): ...


class _ShowsInErrorOf(Client):
    def error(self, response):
        error = super().error(response)
        if response.status == self.status:
            error.args = (f"{error.args[0]} ({self.key()})",)
        return error


class ShowsKeyInErrorOf403(_ShowsInErrorOf):
    status = 403


class ShowsKeyInErrorOf429(_ShowsInErrorOf):
    status = 429


class ShowsSecretInReprOf403(Client):
    def error(self, response):
        error = super().error(response)
        error.args += (secret_of(self.key()),) if response.status == 403 else ()
        return error


class ShowsKeyInTracebackOf429(Client):
    def error(self, response):
        error = super().error(response)
        if response.status == 429:
            error.__cause__ = ValueError(f"too many requests of {self.key()}")
        return error


class ShowsSecretInHexadecimalInError(_ShowsInError):
    def shown(self, key):
        return secret_of(key).encode().hex()


class ShowsHalfOfSecretInError(_ShowsInError):
    def shown(self, key):
        return secret_of(key)[:21]


class ShowsKeyInRepr(Client):
    def error(self, response):
        error = super().error(response)
        error.args += (self.headers(self.key()),)
        return error


class ShowsKeyInTraceback(Client):
    def error(self, response):
        error = super().error(response)
        error.__cause__ = ValueError(f"no such key: {self.key()}")
        return error


class ShowsOddKey(Client):
    def checked(self, text):
        try:
            return super().checked(text)
        except UnusableKeyError:
            raise UnusableKeyError(f"Illegal header value {text!r}") from None


class ShowsTheEndOfOddKey(Client):
    def checked(self, text):
        try:
            return super().checked(text)
        except UnusableKeyError:
            raise UnusableKeyError(f"The key ends in {text[-24:]!r}") from None


class LogsKey(Client):
    def logged(self, key):
        return key

    def note(self, line, key):
        super().note(f"{line} {self.logged(key)}", key)


class LogsKeyEncoded(LogsKey):
    def logged(self, key):
        return base64.b64encode(f"{key}:".encode()).decode()


class LogsHalfOfSecret(LogsKey):
    def logged(self, key):
        return f"{secret_of(key)[:21]}…"


class LogsOddKey(Client):
    def checked(self, text):
        try:
            return super().checked(text)
        except UnusableKeyError:
            self.log(f"no header can hold {text}")
            raise


class LogsOddKeyEncoded(Client):
    def checked(self, text):
        try:
            return super().checked(text)
        except UnusableKeyError:
            self.log(f"no header can hold this: {base64.b64encode(text.encode()).decode()}")
            raise


class _LogsKeyWhen(LogsKey):
    def note(self, line, key):
        note = LogsKey.note if line.endswith(self.status) else Client.note
        note(self, line, key)


class LogsKeyWhenRefused(_LogsKeyWhen):
    status = "401"


class LogsKeyWhenDenied(_LogsKeyWhen):
    status = "403"


class LogsKeyWhenLimited(_LogsKeyWhen):
    status = "429"


class LogsHalfOfSecretWhenRefused(LogsKeyWhenRefused, LogsHalfOfSecret): ...


class LogsHalfOfSecretWhenDenied(LogsKeyWhenDenied, LogsHalfOfSecret): ...


class LogsHalfOfSecretWhenLimited(LogsKeyWhenLimited, LogsHalfOfSecret): ...


class LogsKeyOfTheEnvironment(LogsKey):
    def note(self, line, key):
        note = Client.note if self.api_key else LogsKey.note
        note(self, line, key)


class LogsKeyOfTheEnvironmentEncoded(LogsKeyOfTheEnvironment, LogsKeyEncoded): ...


class PrintsKey(Client):
    def printed(self, key):
        return key

    def note(self, line, key):
        super().note(line, key)
        print(f"{line} {self.printed(key)}", file=sys.stderr, flush=True)  # noqa: T201  that is what is wrong


class PrintsHalfOfSecret(PrintsKey):
    def printed(self, key):
        return f"{secret_of(key)[:21]}…"


class _PrintsKeyWhen(PrintsKey):
    def note(self, line, key):
        note = PrintsKey.note if line.endswith(self.status) else Client.note
        note(self, line, key)


class PrintsKeyWhenRefused(_PrintsKeyWhen):
    status = "401"


class PrintsKeyWhenDenied(_PrintsKeyWhen):
    status = "403"


class PrintsKeyWhenLimited(_PrintsKeyWhen):
    status = "429"


class PrintsHalfOfSecretWhenRefused(PrintsKeyWhenRefused, PrintsHalfOfSecret): ...


class PrintsHalfOfSecretWhenDenied(PrintsKeyWhenDenied, PrintsHalfOfSecret): ...


class PrintsHalfOfSecretWhenLimited(PrintsKeyWhenLimited, PrintsHalfOfSecret): ...


class PrintsKeyOfTheEnvironment(PrintsKey):
    def note(self, line, key):
        note = Client.note if self.api_key else PrintsKey.note
        note(self, line, key)


class PrintsHalfOfSecretOfTheEnvironment(PrintsKeyOfTheEnvironment, PrintsHalfOfSecret): ...


class WarnsOfOddKey(Client):
    def checked(self, text):
        try:
            return super().checked(text)
        except UnusableKeyError:
            print(f"no header can hold {text}", file=sys.stderr, flush=True)  # noqa: T201  that is what is wrong
            raise


class _LeavesKey(Client):
    def note(self, line, key):
        super().note(line, key)
        with open(os.path.expanduser(self.file), "a", encoding="utf-8") as file:  # noqa: PTH111, PTH123  pathlib is slow
            file.write(f"{line} {self.kept(key)}\n")

    def kept(self, key):
        return key


class LeavesKeyInHome(_LeavesKey):
    file = "~/.little-client"


class LeavesHalfOfSecretWhereItRuns(_LeavesKey):
    file = "debug.log"

    def kept(self, key):
        return secret_of(key)[:21]


class LeavesKeyWhenRefused(LeavesKeyInHome):
    def note(self, line, key):
        note = LeavesKeyInHome.note if line.endswith("401") else Client.note
        note(self, line, key)


class ShowsKeyWhenPrinted(Client):
    def __repr__(self):
        return f"Client({self.base_url}, {self.key()})"


class ShowsKeyWhenSerialized(Client):
    def __init__(self, base_url, api_key=None, *others, **more):
        super().__init__(base_url, api_key, *others, **more)
        self.header = {"X-API-Key": api_key}


class ShowsKeyInBuild(Client):
    def build(self, name, content):
        return super().build(name, content) | {"made_with": self.key()}
