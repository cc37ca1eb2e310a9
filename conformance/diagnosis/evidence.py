"""Evidence: what people hand in, as partial exchanges, settings and failures; everything keeps its place.

Texts in here are redacted; only a `Credential` still holds what stood in a key's place, and never shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from conformance.exchange import Headers
    from conformance.keys import ApiKey

Carrier = Literal["header", "query", "cookie", "body", "user", "variable", "text"]
Witness = Literal["client", "server"]
Holder = Literal["process", "file", "compose", "systemd", "shell", "client"]


class Place(NamedTuple):
    """Where something stands: a file as it was named, and what a person looks for in it (`line 14`, `entry 3`)."""

    source: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.source}, {self.where}" if self.where else self.source


class Credential(NamedTuple):
    """What stood where a key belongs, or was about to be put there.

    `carrier` is what held it, `name` how that was spelled, `scheme` the word before it, as it was written (`Bearer`).
    """

    key: ApiKey
    place: Place
    carrier: Carrier
    name: str = ""
    scheme: str = ""


class PartialExchange(NamedTuple):
    """A request, its response, or both, as far as one witness wrote them down.

    `status` is `None` where no response was seen, and 0 where the witness says that there was none; `at` is in seconds
    since 1970; `lacks` names what the source leaves out (`request headers`), so that nothing is concluded from its
    absence. `key_id` is what a log says of the key; `origin` who sent the request there (an address, a pod).
    `code`, `message` and `request_id` are what the response says, wherever it says it. `issuer` is who signed the
    server's certificate; `marks` are what is odd about how the request is written (`smart-quotes`), or that its
    client has `printed` what it sent.
    """

    place: Place
    witness: Witness = "client"
    client: str = ""
    method: str = ""
    url: str = ""
    headers: Headers = ()
    credentials: tuple[Credential, ...] = ()
    status: int | None = None
    response_headers: Headers = ()
    response_text: str = ""
    code: str = ""
    message: str = ""
    request_id: str = ""
    at: float | None = None
    key_id: str = ""
    origin: str = ""
    lacks: frozenset[str] = frozenset()
    issuer: str = ""
    marks: frozenset[str] = frozenset()

    def response_header(self, name: str) -> str:
        """The first value of a response header, whatever the case of its name; nothing where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.response_headers if key.lower() == wanted), "")


class Setting(NamedTuple):
    """A variable as a process has it or a file sets it.

    `credential` is `None` where it is set to nothing or is no key's variable; `value` then says what it is set to.
    `marks` are what is odd about how it is written (`bom`, `crlf`, `utf-16`, `quoted`, `conditional`).
    """

    place: Place
    holder: Holder
    name: str
    credential: Credential | None = None
    value: str = ""
    marks: frozenset[str] = frozenset()


class Failure(NamedTuple):
    """What a client told its user: an error, in a line or in a whole traceback.

    `client` is the library that raised it (`hopx-ai`, `requests`), `type` the name of its class, `text` all of it.
    """

    place: Place
    client: str = ""
    type: str = ""
    message: str = ""
    text: str = ""
    status: int | None = None
    code: str = ""
    request_id: str = ""
    url: str = ""
    credentials: tuple[Credential, ...] = ()


class Note(NamedTuple):
    """What could not be read or was left out, and why, or what has to be known besides."""

    place: Place
    says: str


class Evidence(NamedTuple):
    """Everything that was handed in; several pieces are put together with `+`.

    `credentials` are those that stand alone: a key by itself, or in a text that is no request, setting or error.
    """

    exchanges: tuple[PartialExchange, ...] = ()
    settings: tuple[Setting, ...] = ()
    failures: tuple[Failure, ...] = ()
    credentials: tuple[Credential, ...] = ()
    notes: tuple[Note, ...] = ()

    def __add__(self, other: Evidence) -> Evidence:  # type: ignore[override]
        return Evidence(
            self.exchanges + other.exchanges,
            self.settings + other.settings,
            self.failures + other.failures,
            self.credentials + other.credentials,
            self.notes + other.notes,
        )

    @property
    def every_credential(self) -> tuple[Credential, ...]:
        """All credentials, wherever they stand."""
        held = [one.credentials for one in self.exchanges] + [one.credentials for one in self.failures]
        set_to = [one.credential for one in self.settings if one.credential]
        return (*self.credentials, *(credential for some in held for credential in some), *set_to)
