"""The header that a command makes of a user and a password."""

from __future__ import annotations

import base64

from conformance.diagnosis.shells.words import variables_in
from conformance.diagnosis.transcripts.messages import Field


def basic(user: str, line: int) -> Field:
    """The credentials of the scheme Basic; as they stand where a shell puts in a part of them."""
    encoded = user if variables_in(user) else base64.b64encode(user.encode("utf-8", "replace")).decode()
    return Field(line, "Authorization", f"Basic {encoded}")
