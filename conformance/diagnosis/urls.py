"""URLs as people and mistakes write them: what can be taken apart is, and nothing is refused."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_HOST = re.compile(r"(?:[a-z0-9-]{1,20}\.){0,6}[a-z0-9-]{1,20}|\[?[0-9a-f:]{2,40}\]?")
_NOTHING = SplitResult("", "", "", "", "")


def parts_of(url: str) -> SplitResult:
    """The parts of a URL; empty ones where it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return _NOTHING


def host_of(url: str) -> str:
    """The host of a URL; nothing where it has none."""
    try:
        return parts_of(url).hostname or ""
    except ValueError:
        return ""


def shown_host(host: str) -> str:
    """How a host is named to people; what no host is called may be a piece of anything."""
    return host if _HOST.fullmatch(host) else "another host"
