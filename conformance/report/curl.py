"""A curl line that repeats an exchange, with the key in a variable of the shell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Exchange, Recipe, Request
    from conformance.spec.model import Spec

_LEFT_OUT = ("user-agent", "accept", "accept-encoding", "cookie")
_PLACEHOLDER = re.compile(r"\{(?:key|second|basic_user|basic_password)\}")


def curl_line(spec: Spec, exchange: Exchange) -> str:
    """The command, and in a comment what the variable has to hold where that is not just a key."""
    asked = exchange.asked
    variable, note = _variable(spec, asked.recipe)
    second, second_note = _variable(spec, asked.second)
    words = ["curl -i", *_options(asked)]
    for name, value in asked.headers:
        if name.lower() not in _LEFT_OUT or "{" in value:
            words.append("-H " + _quoted(f"{name}: {value}", variable, second))
    if asked.body is not None:
        words.append("--data-raw " + _quoted(asked.body, variable, second))
    words.append(_quoted(exchange.request.base_url + asked.target, variable, second))
    notes = ", ".join(filter(None, [note, second_note]))
    return " ".join(words) + (f"  # {notes}" if notes else "")


def _options(asked: Request) -> Iterator[str]:
    """The options without which curl would change the method or the address; most lines need none."""
    if asked.method == "HEAD":
        yield "--head"
    elif asked.method != "GET" or asked.body is not None:  # with a body curl would send a POST
        yield f"-X {asked.method}"
    if "/." in asked.target.partition("?")[0]:  # which curl would resolve
        yield "--path-as-is"
    if not set("[]{}").isdisjoint(_PLACEHOLDER.sub("", asked.target)):  # by which curl would make several addresses
        yield "--globoff"


def _variable(spec: Spec, recipe: Recipe | None) -> tuple[str, str]:
    """The variable that stands for a credential, and what it holds where its name does not say so."""
    if recipe is None or spec.credentials[recipe.name].key == "none":
        return "", ""
    credential = spec.credentials[recipe.name]
    if credential.variable:
        return credential.variable, ""
    source = spec.credentials[credential.source] if credential.source else None
    variable = source.variable if source else next(c.variable for c in spec.credentials.values() if c.variable)
    return variable, f"{variable} holding {recipe}"


def _quoted(text: str, variable: str, second: str) -> str:
    """A word in double quotes, in which only the key's variable is expanded."""
    for sign in ("\\", '"', "$", "`"):
        text = text.replace(sign, "\\" + sign)
    text = text.replace("{basic_user}", f'$(printf %s "${variable}:" | base64 -w0)')
    text = text.replace("{basic_password}", f'$(printf %s ":${variable}" | base64 -w0)')
    return '"' + text.replace("{key}", f"${variable}").replace("{second}", f"${second}") + '"'
