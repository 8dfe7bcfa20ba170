"""Column lineage read from the text: a query in, (column, parent table, parent column) rows out."""

import pytest

from pipelines.tables.lineage import column_lineage
from tests.tables.conftest import WriteTable

PARENTS = {"raw.account": ["Id", "Name", "OwnerId"], "raw.user": ["Id", "Email"], "core.steps": ["id", "step", "tags"]}

CASES = [
    ("select Id as id, lower(Name) as n from raw.account", {"id": ["raw.account.Id"], "n": ["raw.account.Name"]}),
    # a column that many tables could have: the schemas of the parents tell
    (
        "select a.Id as id, Email as mail from raw.account as a join raw.user as u on u.Id = a.OwnerId",
        {"id": ["raw.account.Id"], "mail": ["raw.user.Email"]},
    ),
    # through common table expressions, an alias of the same select, and a union
    (
        "with a as (select Id as id, Name || '!' as shout, shout || '?' as both_marks from raw.account), "
        "b as (select id, both_marks as x from a union all select Id, Email from raw.user) select id, x from b",
        {"id": ["raw.account.Id", "raw.user.Id"], "x": ["raw.account.Name", "raw.user.Email"]},
    ),
    # in the branches of a union only the place counts, whatever name a constant beside it bears
    (
        "with a as (select 'x' as fact, Name as value from raw.account union all select 'Email', Email from raw.user "
        "union all select 'step', step from core.steps) select value as v from a",
        {"v": ["core.steps.step", "raw.account.Name", "raw.user.Email"]},
    ),
    ("select * exclude (OwnerId) from raw.account", {"id": ["raw.account.Id"], "name": ["raw.account.Name"]}),
    # rows are counted, no column is
    ("select OwnerId as id, count(*) as n from raw.account group by all",
     {"id": ["raw.account.OwnerId"], "n": ["raw.account.*"]}),
    ("with a as (select Id from raw.account) select 1 as id, count(*) as n from a", {"n": ["raw.account.*"]}),
    # windows, named or not, and what merely chooses rows
    (
        "select id, row_number() over w as r, lag(step) over (partition by id order by tags) as b from core.steps "
        "semi join raw.user on raw.user.Id = core.steps.id window w as (order by tags)",
        {"id": ["core.steps.id"], "r": ["core.steps.tags"],
         "b": ["core.steps.id", "core.steps.step", "core.steps.tags"]},
    ),
    # lists: unnested in the select, and in a join
    ("select id, unnest(tags) as tag from core.steps", {"id": ["core.steps.id"], "tag": ["core.steps.tags"]}),
    ("select id, u.tag from core.steps cross join unnest(tags) as u(tag)",
     {"id": ["core.steps.id"], "tag": ["core.steps.tags"]}),
    ("select id, list_transform(tags, lambda t: lower(t)) as l from core.steps",
     {"id": ["core.steps.id"], "l": ["core.steps.tags"]}),
    # a struct, a scalar subquery, a recursive query
    ("select id, max(struct_pack(at := tags, s := step)).s as s from core.steps group by all",
     {"id": ["core.steps.id"], "s": ["core.steps.step", "core.steps.tags"]}),
    ("select id, (select max(Email) from raw.user) as m from core.steps",
     {"id": ["core.steps.id"], "m": ["raw.user.Email"]}),
    (
        "with recursive up as (select id, step from core.steps union all "
        "select up.id, s.step from up join core.steps as s on s.id = up.step) select id, step from up",
        {"id": ["core.steps.id"], "step": ["core.steps.step"]},
    ),
    ("select 1 as id, 'a' as x", {}),
]  # fmt: skip


@pytest.mark.capability("X2")
@pytest.mark.parametrize(("select", "expected"), CASES)
def test_each_column_knows_what_it_was_made_from(
    write_table: WriteTable, select: str, expected: dict[str, list[str]]
) -> None:
    found: dict[str, list[str]] = {}
    for column, table, parent in column_lineage(write_table("marts.made", select), PARENTS):
        found.setdefault(column, []).append(f"{table}.{parent or '*'}")
    assert found == expected
