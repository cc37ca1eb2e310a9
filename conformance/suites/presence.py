"""Presence: whether the target has the operations whose requests no page documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.compose import UNKNOWN_ID, compose
from conformance.exchange import SAFE_METHODS
from conformance.suites.fallback import Fallback
from conformance.suites.specimens import NoSpecimenError

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.spec.model import Spec
    from conformance.suites.specimens import Specimens
    from conformance.targets.http import Target

_NO_METHOD = (405, 501)
NOT_THERE = (404, *_NO_METHOD)
_LOOKS = 3


@dataclass(frozen=True, slots=True)
class Look:
    """What the full key was answered; `exists` says that it asked about a sandbox that was just shown to exist."""

    exchange: Exchange | None = None
    exists: bool = False

    @property
    def is_absent(self) -> bool:
        """Whether the operation is not there."""
        return self._status in _NO_METHOD or (self._status == 404 and self.exists)

    @property
    def is_open(self) -> bool:
        """Whether the operation may be there or not: a sandbox that does not exist is not found either."""
        return self._status == 404 and not self.exists

    @property
    def is_present(self) -> bool:
        """Whether the operation is there, whatever was answered."""
        return not self.is_absent and not self.is_open

    @property
    def _status(self) -> int:
        return self.exchange.response.status if self.exchange else 0


class Presence:
    """Looks once for each operation that no page documents, and remembers what it saw."""

    def __init__(self, spec: Spec, target: Target, specimens: Specimens) -> None:
        self._spec = spec
        self._target = target
        self._specimens = specimens
        self._looks: dict[str, Look] = {}
        self.fallback = Fallback(spec, target)

    def of(self, operation: str) -> Look:
        """What is known of an operation; nothing has to be asked of one that is documented.

        Raises:
            TargetError: There was no answer.

        """
        if operation not in self._spec.operations or self._spec.operations[operation].documented:
            return Look()
        if operation not in self._looks:
            self._looks[operation] = self._look(operation)
        return self._looks[operation]

    def cost(self) -> int:
        """How many requests the looks of a run take, with making and removing the sandboxes they are about."""
        return 1 + self._cost_of_looks()

    def _cost_of_looks(self) -> int:
        undocumented = [operation for operation in self._spec.operations.values() if not operation.documented]
        if self._target.may_write:
            return 3 * len(undocumented)
        return sum(operation.method in SAFE_METHODS for operation in undocumented)

    def _look(self, operation: str) -> Look:
        try:
            axes = self._specimens.own(operation)
        except NoSpecimenError:
            return Look()
        if operation == "create":
            return Look(self._specimens.create(axes), exists=True)
        for _ in range(_LOOKS):  # a sandbox may come to its end between the two requests
            item = self._item(operation)
            exchange = self._target.send(compose(self._spec, axes, item))
            if exchange.response.status != 404 or item in ("", UNKNOWN_ID):
                break
            self._specimens.replace(item)
        if operation == "delete" and 200 <= exchange.response.status < 300:
            self._specimens.forget(item)
        return Look(exchange, exists=item != UNKNOWN_ID)

    def _item(self, operation: str) -> str:
        """The id of a sandbox that exists, of none where there is none at hand, or "" where none is needed."""
        if "{id}" not in self._spec.operations[operation].path:
            return ""
        try:
            return self._specimens.fresh() if operation == "delete" else self._specimens.keep("use")
        except NoSpecimenError:
            return UNKNOWN_ID
