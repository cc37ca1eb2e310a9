"""What a causes file holds, as frozen types; the JSON Schema is generated from them.

The field names are the keys of the YAML file. Every type refuses unknown keys.
"""

from __future__ import annotations

from typing import Annotated

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


class Variant(Entry, frozen=True):
    """A form of a cause that has an id of its own."""

    id: Slug
    says: Text


class Cause(Entry, frozen=True):
    """A reason why authentication fails; `rotate` says that the key was exposed, and has to be replaced too."""

    id: Slug
    title: Text
    says: Text
    shows: Texts
    fix: Fix
    falsified_by: Text
    variants: Annotated[list[Variant], Meta(min_length=1)] = []
    because: Texts = []
    threads: Annotated[list[Thread], Meta(min_length=1)] = []
    rotate: bool = False


class Lookalikes(Entry, frozen=True):
    """Causes that some evidence cannot tell apart, and the cheapest observation that can."""

    id: SetId
    when: Text
    candidates: Texts
    ask: Text
    splits: Text
    observation: Slug


class Causes(Entry, frozen=True):
    """A whole causes file."""

    title: Text
    causes: Annotated[list[Cause], Meta(min_length=1)]
    indistinguishable: Annotated[list[Lookalikes], Meta(min_length=1)] = []

    def by_id(self) -> dict[str, Cause]:
        """The causes by their ids and by those of their variants."""
        own = {cause.id: cause for cause in self.causes}
        return own | {variant.id: cause for cause in self.causes for variant in cause.variants}
