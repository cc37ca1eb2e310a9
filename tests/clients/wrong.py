"""The client with one thing wrong at a time; each variant is named after what it does."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import sys
import threading
import time

from client import VARIABLE, ApiError, Client, Sandbox, UnusableKeyError, send

NOTHING = {"data": [], "id": "", "public_host": "", "upload_url": "", "build_id": ""}

# where the key comes from

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


# how it travels


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


# what becomes of a refusal


class _Swallows(Client):
    status = 0

    def result(self, response):
        if response.status == self.status:
            return NOTHING
        return super().result(response)

    def upload(self, url, content):
        return super().upload(url, content) if url else None


class Swallows401(_Swallows):
    status = 401


class Swallows403(_Swallows):
    status = 403


class Swallows429(_Swallows):
    status = 429


class _TakesForAnswer(Client):
    """The body of a refusal is read as if it were what was asked for."""

    status = 0

    def result(self, response):
        if response.status != self.status:
            return super().result(response)
        return NOTHING | self.said(response)

    def upload(self, url, content):
        return super().upload(url, content) if url else None


class Takes401ForAnswer(_TakesForAnswer):
    status = 401


class Takes403ForAnswer(_TakesForAnswer):
    status = 403


class Takes429ForAnswer(_TakesForAnswer):
    status = 429


class _Renames(Client):
    """An error becomes another one, with all that it has."""

    def error(self, response):
        error = super().error(response)
        kind = self.renamed(error, response)
        return kind(error.message, error.status_code, error.code, error.request_id, error.retry_after)


class KnowsTheFlatFormOnly(_Renames):
    def renamed(self, error, response):
        try:
            flat = isinstance(json.loads(response.text)["error"], str)
        except (ValueError, KeyError):
            flat = False
        return type(error) if flat or error.status_code != 401 else ApiError


class FileMissingError(ApiError): ...


class LimitReachedError(ApiError): ...


class TakesNotFoundForFile(_Renames):
    def renamed(self, error, response):
        return FileMissingError if "not found" in error.message else type(error)


class TakesLimitedForLimit(_Renames):
    def renamed(self, error, response):
        return LimitReachedError if "limited" in response.text and response.status == 403 else type(error)


class _Loses(Client):
    lost = ""
    of = ()

    def error(self, response):
        error = super().error(response)
        if response.status in self.of:
            setattr(error, self.lost, None)
        return error


class LosesStatusOf401(_Loses):
    lost, of = "status_code", (401,)


class LosesStatusOf403(_Loses):
    lost, of = "status_code", (403,)


class LosesStatusOf429(_Loses):
    lost, of = "status_code", (429,)


class _Restates(Client):
    """The error has the status, or the code, of another refusal."""

    status, name, value = 0, "", None

    def error(self, response):
        error = super().error(response)
        if response.status == self.status:
            setattr(error, self.name, self.value)
        return error


class Takes403For401(_Restates):
    status, name, value = 403, "status_code", 401


class Takes429For503(_Restates):
    status, name, value = 429, "status_code", 503


class HasItsOwnCodeFor401(_Restates):
    status, name, value = 401, "code", "AUTH_ERROR"


class HasItsOwnCodeFor403(_Restates):
    status, name, value = 403, "code", "AUTH_ERROR"


class HasItsOwnCodeFor429(_Restates):
    status, name, value = 429, "code", "TRY_LATER"


class LosesCodeOf401(_Loses):
    lost, of = "code", (401,)


class LosesCodeOf403(_Loses):
    lost, of = "code", (403,)


class LosesCodeOf429(_Loses):
    lost, of = "code", (429,)


class LosesRetryAfter(_Loses):
    lost, of = "retry_after", (429,)


class LooksForRequestIdInBody(Client):
    def error(self, response):
        return super().error(response._replace(headers={}) if response.status == 401 else response)


class LooksForRequestIdInHeader(Client):
    def said(self, response):
        return super().said(response) | {"request_id": None}


class LosesMessage(Client):
    def error(self, response):
        error = super().error(response)
        error.message = "" if response.status == 401 else error.message
        return error


class DumpsJson(Client):
    def said(self, response):
        said = super().said(response)
        return said | {"message": response.text} if said["message"] else said


class DumpsStatus(Client):
    def said(self, response):
        return super().said(response) | {"message": f"Request failed with status code {response.status}"}


class _Retries(Client):
    status = 0

    def __init__(self, *words, **named):
        super().__init__(*words, **named)
        self.attempts = 2

    def pause(self, response):
        return 0 if response.status == self.status else None


class Retries401(_Retries):
    status = 401


class Retries403(_Retries):
    status = 403


class Retries401WithQuery(Client):
    def ask(self, method, path, fields=None):
        try:
            return super().ask(method, path, fields)
        except ApiError as error:
            if error.status_code != 401:
                raise
            return super().ask(method, f"{path}?retry=1", fields)


class Retries429AtOnce(_Retries):
    status = 429


class Retries429WithoutEnd(Client):
    def __init__(self, *words, **named):
        super().__init__(*words, **named)
        self.attempts = 12  # an end that nobody would call one

    def pause(self, response):
        return 0.01 if response.status == 429 else None


# the secret


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


# not wrong, or wrong in a way that no rule is about


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


def _words(name):
    """The name of a class with hyphens: reads-the-variable-at-import."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])", "-", name).lower()


FAULTS = {
    _words(name): made
    for name, made in list(globals().items())
    if isinstance(made, type) and issubclass(made, Client) and made is not Client and not name.startswith("_")
}
UNJUDGED = (
    "quotes-what-follows-the-key",
    "raises-errors-of-urllib",
    "backs-off",
    "writes-blanks",
    "hangs-on-nested-429",
)
