"""The key section of a spec file, read alone and cheaply as the commands need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from runs import FORMAT, run_command
from tiny import written

from conformance.spec.files import default_spec
from conformance.spec.key_section import key_section
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


def section_of(directory: Path, text: str) -> Any:
    (directory / "spec.yaml").write_text(text, encoding="utf-8")
    return key_section(directory / "spec.yaml")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("prefix: p_", "p_"),
        ("prefix: p_  # a comment", "p_"),
        ("prefix: 'p 1'", "p 1"),
        ('prefix: "#: {p}"', "#: {p}"),
        ("id: {alphabet: hex, length: 8}", {"alphabet": "hex", "length": 8}),
        ("id: { alphabet: 'a, b: c', length: 0 }", {"alphabet": "a, b: c", "length": 0}),
        ("because: [S1, 's 2', 3]", ["S1", "s 2", 3]),
    ],
)
def test_usual_lines_of_a_key_section_are_read_as_yaml_reads_them(line: str, value: Any, tmp_path: Path) -> None:
    import yaml

    text = f"spec: x\nkey:\n\n  # comment\n  {line}\n# more\n\n  example: e\ntitle: y\n"
    name = line.partition(":")[0]
    assert section_of(tmp_path, text) == {name: value, "example": "e"} == yaml.safe_load(text)["key"]


@pytest.mark.parametrize(
    "line",
    [
        "prefix: p: q",
        "prefix: yes",
        "prefix: Null",
        "prefix: ~",
        "prefix: 0x1f",
        "prefix: 012",
        "prefix: 1.5",
        "prefix: -1",
        "prefix: !!str 5",
        "prefix: &a b",
        "prefix: *a",
        'prefix: "a\\n"',
        "prefix: 'it''s'",
        "prefix: |",
        "prefix:",
        "prefix: p#",
        "prefix: a b",
        "prefix: p-\n  prefix: q-",
        "prefix: p-\n   more",
        "id: {a: b, a: c}",
        "id: {a: {b: c}}",
        "id: {a: b,}",
        "id: [a, [b]]",
        "id:\n    alphabet: hex",
        "\tprefix: p",
        "- prefix",
    ],
)
def test_unusual_lines_of_a_key_section_are_left_to_the_loader(line: str, tmp_path: Path) -> None:
    assert section_of(tmp_path, f"key:\n  {line}\n") is None


def test_an_unusually_written_spec_gives_the_same_keys(tmp_path: Path) -> None:
    text = default_spec().read_text(encoding="utf-8")
    file = tmp_path / "spec.yaml"
    file.write_text(text.replace('  separator: "."\n', '  separator: "\\x2e"\n'))
    assert key_section(file) is None
    ran = run_command(tmp_path, "key", "check", "--spec", str(file), stdin=FORMAT.mint().reveal())
    assert (ran.status, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    "line", ["length: 12}", "length: abc}", "length: 99999999999}", "alphabet: base62, length: 0}", "more: x}"]
)
def test_a_key_section_with_a_mistake_is_told_by_the_loader(line: str, tmp_path: Path) -> None:
    text = default_spec().read_text(encoding="utf-8")
    file = tmp_path / "spec.yaml"
    file.write_text(text.replace("  id: {alphabet: base62, length: 12}\n", f"  id: {{{line}\n"))
    ran = run_command(tmp_path, "key", "mint", "--spec", "spec.yaml")
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("hopx-auth: spec.yaml:")
