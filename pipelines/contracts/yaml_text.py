"""Contract files as plain values, whatever somebody may have written into them.

Refused in one sentence: tags that would build an object, a key given twice (the last would win in silence), aliases
(a few lines of them unfold to gigabytes), nesting without end (the parser would overflow the stack), files far larger
than any contract.
"""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from pipelines.errors import GrowthError

LARGEST = 4 << 20
"""Bytes; the contract of a table with 5,000 columns has about one million."""
DEEPEST = 40


class StrictLoader(yaml.CSafeLoader):
    """Safe YAML that also refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be a word", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} is given twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def contract_text(path: Path) -> str:
    """The file's text; GrowthError for one that is too large, no text or cannot be read."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise GrowthError(f"{path}: {size >> 20} MB, expected a contract of at most {LARGEST >> 20} MB.")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise GrowthError(f"{path}: byte {error.start + 1} is not UTF-8; save the contract as UTF-8.") from error
    except OSError as error:
        raise GrowthError(f"{path}: cannot be read: {error.strerror}.") from error


def read_yaml(text: str, path: Path) -> dict[str, Any]:
    """The document as plain values; a tag that would build an object is refused by the safe loader."""
    try:
        refuse_bombs(text, path)
        document = yaml.load(text, Loader=StrictLoader)  # noqa: S506 - a subclass of the safe loader
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date like 2024-13-45
        raise GrowthError(f"{path}: not a contract that can be read: {' '.join(str(error).split())[:300]}") from error
    if not isinstance(document, dict):
        raise GrowthError(f"{path}: found {type(document).__name__}, expected a mapping with apiVersion, kind, schema.")
    return document


def refuse_bombs(text: str, path: Path) -> None:
    """Look at the words of the text before anything is built from them."""
    depth, line = 0, 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else line
        if isinstance(event, yaml.AliasEvent):
            raise GrowthError(f"{path}, line {line}: found the alias *{event.anchor}, expected it written out.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise GrowthError(f"{path}, line {line}: nested deeper than {DEEPEST} levels, which no contract is.")
