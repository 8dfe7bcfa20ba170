"""The SQL lint: a construct in, what it says out; what is on the allow-list passes in silence."""

from pathlib import Path

import pytest

from pipelines.home import PROJECT_ROOT
from pipelines.tables.lint import MACRO, lint, lint_file

MACROS = frozenset(MACRO.findall((PROJECT_ROOT / "sql" / "prelude.sql").read_text(encoding="utf-8")))
HEADER = "-- One row per account\n-- key: id\n"

ALLOWED = [
    "select id from core.accounts qualify row_number() over (partition by a order by b) = 1",
    "select a, count(*) as n from core.accounts group by all",
    "select count(*) filter (where is_won) as n from core.opportunities",
    "select lag(a) over w as b from core.accounts window w as (order by c)",
    "select last_value(a ignore nulls) over (order by c) as b from core.accounts",
    "select sum(n) over (order by t range between interval 3 day preceding and current row) as s from core.accounts",
    "select sum(n) over (order by t rows between unbounded preceding and current row) as s from core.accounts",
    "select id from core.accounts semi join core.users using (owner_id)",
    "select id from core.accounts anti join core.users using (owner_id)",
    "select distinct on (id) id, a from core.accounts order by id, a",
    "select a, b, count(*) as n from core.accounts group by rollup (a, b)",
    "with recursive up as (select 1 as n union all select n + 1 from up where n < 3) select n from up",
    "select seen_at - interval 90 day as from_at from core.accounts",
    "select cast('2024-01-01' as timestamp) + interval 2 hour as t",
    "select date_trunc('week', seen_at) as w from core.accounts",
    "select date_diff('day', created_on, cast(closed_at as date)) as d from core.accounts",
    "select date_diff('day', local_date(seen_at, zone), max(closed_on)) as d from core.accounts group by all",
    "select closed_on + 3 as d from core.accounts",
    "select a / nullif(b, 0) as r, a / 2 as h, a % 7 as m, a // 7 as w, a % nullif(b, 0) as o from core.accounts",
    "select try_cast(a as double) as x, try_cast(b as date) as d from core.accounts",
    "select cast(floor(a) as bigint) as f, cast(sum(n) as bigint) as n from core.accounts group by all",
    "select regexp_extract(a, 'x(.)', 1) as x, regexp_replace(a, 'x', 'y', 'g') as y from core.accounts",
    "select split_part(a, '@', 2) as d, lower(trim(a)) || '.' as l, left(a, 15) as k, substr(a, 2, 3) as s"
    " from core.accounts",
    "select median(a) as m, stddev_samp(a) as s from core.accounts",
    "select max(struct_pack(at := t, field := x)).field as newest from core.accounts",
    "select list_sort(list(struct_pack(at := t, field := x)) filter (where x is not null)) as l from core.accounts",
    "select list_transform(l, lambda x: x.field) as l from core.accounts",
    "select u.x from core.accounts cross join unnest(l) as u(x)",
    "select unnest(generate_series(date '2024-01-01', date '2024-02-01', interval 1 day)) as d",
    "select a.* exclude (b) from core.accounts as a join core.users as u on a.ip >> 20 = u.ip >> 20",
    "select sum(cast(half_life(age, 30) as decimal(18, 6))) as points from core.accounts",
    "select case when a is null then coalesce(b, 0) else greatest(b, least(c, 1)) end as x from core.accounts",
    "select exists (select 1 from core.users) as has_users, a in (1, 2) or b like 'x%' or c between 1 and 2 as y"
    " from core.accounts",
    "select extract(year from created_on) as y from core.accounts",
    'select Id, Name, IsDeleted from raw."case"',
    "select bool_or(a) as any_a, bool_and(a) as all_a from core.accounts",
    *(f"select {macro}(a, b) as x from core.accounts" for macro in sorted(MACROS)),
]

REFUSED = [
    ("date_diff('day', a_at, b_at)", "days_between"),
    ("date_diff('month', a_on, b_on)", "months_between_cal"),
    ("cast(a / 2 as bigint)", "round_int"),
    ("cast(median(a) as integer)", "round_int"),
    ("a::ubigint", "cast to boolean"),
    ("cast(a as hugeint)", "cast to boolean"),
    ("try_cast(a as bigint)", "try_cast to double, date or timestamp only"),
    ("epoch(a)", "epoch_s"),
    ("epoch_us(a)", "epoch_s"),
    ("extract(dow from a)", "iso_dow"),
    ("isodow(a)", "iso_dow"),
    ("year(a)", "extract(year"),
    ("list(x order by y)", "list_sort(list(struct_pack("),
    ("list(x)", "list_sort(list(x))"),
    ("string_agg(x, ',')", "array_to_string(list_sort"),
    ("arg_max(a, b)", "max(struct_pack("),
    ("max(a, 3)", "max(struct_pack("),
    ("any_value(a)", "min(x)"),
    ("first(a)", "min(x)"),
    ("avg(a)", "safe_div(sum(x), count(x))"),
    ("sum(half_life(a, 30))", "decimal(18, 6)"),
    ("sum(a / 2)", "decimal(18, 6)"),
    ("percentile_cont(0.5) within group (order by a)", "median"),
    ("quantile_cont(a, 0.5)", "median"),
    ("amount / 2", "safe_div"),
    ("cast(a as decimal(18, 2)) / nullif(b, 0)", "safe_div"),
    ("a / b", "nullif(b, 0)"),
    ("a / 0", "nullif(b, 0)"),
    ("a % b", "nullif(b, 0)"),
    ("log(a)", "ln(x)"),
    ("round(a, 2)", "round_int"),
    ("floor(a)", "cast(floor(x) as bigint)"),
    ("regexp_replace(a, 'x', 'y')", "'g'"),
    ("regexp_extract(a, 'x')", "1)"),
    ("regexp_matches(a, 'x')", "regexp_extract"),
    ("a ilike 'x'", "lower(x) like"),
    ("substring(a, 0, 2)", "start at 1"),
    ("left(a, -2)", "above 0"),
    ("hash(a)", "stable_hash64"),
    ("closed_on + interval 1 day", "x_on + n"),
    ("a - interval 1 month", "x_on + n"),
    ("seen_at + interval (n) day", "add_days"),
    ("map {'a': 1}", "struct_pack"),
    ("a ->> 'x'", "at the border"),
    ("time_bucket(interval 1 day, a)", "date_trunc"),
    ("l[1:2]", "row_number()"),
    ("l[1]", "row_number()"),
    ("[x for x in l]", "list_transform"),
    ("list_distinct(l)", "list(distinct x)"),
    ("if(a, 1, 2)", "case when"),
    ("row_number() over (partition by a)", "order by"),
    ("lag(a) over ()", "order by"),
    ("now()", "config.as_of"),
    ("current_date", "config.as_of"),
    ("current_timestamp", "config.as_of"),
    ("random()", "stable_hash64"),
    ("uuid()", "stable_hash64"),
    ("a + $1", "config table"),
    ("getenv('HOME')", "config table"),
    ("some_new_function(a)", "not on the allow-list"),
]

