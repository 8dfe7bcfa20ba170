"""By what models are judged, from the playbook: `judgement.yaml`, and the tiers and sizes of `targets.yaml`."""

import duckdb

from models.standards import Segment, Standards
from pipelines.errors import GrowthError
from pipelines.protected import is_protected

BY_SIZE = "size_segments"


def standards_of(connection: duckdb.DuckDBPyConnection, model: str) -> Standards:
    """The standards of one model. Raises GrowthError for a tier that is not there and for a protected segment."""
    [settings] = connection.execute(
        "select flagged_to_tier, least_caught, least_top_over_bottom, gap_hours, effort_cost, conversion_value"
        " from config.judgement"
    ).fetchall()
    flagged_to_tier, least_caught, least_top_over_bottom, gap_hours, effort_cost, conversion_value = settings
    tiers = connection.execute("select tier, up_to_share from config.tiers order by up_to_share").fetchall()
    shares = dict(tiers)
    if flagged_to_tier not in shares:
        raise GrowthError(
            f"judgement.yaml: flagged_to_tier is {flagged_to_tier!r}; expected one of "
            f"{', '.join(shares)}, the tiers of targets.yaml."
        )
    ends = [share for _, share in tiers]
    return Standards(
        segments=segments_of(connection, model),
        top_share=ends[0],
        flagged_share=shares[flagged_to_tier],
        bottom_from=ends[-2] if len(ends) > 1 else 0.0,
        least_caught=least_caught,
        least_top_over_bottom=least_top_over_bottom,
        gap_hours=gap_hours,
        effort_cost=effort_cost,
        conversion_value=conversion_value,
    )


def segments_of(connection: duckdb.DuckDBPyConnection, model: str) -> tuple[Segment, ...]:
    """The segments that the playbook names for a model."""
    rows = connection.execute(
        "select segment, feature, cut_by from config.segment_features where model = ? order by segment", [model]
    ).fetchall()
    sizes = connection.execute("select min_employees, segment from config.size_segments order by all").fetchall()
    found = []
    for segment, feature, cut_by in rows:
        if is_protected(feature):
            raise GrowthError(
                f"judgement.yaml: the segment {segment!r} of {model} is cut by {feature}, which tells who somebody is; "
                "a protected column is never a segment: take it out."
            )
        found.append(Segment(segment, feature, tuple(sizes) if cut_by == BY_SIZE else ()))
    return tuple(found)
