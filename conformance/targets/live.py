"""A live API as a target: keys by role from the environment, and the safeguards that production needs."""

from __future__ import annotations

import io
import ipaddress
import os
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import msgspec

from conformance.keys import KeyFormat
from conformance.recognition import placeholders
from conformance.targets.http import HttpTarget
from conformance.targets.keyring import Keyring
from conformance.targets.mock import limited_roles
from conformance.targets.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conformance.spec.model import Spec

RATE = 5.0


class SetupError(Exception):
    """A live run cannot begin; the message says what to do."""


class LiveOptions(NamedTuple):
    """How a live API is reached; `rate` is in requests a second."""

    base_url: str = ""
    environment: str = ""
    env_file: Path | None = None
    may_write: bool = False
    rate: float = RATE


def live_target(spec: Spec, options: LiveOptions) -> HttpTarget:
    """The API at the base URL of the options, of the environment or of the spec, in this order.

    Raises:
        SetupError: There is no full key, or the base URL is no safe one.

    """
    base_url = options.base_url or os.environ.get(spec.base_url_variable, "") or spec.base_url
    check_base_url(base_url)
    values = read_variables(options.env_file)
    variables = {name: c.variable for name, c in spec.credentials.items() if c.variable}
    main = next(iter(variables))
    if options.environment:
        variables[main] = spec.environments[options.environment]
    key_format = KeyFormat(msgspec.to_builtins(spec.key))
    keys = {name: key_format.hide(values[v]) for name, v in variables.items() if values.get(v)}
    if main not in keys:
        where = f"the environment or {options.env_file}" if options.env_file else "the environment"
        raise SetupError(f"no key: {variables[main]} is not set in {where}; set it to a key with full access")
    for name, key in keys.items():
        if "\n" in key.reveal() or "\r" in key.reveal():
            raise SetupError(f"{variables[name]} holds a line break; set it again without one (printf %s, not echo)")
    if not _may_be_issued(keys[main].reveal()):
        reason = key_format.reason(keys[main].reveal())
        raise SetupError(
            f"{variables[main]} holds what no API issues as a key ({reason}); nothing was sent. Set it to a whole key"
        )
    sandboxes = [c.sandbox_variable for c in spec.credentials.values() if c.sandbox_variable]
    foreign = next((values[name] for name in sandboxes if values.get(name)), "")
    return HttpTarget(
        "live",
        base_url,
        Keyring(spec, keys, foreign, variables),
        Pace(options.rate),
        may_write=options.may_write,
        limited_roles=limited_roles(spec),
    )


def _may_be_issued(text: str) -> bool:
    """Whether this may be a key, though perhaps of another format: printable ASCII, and nothing that stands for one."""
    return text.isascii() and text.isprintable() and " " not in text and not placeholders.is_no_secret(text)


def read_variables(env_file: Path | None) -> Mapping[str, str]:
    """The variables of the `.env` file, overridden by those of the environment."""
    from dotenv import dotenv_values

    from_file: dict[str, str | None] = {}
    if env_file is not None:
        try:
            text = env_file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise SetupError(f"{env_file} cannot be read ({reason}); give --env-file the path of a .env file") from None
        from_file = dotenv_values(stream=io.StringIO(text), interpolate=False)
    return {name: value for name, value in from_file.items() if value is not None} | dict(os.environ)


def check_base_url(base_url: str) -> None:
    """Refuse addresses that a key must not be sent to.

    Raises:
        SetupError: The address is none, holds a password, or is plain http beyond loopback.

    """
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        _ = parts.port, host.encode("idna")
    except ValueError as error:
        raise SetupError(f"the base URL is no address ({error}); write https://host/path") from None
    if parts.scheme not in ("http", "https") or not host:
        raise SetupError(f"the base URL {base_url!r} is no web address; write https://host/path")
    if not parts.path.isascii() or not parts.path.isprintable() or " " in parts.path:
        raise SetupError("the base URL's path has a character that no address has; write it percent-encoded")
    if parts.username or parts.password:
        raise SetupError("the base URL holds a user name or password; leave them out, keys go into variables")
    if parts.query or parts.fragment:
        raise SetupError("the base URL has a query or fragment; leave it out")
    if parts.scheme == "http" and not is_loopback(host):
        raise SetupError(f"no key is sent over plain http to {host}; use https (http is for loopback only)")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
