"""Secrets of a case: minted when a case is recorded, and again, in the same shape, whenever it is read."""

from __future__ import annotations

import base64
import json
import random
import secrets
import string
from typing import Any

import msgspec

from conformance.keys import KeyFormat
from tests.runs import SPEC

FORMAT = KeyFormat(msgspec.to_builtins(SPEC.key))
_TYPED = "x"  # which records have in the place of a character that was another one
_LETTERS = string.ascii_letters + string.digits
_VENDORS = {
    "openai": ("sk-proj-", 48, _LETTERS),
    "github": ("ghp_", 36, _LETTERS),
    "e2b": ("e2b_", 40, "0123456789abcdef"),
    "aws": ("AKIA", 16, string.ascii_uppercase + "234567"),
    "anthropic": ("sk-ant-api03-", 48, _LETTERS),
}


def mint(recipe: Any) -> str:
    """A secret: `key`, `test-key`, `password`, the name of another vendor, or the claims of a JWT."""
    if isinstance(recipe, dict):
        return _jwt(recipe)
    if recipe == "key":
        return _without_typed()
    if recipe == "test-key":
        (prefix,) = FORMAT.other_prefixes
        return prefix + FORMAT.mint().reveal().removeprefix(FORMAT.prefix)
    if recipe == "password":
        return _drawn(20, _LETTERS)
    begins, length, alphabet = _VENDORS[recipe]
    return begins + _drawn(length, alphabet)


def _without_typed() -> str:
    while True:
        key = FORMAT.mint().reveal()
        if _TYPED not in key.removeprefix(FORMAT.prefix):
            return key


def _drawn(length: int, alphabet: str) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _jwt(claims: dict[str, Any]) -> str:
    """Always as long as the last time; who it is for, and its signature, are new."""
    subject = f"{random.SystemRandom().getrandbits(64):016x}"
    parts = [
        json.dumps(part, separators=(",", ":")) for part in ({"alg": "HS256", "typ": "JWT"}, claims | {"sub": subject})
    ]
    encoded = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, _drawn(43, _LETTERS)])
