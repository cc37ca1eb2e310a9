"""The key format alone, read without a YAML library, for commands that have to start at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

# the little YAML that a key section is usually written in; anything else is left to the loader
_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*"
_SCALAR = rf"""(?:{_NAME}|0|[1-9][0-9]{{0,8}}|"[^"\\]+"|'[^']+')"""
_PAIR = rf"{_NAME}: +{_SCALAR}"
_FLOW = rf"\{{ *{_PAIR}(?:, +{_PAIR})* *\}}|\[ *{_SCALAR}(?:, +{_SCALAR})* *\]"
_LINE = re.compile(rf"  ({_NAME}): +({_SCALAR}|{_FLOW}) *(?: #.*)?\n?")
_NO_TEXT = ("true", "false", "yes", "no", "on", "off", "null")


def key_section(file: Path) -> dict[str, Any] | None:
    """The `key` section of a spec file; `None` when it is not written as plainly as usual.

    Nothing is checked: a file that other commands refuse may still have a key section.
    """
    section: dict[str, Any] = {}
    try:
        with file.open(encoding="utf-8") as lines:
            if "key:\n" not in lines:  # which reads on until that line
                return None
            for line in lines:
                if line.lstrip()[:1] in ("", "#"):
                    continue
                if not line.startswith(" "):
                    break
                _add_line(section, line)
    except (OSError, ValueError):
        return None
    return section or None


def _add_line(section: dict[str, Any], line: str) -> None:
    match = _LINE.fullmatch(line)
    if match is None or match[1] in section:
        raise ValueError("this is no line that is read here")
    name, value = match.groups()
    if value[0] == "{":
        pairs = re.findall(rf"({_NAME}): +({_SCALAR})", value)
        section[name] = {key: _scalar(text) for key, text in pairs}
        if len(section[name]) < len(pairs):
            raise ValueError("a key stands here twice")
    else:
        section[name] = [_scalar(text) for text in re.findall(_SCALAR, value)] if value[0] == "[" else _scalar(value)


def _scalar(text: str) -> str | int:
    if text[0] in "\"'":
        return text[1:-1]
    if text.lower() in _NO_TEXT:
        raise ValueError("this stands for something else than text")
    return int(text) if text[0].isdigit() else text
