"""A call of an SDK, symbolically: what is done, where the key is found, and what the server will answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.exchange import Recipe


@dataclass(frozen=True, slots=True)
class Call:
    """One call; calls that are equal are made once in a run, and every rule that is about them looks at it."""

    recipe: Recipe
    source: str
    operation: str
    answer: str = ""
    form: str = ""

    @property
    def in_environment(self) -> str:
        """Whose key is in the process's environment from its start: "own", "other" or ""."""
        return {"environment": "own", "argument-over-environment": "other"}.get(self.source, "")

    @property
    def company(self) -> str:
        """The name of the calls that may share a process: none of them finds a key there that is not its own.

        So calls without a key have one to themselves, in which an SDK has nothing to remember.
        """
        return "nowhere" if self.source == "nowhere" else self.in_environment

    @property
    def before(self) -> tuple[Call, ...]:
        """The calls that have to be made in the same process first."""
        return (replace(self, source="argument"),) if self.source == "after-argument" else ()

    @property
    def needs_fresh_process(self) -> bool:
        """Whether the process can make no other call, before or after."""
        return self.source in ("environment-later", "dotenv")

    @property
    def features(self) -> tuple[str, ...]:
        """What the SDK has to offer for the call to be made."""
        return {
            "argument": ("api_key_argument",),
            "environment": ("environment",),
            "environment-later": ("environment",),
            "dotenv": ("dotenv",),
            "argument-over-environment": ("api_key_argument", "environment"),
            "after-argument": ("api_key_argument",),
        }.get(self.source, ())
