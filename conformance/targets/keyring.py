"""The keyring: turns recipes into credentials, and says what it cannot supply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from conformance.keys import ApiKey, KeyFormat, MalformedKeyError, ParsedKey
from conformance.scrub import Scrubber
from conformance.targets.near_misses import near_miss

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.exchange import Recipe
    from conformance.spec.model import Credential, Spec


class Keyring:
    """The keys of every role that a target has.

    `variables` names the variable of each credential, for saying what would unblock a probe.
    """

    def __init__(
        self,
        spec: Spec,
        keys: Mapping[str, ApiKey],
        foreign_sandbox: str = "",
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.key_format = KeyFormat(msgspec.to_builtins(spec.key))
        self.scrubber = Scrubber(self.key_format)
        self.scrubber.learn_all(key.reveal() for key in keys.values())
        self.foreign_sandbox = foreign_sandbox
        self._spec = spec
        self._keys = dict(keys)
        self._variables = variables or {}
        self._made: dict[Recipe, ApiKey] = {}

    @property
    def issued(self) -> dict[str, ApiKey]:
        """The issued keys by their credentials."""
        return dict(self._keys)

    def obstacle(self, recipe: Recipe) -> str:
        """What is missing to make this credential; "" when nothing is."""
        credential = self._spec.credentials[recipe.name]
        if credential.variable:
            return "" if recipe.name in self._keys else self.variable(recipe.name)
        if not credential.source or not _needs_parts(credential, recipe):
            return ""
        if credential.source not in self._keys:
            return self.variable(credential.source)
        try:
            self._parts(credential.source)
        except MalformedKeyError as reason:
            return f"a key of the documented format in {self.variable(credential.source)} ({reason})"
        return ""

    def variable(self, name: str) -> str:
        """The environment variable that holds a credential."""
        return self._variables.get(name, self._spec.credentials[name].variable)

    def credential(self, recipe: Recipe) -> ApiKey | None:
        """The bytes of a recipe, the same ones each time; `None` for no credential at all.

        Raises:
            KeyError: The keyring cannot supply it; `obstacle` says why.

        """
        if recipe in self._made:
            return self._made[recipe]
        credential = self._spec.credentials[recipe.name]
        if credential.key == "none":
            return None
        made = self._keys[recipe.name] if credential.variable else self._make(credential, recipe)
        self._made[recipe] = made
        return made

    def _make(self, credential: Credential, recipe: Recipe) -> ApiKey:
        if credential.key == "minted":
            return self._learned(self.key_format.mint())
        if credential.key == "text":
            return self.key_format.hide(self._filled(credential, recipe) * credential.times)
        parts = self._parts(credential.source)
        if credential.key == "wrong_secret":
            secret = self.key_format.mint_secret()
            return self._learned(self.key_format.compose(parts.prefix, parts.key_id, secret))
        text = self._keys[credential.source].reveal()
        return self.key_format.hide(near_miss(self.key_format, text, recipe.label, recipe.draw))

    def _learned(self, key: ApiKey) -> ApiKey:
        self.scrubber.learn(key.reveal())
        return key

    def _filled(self, credential: Credential, recipe: Recipe) -> str:
        text = credential.texts[recipe.label].replace("{example}", self._spec.key.example)
        if not _needs_parts(credential, recipe):
            return text
        parts = self._parts(credential.source)
        values = {
            "{key}": self._keys[credential.source].reveal(),
            "{prefix}": parts.prefix,
            "{id}": parts.key_id,
            "{secret}": parts.secret,
        }
        for placeholder, value in values.items():
            text = text.replace(placeholder, value)
        return text

    def _parts(self, name: str) -> ParsedKey:
        return self.key_format.parts(self._keys[name])


def _needs_parts(credential: Credential, recipe: Recipe) -> bool:
    if credential.key != "text":
        return True
    return any(name in credential.texts[recipe.label] for name in ("{key}", "{prefix}", "{id}", "{secret}"))
