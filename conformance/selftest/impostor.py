"""Who is judged in a self-test: impostors, each with the rule that has to catch it, and conforming ones."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from conformance.mock.faults import FAULTS
from conformance.selftest.misprints import MISPRINTS
from conformance.spec.mistakes import FileError, Mistake, suggestion

if TYPE_CHECKING:
    from conformance.spec.model import Spec

_MOST_BLOCKED = 2  # of somebody who conforms, unless the list says how many
Kind = Literal["mock", "fault", "misprint", "variant", "client"]


@dataclass(frozen=True, slots=True)
class Impostor:
    """One implementation that is judged.

    `rule` is the id of the rule that has to catch it, "" for one that conforms, of which all rules but so many as
    `most_blocked` can be asked; `command` starts a variant or the adapter of a client.
    """

    kind: Kind
    name: str
    rule: str = ""
    command: tuple[str, ...] = ()
    most_blocked: int = 0

    def __str__(self) -> str:
        return " ".join(filter(None, (self.kind, self.name, self.program and f"({self.program})")))

    @property
    def program(self) -> str:
        """The file name of the program of a variant or client; "" for what the mock does itself."""
        return next((Path(word).name for word in self.command if Path(word).is_file()), "")


class Variants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Conforming servers of one program, which is started with the name of each."""

    command: list[str]
    names: list[str]
    most_blocked: int = _MOST_BLOCKED


class ClientImpostors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Clients of one program: the rule that catches each; "" for one that conforms."""

    command: list[str]
    rules: dict[str, str]
    most_blocked: int = _MOST_BLOCKED


class Others(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of variants and clients; `{here}` in their commands is its folder, `{name}` the name of the one."""

    variants: list[Variants] = []
    clients: list[ClientImpostors] = []


def own_impostors() -> list[Impostor]:
    """The mock without and with each of its faults, and what is wrong with keys and pages themselves."""
    faults = [Impostor("fault", fault.name, fault.rule) for fault in FAULTS.values()]
    misprints = [Impostor("misprint", name, misprint.rule) for name, misprint in MISPRINTS.items()]
    return [Impostor("mock", ""), *faults, *misprints]


def other_impostors(file: Path, spec: Spec) -> list[Impostor]:
    """The variants and clients of a file.

    Raises:
        FileError: It cannot be read, is none, or names a rule that the spec does not have.

    """
    others = _read(file)
    here = file.resolve().parent
    variants = [
        Impostor("variant", name, "", _filled(many.command, name, here), many.most_blocked)
        for many in others.variants
        for name in many.names
    ]
    clients = [
        Impostor("client", name, rule, _filled(many.command, name, here), many.most_blocked)
        for many in others.clients
        for name, rule in many.rules.items()
    ]
    rules = {"", *(rule.id for rule in spec.rules)}
    unknown = [one for one in clients if one.rule not in rules]
    if unknown:
        raise FileError(
            [
                Mistake(str(file), 1, 1, f"{one.name}: unknown rule {one.rule!r}; {suggestion(one.rule, rules - {''})}")
                for one in unknown
            ]
        )
    return variants + clients


def _read(file: Path) -> Others:
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Others)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        message = f"{error}; write [[variants]] and [[clients]], as docs/selftest.md shows them"
        raise FileError([Mistake(str(file), 1, 1, f"these are no variants and clients: {message}")]) from None


def _filled(command: list[str], name: str, here: Path) -> tuple[str, ...]:
    return tuple(word.replace("{here}", str(here)).replace("{name}", name) for word in command)
