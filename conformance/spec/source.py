"""YAML text read strictly, remembering where everything stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from conformance.spec.mistakes import FileError, Mistake, Path

if TYPE_CHECKING:
    from pathlib import Path as FilePath

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_TAGS = {
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
}


@dataclass(slots=True)
class Source:
    """The data of a file and the place of each of its values and keys."""

    file: str
    data: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, path: Path, message: str) -> None:
        """Note a mistake at `path`, or at the nearest place around it that the file has."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        self.mistakes.append(Mistake(self.file, line, column, message))


def read(file: FilePath) -> Source:
    """Read a YAML file.

    Raises:
        FileError: The file cannot be read, is not UTF-8 or is not YAML.
    """
    name = str(file)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise FileError([Mistake(name, 1, 1, f"cannot be read: {reason}; give the path of a YAML file")]) from None
    source = Source(name)
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise FileError([Mistake(name, line, column, f"this is not YAML: {problem}; correct the line")]) from None
    if node is not None:
        source.data = _value(node, (), source)
    return source


def _value(node: Any, path: Path, source: Source) -> Any:
    source.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, source)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, index), source) for index, child in enumerate(node.value)]
    return _scalar(node, path, source)


def _mapping(node: Any, path: Path, source: Source) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
        place = (*path, key)
        if key in result:
            line = source.places[place][0]
            source.mistakes.append(
                Mistake(
                    source.file,
                    key_node.start_mark.line + 1,
                    key_node.start_mark.column + 1,
                    f"{key!r} stands here a second time, first in line {line}; keep one of the two",
                )
            )
            continue
        source.places[place] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        result[key] = _value(value_node, place, source)
    return result


def _scalar(node: Any, path: Path, source: Source) -> Any:
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:bool":
        if node.value.lower() in ("true", "false"):
            return node.value.lower() == "true"
        return node.value
    convert = _PLAIN_TAGS.get(node.tag)
    if convert is None:
        return node.value
    try:
        return convert(node.value)
    except ValueError:
        source.mistake(path, f"{node.value!r} is no plain number; put it in quotes if it is text")
        return node.value
