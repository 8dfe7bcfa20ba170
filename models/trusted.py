"""Whether the content of an artefact hangs together, before anything is made of it. Refuses; mends nothing.

Checksums say that nobody changed a file after it was saved. They do not say that who wrote it meant well: LightGBM
reads its text without looking where an index leads, so what is in there is counted here first.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from models.additive import LEVELS, LINE, STEPS
from models.errors import ArtefactError

TREE = re.compile(r"^Tree=(\d+)$", re.MULTILINE)
PER_SPLIT = ("split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child", "internal_value",
             "internal_weight", "internal_count")  # fmt: skip
PER_LEAF = ("leaf_value", "leaf_weight", "leaf_count")
CATEGORICAL = 1
"""The bit of a decision type that says: by category."""


def plain_json(text: bytes) -> Any:
    """The content of a JSON file. Raises ValueError for what is none, holds no-numbers, or is nested without end."""

    def refused(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no number")

    try:
        return json.loads(text, parse_constant=refused)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def check_description(description: Mapping[str, Any], trees: str) -> None:
    """Raise ArtefactError, with what does not fit, for a description or a text of trees that contradict themselves."""
    try:
        widths = [len(one["levels"]) if one["kind"] == "list" else 1 for one in description["features"]]
        kinds = [one for one, width in zip(description["features"], widths, strict=True) for _ in range(width)]
        check_estimator(description["estimator"], kinds, trees)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ArtefactError(f"it lacks what a model has ({type(error).__name__}: {error})") from error


def check_estimator(estimator: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], trees: str) -> None:
    """Every part of an estimator against the columns of the matrix; trees are there when a part has some."""
    parts = [one["estimator"] for one in estimator["parts"]] if estimator["kind"] == "blend" else [estimator]
    kinds = [one["kind"] for one in parts]
    if wrong := set(kinds) - {"additive", "trees"}:
        raise ArtefactError(f"it holds an estimator of the kind {sorted(wrong)[0]!r}")
    if kinds.count("trees") != (1 if trees else 0):
        raise ArtefactError("its text of trees does not belong to its estimator")
    for one in parts:
        if one["kind"] == "additive":
            check_curves(one["curves"], columns)
    if trees:
        check_trees(trees, len(columns))


def check_curves(curves: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]]) -> None:
    """One curve per column, each with as many heights as its kind and its levels ask for."""
    if len(curves) != len(columns):
        raise ArtefactError(f"it holds {len(curves)} curves for {len(columns)} columns")
    for curve, column in zip(curves, columns, strict=True):
        knots, heights = len(curve["knots"]), len(curve["heights"])
        if not all(isinstance(one, int | float) for one in (*curve["knots"], *curve["heights"], curve["missing"])):
            raise ArtefactError(f"the curve of {column['name']} holds what is no number")
        expected = {LINE: knots, STEPS: knots + 1, LEVELS: len(column["levels"]) + 1}.get(curve["kind"])
        if expected is None or heights != expected or not heights:
            raise ArtefactError(f"the curve of {column['name']} has {heights} heights; expected {expected}")


def check_trees(text: str, columns: int) -> None:
    """LightGBM's text: as many trees as its head counts, where it says, and no index beyond what is there."""
    head, _, _ = text.partition("\n\n")
    facts = values_of(head)
    sizes = numbers(facts["tree_sizes"])
    found = [int(number) for number in TREE.findall(text)]
    if found != list(range(len(sizes))):
        raise ArtefactError(f"its head counts {len(sizes)} trees; the text holds {len(found)}")
    if (facts["num_class"], facts["num_tree_per_iteration"]) != ("1", "1"):
        raise ArtefactError("its trees are not those of one outcome")
    if int(facts["max_feature_idx"]) != columns - 1:
        raise ArtefactError(f"its trees read {int(facts['max_feature_idx']) + 1} columns; the model has {columns}")
    content, start = text.encode(), len(head.encode()) + 2
    for number, size in enumerate(sizes):
        check_tree(content[start : start + size].decode(), number, columns)
        start += size
    if not content[start:].lstrip().startswith(b"end of trees"):
        raise ArtefactError("its trees end elsewhere than its head says")


def check_tree(text: str, number: int, columns: int) -> None:
    """One tree: as many entries as it has leaves, and every index leads to what is there."""
    facts = values_of(text)
    leaves = int(facts["num_leaves"])
    if facts.get("Tree") != str(number) or leaves < 1 or len(facts["leaf_value"].split()) != leaves:
        raise ArtefactError(f"tree {number} has other leaves than it counts")
    if leaves == 1:
        return
    if any(len(facts[name].split()) != leaves for name in PER_LEAF):
        raise ArtefactError(f"tree {number} has other leaves than it counts")
    if facts.get("is_linear", "0") != "0":
        raise ArtefactError(f"tree {number} is of a kind that is not ours")
    splits = {name: facts[name].split() for name in PER_SPLIT}
    if any(len(values) != leaves - 1 for values in splits.values()):
        raise ArtefactError(f"tree {number} has other splits than it has leaves for")
    features, children = (
        numbers(facts["split_feature"]),
        [numbers(facts[f"{side}_child"]) for side in ("left", "right")],
    )
    reached = sorted(child for side in children for child in side)
    if reached != [*range(-leaves, 0), *range(1, leaves - 1)]:  # each node and each leaf below exactly one split
        raise ArtefactError(f"tree {number} has branches that lead nowhere")
    if any(child >= 0 and child <= place for side in children for place, child in enumerate(side)):
        raise ArtefactError(f"tree {number} has branches that lead back")
    if min(features) < 0 or max(features) >= columns:
        raise ArtefactError(f"tree {number} reads a column that is not there")
    check_categories(facts, splits, number)


def check_categories(facts: Mapping[str, str], splits: Mapping[str, Sequence[str]], number: int) -> None:
    """The sets of levels that splits by category name."""
    sets = int(facts.get("num_cat", "0"))
    chosen = [
        int(float(threshold))
        for threshold, kind in zip(splits["threshold"], splits["decision_type"], strict=True)
        if int(kind) & CATEGORICAL
    ]
    if not sets and not chosen:
        return
    borders = numbers(facts["cat_boundaries"])
    words = len(facts["cat_threshold"].split())
    is_sound = len(borders) == sets + 1 and borders[0] == 0 and borders == sorted(borders) and borders[-1] == words
    if not is_sound or any(one < 0 or one >= sets for one in chosen):
        raise ArtefactError(f"tree {number} names levels that are not there")


def values_of(text: str) -> dict[str, str]:
    """The lines `name=value` of a part."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def numbers(text: str) -> list[int]:
    return [int(one) for one in text.split()]
