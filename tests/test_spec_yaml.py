"""Files as they are read: what is no YAML of ours, what its scalars are, and where each value stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tiny import TINY, mistakes_of, written

from conformance.spec.loader import load
from conformance.spec.mistakes import FileError
from conformance.spec.source import read

if TYPE_CHECKING:
    from pathlib import Path


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"gone\.yaml:1:1: cannot be read: No such file .*; give the path of a YAML"):
        load(tmp_path / "gone.yaml")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r":1:1: cannot be read: Is a directory; give the path of a YAML file"):
        load(tmp_path)


UNREADABLE: dict[str, tuple[str | bytes, list[str]]] = {
    "not-utf-8": (b"a: 1\nb: caf\xe9\n", ["2:7: cannot be read: it is not UTF-8 text; save it as UTF-8"]),
    "utf-16": ("a: 1\n".encode("utf-16"), ["1:1: cannot be read: it is not UTF-8 text; save it as UTF-8"]),
    "empty": ("", ["1:1: the file is empty; write a mapping"]),
    "comments-only": ("# nothing\n", ["1:1: the file is empty; write a mapping"]),
    "list": ("- a\n- b\n", ["1:1: the file is a list; write a mapping"]),
    "text": ("hello\n", ["1:1: the file is text; write a mapping"]),
    "tab": (
        "a:\n\t- b\n",
        [
            "2:1: this is not YAML: while scanning for the next token: "
            "found character that cannot start any token; correct the line"
        ],
    ),
    "open-bracket": (
        "a: [1, 2\nb: }\n",
        ["2:2: this is not YAML: while parsing a flow sequence: did not find expected ',' or ']'; correct the line"],
    ),
    "control-character": (
        "a: 1\nété: \0\n",
        ["2:6: this is not YAML: unacceptable character #x0000: control characters are not allowed; correct the line"],
    ),
    "two-documents": (
        "a: 1\n---\nb: 2\n---\nc: 3\n",
        ["2:1: a second document begins here; keep one in the file"],
    ),
    "aliases": (
        "a: &a {b: 1}\nc: *a\nd:\n  <<: *a\n",
        [
            "2:4: *a stands for other lines; write those here instead",
            "4:7: *a stands for other lines; write those here instead",
        ],
    ),
    "alias-of-itself": ("a: &a [*a]\n", ["1:8: *a stands for other lines; write those here instead"]),
    "alias-of-nothing": ("a: *a\n", ["1:4: *a stands for other lines; write those here instead"]),
    "duplicate-anchor": (
        "a: &a 1\nb: &a 2\n",
        ["2:4: this is not YAML: found duplicate anchor; first occurrence: second occurrence; correct the line"],
    ),
    "deep-lists": ("[" * 100_000, ["1:65: this is nested more than 64 deep; flatten it"]),
    "deep-mappings": ("{a: " * 100_000, ["1:257: this is nested more than 64 deep; flatten it"]),
    "deep-blocks": ("- " * 100_000 + "a", ["1:129: this is nested more than 64 deep; flatten it"]),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said_without_a_traceback(name: str, tmp_path: Path) -> None:
    text, expected = UNREADABLE[name]
    assert mistakes_of(tmp_path, text) == expected


def test_a_billion_laughs_are_refused_alias_by_alias(tmp_path: Path) -> None:
    lines = ["a0: &a0 [lol, lol]"]
    lines += [f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]" for level in range(1, 60)]
    said = mistakes_of(tmp_path, "\n".join(lines))
    assert len(said) == 2 * 59
    assert said[0] == "2:10: *a0 stands for other lines; write those here instead"


def test_merge_keys_are_not_merged(tmp_path: Path) -> None:
    text = TINY.replace("title: Tiny", "<<: {title: Tiny}")
    said = mistakes_of(tmp_path, text)
    assert any("unknown key '<<'" in mistake for mistake in said)
    assert any("the file lacks the key 'title'" in mistake for mistake in said)


def test_an_anchor_alone_a_byte_order_mark_and_a_document_start_do_no_harm(tmp_path: Path) -> None:
    text = "\ufeff---\n" + TINY.replace("title: Tiny", "title: &t Tiny")
    assert load(written(tmp_path, text)).title == "Tiny"


def test_scalars_are_what_they_look_like(tmp_path: Path) -> None:
    text = "{a: 1, b: 1.5, c: true, d: False, e: no, f: ~, g: 2024-01-01, h: '1', i: !!python/none x, 7: 8, j: -2}"
    assert read(written(tmp_path, text)).data == {
        "a": 1,
        "b": 1.5,
        "c": True,
        "d": False,
        "e": "no",
        "f": None,
        "g": "2024-01-01",
        "h": "1",
        "i": "x",
        "7": 8,
        "j": -2,
    }


def test_places_are_those_of_keys_and_entries(tmp_path: Path) -> None:
    source = read(written(tmp_path, "a:\n  - b\n  - {c: d}\n"))
    assert source.places == {
        (): (1, 1),
        ("a",): (1, 1),
        ("a", 0): (2, 5),
        ("a", 1): (3, 5),
        ("a", 1, "c"): (3, 6),
    }
