"""Clients that find the wrong key, or none, or look where no page sends them."""

from __future__ import annotations

import os

from client import VARIABLE, Client, UnusableKeyError

NOTHING = {"data": [], "id": "", "public_host": "", "upload_url": "", "build_id": ""}
FOUND_AT_IMPORT = os.environ.get(VARIABLE)


class ReadsTheVariableAtImport(Client):
    def __init__(self, base_url, api_key=None, *others, **more):
        super().__init__(base_url, FOUND_AT_IMPORT if api_key is None else api_key, *others, **more)

    def key(self):
        return super().key() if self.api_key else self.without_key()


class ReadsTheEnvironmentOfTheStart(Client):
    """As native code does that looks where the process was given its variables."""

    def key(self):
        with open("/proc/self/environ", encoding="utf-8") as given:  # noqa: PTH123  pathlib takes long to import
            variables = dict(line.split("=", 1) for line in given.read().split("\0") if "=" in line)
        return super().key() if self.api_key else variables.get(VARIABLE) or self.without_key()


class PrefersTheVariable(Client):
    def key(self):
        return os.environ.get(VARIABLE) or super().key()


class PrefersTheVariableFromItsSecondRequest(Client):
    asked = 0

    def key(self):
        self.asked += 1
        return super().key() if self.asked == 1 else os.environ.get(VARIABLE) or super().key()


class IgnoresTheArgument(Client):
    def __init__(self, base_url, api_key=None, *others, **more):
        super().__init__(base_url, None, *others, **more)


class LowersTheArgument(Client):
    def __init__(self, base_url, api_key=None, *others, **more):
        super().__init__(base_url, api_key and api_key.lower(), *others, **more)


class IgnoresTheVariable(Client):
    def key(self):
        return super().key() if self.api_key else self.without_key()


class LooksForAnotherVariable(Client):
    def key(self):
        text = None if self.api_key else os.environ.get("HOPX_KEY")
        return text or (super().key() if self.api_key else self.without_key())


class LooksForDotenvElsewhere(Client):
    @staticmethod
    def load(file):
        if os.path.exists(".env"):  # noqa: PTH110  pathlib takes long to import
            Client.load(".env")


class ExpectsExportInDotenv(Client):
    @staticmethod
    def load(file):
        with open(file, encoding="utf-8") as lines:  # noqa: PTH123  pathlib takes long to import
            for line in lines:
                command, _, pair = line.strip().partition(" ")
                name, _, value = pair.partition("=")
                if command == "export":
                    os.environ.setdefault(name, value)


class SendsRequestsWithoutKey(Client):
    def without_key(self):
        return ""

    def headers(self, key):
        headers = super().headers(key)
        return headers if key else {name: value for name, value in headers.items() if name != "X-API-Key"}


class HidesThatThereIsNoKey(Client):
    def ask(self, method, path, fields=None):
        return super().ask(method, path, fields) if self.key() else NOTHING

    def without_key(self):
        return ""

    def upload(self, url, content):
        return super().upload(url, content) if url else None


class ListsNothingWithoutKey(Client):
    def list(self):
        try:
            return super().list()
        except UnusableKeyError:
            return []


class DoesNotNameTheVariable(Client):
    def without_key(self):
        raise UnusableKeyError("There is no key")
