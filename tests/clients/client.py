"""A client of the API that does everything right, in little more than the standard library's sockets.

ApiError
├── UnusableKeyError     there is no key, or none that could be sent; nothing was sent
├── AuthenticationError  401
├── DeniedError          403
└── SlowDownError        429
"""

from __future__ import annotations

import json
import os
import socket
import time
from typing import NamedTuple

VARIABLE = "HOPX_API_KEY"


class ApiError(Exception):
    """What the API refused, with all that it said about it; what it did not say is `None`."""

    def __init__(self, message, status_code=None, code=None, request_id=None, retry_after=None):
        super().__init__(message)
        self.message = message
        self.status_code = status_code
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after

    def __str__(self):
        said = {"status": self.status_code, "code": self.code, "request id": self.request_id}
        notes = ", ".join(f"{name} {value}" for name, value in said.items() if value)
        return f"{self.message} ({notes})" if notes else self.message


class UnusableKeyError(ApiError): ...


class AuthenticationError(ApiError): ...


class DeniedError(ApiError): ...


class SlowDownError(ApiError): ...


CLASSES = {401: AuthenticationError, 403: DeniedError, 429: SlowDownError}
SENTENCES = {
    401: "The API does not accept the key",
    403: "The key lacks the permission",
    429: "Too many requests",
}


class Secret:
    """A key that is not shown when it is printed."""

    def __init__(self, text):
        self._text = text

    def reveal(self):
        return self._text

    def __repr__(self):
        return "<key>"


class Response(NamedTuple):
    status: int
    headers: dict
    text: str


class Client:
    """The API at an address; without a key it is looked for in the environment whenever it is needed.

    `log` is called with a line about every request.
    """

    def __init__(self, base_url, api_key=None, attempts=2, log=print):
        self.base_url = base_url
        self.api_key = None if api_key is None else Secret(api_key)
        self.attempts = attempts
        self.log = log

    def __repr__(self):
        return f"{type(self).__name__}({self.base_url}, {self.api_key})"

    # what a user does

    def list(self):
        return self.ask("GET", "/v1/sandboxes")["data"]

    def create(self, template):
        made = self.ask("POST", "/v1/sandboxes", {"template_id": template, "timeout_seconds": 600})
        return Sandbox(self, made["id"], made["public_host"])

    def view(self, sandbox_id):
        return self.ask("GET", f"/v1/sandboxes/{sandbox_id}")

    def update(self, sandbox_id, seconds):
        return self.ask("PUT", f"/v1/sandboxes/{sandbox_id}/timeout", {"timeout_seconds": seconds})

    def delete(self, sandbox_id):
        return self.ask("DELETE", f"/v1/sandboxes/{sandbox_id}")

    def build(self, name, content):
        link = self.ask("POST", "/v1/templates/files/upload-link", {"name": name})
        self.upload(link["upload_url"], content)
        build = self.ask("POST", "/v1/templates/build", {"name": name})
        return self.ask("GET", f"/v1/templates/build/{build['build_id']}/status")

    def upload(self, url, content):
        return self.elsewhere("PUT", url, {}, content)

    def admission(self, token):
        """The headers that let one into a sandbox's own host."""
        if not token:
            raise ApiError("The API gave no token for the sandbox")
        return {"Authorization": f"Bearer {token}"}

    def kill(self, sandbox):
        self.delete(sandbox.id)

    @staticmethod
    def load(file):
        """Do as python-dotenv does, for a file of simple lines."""
        with open(file, encoding="utf-8") as lines:  # noqa: PTH123  pathlib takes long to import
            for line in lines:
                name, _, value = line.strip().partition("=")
                os.environ.setdefault(name, value)

    # the key

    def key(self):
        text = os.environ.get(VARIABLE) if self.api_key is None else self.api_key.reveal()
        if not text:
            return self.without_key()
        return self.checked(text)

    def without_key(self):
        raise UnusableKeyError(f"There is no key: set {VARIABLE}, or pass api_key")

    def checked(self, text):
        if any(not "!" <= character <= "~" for character in text):
            raise UnusableKeyError("The key holds characters that no key has; copy it again")
        return text

    def headers(self, key):
        return {"X-API-Key": key, "Content-Type": "application/json", "User-Agent": "little-client/1.0"}

    # requests

    def ask(self, method, path, fields=None):
        """What the API answers, or its refusal as an error."""
        key = self.key()
        body = "" if fields is None else json.dumps(fields)
        for attempt in range(1, self.attempts + 1):
            response = self.fetch(method, self.base_url + path, self.headers(key), body)
            self.note(f"{method} {path}: {response.status}", key)
            pause = self.pause(response)
            if pause is None or attempt == self.attempts:
                break
            time.sleep(pause)
        return self.result(response)

    def fetch(self, method, url, headers, body):
        """Send a request to the API; a redirect is not followed."""
        return send(method, url, headers, body)

    def elsewhere(self, method, url, headers, body):
        """Send a request to a host that the API named, which is not told the key."""
        return self.result(send(method, url, headers, body))

    def pause(self, response):
        """Seconds until another attempt; `None` for no other."""
        return seconds_in(response) if response.status == 429 else None

    def note(self, line, key):
        self.log(line)

    # answers

    def result(self, response):
        if response.status >= 300:
            raise self.error(response)
        return json.loads(response.text or "{}")

    def error(self, response):
        said = self.said(response)
        kind = CLASSES.get(response.status, ApiError)
        sentence = said["message"] or SENTENCES.get(response.status, f"The API refused this: {response.status}")
        request_id = said["request_id"] or response.headers.get("x-request-id")
        return kind(sentence, response.status, said["code"], request_id, seconds_in(response))

    def said(self, response):
        """What the body of a refusal says, in whichever of its forms."""
        found = {"message": None, "code": None, "request_id": None}
        try:
            body = json.loads(response.text)
        except ValueError:
            return found
        body = body if isinstance(body, dict) else {}
        inner = body.get("error")
        for part in (body, inner if isinstance(inner, dict) else {"message": inner}):
            found |= {name: part[name] for name in found if part.get(name) and not found[name]}
        return found


class Sandbox:
    """A sandbox of the API, at a host of its own."""

    def __init__(self, client, sandbox_id, host):
        self.client = client
        self.id = sandbox_id
        self.host = host

    def __repr__(self):
        return f"Sandbox({self.id}, {self.client})"

    def run(self, code):
        refreshed = self.client.ask("POST", f"/v1/sandboxes/{self.id}/token/refresh")
        headers = {"Content-Type": "application/json", **self.client.admission(refreshed.get("auth_token"))}
        return self.client.elsewhere("POST", f"{self.host}/execute", headers, json.dumps({"code": code}))["stdout"]

    def kill(self):
        self.client.kill(self)


def seconds_in(response):
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdigit() else None


def send(method, url, headers, body):
    """One request, on a connection of its own."""
    host, _, path = url.partition("://")[2].partition("/")
    name, _, port = host.partition(":")
    lines = [
        f"{method} /{path} HTTP/1.1",
        f"Host: {host}",
        "Connection: close",
        f"Content-Length: {len(body.encode())}",
    ]
    lines += [f"{header}: {value}" for header, value in headers.items()]
    with socket.create_connection((name, int(port))) as connection:
        connection.sendall("\r\n".join([*lines, "", body]).encode())
        with connection.makefile("rb") as stream:
            answer = stream.read().decode()
    head, _, text = answer.partition("\r\n\r\n")
    first, *fields = head.split("\r\n")
    pairs = (field.partition(":") for field in fields)
    return Response(int(first.split()[1]), {key.lower(): value.strip() for key, _, value in pairs}, text)
