"""Claims: whether what is cited exists, and every one of them is asked or said to be untestable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.spec.raw import entries, mapping, note_unknown
from conformance.spec.references.groups import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.spec.mistakes import DataPath
    from conformance.spec.source import Source


def _citations(value: Any, path: DataPath) -> Iterator[tuple[DataPath, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            if key == "because":
                yield from (((*path, key, index), cited) for index, cited in enumerate(entries(child)))
            else:
                yield from _citations(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _citations(child, (*path, index))


def check_citations(source: Source) -> None:
    """Note everything cited that does not exist."""
    citable = names_of(source, "claims") | names_of(source, "disagreements")
    for path, cited in _citations(source.data, ()):
        note_unknown(source, path, "claim or disagreement", [str(cited)], citable)
    prefixes = mapping(mapping(mapping(source.data).get("key")).get("other_prefixes"))
    for prefix, cited in prefixes.items():
        note_unknown(source, ("key", "other_prefixes", prefix), "claim or disagreement", [str(cited)], citable)


def check_claims(source: Source) -> None:
    """Note claims that no rule asks, or that a rule asks though they are untestable, and names that do not exist."""
    data = mapping(source.data)
    claims, documents = names_of(source, "claims"), names_of(source, "documents")
    asked = {str(cited) for path, cited in _citations(data.get("rules"), ("rules",))}
    untestable = names_of(source, "untestable")
    for name, claim in mapping(data.get("claims")).items():
        document = mapping(claim).get("document")
        if isinstance(document, str):
            note_unknown(source, ("claims", name, "document"), "document", [document], documents)
        if name not in asked | untestable:
            todo = "cite it in a rule's because, or give a reason under untestable"
            source.mistake(("claims", name), f"claim {name} has no rule; {todo}")
    for name in sorted(untestable):
        note_unknown(source, ("untestable", name), "claim", [name], claims)
        if name in asked:
            message = f"{name} has a rule, so it is testable; remove one of the two"
            source.mistake(("untestable", name), message)
    for name, disagreement in mapping(data.get("disagreements")).items():
        if name in claims:
            message = f"{name!r} is a claim's id as well; choose another id"
            source.mistake(("disagreements", name), message)
        for cited in mapping(mapping(disagreement).get("readings")):
            note_unknown(source, ("disagreements", name, "readings", cited), "claim", [cited], claims)
