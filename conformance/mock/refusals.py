"""The bodies of refusals: of each status and cause, the words of the first page that the spec has them from."""

from __future__ import annotations

import json
from http.client import responses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.spec.model import Body, Spec

# why a credential of this kind is refused, in the mock's own words
_CAUSES = {
    "none": ("missing",),
    "text": ("malformed",),
    "near_miss": ("malformed", "unknown"),
    "minted": ("unknown",),
    "wrong_secret": ("unknown",),
    "revoked": ("revoked",),
    "expired": ("expired",),
    "rate_limited": ("rate_limited",),
    "active": ("scope", "other_org"),
}


class Refusals:
    """The documented bodies, encoded once."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._bodies: dict[int, list[tuple[frozenset[str], bytes]]] = {}
        for outcome in spec.outcomes.values():
            for body in next(iter(outcome.bodies.values()), []):
                for status in outcome.status:
                    self._bodies.setdefault(status, []).append((self._causes(body), self._encoded(body, status)))
        for bodies in self._bodies.values():
            bodies.sort(key=lambda entry: not entry[0])  # what fits one cause goes before what fits all

    def body(self, status: int, why: str) -> bytes:
        """The body of a refusal, or the status in words where the spec has none."""
        bodies = self._bodies.get(status, [])
        fitting = (body for causes, body in bodies if why in causes or not causes)
        return next(fitting, _phrase(status))

    def _causes(self, body: Body) -> frozenset[str]:
        return frozenset(cause for name in body.only for cause in _CAUSES[self._spec.credentials[name].key])

    def _encoded(self, body: Body, status: int) -> bytes:
        codes = {name: code for page in self._spec.vocabularies.values() for name, code in page.codes.items()}
        message = next((codes[value].message for value in body.has.values() if value in codes), "")
        fields = dict.fromkeys(body.matches, message) | body.has
        return json.dumps(fields).encode() if fields else _phrase(status)


def _phrase(status: int) -> bytes:
    return json.dumps({"error": responses.get(status, "Refused")}).encode()
