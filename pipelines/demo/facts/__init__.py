"""Facts of the field, measured on a company's export and on the truth beside it.

What belongs here: figures that are known of real companies from public sources, how they are measured, and the range
that is known. The tests hold the shipped worlds against them and notebooks/simulated_company.py shows them. What does
not belong here: anything the pipeline reads, pictures, and figures that a world file sets (they may be what they like).
"""

from pipelines.demo.facts import reach, selling
from pipelines.demo.facts.fact import Fact
from pipelines.demo.facts.reading import Written, read_written

__all__ = ["Fact", "Written", "facts_of", "read_written"]


def facts_of(written: Written) -> list[Fact]:
    """All facts that the export alone shows, in the order of the funnel."""
    return [
        reach.pages_fall_off(written),
        reach.machines_open(written),
        selling.never_contacted(written),
        selling.unworked(written),
        selling.lead_to_opportunity(written),
        selling.haste_pays(written),
        selling.win_rate(written),
        selling.stages_are_long_tailed(written),
        selling.renewed(written),
    ]
