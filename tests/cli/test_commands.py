"""The command line on a small published version: what people see, what scripts read, how it leaves."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.cli.doctor import waiting_rows
from pipelines.history import Inputs, open_run
from pipelines.home import Home
from pipelines.publish.manifest import Manifest, note_verdict
from pipelines.publish.versions import VERDICT, switch
from pipelines.publish.write import Origin, write_version
from pipelines.warehouse import connect, connect_scratch
from tests.intake.loading import ACCOUNT_HEADER, STAMP, account, load, record_id, write_export

AS_OF = datetime(2026, 6, 30, 23, 59, 59)
TABLES = """
create table warehouse.marts.target_accounts as from (values
    ('001000000000001AAA', 'Alpha GmbH', 1, 'A', 88.5, ['500 employees', 'visited pricing'], 'call', 'u1', 'Ada'),
    ('001000000000002AAA', 'Beta SA', 2, 'B', 44.0, ['9 employees'], 'wait', 'u2', 'Bob Stone'),
    ('001000000000003AAA', 'Gamma', 3, 'B', 4.0, ['1 employee'], 'wait', 'u3', null)
) as t(account_id, account_name, rank, tier, fit_score, reasons, next_action, owner_id, owner_name);
create table warehouse.marts.lead_queue as from (values
    ('q1', '00Q000000000001AAA', null, 'Lee Ann', '+49 30', 1, 'A', 0.25, 'u1', 'Ada')
) as t(queue_item_id, lead_id, contact_id, person_name, phone, rank, tier, conversion_probability, owner_id,
    owner_name);
create table warehouse.marts.funnel_by_cohort as from (values
    (date '2026-01-01', 'opportunity', 'all', 'open', 50, 12), (date '2026-01-01', 'lead', 'all', 'lead', 60, 0),
    (date '2026-01-01', 'account', 'all', 'opportunity', 2, 0), (date '2026-01-01', 'account', 'all', 'activity', 9, 5),
    (date '2026-01-01', 'account', 'all', 'event', 5, 2), (date '2026-02-01', 'account', 'all', 'activity', 7, 1)
) as t(cohort_on, unit, segment, step, entered, advanced);
create table warehouse.marts.model_health as from (values
    ('account_fit', 'v1', 'all', 'auc', 0.8, 0.7, 0.9, 100, 'test', 'good')
) as t(model, model_version, slice, metric, value, low, high, n, split, verdict);
create table warehouse.features.lead_conversion as from (values
    ('00Q000000000001AAA', timestamp '2026-06-30', 'score', 12)
) as t(lead_id, as_of, purpose, age_days);
create table warehouse.features.opportunity_win as from (values
    ('006000000000002AAA', timestamp '2026-06-30', 'score', 'Proposal', 2)
) as t(opportunity_id, as_of, purpose, stage, close_pushes);
create table warehouse.scores.deal_ranking as from (values
    (1, '006000000000002AAA', 'Suite', '001000000000001AAA', 'Alpha GmbH', 'Proposal', 0.4, ['stage: Proposal'], 'u1',
     'Ada'),
    (2, '006000000000003AAA', 'Extra', null, null, 'Discovery', 0.1, [], 'u2', 'Bob Stone')
) as t(rank, opportunity_id, opportunity_name, account_id, account_name, stage, win_probability, reasons, owner_id,
    owner_name);
create table warehouse.core.accounts as from (values
    ('001000000000001AAA', 'Alpha GmbH'), ('001000000000002AAA', 'Beta SA')
) as t(account_id, account_name);
create table warehouse.core.process_entries as from (values
    ('account', 'activity', 1), ('account', 'event', 2), ('account', 'opportunity', 3)
) as t(unit, step, step_order);
create table warehouse.core.survivors as from (values ('00Q000000000008AAA', '00Q000000000001AAA'))
    as t(record_id, survivor_id);
create table warehouse.core.opportunities as from (values ('006000000000001AAA', '001000000000001AAA'))
    as t(opportunity_id, account_id);
