"""Statuses by what they mean for a request with a key."""

from __future__ import annotations

REDIRECTS = (301, 302, 303, 307, 308)
REFUSALS = (401, 402, 403, 407, 429)  # of the key, of its owner, or of the proxy's user
