"""The keyring: what it makes of recipes, and what it cannot supply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runs import SPEC
from servers import KEYS

from conformance.exchange import Recipe
from conformance.targets.keyring import Keyring

if TYPE_CHECKING:
    from conformance.keys import ApiKey


def keyring(**keys: ApiKey) -> Keyring:
    return Keyring(SPEC, keys)


def test_every_recipe_is_made_once_and_stays_the_same() -> None:
    ring = keyring(full=KEYS.mint())
    for name, credential in SPEC.credentials.items():
        for label in credential.texts or credential.how or [""]:
            recipe = Recipe(name, label, 3)
            if not ring.obstacle(recipe):
                assert ring.credential(recipe) is ring.credential(recipe)


def test_the_key_of_the_documentation_is_a_credential_without_any_issued_key() -> None:
    ring = Keyring(SPEC, {})
    recipe = Recipe("guess", "documented-example")
    assert ring.obstacle(recipe) == ""
    assert ring.credential(recipe) == KEYS.hide(SPEC.key.example)


def test_what_a_keyring_cannot_supply_is_said_with_its_variable() -> None:
    ring = Keyring(SPEC, {}, variables={"full": "HOPX_API_KEY_DEV"})
    assert ring.obstacle(Recipe("full")) == "HOPX_API_KEY_DEV"
    assert ring.obstacle(Recipe("revoked")) == "HOPX_API_KEY_REVOKED"
    assert ring.obstacle(Recipe("wrong_secret")) == "HOPX_API_KEY_DEV"
    assert ring.obstacle(Recipe("near_miss", "drop")) == "HOPX_API_KEY_DEV"
    assert ring.obstacle(Recipe("malformed", "quoted")) == "HOPX_API_KEY_DEV"
    for recipe in (Recipe("missing"), Recipe("empty"), Recipe("unknown"), Recipe("malformed", "undefined")):
        assert ring.obstacle(recipe) == ""


def test_a_key_of_another_format_is_no_base_for_what_is_made_of_its_parts() -> None:
    odd = "another-format-of-key"
    ring = keyring(full=KEYS.hide(odd))
    assert ring.obstacle(Recipe("full")) == ""
    assert "documented format in HOPX_API_KEY" in ring.obstacle(Recipe("wrong_secret"))
    assert odd not in ring.obstacle(Recipe("wrong_secret"))


def test_credentials_are_what_their_recipes_say() -> None:
    full = KEYS.mint()
    ring = keyring(full=full)
    parts = KEYS.parts(full)

    def text(name: str, label: str = "") -> str:
        made = ring.credential(Recipe(name, label))
        assert made is not None
        return made.reveal()

    assert ring.credential(Recipe("missing")) is None
    assert text("empty") == ""
    assert KEYS.parse(text("unknown")).key_id != parts.key_id
    wrong = KEYS.parse(text("wrong_secret"))
    assert (wrong.key_id, wrong.prefix) == (parts.key_id, parts.prefix)
    assert wrong.secret != parts.secret
    assert text("malformed", "no-dot") == f"{parts.prefix}{parts.key_id}{parts.secret}"
    assert text("malformed", "two-keys") == f"{full.reveal()},{full.reveal()}"
    assert len(text("oversized")) == 400 * len(parts.secret)


def test_made_keys_are_secrets_as_well() -> None:
    ring = keyring(full=KEYS.mint())
    for name in ("full", "unknown", "wrong_secret"):
        made = ring.credential(Recipe(name))
        assert made is not None
        assert KEYS.parts(made).secret[5:25] not in ring.scrubber.scrub(f"<{KEYS.parts(made).secret[5:25]}>")
