"""SQL files as values: header, dependencies, order, and the sentence for each that cannot be read."""

from pathlib import Path

import pytest

from pipelines.errors import GrowthError
from pipelines.tables.files import build_order, meaning_of, read_table
from pipelines.tables.tree import read_tables
from tests.tables.conftest import WriteTable

HEADER = "-- One row per account\n-- key: id\n"


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_its_grain_key_and_more(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "features/lead_days.sql",
        "-- One row per lead and day.\n-- key: lead_id, day_on\n-- engine: duckdb, because of asof\n"
        "-- incremental by: lead_id\nselect lead_id, day_on from core.lead_days\n",
    )
    table = read_table(path)
    assert (table.name, table.schema, table.database) == ("features.lead_days", "features", "warehouse")
    assert table.grain == "One row per lead and day"
    assert table.key == ("lead_id", "day_on")
    assert (table.engine_reason, table.incremental_by) == ("of asof", "lead_id")


def test_a_text_means_the_same_without_its_comments_and_laid_out_otherwise() -> None:
    asked = meaning_of(f"{HEADER}select id, name from core.a where id > 1")
    assert (
        meaning_of("-- One row per firm\nselect id,\n    NAME as name, /* why */\nfrom core.a\nwhere id > 1") != asked
    )
    assert meaning_of("-- One row per firm\nSELECT id,\n    name, /* why */\nfrom core.a\nwhere id > 1") == asked
    assert meaning_of(f"{HEADER}select id, name from core.a where id > 2") != asked


def test_names_with_a_schema_are_dependencies_and_bare_names_are_not(write_table: WriteTable) -> None:
    table = write_table(
        "core.a",
        "with accounts as (select id from raw.account where exists (select 1 from config.plays)) "
        "select id from accounts anti join core.users using (id)",
    )
    assert table.dependencies == {"raw.account", "config.plays", "core.users"}


def test_each_table_comes_after_those_it_reads_and_names_break_ties(write_table: WriteTable, tmp_path: Path) -> None:
    write_table("core.c", "select id from raw.account")
    write_table("core.b", "select id from marts.a")
    write_table("marts.a", "select id from raw.account")
    write_table("spine.d", "select id from core.b join core.c using (id)")
    tables = read_tables(tmp_path)
    assert list(tables) == ["core.b", "core.c", "marts.a", "spine.d"]
    assert [table.name for table in build_order(tables)] == ["core.c", "marts.a", "core.b", "spine.d"]
    assert list(read_tables(tmp_path, ["marts", "spine"])) == ["marts.a", "spine.d"]


def test_a_circle_names_its_files(write_table: WriteTable, tmp_path: Path) -> None:
    write_table("core.a", "select id from core.b")
    write_table("core.b", "select id from core.a")
    with pytest.raises(GrowthError, match=r"circle: .*core/[ab]\.sql -> .*core/[ab]\.sql"):
        build_order(read_tables(tmp_path))


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("core/a.sql", "select 1 as id", r"a\.sql:1: expected `-- One row per \.\.\.`, found `select 1 as id`"),
        ("core/a.sql", "-- One row per x\n-- key: A\nselect 1", r"a\.sql:2: expected `-- key: column, column`"),
        ("core/a.sql", f"{HEADER}select 1 as id;", r"a\.sql: a file holds one plain select and no semicolon"),
        ("core/a.sql", f"{HEADER}drop table core.b", r"a\.sql: a file holds one plain select"),
        ("core/a.sql", f"{HEADER}select id\nfrom where id", r"a\.sql:4: not one plain select"),
        ("core/a.sql", f"{HEADER}select 'x as id", r"a\.sql: .* a quote or a comment is left open"),
        ("core/a.sql", f"{HEADER}select id from kore.b", r"a\.sql: reads kore\.b, but there is no schema kore"),
        ("core/A-b.sql", f"{HEADER}select 1 as id", r"snake_case, found 'A-b'"),
        ("kore/a.sql", f"{HEADER}select 1 as id", r"a\.sql: no schema kore"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    with pytest.raises(GrowthError, match=sentence):
        read_table(write(tmp_path, name, text))
