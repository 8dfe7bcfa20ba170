"""Sources that no Python names, with real and with own files, alone and in one tree with a Salesforce export."""

import csv
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pytest

from pipelines.home import PROJECT_ROOT
from pipelines.intake import load_extracts
from pipelines.named_fields import write_named_fields
from pipelines.playbook_tables import load_playbook, set_as_of
from pipelines.tables.build import build_table, check_key_unique
from pipelines.warehouse import connect_scratch
from tests.core.crm import incoming_contracts, tables_from_sql
from tests.whole.command import growth, one, rows

REFUSED = {"flag": "property_hs_email_optout", "held": "property_hs_email_quarantined"}


def write(path: Path, records: Sequence[Mapping[str, str]]) -> None:
    """One CSV file; a column that a record lacks is blank."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for record in records for name in record))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(records)


def person(name: str, **more: str) -> dict[str, str]:
    """A HubSpot contact of our own."""
    return {
        "id": f"9{len(name)}{name.encode().hex()}",
        "property_createdate": "2023-10-01 08:00:00",
        "_fivetran_synced": "2023-11-01 08:00:00",
        "property_email": f"{name}@own-rows.example",
        "property_lastname": name,
        "property_lifecyclestage": "lead",
        **more,
    }


def core_of(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Staging and core of a folder of extracts."""
    with connect_scratch() as connection:
        report = load_extracts(connection, folder, [*incoming_contracts()], "first")
        assert all(file.is_balanced for file in report.files)
        load_playbook(connection, PROJECT_ROOT / "pipelines" / "playbook")
        assert report.as_of
        set_as_of(connection, report.as_of)
        write_named_fields(connection, incoming_contracts())
        for table in tables_from_sql():
            if table.schema in ("staging", "core"):
                build_table(connection, table)
                assert check_key_unique(connection, table) == 0, table.name
        yield connection


