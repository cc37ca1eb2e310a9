"""The key section of a spec file, read alone and cheaply as the commands need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from tiny import written

from conformance.spec.excerpt import key_section
from conformance.spec.files import default_spec
from conformance.spec.loader import load

if TYPE_CHECKING:
    from pathlib import Path


def test_the_key_section_is_the_same_read_alone() -> None:
    section = key_section(default_spec())
    assert section is not None
    assert msgspec.convert(section, type(load(default_spec()).key)) == load(default_spec()).key


@pytest.mark.parametrize(
    "text", ["", "key: {prefix: x}\n", "key:\nspec: x\n", "key:\n  - x\n", "key:\n  [\n", b"\xff", "a: 1\n"]
)
def test_without_a_plain_key_section_there_is_none(text: str | bytes, tmp_path: Path) -> None:
    assert key_section(written(tmp_path, text)) is None
    assert key_section(tmp_path / "gone.yaml") is None


@pytest.mark.parametrize("depth", [50, 900, 100_000])
def test_a_key_section_that_is_nested_too_deep_is_left_to_the_loader(depth: int, tmp_path: Path) -> None:
    assert key_section(written(tmp_path, f"key:\n  {'[' * depth}{']' * depth}\n")) is None


def test_a_key_section_may_end_the_file(tmp_path: Path) -> None:
    assert key_section(written(tmp_path, "spec: x\nkey:\n  prefix: p_\n\n# end\n")) == {"prefix": "p_"}
