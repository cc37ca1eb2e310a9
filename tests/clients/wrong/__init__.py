"""The client with one thing wrong at a time; each variant is named after what it does."""

from __future__ import annotations

import re

from client import Client

from wrong import carrying, harmless, refusals, secrets, sources


def _variants(module):
    """The clients of a module by their names, in which hyphens part the words: reads-the-variable-at-import."""
    return {
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])", "-", name).lower(): made
        for name, made in vars(module).items()
        if isinstance(made, type) and issubclass(made, Client) and made is not Client and not name.startswith("_")
    }


UNJUDGED = _variants(harmless)
FAULTS = _variants(sources) | _variants(carrying) | _variants(refusals) | _variants(secrets) | UNJUDGED
