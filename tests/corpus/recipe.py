"""A recipe: how a case is recorded, and what can be concluded from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.stage import Stage

    Act = Callable[[Stage], None]

# what cannot be told apart, as the catalogue has it
EQ1 = [
    *("key-mistyped", "revoked", "expired", "cross-org-resource"),
    *("rotated-old-key-in-use", "key-not-yet-active", "vendor-incident-or-client-defect"),
]
EQ2 = ["scope-insufficient", "cross-org-resource", "ip-not-allowed", "quota-or-billing"]
EQ3 = ["env-var-unset", "dotenv-not-loaded", "http-redirect-dropped-auth", "proxy-stripped-header", "wrong-header-name"]
EQ4 = ["http-redirect-dropped-auth", "captive-portal-or-login-html"]
EQ5 = ["wrong-base-url", "hidden-404", "resource-absent"]
EQ6 = ["sdk-ignores-proxy-env", "network-unreachable"]
EQ7 = ["quota-or-billing", "scope-insufficient", "waf-block-403-html"]


@dataclass(frozen=True)
class Recipe:
    """How one case is recorded: what is broken in it, with which client, and the answers that are right."""

    id: str
    family: str
    kinds: tuple[str, ...]
    client: str
    broken: str
    expect: dict[str, Any]
    act: Act
    given_as: str
    altered: tuple[str, ...]


class Recipes(dict[str, Recipe]):
    """The recipes of one family, by id."""

    def __init__(self, family: str) -> None:
        super().__init__()
        self.family = family

    def case(
        self,
        name: str,
        kinds: str,
        client: str,
        broken: str,
        expect: dict[str, Any],
        *,
        given_as: str = "",
        altered: str = "",
    ) -> Callable[[Act], Act]:
        """Register what a function records under this id."""

        def register(act: Act) -> Act:
            if name in self:
                raise ValueError(f"two recipes are called {name}")
            noted = (altered,) if altered else ()
            self[name] = Recipe(name, self.family, tuple(kinds.split()), client, broken, expect, act, given_as, noted)
            return act

        return register


def problem(*causes: str, also: tuple[str, ...] | list[str] = ()) -> dict[str, Any]:
    """These causes, all of them."""
    return {"verdict": "problem", "causes": list(causes)} | ({"also": list(also)} if also else {})


def cannot_tell(candidates: list[str], *holds: str) -> dict[str, Any]:
    """No more than some of these, and among them those that have to be named."""
    return {"verdict": "cannot-tell", "candidates": list(candidates)} | ({"holds": list(holds)} if holds else {})


def nothing_to_see(*also: str) -> dict[str, Any]:
    """Cannot tell, with whatever candidates."""
    return {"verdict": "cannot-tell"} | ({"also": list(also)} if also else {})


def healthy() -> dict[str, Any]:
    """Nothing is wrong."""
    return {"verdict": "healthy"}


def any_of(*answers: dict[str, Any], never: tuple[str, ...] = ()) -> dict[str, Any]:
    """Any of these is right; what is never certain is named as well."""
    return {"accept": list(answers)} | ({"not": list(never)} if never else {})


def suggests(cause: str, others: list[str] | tuple[str, ...] = ()) -> dict[str, Any]:
    """The cause is only suggested: it is named as a problem, or is among the candidates."""
    return any_of(problem(cause), {"verdict": "cannot-tell", "candidates": [cause, *others], "holds": [cause]})
