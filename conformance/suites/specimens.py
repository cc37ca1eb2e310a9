"""Specimens: the sandboxes that probes are about, made on demand and cleaned up whatever happens."""

from __future__ import annotations

import dataclasses
import signal
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.compose import compose, compose_alternative
from conformance.exchange import Recipe, within
from conformance.judge import Withheld
from conformance.probes import Axes
from conformance.suites.readiness import Readiness
from conformance.targets.errors import TargetError, UnsteadyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Exchange, Request, Response
    from conformance.spec.model import Spec
    from conformance.targets.http import Target

ENDING_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_TRY_OTHER_FORM = (400, 404, 422)
_NONE_LISTED = "a sandbox to look at, or --allow-writes to create one"


class NoSpecimenError(Exception):
    """There is no sandbox to ask about, and none could be made; the message says what would help."""


class Specimens:
    """Keeps a sandbox at hand for each purpose, and remembers everything that was created."""

    def __init__(self, spec: Spec, target: Target) -> None:
        self._spec = spec
        self._target = target
        self._made: dict[str, Recipe] = {}  # what was created, and which credential may delete it
        self._kept: dict[str, str] = {}
        self._staying: set[str] = set()  # what was asked to be deleted, and was not
        self.unread = 0
        self.readiness = Readiness(target.pace)
        self._found_none = False
        owner = next(
            (name for name, c in spec.credentials.items() if c.key == "active" and c.organization == "own"),
            "",
        )
        self.owner = Recipe(owner)
        self._style = next(iter(spec.styles))
        bodies = [
            body for operation in spec.operations.values() for body in (operation.body, operation.other_body) if body
        ]
        self._field_names = frozenset(name for body in bodies for name in body)
        self._id_names = spec.operations["create"].makes if "create" in spec.operations else ["id"]

    def keep(self, purpose: str) -> str:
        """The id of a sandbox that serves one purpose throughout the run.

        Raises:
            NoSpecimenError: There is none, and none could be made.

        """
        if purpose not in self._kept:
            self._kept[purpose] = self.fresh() if self._target.may_write else self._found()
        return self._kept[purpose]

    def fresh(self) -> str:
        """The id of a new sandbox.

        Raises:
            NoSpecimenError: It could not be made.

        """
        if not self._target.may_write:
            raise NoSpecimenError("--allow-writes, to create a sandbox")
        try:
            exchange = self.create(self.own("create"))
        except UnsteadyError as error:
            raise NoSpecimenError(f"a sandbox, and none could be made: {error}") from None
        made = self.ids_in(exchange.response)
        if not 200 <= exchange.response.status < 300 or not made:
            raise NoSpecimenError(f"a key that can create a sandbox (creating one gave {exchange.response.status})")
        return made[0]

    def create(self, axes: Axes) -> Exchange:
        """Send a create.

        The other documented form of the body is sent where the first one is not understood (D5).
        """
        exchange = self.make(compose(self._spec, axes))
        other = compose_alternative(self._spec, axes)
        if exchange.response.status in _TRY_OTHER_FORM and other is not None:
            exchange = self.make(other)
        return exchange

    def make(self, request: Request) -> Exchange:
        """Send a request that may create a sandbox, and remember it, also when Ctrl-C comes meanwhile."""
        with _signals_held(raise_again=True):
            exchange = self._target.send(request)
            self._remember(exchange)
        return exchange

    def forget(self, item: str) -> None:
        """A sandbox was deleted."""
        self._made.pop(item, None)
        self._staying.discard(item)
        self.replace(item)

    def discard(self) -> None:
        """Delete what was created and serves no purpose any more; what stays is tried once more in the end only."""
        for item in [made for made in self._made if made not in {*self._kept.values(), *self._staying}]:
            self._staying.add(item)
            self._delete(item)

    def clean_up(self) -> list[str]:
        """Delete everything that was created, whatever signals ask for; returns the ids of what is left behind."""
        self._kept = {}
        with _signals_held(raise_again=False):
            for item in list(self._made):
                self.readiness.wait_for(partial(self._delete, item))
        return list(self._made)

    def replace(self, item: str) -> None:
        """Let another sandbox take the place of one that is gone: it has timed out, or others deleted it."""
        self._kept = {purpose: kept for purpose, kept in self._kept.items() if kept != item}

    def ids_in(self, response: Response) -> list[str]:
        """The ids that a response names at any depth, those of an object before those of its parts."""
        return list(_ids(response.json, self._id_names))

    def listed_in(self, response: Response) -> list[str]:
        """The ids of the elements of a list, wherever in the response the list is."""
        for elements in (value for value in within(response.json) if isinstance(value, list)):
            found = [next(_ids(element, self._id_names), "") for element in elements]
            if any(found):
                return [item for item in found if item]
        return []

    def is_named_in(self, response: Response, item: str) -> bool:
        """Whether an id is among the values of a response, under whatever name."""
        return any(str(value) == item for value in within(response.json) if _is_id(value))

    def _remember(self, exchange: Exchange) -> None:
        """Note the sandbox that a successful create made."""
        if 200 <= exchange.response.status < 300:
            made = self.ids_in(exchange.response)[:1]
            self._made |= dict.fromkeys(made, self._deleter(exchange.asked.recipe))
            self.unread += not made

    def withheld_from(self, recipe: Recipe | None) -> Withheld:
        """What a credential, or nobody in particular, must not be told: of the sandboxes that it may not look at."""
        organizations = {item: self._organization(deleter) for item, deleter in self._made.items()}
        organizations |= dict.fromkeys(self._kept.values(), self._organization(self.owner))
        organizations[self._target.keyring.foreign_sandbox] = "other"
        seen = self._organization(recipe) if recipe and self._may_look(recipe) else ""
        return Withheld(frozenset(item for item, of in organizations.items() if of != seen), self._field_names)

    def own(self, operation: str) -> Axes:
        """An operation with the owner's credential.

        Raises:
            NoSpecimenError: There is no such credential, or no such operation.

        """
        if self._target.keyring.obstacle(self.owner):
            raise NoSpecimenError(self._target.keyring.obstacle(self.owner))
        if operation not in self._spec.operations:
            raise NoSpecimenError(f"the operation {operation!r} in the spec")
        return Axes(recipe=self.owner, style=self._style, operation=operation)

    def _found(self) -> str:
        """A sandbox of others; one serves every purpose, since it is only looked at."""
        if self._kept:
            return next(iter(self._kept.values()))
        if self._found_none:
            raise NoSpecimenError(_NONE_LISTED)
        exchange = self._target.send(compose(self._spec, self.own("list")))
        shown = exchange.response.status in self._spec.operations["list"].succeeds
        found = self.listed_in(exchange.response) if shown else []
        if not found:
            self._found_none = True
            raise NoSpecimenError(_NONE_LISTED)
        return found[0]

    def _organization(self, recipe: Recipe) -> str:
        return self._spec.credentials[recipe.name].organization

    def _may_look(self, recipe: Recipe) -> bool:
        credential = self._spec.credentials[recipe.name]
        needed = {self._spec.operations[name].needs for name in ("list", "view") if name in self._spec.operations}
        allowed = self._spec.scopes[credential.scope].allows if credential.scope else needed
        return credential.key in ("active", "rate_limited") and not needed.isdisjoint(allowed)

    def _delete(self, item: str) -> Exchange | None:
        try:
            axes = dataclasses.replace(self.own("delete"), recipe=self._made[item])
            request = compose(self._spec, axes, item)
            try:
                exchange = self._target.send(request)
            except UnsteadyError:  # it came through, or will now
                exchange = self._target.send(request)
        except (TargetError, NoSpecimenError):
            return None
        if exchange.response.status in (*self._spec.operations["delete"].succeeds, 404, 410):
            self.forget(item)
        return exchange

    def _deleter(self, creator: Recipe | None) -> Recipe:
        """Who may delete what a credential created: the owner, or the credential itself in another organization."""
        if creator is None or self._organization(creator) == self._organization(self.owner):
            return self.owner
        return creator


def _ids(value: Any, names: list[str]) -> Iterator[str]:
    for one in within(value):
        if isinstance(one, dict):
            yield from (str(one[name]) for name in names if _is_id(one.get(name)))


def _is_id(value: Any) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool)
    return isinstance(value, str) and value != "" and value.isprintable()


@contextmanager
def _signals_held(*, raise_again: bool) -> Iterator[None]:
    """Keep signals that end a process waiting until a request that must not be lost has been answered."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = {number: signal.signal(number, lambda n, _: held.append(n)) for number in ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if held and raise_again:
            signal.raise_signal(held[0])
