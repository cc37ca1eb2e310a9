"""What a causes file holds, as frozen types; the JSON Schema is generated from them.

The field names are the keys of the YAML file. Every type refuses unknown keys.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from conformance.spec.entry import Entry, Slug, Text

Texts = Annotated[list[Text], Meta(min_length=1)]
Thread = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+#[1-9][0-9]*$(?!\n)")]
SetId = Annotated[str, Meta(pattern=r"^[A-Z]+[0-9]+$(?!\n)")]


class Step(Entry, frozen=True):
    """One thing to do, of exactly one kind.

    `run` is a command to paste into a shell, `program` belongs into one's own Python or JavaScript, `do` is a sentence.
    What a person has to fill in stands as `<…>`.
    """

    run: str = ""
    program: str = ""
    do: str = ""

    @property
    def kind(self) -> Literal["run", "program", "do"]:
        """Which kind it is of."""
        return "run" if self.run else "program" if self.program else "do"

    @property
    def text(self) -> str:
        """What to run, to write or to do."""
        return self.run or self.program or self.do


Steps = Annotated[list[Step], Meta(min_length=1)]


class Fix(Entry, frozen=True):
    """The steps that remove a cause, by where they are taken; `any` begins with the whole fix in one sentence."""

    any: Steps
    bash: Steps = []
    powershell: Steps = []
    cmd: Steps = []
    docker: Steps = []
    python: Steps = []
    node: Steps = []
    cli: Steps = []
    curl: Steps = []
    gateway: Steps = []
    support: Steps = []

    def places(self) -> dict[str, list[Step]]:
        """The steps of every place that has some."""
        return {name: steps for name in self.__struct_fields__ if (steps := getattr(self, name))}


FactName = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)")]
FactNames = Annotated[list[FactName], Meta(min_length=1)]


class Sign(Entry, frozen=True):
    """A fact that a pattern shows, wherever evidence holds such a text; letters' case does not matter.

    `within` names what is searched: the code or message of an answer, its whole body, one of its headers as
    `name: value`, the URL asked for, the name of an error's class, or all that a client printed. `status` are those
    that count, 0 for an error that tells of none; `key: unseen` leaves out the errors that show the key.
    """

    fact: FactName
    within: Annotated[list[Literal["code", "message", "body", "header", "url", "type", "error"]], Meta(min_length=1)]
    matches: Text
    says: Text
    status: list[int] = []
    key: Literal["any", "unseen"] = "any"
    counts: Literal["anywhere", "said", "asserted"] = "anywhere"


class Variant(Entry, frozen=True):
    """A form of a cause that has an id of its own; what decides it decides the cause.

    Its `title`, `fix` and `falsified_by` stand in the place of the cause's where it has some.
    """

    id: Slug
    says: Text
    title: str = ""
    fix: Fix | None = None
    falsified_by: str = ""
    decided_by: FactNames = []
    suggested_by: FactNames = []


class Cause(Entry, frozen=True):
    """A reason why authentication fails.

    Its fix is `about` a variable where the name of the one that holds the key goes in that place.
    The facts that it is `decided_by` admit nothing else; those that it is `suggested_by` do; and with one that it is
    `excluded_by` it is not the cause.
    """

    id: Slug
    title: Text
    says: Text
    shows: Texts
    fix: Fix
    falsified_by: Text
    decided_by: FactNames = []
    suggested_by: FactNames = []
    excluded_by: FactNames = []
    about: Annotated[str, Meta(pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$(?!\n)")] = ""
    variants: Annotated[list[Variant], Meta(min_length=1)] = []
    because: Texts = []
    threads: Annotated[list[Thread], Meta(min_length=1)] = []


class CauseSet(Entry, frozen=True):
    """Causes that some evidence cannot tell apart, and the cheapest question that does.

    The facts that it is `suggested_by` show such evidence.
    """

    id: SetId
    when: Text
    candidates: Texts
    ask: Text
    splits: Text
    suggested_by: FactNames = []


class Causes(Entry, frozen=True):
    """A whole causes file."""

    title: Text
    causes: Annotated[list[Cause], Meta(min_length=1)]
    indistinguishable: Annotated[list[CauseSet], Meta(min_length=1)] = []
    signs: Annotated[list[Sign], Meta(min_length=1)] = []

    def by_id(self) -> dict[str, Cause]:
        """The causes by their ids and by those of their variants."""
        own = {cause.id: cause for cause in self.causes}
        return own | {variant.id: cause for cause in self.causes for variant in cause.variants}
