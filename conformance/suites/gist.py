"""The gist of an answer: what is left of it when that is taken away which differs from request to request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.exchange import within

if TYPE_CHECKING:
    from conformance.exchange import Exchange, Response

_NUMBERED = re.compile(r"[\w+/=-]*\d[\w+/=-]*")  # numbers, times and ids


def gist(exchange: Exchange) -> tuple[int, str]:
    """Status and body without numbers, ids and the path that was asked; equal where the answers are the same."""
    return exchange.response.status, _NUMBERED.sub("", without_path(exchange))


def without_path(exchange: Exchange) -> str:
    """The body without the path that was asked, which some answers repeat."""
    return exchange.response.text.replace(urlsplit(exchange.request.url).path, "")


def has_list(response: Response) -> bool:
    """Whether a response is a success with a list in it, empty or not, as only an API gives it."""
    return 200 <= response.status < 300 and any(isinstance(value, list) for value in within(response.json))