@pytest.fixture(scope="module")
def hubspot(shared_data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    yield from core_of(shared_data / "hubspot")


@pytest.fixture(scope="module")
def pardot(shared_data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    yield from core_of(shared_data / "pardot")


def outgoing(home: Path) -> str:
    """All that leaves the house, as text in small letters: the reader's copy alone stays in it."""
    latest = home / "published" / "latest"
    parts = [path.read_text(encoding="utf-8") for path in latest.iterdir() if path.suffix in (".csv", ".html", ".json")]
    for path in latest.glob("*.xlsx"):
        with zipfile.ZipFile(path) as book:
            parts += [book.read(name).decode() for name in book.namelist()]
    with duckdb.connect() as connection:
        for path in latest.glob("*.parquet"):
            parts += [str(row) for row in connection.execute("select * from read_parquet(?)", [str(path)]).fetchall()]
    return "\n".join(parts).lower()


def counts(connection: duckdb.DuckDBPyConnection, tables: str) -> dict[str, int]:
    return {name: connection.execute(f"select count(*) from core.{name}").fetchall()[0][0] for name in tables.split()}


@pytest.mark.capability("E3", "E6")
def test_every_row_of_a_genuine_hubspot_is_loaded_and_makes_records(hubspot: duckdb.DuckDBPyConnection) -> None:
    read = (
        "select sum(rows_read), sum(rows_loaded), count(distinct object) from ledger.balance where source = 'hubspot'"
    )
    assert hubspot.execute(read).fetchall() == [(1331, 1331, 31)]
    assert counts(hubspot, "leads accounts opportunities survivors") == {
        "leads": 19, "accounts": 24, "opportunities": 44, "survivors": 3,
    }  # fmt: skip
    merged = "select distinct survivor_id from core.survivors"
    assert hubspot.execute(merged).fetchall() == [("hubspot-lead-78971951",)]


@pytest.mark.capability("E3")
def test_scrambled_references_are_kept_and_belong_to_nobody(hubspot: duckdb.DuckDBPyConnection) -> None:
    kept = "select count(*) from raw.hubspot_deal_contact anti join raw.hubspot_deal using (deal_id)"
    assert hubspot.execute(kept).fetchall() == [(11,)]
    touches = "select kind, count(*), count(person_id) from core.touches group by kind order by kind"
    assert ("email_open", 90, 0) in hubspot.execute(touches).fetchall()
    unlisted = "select object from ledger.reports where kind = 'unlisted' and object like 'ticket%'"
    assert len(hubspot.execute(unlisted).fetchall()) == 8


@pytest.mark.capability("E3", "E6")
def test_every_row_of_a_genuine_pardot_is_loaded_and_makes_records(pardot: duckdb.DuckDBPyConnection) -> None:
    read = "select sum(rows_read), sum(rows_loaded), count(distinct object) from ledger.balance"
    assert pardot.execute(read).fetchall() == [(800, 800, 8)]
    assert counts(pardot, "leads opportunities") == {"leads": 22, "opportunities": 100}
    outcomes = "select outcome, count(*) from core.opportunities group by outcome order by outcome"
    assert pardot.execute(outcomes).fetchall() == [("lost", 1), ("won", 99)]
    refused = "select reason, count(*) from core.suppressions where reason <> 'deleted' group by reason"
    assert pardot.execute(refused).fetchall() == [("opted_out", 10)]


@pytest.mark.capability("E3", "E6")
def test_every_row_of_a_replicated_salesforce_is_loaded_and_makes_records(shared_data: Path) -> None:
    for connection in core_of(shared_data / "salesforce_wide"):
        read = "select source, sum(rows_read), sum(rows_loaded), count(distinct object) from ledger.balance group by 1"
        assert sorted(connection.execute(read).fetchall()) == [("salesforce_wide", 91, 91, 12), ("unlisted", 20, 20, 2)]
        # Of ten accounts nine are deleted, of ten opportunities all; the contacts' accounts are in no file.
        expected = {"leads": 1, "accounts": 1, "contacts": 4, "opportunities": 0, "touches": 20}
        assert counts(connection, " ".join(expected)) == expected
        widest = "select count(*) from duckdb_columns() where schema_name = 'raw' and table_name = 'sf_lead'"
        assert connection.execute(widest).fetchall()[0][0] > 382
        versions = "select count(distinct record_id) from raw_history.sf_account where column_name = 'industry'"
        assert connection.execute(versions).fetchall() == [(10,)]


@pytest.fixture(scope="module")
def together(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home after a run over all three in one tree, with people of our own who refused in one of them."""
    folder = tmp_path_factory.mktemp("together")
    tree = folder / "extracts"
    shutil.copytree(shared_data / "salesforce_export" / "data", tree / "crm")
    for source in ("hubspot", "pardot"):
        shutil.copytree(shared_data / source, tree / source, copy_function=shutil.copyfile)
    with (tree / "crm" / "Contact.csv").open(encoding="utf-8-sig", newline="") as stream:
        contact_id, email = next((row["Id"], row["Email"]) for row in csv.DictReader(stream) if "@" in row["Email"])
    write(
        tree / "own" / "hubspot_contact_data_2.csv",
        [
            person("well"),
            person("same", property_email=email),
            *(person(name, **{column: "TRUE"}) for name, column in REFUSED.items()),
        ],
    )
    write(
        tree / "own" / "pardot_prospect_data_2.csv",
        [
            {
                "id": "9000001",
                "created_at": "2019-10-01 08:00:00 UTC",
                "updated_at": "2019-11-01 08:00:00 UTC",
                "email": "another-address@own-rows.example",
                "crm_contact_fid": contact_id,
                "opted_out": "true",
            }
        ],
    )
    home = folder / "home"
    done = growth("run", "--extracts", tree, "--home", home)
    assert done.returncode == 0, done.stderr
    assert "not enough data" in done.stdout
    (folder / "contact_id").write_text(contact_id)
    return home


@pytest.mark.capability("E3", "I1")
def test_people_of_three_sources_are_one_by_address_and_by_the_ids_of_the_crm(together: Path) -> None:
    contact_id = (together.parent / "contact_id").read_text()
    records = f"select record_id from core.record_persons where person_id = '{contact_id}' order by record_id"
    [own, *others] = [str(record) for (record,) in rows(together, records)]
    assert own == contact_id
    assert [record.split("-")[0] for record in others] == ["hubspot", "pardot"]


@pytest.mark.capability("E3", "T5")
def test_whoever_refused_in_one_source_is_in_no_list(together: Path) -> None:
    contact_id = (together.parent / "contact_id").read_text()
    reasons = (
        "select distinct split_part(p.email, '@', 1), s.reason from core.suppressions as s"
        " inner join core.leads as p using (person_id) where p.email like '%own-rows.example' order by all"
    )
    assert rows(together, reasons) == [("flag", "opted_out"), ("held", "bounced")]
    assert one(together, f"select email_allowed from core.people where person_id = '{contact_id}'") is False
    refused = "select person_id from core.suppressions where reason in ('opted_out', 'bounced', 'deleted')"
    queue = (
        "select people.person_id from marts.lead_queue as queue"
        " inner join core.record_persons as people on people.record_id in (queue.lead_id, queue.contact_id)"
    )
    assert one(together, f"select count(*) from ({queue}) semi join ({refused}) using (person_id)") == 0
    addresses = f"select distinct email_normal from core.record_persons semi join ({refused}) using (person_id)"
    text = outgoing(together)
    assert "well@own-rows.example" in text
    assert [address for (address,) in rows(together, addresses) if address and str(address) in text] == []


@pytest.mark.capability("E3")
def test_the_lists_of_three_sources_keep_their_contracts_and_say_what_was_left_aside(together: Path) -> None:
    sources = "select distinct source from meta.balance where source <> 'unlisted' order by 1"
    assert [source for (source,) in rows(together, sources)] == ["hubspot", "pardot", "salesforce"]
    assert one(together, "select count(*) from core.opportunities where opportunity_id like 'pardot%'") == 0
    assert one(together, "select count(*) from core.opportunities where opportunity_id like 'hubspot%'") == 44
    left = rows(together, "select object from meta.reports where kind = 'unlisted' and object like '%ticket_data%'")
    assert left == [("ticket_data",)]
