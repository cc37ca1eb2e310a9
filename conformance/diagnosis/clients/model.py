"""What a clients file holds, as frozen types; the JSON Schema is generated from them.

The field names are the keys of the YAML file. Every type refuses unknown keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, field

from conformance.spec.entry import Entry, Slug, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

SourceKind = Literal["argument", "variable", "dotenv", "yaml", "keyring"]
Variable = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)")]
Texts = Annotated[list[Text], Meta(min_length=1)]
PROFILE = "{profile}"


class KeySource(Entry, frozen=True):
    """A place that a client takes its key from.

    `name` is the variable, `file` the path that it or the key stands in (`~` is the home directory, anything else the
    working directory), `field` the keys that lead to it in YAML, `service` and `user` those of the keyring. With
    `within: parents` the file is looked for in the directories above too. `hides` are the kinds of sources that are
    not read any more where this one is set to nothing; what is read `always` is not hidden.
    """

    kind: SourceKind
    name: str = ""
    says: str = ""
    file: str = ""
    within: Literal["here", "parents"] = "here"
    field: list[Text] = []
    service: str = ""
    user: str = ""
    when: str = ""
    any_case: bool = False
    hides: list[SourceKind] = []
    always: bool = False

    @property
    def text(self) -> str:
        """The source in words."""
        what = {
            "variable": self.name,
            "dotenv": f"{self.name} of {self.file}{', here or above' if self.within == 'parents' else ''}",
            "yaml": f"{'.'.join(self.field)} of {self.file}",
            "keyring": f"the keyring: {self.service}, {self.user}",
        }.get(self.kind, self.says)
        if self.hides:
            what += f" (set to nothing, it hides: {', '.join(self.hides)})"
        return f"{what}, when {self.when}" if self.when else what


NoProxyReading = Literal["curl", "requests", "axios"]


class Netrc(Entry, frozen=True):
    """What a client makes of a `.netrc` file with the API's host; always, or only `when` somebody asks for it.

    Of `files` the first one that is there is read; `moved_by` is a variable that names another in their place.
    """

    sends: Text
    when: str = ""
    files: Texts = field(default_factory=lambda: ["~/.netrc"])
    moved_by: str = ""


class Client(Entry, frozen=True):
    """A client, the sources of its key in its order, and how it reaches the API.

    `proxies` are the variables that it takes a proxy from, `no_proxy` whose reading of NO_PROXY it has,
    `base_url_variable` the variable that it takes the address from, and `base_path` what it puts behind that by itself;
    `program` is what starts it in a shell, `style` the header style of the spec file that it uses.
    """

    id: Slug
    title: Text
    measured: Texts
    reads: Annotated[list[KeySource], Meta(min_length=1)]
    style: Slug
    program: str = ""
    profile_variable: str = ""
    base_url_variable: str = ""
    base_path: str = ""
    netrc: Netrc | None = None
    proxies: list[Variable] = []
    no_proxy: NoProxyReading = "curl"
    addresses: Literal["any", "ipv4"] = "any"
    because: list[Text] = []


class Clients(Entry, frozen=True):
    """A whole clients file."""

    title: Text
    clients: Annotated[list[Client], Meta(min_length=1)]


def listed(titles: Sequence[str], count: int) -> str:
    """The clients of these titles in words; together where they are all of the `count` that there are."""
    return "every client" if len(titles) == count > 1 else ", ".join(titles)
