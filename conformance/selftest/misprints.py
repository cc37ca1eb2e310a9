"""What may be wrong with keys and pages themselves, whoever serves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Misprint(NamedTuple):
    """A wrong key or example: the rule that has to catch it, and what differs.

    `issues` changes the text of the spec by which keys are issued, `shows` the example of the page.
    """

    rule: str
    says: str
    issues: Callable[[str], str] = str
    shows: Callable[[str], str] = str


MISPRINTS = {
    "issued-key-of-another-prefix": Misprint(
        "issued-key-is-well-formed",
        "Keys are issued with a prefix that no page has.",
        issues=lambda text: text.replace("hopx_live_", "hopx_key_"),
    ),
    "issued-key-with-tilde": Misprint(
        "issued-key-is-well-formed",
        "Keys are issued with a tilde for the dot.",
        issues=lambda text: text.replace('separator: "."', 'separator: "~"').replace("sU3Ii.", "sU3Ii~"),
    ),
    "example-cut-off": Misprint(
        "documented-example-is-well-formed",
        "The page's example lacks its last character.",
        shows=lambda example: example[:-1],
    ),
    "example-without-dot": Misprint(
        "documented-example-is-well-formed",
        "The page's example has no dot.",
        shows=lambda example: example.replace(".", ""),
    ),
}
