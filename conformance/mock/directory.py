"""What the mock knows: organizations, their keys and their sandboxes, all in memory."""

from __future__ import annotations

import hashlib
import hmac
import math
import random
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from conformance.keys import ApiKey, KeyFormat

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.spec.model import Credential, Spec

_NOBODY = hashlib.sha256(b"").digest()
_WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class KeyRecord:
    """An issued key: the digest of its secret, and what it may do until when."""

    key_id: str
    digest: bytes
    organization: str
    permissions: frozenset[str]
    revoked_at: float = math.inf
    expires_at: float = math.inf
    requests_per_minute: float = math.inf
    window_start: float = -math.inf
    window_count: int = 0

    def seconds_over_limit(self, now: float) -> float:
        """Count one request; how many seconds it has to wait when it is one too many, else 0."""
        if self.requests_per_minute == math.inf:
            return 0.0
        if now >= self.window_start + _WINDOW_SECONDS:
            self.window_start, self.window_count = now, 0
        self.window_count += 1
        return self.window_start + _WINDOW_SECONDS - now if self.window_count > self.requests_per_minute else 0.0


@dataclass(slots=True)
class Sandbox:
    """A sandbox of one organization."""

    organization: str
    fields: dict[str, object] = field(default_factory=dict)


class Directory:
    """Organizations, keys and sandboxes, and the administration of keys.

    Every change is effective on the next request. `now` gives seconds since the epoch.
    """

    def __init__(self, spec: Spec, seed: int | None = None, now: Callable[[], float] = time.time) -> None:
        self.spec = spec
        self.now = now
        self.key_format = KeyFormat(msgspec.to_builtins(spec.key))
        self.keys: dict[str, KeyRecord] = {}
        self.sandboxes: dict[str, Sandbox] = {}
        self._random_bytes = secrets.token_bytes if seed is None else random.Random(seed).randbytes  # noqa: S311  keys of a mock, wanted again

    def create_key(
        self,
        organization: str,
        scope: str,
        *,
        expires_at: float = math.inf,
        requests_per_minute: float = math.inf,
    ) -> ApiKey:
        """Issue a key; its secret is known to the caller alone, and to the directory by its digest."""
        return self._issue(organization, self.permissions_of(scope), expires_at, requests_per_minute)

    def permissions_of(self, scope: str) -> frozenset[str]:
        """What a key of this scope may do."""
        return frozenset(self.spec.scopes[scope].allows)

    def key_id(self, key: ApiKey) -> str:
        """The public part that a key is administered by."""
        return self.key_format.parts(key).key_id

    def revoke(self, key_id: str) -> None:
        """Let a key stop at the next request."""
        self.keys[key_id].revoked_at = self.now()

    def rotate(self, key_id: str, overlap_seconds: float) -> ApiKey:
        """Issue a successor that may do the same, as often and as long; the old key works through the overlap."""
        old = self.keys[key_id]
        new = self._issue(old.organization, old.permissions, old.expires_at, old.requests_per_minute)
        old.revoked_at = min(old.revoked_at, self.now() + overlap_seconds)
        return new

    def change_scope(self, key_id: str, scope: str) -> None:
        """Give a key other permissions."""
        self.keys[key_id].permissions = self.permissions_of(scope)

    def find(self, text: str, key_id: str) -> KeyRecord | None:
        """The record of a well-formed key, compared in constant time whether its id is known or not."""
        record = self.keys.get(key_id)
        matches = hmac.compare_digest(_digest(text), record.digest if record else _NOBODY)
        return record if matches else None

    def create_sandbox(self, organization: str, fields: dict[str, object]) -> str:
        """Add a sandbox; returns its id."""
        sandbox_id = f"sb_{self._random_bytes(9).hex()}"
        self.sandboxes[sandbox_id] = Sandbox(organization)
        self.change_sandbox(sandbox_id, fields)
        return sandbox_id

    def change_sandbox(self, sandbox_id: str, fields: dict[str, object]) -> None:
        """Give a sandbox other fields; its id stays what it is."""
        id_fields = self.spec.operations["create"].makes[:1] if "create" in self.spec.operations else ["id"]
        own = dict.fromkeys(id_fields, sandbox_id)
        self.sandboxes[sandbox_id].fields = own | self.sandboxes[sandbox_id].fields | fields | own

    def _issue(
        self, organization: str, permissions: frozenset[str], expires_at: float, requests_per_minute: float
    ) -> ApiKey:
        while True:
            key = self.key_format.mint(self._random_bytes)
            key_id = self.key_id(key)
            if key_id not in self.keys:  # short ids come again
                break
        self.keys[key_id] = KeyRecord(
            key_id,
            _digest(key.reveal()),
            organization,
            permissions,
            expires_at=expires_at,
            requests_per_minute=requests_per_minute,
        )
        return key


@dataclass(frozen=True, slots=True)
class Roles:
    """A key for every issued credential of the spec, and a sandbox of each organization."""

    keys: dict[str, ApiKey]
    sandboxes: dict[str, str]


def populate(directory: Directory) -> Roles:
    """Give a directory two organizations, a key of every role and a sandbox in each organization."""
    keys = {
        name: _issue(directory, credential)
        for name, credential in directory.spec.credentials.items()
        if credential.variable
    }
    sandboxes = {name: directory.create_sandbox(name, {"status": "running"}) for name in ("own", "other")}
    return Roles(keys, sandboxes)


def _issue(directory: Directory, credential: Credential) -> ApiKey:
    scope = credential.scope or next(iter(directory.spec.scopes))  # an unscoped key may do what the first scope allows
    now = directory.now()
    key = directory.create_key(
        credential.organization,
        scope,
        expires_at=now - 1 if credential.key == "expired" else math.inf,
        requests_per_minute=0 if credential.key == "rate_limited" else math.inf,
    )
    if credential.key == "revoked":
        directory.revoke(directory.key_id(key))
    return key


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("latin-1", "replace")).digest()
