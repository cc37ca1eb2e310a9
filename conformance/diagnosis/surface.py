"""What a spec file says of an API that its evidence is read by: keys, headers, variables, addresses."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.keys import KeyFormat

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOCAL = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|::1|host\.docker\.internal", re.IGNORECASE)


class Surface:
    """The side of an API that clients see.

    `headers` are the documented ones in small letters, each with the scheme before its key; `wrong_headers` and
    `wrong_fields` (of a query, a cookie or a body) are those that people try; `variables` begins with the one that
    clients read.
    """

    def __init__(
        self,
        *,
        key: dict[str, Any],
        base_url: str,
        base_url_variable: str,
        headers: dict[str, str],
        wrong_headers: tuple[str, ...],
        wrong_fields: tuple[str, ...],
        variables: tuple[str, ...],
        paths: tuple[str, ...],
    ) -> None:
        self.key = key
        self.base_url = base_url
        self.base_url_variable = base_url_variable
        self.headers = headers
        self.wrong_headers = wrong_headers
        self.wrong_fields = wrong_fields
        self.variables = variables
        self.paths = paths

    def as_json(self) -> dict[str, Any]:
        """The arguments that it was made with."""
        names = (
            "key",
            "base_url",
            "base_url_variable",
            "headers",
            "wrong_headers",
            "wrong_fields",
            "variables",
            "paths",
        )
        return {name: getattr(self, name) for name in names}

    @cached_property
    def key_format(self) -> KeyFormat:
        """The documented format of keys."""
        return KeyFormat(self.key)

    @property
    def variable(self) -> str:
        """The variable that clients read their key from."""
        return self.variables[0] if self.variables else ""

    @property
    def host(self) -> str:
        """The host of the API."""
        return urlsplit(self.base_url).hostname or ""

    def is_own_host(self, host: str) -> bool:
        """Whether this is the API's host, or one of this machine, where a stand-in may be."""
        return host.lower() == self.host or is_local(host)

    def is_sibling(self, host: str) -> bool:
        """Whether a host is another one in the API's parent domain."""
        domain = self.host.partition(".")[2]
        return host != self.host and "." in domain and host.lower().endswith(f".{domain}")

    def is_own_path(self, path: str) -> bool:
        """Whether a path ends as a documented operation's does, whatever base path stands before it."""
        return self._path.search(path) is not None

    def is_list(self, path: str) -> bool:
        """Whether a path below the host is a documented one that is not about a single thing."""
        return any("{" not in one and path.rstrip("/").endswith(one) for one in self.paths)

    def is_documented_path(self, path: str) -> bool:
        """Whether a path below the host is one of a documented operation, and nothing stands before its base path."""
        base = urlsplit(self.base_url).path.rstrip("/")
        return path.startswith(f"{base}/") and self._path.fullmatch(path, len(base)) is not None

    def is_below_base(self, path: str) -> bool:
        """Whether a path is the API's base path, or below it."""
        base = urlsplit(self.base_url).path.rstrip("/")
        return bool(base) and (path == base or path.startswith(f"{base}/"))

    def is_raised_in(self, text: str) -> bool:
        """Whether a text has an error of an SDK of the API in it, whose package is named as its variables are."""
        return self._error is not None and self._error.search(text) is not None

    @cached_property
    def _error(self) -> re.Pattern[str] | None:
        service = self.variable.partition("_")[0]
        named = rf"(?<![\w.]){re.escape(service)}[\w-]{{0,40}}\.[\w.]{{0,100}}(?:Error|Exception)\b"
        return re.compile(named, re.IGNORECASE) if service else None

    @cached_property
    def _path(self) -> re.Pattern[str]:
        some = "|".join(re.escape(path).replace(r"\{id\}", "[^/]+") for path in self.paths)
        return re.compile(f"(?:{some})/?$")


def is_local(host: str) -> bool:
    """Whether a host is this machine."""
    return _LOCAL.fullmatch(host.strip("[]")) is not None


def surface_of(spec: dict[str, Any]) -> Surface:
    """The surface that a checked spec file describes."""
    styles = spec.get("styles", {}).values()
    rare = spec.get("thorough", {}).get("lookalikes", [])  # whose names may well mean something else
    wrong = [style for name, style in spec.get("lookalikes", {}).items() if name not in rare]
    headers = {style["header"].lower(): style["value"].partition("{key}")[0].strip() for style in styles}
    credentials: Iterable[dict[str, Any]] = spec.get("credentials", {}).values()
    variables = [one["variable"] for one in credentials if one.get("variable")]
    operations = spec.get("operations", {}).values()
    return Surface(
        key=spec["key"],
        base_url=spec["base_url"],
        base_url_variable=spec.get("base_url_variable", ""),
        headers=headers,
        wrong_headers=tuple(
            {one["header"].lower(): None for one in wrong if "header" in one and one["header"].lower() not in headers}
        ),
        wrong_fields=tuple({one[kind]: None for one in wrong for kind in ("query", "cookie", "body") if kind in one}),
        variables=(*variables, *spec.get("environments", {}).values()),
        paths=tuple({operation["request"].partition(" ")[2]: None for operation in operations}),
    )
