"""What a world file says about names that stand elsewhere in it: a drift of an industry, a level of an experiment.

A name that a file itself gives must exist; one that comes with the world it extends counts for nothing where the file
has other categories. What does not belong here: what can be told of one part alone (its own module).
"""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.demo.world import World

Place = tuple[int | str, ...]
RESERVED = ("Last_Purchase_Date__c", "Main_Competitor__c", "Loss_Reason__c", "Disqualification_Reason__c")
"""Columns that every simulated export has anyway."""


def wrong_references(world: "World", own: dict[str, Any]) -> Iterator[tuple[Place, str]]:
    """Each name that the file (`own`: its content without the world it extends) gives and that nothing bears: its
    place, and what is wrong.
    """
    for place, names, known, what in references(world):
        for name in names:
            if name not in known and stands_in(own, place):
                yield (*place, name), f"{name!r} is no {what} of this world, which has {', '.join(map(repr, known))}"
    yield from repeated_columns(world)


def references(world: "World") -> Iterator[tuple[Place, Collection[str], Collection[str], str]]:
    """Where names stand, which, what they may be, and of what they are names."""
    industries, countries = list(world.firms.industries), list(world.firms.countries)
    levels: dict[str, list[str]] = {
        "industry": industries,
        "country": countries,
        "size": ["small", "large"],
        "seniority": list(world.people.seniorities),
        "function": list(world.people.functions),
        "source": list(world.leads.sources),
    }
    yield ("firms", "drift", "industries"), world.firms.drift.industries, industries, "industry"
    for number, made in enumerate(world.experiments):
        yield ("experiments", number, "effect_by"), made.effect_by, levels[made.by or "industry"], made.by or ""
    for code, currency in world.exports.currencies.others.items():
        yield ("exports", "currencies", "others", code, "countries"), currency.countries, countries, "country"
    for number, gap in enumerate(world.exports.missing):
        yield ("exports", "missing", number, "levels"), gap.levels, levels[gap.by or "size"], gap.by or "size"
    reasons = list(world.deal_records.loss_reasons)
    yield ("deal_records", "lost_to"), [world.deal_records.lost_to], [*reasons, ""], "loss reason"
    for kind, said in world.texts.classes.items():
        yield ("texts", "classes", kind, "reason"), [said.reason], [*reasons, ""], "loss reason"


def stands_in(own: dict[str, Any], place: Place) -> bool:
    """Whether the file itself says something at the place."""
    inner: Any = own
    for part in place:
        inner = dict(enumerate(inner)) if isinstance(inner, list) else inner
        if not isinstance(inner, dict) or part not in inner:
            return False
        inner = inner[part]
    return True


def repeated_columns(world: "World") -> Iterator[tuple[Place, str]]:
    """Custom and leaking columns of one object that have the same name, or that of another column."""
    seen = set[tuple[str, str]]()
    places: list[tuple[Place, str, str]] = [
        *((("custom_columns", number), row.object, row.name) for number, row in enumerate(world.custom_columns)),
        *((("exports", "leaks", number), row.object, row.name) for number, row in enumerate(world.exports.leaks)),
    ]
    for place, kind, name in places:
        if name in RESERVED or (kind, name) in seen:
            yield (*place, "name"), f"{kind} has a column {name} already: give this one another name"
        seen.add((kind, name))
