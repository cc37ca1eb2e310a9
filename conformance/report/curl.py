"""A curl line that repeats an exchange, with the key in a variable of the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.exchange import Exchange, Recipe
    from conformance.spec.model import Spec

_LEFT_OUT = ("user-agent", "accept", "accept-encoding", "cookie")


def curl_line(spec: Spec, exchange: Exchange) -> str:
    """The command, and in a comment what the variable has to hold where that is not just a key."""
    asked = exchange.asked
    variable, note = _variable(spec, asked.recipe)
    second, second_note = _variable(spec, asked.second)
    words = ["curl -i", f"-X {asked.method}" if asked.method not in ("GET", "HEAD") else ""]
    if asked.method == "HEAD":
        words.append("--head")
    for name, value in asked.headers:
        if name.lower() not in _LEFT_OUT or "{" in value:
            words.append("-H " + _quoted(f"{name}: {value}", variable, second))
    if asked.body is not None:
        words.append("-d " + _quoted(asked.body, variable, second))
    words.append(_quoted(exchange.request.base_url + asked.target, variable, second))
    notes = ", ".join(filter(None, [note, second_note]))
    return " ".join(filter(None, words)) + (f"  # {notes}" if notes else "")


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