REFUSED_CLAUSES = [
    ("select a from core.accounts asof join core.users on a_at >= b_at", "row_number()"),
    ("select a from core.accounts natural join core.users", "join ... on"),
    ("select a from core.accounts, core.users", "cross join"),
    ("pivot core.accounts on a using sum(b)", "one plain select"),
    ("select * from (pivot core.accounts on a using sum(b))", "filter (where"),
    ("select * replace (1 as a) from core.accounts", "name the columns"),
    ("select 1 as a union by name select 2 as a", "union all"),
    ("select a from core.accounts limit 3", "qualify row_number()"),
    ("select distinct on (a) a, b from core.accounts", "order by"),
    ("select a from core.accounts using sample 10%", "stable_hash64"),
    ("select a from read_csv('x.csv')", "raw.<object>"),
    ("select a from 'x.csv'", "no CTE of this file"),
    ("select a from accounts", "no CTE of this file"),
    ("select a from warehouse.core.accounts", "write schema.table"),
    ("select a from nowhere.accounts", "there is no schema nowhere"),
    ("SELECT a FROM core.accounts", "lower case"),
    ("select COUNT(*) as n from core.accounts", "lower case"),
    ("select a from {{ ref('accounts') }}", "plain SQL"),
    ("create table core.x as select 1 as a", "one plain select"),
    ("select 1 as a;", "no semicolon"),
    ("-- engine: spark\nselect 1 as a", "on line 3"),
    ("select\n" + "1 as a,\n" * 120 + "2 as b", "at most 120"),
]


def complaints(folder: Path, text: str) -> list[str]:
    path = folder / "core" / "table.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return list(lint_file(path, MACROS))


@pytest.mark.parametrize("query", ALLOWED)
def test_allowed(tmp_path: Path, query: str) -> None:
    assert complaints(tmp_path, HEADER + query) == []


@pytest.mark.parametrize(("expression", "instead"), REFUSED)
def test_refused_with_its_line_and_what_to_write_instead(tmp_path: Path, expression: str, instead: str) -> None:
    [complaint] = complaints(tmp_path, f"{HEADER}select\n    id,\n    {expression} as x\nfrom core.accounts")
    assert "core/table.sql:5: `" in complaint
    assert instead in complaint


@pytest.mark.parametrize(("query", "instead"), REFUSED_CLAUSES)
def test_refused_clause(tmp_path: Path, query: str, instead: str) -> None:
    found = complaints(tmp_path, HEADER + query)
    assert found
    assert all("core/table.sql" in complaint for complaint in found)
    assert instead in found[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select 1 as a", ":1: expected `-- One row per ...`"),
        ("-- One row per account\nselect 1 as a", ":2: expected `-- key: column, column`"),
    ],
)
def test_a_header_line_is_missing(tmp_path: Path, text: str, expected: str) -> None:
    [complaint] = complaints(tmp_path, text)
    assert expected in complaint


def test_a_file_for_one_engine_is_free_of_portability_alone(tmp_path: Path) -> None:
    header = HEADER + "-- engine: duckdb, because nothing else has asof joins\n"
    assert complaints(tmp_path, header + "select hash(a) as x from core.a asof join core.b on b_at <= a_at") == []
    [complaint] = complaints(tmp_path, header + "select hash(now()) as x from core.accounts")
    assert "config.as_of" in complaint


def test_a_function_of_the_prelude_that_nobody_calls_is_a_complaint(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "prelude.sql").write_text(
        "create or replace temp macro used(x) as inner_one(x);\n"
        "create or replace temp macro inner_one(x) as x;\n"
        "create or replace temp macro idle(x) as x;\n"
    )
    (tmp_path / "core" / "a.sql").write_text(HEADER + "select used(id) as id from core.accounts")
    [complaint] = lint(tmp_path)
    assert "prelude.sql:3: no table calls idle" in complaint
