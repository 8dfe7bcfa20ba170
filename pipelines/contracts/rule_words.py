"""What a rule about rows expects of a cell, in words; `type` is told by `pipelines.intake.rules.cells`."""

from pipelines.contracts.contract import RowRule


def expected(rule: RowRule) -> str:
    """`one of A, B`, `a value from 1 below 5`; a rule about several columns says what its description says."""
    told = {
        "required": "a value",
        "missing": "a value, not " + " or ".join("nothing" if v is None else repr(v) for v in rule.allowed),
        "allowed": "one of " + ", ".join(str(value) for value in rule.allowed),
        "pattern": f"the form {rule.pattern}",
        "range": f"a value {bounds(rule)}",
        "length": f"a length {bounds(rule)}",
        "items": f"a list {bounds(rule)} items long{', none twice' if rule.distinct else ''}",
        "multiple": f"a multiple of {rule.step}",
    }
    return told.get(rule.kind, rule.description)


def bounds(rule: RowRule) -> str:
    """`from 1 below 5`."""
    words = (("from", rule.minimum), ("above", rule.above), ("to", rule.maximum), ("below", rule.below))
    return " ".join(f"{word} {bound}" for word, bound in words if bound is not None)
