"""What may be wrong with keys and pages themselves, whoever serves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.spec.model import Key


def _unchanged(text: str, _key: Key) -> str:
    return text


class Misprint(NamedTuple):
    """A wrong key or example: the rule that has to catch it, and what differs.

    `issues` changes the text of the spec by which keys are issued, `shows` the example of the page.
    """

    rule: str
    says: str
    issues: Callable[[str, Key], str] = _unchanged
    shows: Callable[[str, Key], str] = _unchanged


def _with_tilde(text: str, key: Key) -> str:
    example = key.example.replace(key.separator, "~")
    return text.replace(f'separator: "{key.separator}"', 'separator: "~"').replace(key.example, example)


MISPRINTS = {
    "issued-key-of-another-prefix": Misprint(
        "issued-key-is-well-formed",
        "Keys are issued with a prefix that no page has.",
        issues=lambda text, key: text.replace(key.prefix, f"new_{key.prefix}"),
    ),
    "issued-key-with-tilde": Misprint(
        "issued-key-is-well-formed",
        "Keys are issued with a tilde for their separator.",
        issues=_with_tilde,
    ),
    "example-cut-off": Misprint(
        "documented-example-is-well-formed",
        "The page's example lacks its last character.",
        shows=lambda example, _key: example[:-1],
    ),
    "example-without-separator": Misprint(
        "documented-example-is-well-formed",
        "The page's example lacks its separator.",
        shows=lambda example, key: example.replace(key.separator, ""),
    ),
}