create table warehouse.core.campaigns as from (values ('701', 'Spring')) as t(campaign_id, campaign_name);
create table warehouse.core.people as from (values ('00Q000000000001AAA', 'Lee Ann'), ('003000000000009AAA', 'Out'))
    as t(person_id, full_name);
create table warehouse.core.person_records as from (values
    ('00Q000000000001AAA', 'lead', '00Q000000000001AAA'), ('003000000000001AAA', 'contact', '00Q000000000001AAA'),
    ('003000000000009AAA', 'contact', '003000000000009AAA')
) as t(record_id, record_kind, person_id);
create table warehouse.core.suppressions as from (values ('003000000000009AAA', 'opted_out', '003000000000009AAA'))
    as t(person_id, reason, record_id);
create table warehouse.core.touches as from (values
    ('t1', '00Q000000000001AAA', '001000000000001AAA', '701', timestamp '2026-06-01 10:00:00', 'web',
     'pricing_page_view', 'inbound', 'prospect', null, false, false, 'web_visit'),
    ('t2', '00Q000000000001AAA', '001000000000001AAA', null, timestamp '2026-06-02 10:00:00', 'email',
     'email_open', 'inbound', 'prospect', 'Hello', true, false, 'email_event')
) as t(touch_id, person_id, account_id, campaign_id, occurred_at, channel, kind, direction, actor, subject, is_weak,
    is_machine, source);
