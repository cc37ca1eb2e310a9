"""What a place holds that a key can come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from conformance.keys import MalformedKeyError

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import Credential, Place
    from conformance.keys import ApiKey, KeyFormat

Kind = Literal["variable", "dotenv", "yaml", "keyring", "shell file", "docker file", "netrc"]
State = Literal["key", "nothing", "absent", "unreadable", "computed"]
UNPARSED = "its line is not written as such files are, so that it is left out"
REFERS = "another variable makes it, where what loads the file fills it in"
STORES: tuple[Kind, ...] = ("yaml", "keyring")  # of one client alone


@dataclass(frozen=True)
class Holding:
    """A place and what is there: a key, nothing (it is set, and empty), or not even the place.

    What is `computed` by a shell cannot be known without running it. `marks` are what is odd about how it is written,
    as in a `Setting`, and `conditional` where only a condition sets it; `note` says more to people. `is_read` is
    whether every new terminal of this machine reads it.
    """

    kind: Kind
    place: Place
    name: str
    state: State
    credential: Credential | None = None
    note: str = ""
    marks: frozenset[str] = frozenset()
    is_read: bool = False

    @property
    def is_stopping(self) -> bool:
        """Whether it is in a `.env` file that ends a program which loads it, whatever else has a key."""
        return self.kind == "dotenv" and "not-utf-8" in self.marks

    @property
    def text(self) -> str:
        """What stands there without the spaces around it, to be compared and never to be shown."""
        return self.credential.key.reveal().strip() if self.credential else ""


def sendable(held: Holding, key_format: KeyFormat) -> ApiKey | None:
    """The key of a place where it has the documented form; nothing else is sent to the API."""
    if held.credential is None:
        return None
    try:
        key_format.parts(held.credential.key)
    except MalformedKeyError:
        return None
    return held.credential.key
