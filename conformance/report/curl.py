"""A curl line that repeats an exchange, with the key in a variable of the shell."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Exchange, Recipe, Request
    from conformance.spec.model import Spec

_LEFT_OUT = ("user-agent", "accept", "accept-encoding", "cookie")
_OF_NOTHING = {"{key}": "", "{basic_user}": "Og==", "{basic_password}": "Og=="}  # base64 of the colon alone
_PLACEHOLDER = re.compile(r"\{(?:key|second|basic_user|basic_password)\}")


def curl_line(spec: Spec, exchange: Exchange) -> str:
    """The command, and in a comment what the variable has to hold where that is not just a key."""
    asked = _filled(exchange.asked) if _is_empty(spec, exchange.asked.recipe) else exchange.asked
    variable, note = _variable(spec, asked.recipe)
    second, second_note = _variable(spec, asked.second)
    words = ["curl -i", *_options(asked)]
    for name, value in asked.headers:
        if name.lower() not in _LEFT_OUT or "{" in value:
            words.append("-H " + _quoted(f"{name}: {value}" if value else f"{name};", variable, second))
    if asked.body is not None:
        words.append("--data-raw " + _quoted(asked.body, variable, second))
    words.append(_quoted(exchange.request.base_url + asked.target, variable, second))
    notes = ", ".join(filter(None, [note, second_note]))
    return " ".join(words) + (f"  # {notes}" if notes else "")


def _is_empty(spec: Spec, recipe: Recipe | None) -> bool:
    return recipe is not None and spec.credentials[recipe.name].texts.get(recipe.label) == ""


def _filled(asked: Request) -> Request:
    """A request with an empty key, which needs no variable: curl leaves out a header whose variable is empty."""
    filled = [(name, _filled_text(value)) for name, value in asked.headers]
    body = None if asked.body is None else _filled_text(asked.body)
    return replace(asked, target=_filled_text(asked.target), headers=tuple(filled), body=body, recipe=None)


def _filled_text(text: str) -> str:
    for placeholder, value in _OF_NOTHING.items():
        text = text.replace(placeholder, value)
    return text


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
