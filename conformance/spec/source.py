"""YAML text read strictly, remembering where everything stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from conformance.spec.mistakes import DataPath, FileError, Mistake

if TYPE_CHECKING:
    from pathlib import Path

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 64  # levels; no file needs more, and the libraries below run out of stack or of time
_PLAIN_TAGS = {
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
}


@dataclass(slots=True)
class Source:
    """The data of a file and the place of each of its values and keys."""

    file: str
    data: Any = None
    places: dict[DataPath, tuple[int, int]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, path: DataPath, message: str) -> None:
        """Note a mistake at `path`, or at the nearest place around it that the file has."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        self.mistakes.append(Mistake(self.file, line, column, message))

    def mistake_at(self, mark: Any, message: str) -> None:
        """Note a mistake at a mark of the YAML library, which counts from 0."""
        self.mistakes.append(Mistake(self.file, mark.line + 1, mark.column + 1, message))


def read(file: Path) -> Source:
    """Read a YAML file.

    Raises:
        FileError: The file cannot be read, is not UTF-8, is not YAML, or is more than one plain tree.

    """
    source = Source(str(file))
    text = _text(file, source)
    try:
        _check_tree(text, source)
        node = yaml.compose(text, Loader=Loader) if not source.mistakes else None
    except yaml.YAMLError as error:
        raise FileError([_not_yaml(error, text, source.file)]) from None
    if source.mistakes:
        raise FileError(source.mistakes)
    if node is not None:
        source.data = _value(node, (), source)
    return source


def _text(file: Path, source: Source) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(errors="replace")
        problem, reason = _mistake_after(before, source.file), "it is not UTF-8 text; save it as UTF-8"
    except OSError as error:
        problem, reason = _mistake_after("", source.file), f"{error.strerror}; give the path of a YAML file"
    raise FileError([problem._replace(message=f"cannot be read: {reason}")])


def _check_tree(text: str, source: Source) -> None:
    """Note what would make no single tree of the file, or one too deep to walk, before anything walks it."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if isinstance(event, yaml.AliasEvent):
            message = f"*{event.anchor} stands for other lines; write those here instead"
            source.mistake_at(event.start_mark, message)
        if isinstance(event, yaml.DocumentStartEvent) and documents == 2:
            source.mistake_at(event.start_mark, "a second document begins here; keep one in the file")
        if depth > _DEEPEST:
            source.mistake_at(event.start_mark, f"this is nested more than {_DEEPEST} deep; flatten it")
            return


def _not_yaml(error: yaml.YAMLError, text: str, file: str) -> Mistake:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        place = Mistake(file, error.problem_mark.line + 1, error.problem_mark.column + 1, "")
        problem = ": ".join(filter(None, (error.context, error.problem)))
    else:
        # the reader refuses a character, and knows its place in bytes only
        place = _mistake_after(text.encode()[: getattr(error, "position", 0)].decode(errors="ignore"), file)
        problem = str(error).splitlines()[0]
    return place._replace(message=f"this is not YAML: {problem}; correct the line")


def _mistake_after(before: str, file: str) -> Mistake:
    return Mistake(file, before.count("\n") + 1, len(before) - before.rfind("\n"), "")


def _value(node: Any, path: DataPath, source: Source) -> Any:
    source.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, source)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, index), source) for index, child in enumerate(node.value)]
    return _scalar(node, path, source)


def _mapping(node: Any, path: DataPath, source: Source) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            source.mistake_at(key_node.start_mark, "a key is a list or a mapping; write text")
            continue
        key = key_node.value
        place = (*path, key)
        if key in result:
            line = source.places[place][0]
            message = f"{key!r} stands here a second time, first in line {line}; keep one of the two"
            source.mistake_at(key_node.start_mark, message)
            continue
        source.places[place] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        result[key] = _value(value_node, place, source)
    return result


def _scalar(node: Any, path: DataPath, source: Source) -> Any:
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
