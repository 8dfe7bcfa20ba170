"""From assertions about a column to stretches of time in which it held one value, as SQL.

What belongs here: the order of assertions, and what they make of each other. Where assertions come from is not known.
"""

from collections.abc import Sequence

from pipelines.intake.history.told_changes import BEFORE, SEEN
from pipelines.warehouse import quoted_text

STRETCHES = """
with ordered as (
    select *, {compared} as compared,
        row_number() over (partition by record_id, column_name order by moment, rank, place) as number,
    from {assertions}
    where moment is not null
),
-- What a value was before a change counts only where nothing earlier is known.
placed as (
    select * from ordered where rank <> {before} or number = 1
),
changes as (
    select * from placed qualify number = 1 or {differs}
),
-- Of several values at one moment the last one holds.
holding as (
    select * from changes
    qualify rank = {before}
        or coalesce(lead(moment) over (partition by record_id, column_name order by number) > moment, true)
),
settled as (
    select * from holding
    qualify row_number() over (partition by record_id, column_name order by number) = 1 or {differs}
),
created as ({created}),
bounded as (
    select settled.*, created.created_at,
        row_number() over w as nth,
        lead(settled.moment) over w as until_at,
        count(*) over (partition by settled.record_id, settled.column_name) as stretches,
    from settled
    left join created on settled.record_id = created.record_id
    window w as (partition by settled.record_id, settled.column_name order by settled.number)
),
opened as (
    select *,
        case
            when nth = 1 and (rank in ({before}, {seen}) or moment <= created_at + interval 1 minute) then null
            else moment
        end as from_at,
    from bounded
)
select record_id, column_name, nth as stretch_number, value, is_known, from_at, until_at, moment as observed_at,
    case when rank = {seen} then 'extracts' else 'history' end as known_by,
from opened
where stretches > 1 or not is_known or from_at is not null
order by record_id, column_name, stretch_number
"""
DIFFERS = "(compared is distinct from lag(compared) over {w} or is_known <> lag(is_known) over {w})"
WINDOW = "(partition by record_id, column_name order by number)"


def stretches(assertions: str, extras: Sequence[str], created: str) -> str:
    """SELECT of the stretches that the table `assertions` makes, those left out that its record tells as well: of one
    value from the creation on. `created` selects `record_id, created_at`.

    Before a record's first version, and before a logged change, it was what it was for as long as nothing was logged:
    `from_at` is null. Before the first state that a table of states holds nobody knows what it was, unless that is the
    state it was made in. Columns `extras` hold text that nobody typed: in them 5 and 5.0 are one number.
    """
    names = ", ".join(quoted_text(name) for name in extras)
    number = "coalesce(try_cast(value as double)::varchar, value)"
    return STRETCHES.format(
        compared=f"case when column_name in ({names}) then {number} else value end" if extras else "value",
        differs=DIFFERS.format(w=WINDOW),
        assertions=assertions,
        created=created,
        before=BEFORE,
        seen=SEEN,
    )
