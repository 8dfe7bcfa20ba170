"""The schema of a world file and its reading.

What belongs here: the names and types of all rates and effects, a module per topic, and the sentence that says where a
world file is wrong. What does not: any number of a world itself.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from pipelines.demo.world.customers import Billing, Customers, DealRecords, News, Service, Texts
from pipelines.demo.world.exports import CustomColumn, Exports
from pipelines.demo.world.market import Firms, History, Overlay, People
from pipelines.demo.world.part import Name, Part
from pipelines.demo.world.reach import Activities, Marketing, Web
from pipelines.demo.world.references import Place, wrong_references
from pipelines.demo.world.selling import Deals, Experiment, Leads, Sales
from pipelines.errors import GrowthError

SHIPPED = Path(__file__).parent.parent / "worlds"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where YAML was built with its C library


class World(Part):
    """All rates and effects of one simulated company."""

    name: Name
    accounts: Annotated[int, Field(ge=20, le=100_000_000)]
    history: History
    firms: Firms
    overlay: Overlay
    people: People
    leads: Leads
    experiments: list[Experiment]
    deals: Deals
    sales: Sales
    activities: Activities
    marketing: Marketing
    web: Web
    customers: Customers
    deal_records: DealRecords
    service: Service
    billing: Billing
    news: News
    texts: Texts
    custom_columns: list[CustomColumn]
    exports: Exports


def read_world(named: str | Path) -> World:
    """A shipped world by its name, or the one in a YAML file.

    A file may say `extends: saas` (a shipped world) and give only what differs; a list or a set of categories that it
    gives replaces the whole one. GrowthError names the file, the line and the first key that is wrong.
    """
    file = SHIPPED / f"{named}.yaml" if str(named) in shipped_worlds() else Path(named)
    document = parsed(file)
    own = document.content
    content, base = own, own.pop("extends", None)
    if base is not None:
        if base not in shipped_worlds():
            raise GrowthError(
                f"{file}:{document.line(('extends',))}: the world extends {base!r}; "
                f"expected one of {', '.join(shipped_worlds())}."
            )
        content = overlaid(shipped(base), content, World)
    try:
        world = World.model_validate(content)
    except ValidationError as error:
        # A name that is mistyped is strange and missing at once; its own line is the one to mend.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        raise wrong_at(file, document, first["loc"], saying(first, extends=base is not None)) from error
    for place, what in wrong_references(world, own):
        raise wrong_at(file, document, place, what)
    return world


def wrong_at(file: Path, document: "Document", place: Place, what: str) -> GrowthError:
    key = ".".join(str(part) for part in place if part != "[key]")
    return GrowthError(f"{file}:{document.line(place)}: the world file is wrong at '{key}': {what}.")


def saying(error: ErrorDetails, *, extends: bool) -> str:
    """What is wrong, what was found and what was expected, in words."""
    if error["type"] == "extra_forbidden":
        return "no world has such a key; mend its name or leave it out"
    if error["type"] == "missing":
        return "the key is missing; give it" + ("" if extends else ", or begin the file with 'extends: saas'")
    if error["input"] is None:
        return "nothing stands there; give its value or the keys below it, or leave the key out to keep its base's"
    found = "" if isinstance(error["input"], dict | list) else f", found {error['input']!r}"
    return error["msg"].removeprefix("Value error, ") + found


def shipped(name: str) -> dict[str, Any]:
    """The whole content of a shipped world, which may extend another."""
    content = parsed(SHIPPED / f"{name}.yaml").content
    base = content.pop("extends", None)
    return content if base is None else overlaid(shipped(base), content, World)


def shipped_worlds() -> list[str]:
    return sorted(file.stem for file in SHIPPED.glob("*.yaml"))


@dataclass(frozen=True)
class Document:
    """A parsed YAML file that still knows its lines."""

    content: dict[str, Any]
    node: yaml.Node

    def line(self, place: tuple[int | str, ...]) -> int:
        """The line of the deepest key of `place` that stands in the file."""
        node, line = self.node, 1
        for part in place:
            if isinstance(node, yaml.MappingNode):
                found = [pair for pair in node.value if pair[0].value == str(part)]
                if not found:
                    break
                line, node = found[0][0].start_mark.line + 1, found[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line + 1
        return line


def parsed(file: Path) -> Document:
    try:
        text = file.read_text(encoding="utf-8")
        loader = LOADER(text)
        node = loader.get_single_node()
        twice = repeated_key(node)
        content = None if node is None or twice else loader.construct_document(node)
    except OSError as error:
        raise GrowthError(
            f"The world file {file} cannot be read ({error.strerror}); "
            f"expected a YAML file or one of {', '.join(shipped_worlds())}."
        ) from error
    except UnicodeDecodeError as error:
        raise GrowthError(f"The world file {file} is not UTF-8 text (byte {error.start}).") from error
    except yaml.MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        raise GrowthError(
            f"{file}:{line}: not YAML: {error.problem}; mend the line (indents are spaces, no tabs)."
        ) from error
    except yaml.YAMLError as error:
        raise GrowthError(f"{file}: not YAML: {error}; mend the file.") from error
    if twice:
        raise GrowthError(f"{file}:{twice[1]}: the key {twice[0]!r} stands there twice; leave out one of the two.")
    if not isinstance(content, dict) or node is None:
        found = "nothing" if content is None else f"{content!r:.80}"
        raise GrowthError(f"{file}:1: a world file holds keys such as 'name:' and 'history:'; found {found}.")
    return Document(content, node)


def repeated_key(node: yaml.Node | None) -> tuple[str, int] | None:
    """The first key that stands twice in one mapping, and its second line."""
    if isinstance(node, yaml.SequenceNode):
        return next((found for inner in node.value if (found := repeated_key(inner))), None)
    if not isinstance(node, yaml.MappingNode):
        return None
    seen = set[str]()
    for key, value in node.value:
        if key.value in seen:
            return str(key.value), key.start_mark.line + 1
        seen.add(str(key.value))
        if found := repeated_key(value):
            return found
    return None


def overlaid(base: dict[str, Any], more: dict[str, Any], part: type[Part]) -> dict[str, Any]:
    """`base` with the keys of `more` in place of its own, part by part; sets of categories are replaced whole."""
    result = base | more
    for key in base.keys() & more.keys():
        kind = part.model_fields[key].annotation if key in part.model_fields else None
        if isinstance(kind, type) and issubclass(kind, Part) and isinstance(more[key], dict):
            result[key] = overlaid(base[key], more[key], kind)
    return result