"""
KEYS = {
    "marts.target_accounts": ["account_id"],
    "marts.lead_queue": ["queue_item_id"],
    "marts.funnel_by_cohort": ["cohort_on", "unit", "segment", "step"],
    "marts.model_health": ["model"],
}


def blank_report(_: duckdb.DuckDBPyConnection, path: Path, __: Manifest) -> None:
    path.write_text("<html></html>", encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("company")
    home = Home(root)
    home.create()
    connection = connect_scratch()
    connection.execute("create table warehouse.config.as_of as select ?::timestamp as as_of", [AS_OF])
    connection.execute(TABLES)
    open_run(connection, "run-1", AS_OF, Inputs(Path("extracts"), Path("playbook"), "f"))
    partial = write_version(connection, home.published, KEYS, Origin("run-1", AS_OF, "f", {}), blank_report)
    note_verdict(partial, VERDICT, is_passed=True)
    switch(partial)
    connection.close()
    return root


def growth(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def answer(home: Path, *arguments: str) -> object:
    found = growth(*arguments, "--home", str(home), "--json")
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_targets_are_filtered_by_owner_in_any_case(home: Path) -> None:
    rows = answer(home, "targets", "--owner", "bob stone")
    assert isinstance(rows, list)
    assert [(row["account_name"], row["reasons"]) for row in rows] == [("Beta SA", ["9 employees"])]


def test_a_pipe_gets_plain_lines(home: Path) -> None:
    lines = growth("targets", "--home", str(home)).stdout.splitlines()
    assert lines[0].split("\t")[:3] == ["rank", "tier", "account_name"]
    assert lines[1].split("\t")[2] == "Alpha GmbH"
    assert len(lines) == 4


def test_csv_has_every_column(home: Path) -> None:
    lines = growth("targets", "--home", str(home), "--csv").stdout.splitlines()
    assert lines[0].startswith("account_id,account_name,rank")
    assert "500 employees; visited pricing" in lines[1]


def test_csv_holds_no_formula_and_marks_a_text_once(home: Path) -> None:
    [header, line] = growth("queue", "--home", str(home), "--csv").stdout.splitlines()
    assert dict(zip(header.split(","), line.split(","), strict=True))["phone"] == "'+49 30"


def test_funnel_shows_one_unit(home: Path) -> None:
    rows = answer(home, "funnel", "--unit", "opportunity")
    assert isinstance(rows, list)
    assert [(row["step"], row["entered"], row["advanced"]) for row in rows] == [("open", 50, 12)]


def test_timeline_tells_the_newest_touch_first_for_a_short_id(home: Path) -> None:
    lines = growth("timeline", "00Q000000000001", "--home", str(home)).stdout.splitlines()
    assert lines[1] == "2026-06-02 10:00\temail\temail open, “Hello”, by Lee Ann (weak)"
    assert lines[2] == "2026-06-01 10:00\tweb\tpricing page view, campaign Spring, by Lee Ann"


def test_why_tells_standing_features_and_touches(home: Path) -> None:
    told = answer(home, "why", "00Q000000000001AAA")
    assert isinstance(told, dict)
    assert told["standing"]["conversion_probability"] == 0.25
    assert told["features"] == {"age_days": 12}
    assert [touch["kind"] for touch in told["touches"]] == ["email_open", "pricing_page_view"]


def test_why_not_is_an_answer_too(home: Path) -> None:
    told = answer(home, "why", "003000000000009AAA", "--on", "2026-07-01")
    assert isinstance(told, dict)
    assert told["not_listed_because"] == "opted out"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("targets", "--home", "/nowhere"), 1, "Nothing is published in /nowhere"),
        (("timeline", "nobody"), 1, "nobody is no lead, contact, account or opportunity"),
        (("why", "00Q000000000001AAA", "--on", "2020-01-01"), 1, "No version of 2020-01-01 or before"),
        (("targets", "--limit", "none"), 2, "Invalid value for '--limit'"),
        (("run", "--as-of", "yesterday"), 2, "no ISO 8601 date"),
        (("fly",), 2, "No such command 'fly'"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_a_code(
    home: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    named = () if "--home" in arguments or arguments == ("fly",) else ("--home", str(home))
    found = growth(*arguments, *named)
    assert (found.returncode, found.stdout) == (code, "")
    assert told in found.stderr
    assert "Traceback" not in found.stderr


def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "targets", "--home", str(home), "--json"]
    found = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (found.returncode, found.stderr) == (0, b"")


def test_help_and_version_need_no_heavy_import() -> None:
    program = (
        "import sys; sys.argv = ['growth', '--help']\n"
        "from pipelines.cli.main import exit_code\nexit_code()\n"
        "heavy = {'duckdb', 'dagster', 'polars', 'numpy', 'mlflow', 'rich'} & sys.modules.keys()\n"
        "assert not heavy, heavy"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert growth("--version").stdout.startswith("growth, version ")


def test_doctor_says_what_is_wrong_and_what_to_do(home: Path) -> None:
    found = growth("doctor", "--home", str(home), "--json")
    findings = {finding["what"]: finding for finding in json.loads(found.stdout)}
    assert found.returncode == 1
    assert findings["published"]["is_well"]
    assert findings["warehouse.duckdb"] == {
        "what": "warehouse.duckdb", "is_well": False, "found": "not there yet", "hint": "run `growth run`",
    }  # fmt: skip


def test_doctor_tells_a_checkpoint_that_was_cut_short(tmp_path: Path) -> None:
    """DuckDB's own words about such a file would have people throw it away."""
    (tmp_path / "intake.duckdb").write_bytes(b"torn")
    (tmp_path / "intake.duckdb.undo").write_bytes(b"what was there")
    found = json.loads(growth("doctor", "--home", str(tmp_path), "--json").stdout)
    [database] = [finding for finding in found if finding["what"] == "intake.duckdb"]
    assert database["found"] == "a writer was killed while it wrote"
    assert database["hint"] == "run `growth run`: it makes it whole"


def test_doctor_counts_the_records_that_wait(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    accounts = f"{ACCOUNT_HEADER},NumberOfEmployees\n{account(1)},many\n{account(2)},5\n"
    people = f"Id,AccountId,CreatedDate,SystemModstamp\n{record_id('003', 1)},{record_id('001', 9)},{STAMP},{STAMP}\n"
    with connect(home) as connection:
        load(connection, write_export(tmp_path / "x", Account=accounts, Contact=people))
    found = {one.what: (one.is_well, one.found) for one in waiting_rows(home)}
    assert [is_well for is_well, _ in found.values()] == [True, True]
    assert found["quarantine"][1].startswith("1 record waits: `growth quarantine` says why")
    assert found["references"][1].startswith("1 new row points to a record that no file holds yet; export the missing")
