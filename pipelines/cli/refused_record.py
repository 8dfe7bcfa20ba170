"""One refused record on the terminal: its fields, reasons, and lines of the extract. What belongs here: the layout."""

import json
import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.published import query
from pipelines.cli.show import Rows, harmless, plain, show_json
from pipelines.home import Home

if TYPE_CHECKING:
    import duckdb

    from pipelines.contracts import Contract

CONTENT = """
select content_sha256 from ledger.files where object = ? and file = ? order by load_number desc limit 1
"""
LAST_EXTRACTS = "select extracts from meta.runs order by started_at desc, run_id limit 1"
COMPLAINT = re.compile(r"column (.+?): found ")
CHARACTERS = 2_000


def show_record(
    connection: "duckdb.DuckDBPyConnection",
    home: Home,
    contracts: Sequence["Contract"],
    found: Rows,
    extracts: Path | None,
    *,
    as_json: bool,
) -> None:
    """Every record that was found."""
    told = []
    for row in (dict(zip(found.columns, row, strict=True)) for row in found.rows):
        lines, why_not = lines_of(connection, home, row, extracts)
        row["wrong_columns"] = sorted(wrong_columns(contracts, row))
        row["source_lines"], row["why_no_lines"] = lines, why_not
        told.append(row)
    if as_json:
        show_json([{name: plain(value) for name, value in row.items()} for row in told])
        return
    for row in told:
        click.echo(harmless("\n".join(as_text(row))))


def as_text(row: dict[str, Any]) -> list[str]:
    """The record as lines to read."""
    last = f" to {row['line_end']}" if row["line_end"] > row["line"] else ""
    seen = f"first seen {row['first_seen_at']:%Y-%m-%d %H:%M} UTC" if row["first_seen_at"] else "first seen"
    return [
        f"{row['object']} {row['row_id']}, {row['file']}, line {row['line']}{last}",
        f"Owner: {row['owner']}; {seen} (load {row['first_load']})",
        "",
        "Refused because:",
        *(f"  {reason}" for reason in row["reasons"]),
        "",
        *fields(row),
        "",
        *source(row),
        "",
    ]


def fields(row: dict[str, Any]) -> list[str]:
    """The filled fields, and the blank ones that something is wrong with; `>` marks what is wrong."""
    record = fields_of(row)
    if record is None:
        return ["The record could not be cut into fields; its text:", *indented(row["record"])]
    wrong = {name.lower() for name in row["wrong_columns"]}
    shown = {name: value for name, value in record.items() if value not in (None, "") or name.lower() in wrong}
    width = min(max(map(len, shown), default=0), 40)
    lines = []
    for name, value in shown.items():
        text = "(blank)" if value in (None, "") else cut(value if isinstance(value, str) else json.dumps(value))
        mark = ">" if name.lower() in wrong else " "
        first, *more = text.split("\n")
        lines += [f"{mark} {name:<{width}}  {first}", *(f"  {'':<{width}}  {line}" for line in more)]
    blank = len(record) - len(shown)
    return ["Record (> marks what is wrong):", *lines, *([f"  and {blank} blank fields"] if blank else [])]


def fields_of(row: dict[str, Any]) -> dict[str, Any] | None:
    from pipelines.intake.workshop.quarantine import STRUCTURE

    if row["violated_rules"] == [STRUCTURE]:
        return None
    found: dict[str, Any] = json.loads(row["record"], parse_float=str, parse_int=str)
    return found


def source(row: dict[str, Any]) -> list[str]:
    """The lines of the extract, or why they are not there."""
    if not row["source_lines"]:
        return [f"The extract's own lines are not shown: {row['why_no_lines']}; above is the text kept in quarantine."]
    lines = [f"{row['line'] + i:>8} | {line}" for i, line in enumerate(row["source_lines"])]
    more = row["line_end"] - row["line"] + 1 - len(lines)
    return [f"As in {row['file']}:", *lines, *([f"  and {more} more lines"] if more > 0 else [])]


def indented(text: str) -> list[str]:
    return [f"  {line}" for line in cut(text).split("\n")]


def cut(text: str) -> str:
    return text if len(text) <= CHARACTERS else f"{text[:CHARACTERS]} ... ({len(text):,} characters)"


def wrong_columns(contracts: Sequence["Contract"], row: dict[str, Any]) -> set[str]:
    """The columns that a broken rule or a reason names."""
    contract = next((one for one in contracts if one.object == row["object"]), None)
    by_rule = {rule.rule_id: rule.columns for rule in contract.rules} if contract else {}
    named = {match[1] for reason in row["reasons"] if (match := COMPLAINT.search(reason))}
    return named | {column for rule in row["violated_rules"] for column in by_rule.get(rule, ())}


def lines_of(
    connection: "duckdb.DuckDBPyConnection", home: Home, row: dict[str, Any], extracts: Path | None
) -> tuple[list[str], str]:
    """The extract's lines, from the folder that was named, or the one that the last run read."""
    from pipelines.intake.forms.source_lines import source_lines
    from pipelines.intake.workshop.mended import FOLDER

    content = query(connection, CONTENT, [row["object"], row["file"]]).rows
    if not content:
        return [], "the ledger does not know the file"
    folder = extracts or last_extracts(home) or home.extracts
    if str(row["file"]).startswith(f"{FOLDER}/") and home.mended.is_dir():
        folder = home.root
    return source_lines(folder, row["file"], content[0][0], (row["line"], row["line_end"]), home.digests)


def last_extracts(home: Home) -> Path | None:
    """The folder that the last run read."""
    import duckdb

    if not home.warehouse.exists():
        return None
    with closing(duckdb.connect(str(home.warehouse), read_only=True)) as connection:
        try:
            found = connection.execute(LAST_EXTRACTS).fetchall()
        except duckdb.CatalogException:  # no run was noted yet
            return None
    return Path(found[0][0]) if found else None
