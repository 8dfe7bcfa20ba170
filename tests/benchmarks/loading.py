"""What loading costs: engagement rows through contract, ledger and quarantine, beside a bare DuckDB read of the files.

`python -m tests.benchmarks.loading --rows 20000000 --form csv`. The floor reads the same files, with the types of the
contracts given, into a table of a database file: two threads and the memory of a run. Then extracts follow in which
1 % of the mail events changed: what they cost is told as a share of loading the mail events anew.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import duckdb
from rich.console import Console
from rich.table import Table

from pipelines.checkpoints import checkpoint
from pipelines.contracts import Contract, load_contracts
from pipelines.home import PROJECT_ROOT, Home
from pipelines.intake import load_extracts
from pipelines.intake.forms.digests import Digests, folder_hashes
from pipelines.warehouse import THREADS, connect, open_memory, quoted_name, quoted_text
from tests.benchmarks.floors import bare
from tests.benchmarks.meter import Cost, Meter

OBJECTS = ("Campaign", "email_event", "web_visit")
BAD_ONE_IN = 10_000
CHANGED_ONE_IN = 100
INCREMENTS = 3
PARTS = 4
CAMPAIGNS = 2_000
WRITTEN = {"csv": "(format csv, header)", "parquet": "(format parquet)"}
READ = {"csv": "read_csv({files}, header = true, columns = {columns})", "parquet": "read_parquet({files})"}

VISITS = """
select 'V' || i as visit_id, 'visitor-' || hash(i) % ({rows} // 8 + 1) as visitor_id,
    case when i % 9 = 0 then 'person' || hash(i) % ({rows} // 50 + 1) || '@firm' || i % 4000 || '.example' end as email,
    timestamp '2024-01-01' + to_seconds(i % 60000000) as visited_at, '/page/' || hash(i) % 300 as page,
    case when i % 3 = 0 then 'https://search.example/?q=' || i % 500 end as referrer,
    case when i % 5 = 0 then 'newsletter' end as utm_source, case when i % 5 = 0 then 'email' end as utm_medium,
    case when i % 5 = 0 then 'spring-' || i % 40 end as utm_campaign,
    '10.' || i % 200 || '.' || hash(i) % 250 || '.' || i % 250 as ip,
    'Mozilla/5.0 (X11; Linux x86_64) Version/' || i % 60 as user_agent, i % 900 / 4 as duration_seconds
from range({first}, {stop}) as t(i)
"""
EVENTS = """
select 'E' || i as email_event_id,
    'person' || hash(i) % ({rows} // 50 + 1) || '@firm' || i % 4000 || '.example' as email,
    case when i % {bad} = 7 then 'eaten' else ['sent', 'delivered', 'open', 'click'][1 + i % 4] end as event_type,
    'message-' || i // 40 as message_id,
    '701' || lpad((hash(i) % {campaigns})::varchar, 12, '0') || 'AAA' as campaign_id,
    case when i % 4 = 3 then 'https://firm.example/offer/' || i % 90 end as link,
    timestamp '2024-01-01' + to_seconds(i % 60000000 + {later}) as occurred_at
from range({first}, {stop}) as t(i) where i % {every} = {rest}
"""
CAMPAIGN = """
select '701' || lpad(i::varchar, 12, '0') || 'AAA' as "Id", 'Campaign ' || i as "Name",
    '2023-12-01T00:00:00.000+0000' as "CreatedDate", '2023-12-01T00:00:00.000+0000' as "SystemModstamp"
from range({campaigns}) as t(i)
"""


def copy(query: str, target: Path, form: str) -> None:
    with open_memory(THREADS) as connection:
        connection.execute(f"copy ({query}) to {quoted_text(str(target))} {WRITTEN[form]}")


def write_extracts(folder: Path, rows: int, form: str) -> None:
    """Half page views, half mail events, in parts; one event in `BAD_ONE_IN` breaks its contract."""
    half = rows // 2
    copy(CAMPAIGN.format(campaigns=CAMPAIGNS), folder / "Campaign.csv", "csv")
    for part in range(PARTS):
        span = {"first": half * part // PARTS, "stop": half * (part + 1) // PARTS, "rows": rows}
        copy(VISITS.format(**span), folder / f"web_visit_{part + 1}.{form}", form)
        copy(events(**span, bad=BAD_ONE_IN), folder / f"email_event_{part + 1}.{form}", form)


def events(*, first: int, stop: int, rows: int, bad: int, later: int = 0, every: int = 1, rest: int = 0) -> str:
    return EVENTS.format(
        first=first, stop=stop, rows=rows, bad=bad, later=later, every=every, rest=rest, campaigns=CAMPAIGNS
    )


def write_changes(folder: Path, rows: int, form: str, number: int) -> None:
    """One mail event in `CHANGED_ONE_IN`, with a later time than before."""
    changed = events(
        first=0,
        stop=rows // 2,
        rows=rows,
        bad=rows,
        later=number,
        every=CHANGED_ONE_IN,
        rest=number + CHANGED_ONE_IN // 2,
    )
    copy(changed, folder / f"email_event_{PARTS + number}.{form}", form)


def bare_read(extracts: Path, contracts: list[Contract], form: str) -> Cost:
    """The engagement files into tables of the contracts' types."""
    with tempfile.TemporaryDirectory(dir=extracts.parent) as folder, open_memory(THREADS) as connection:
        bare(connection, folder)
        meter = Meter()
        for contract in (one for one in contracts if one.source == "engagement"):
            files = [str(path) for path in sorted(extracts.iterdir()) if contract.matches(path.name.split(".")[0])]
            kinds = ", ".join(f"{quoted_text(c.name)}: {quoted_text(c.physical_type)}" for c in contract.columns)
            listed = f"[{', '.join(quoted_text(file) for file in files)}]"
            source = READ[form].format(files=listed, columns=f"{{{kinds}}}")
            connection.execute(f"create table bare.{quoted_name(contract.object)} as from {source}")
        return meter.read()


@contextmanager
def opened(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    home.create()
    with closing(connect(home)) as connection:
        yield connection


def load(home: Home, extracts: Path, contracts: list[Contract], load_id: str) -> Cost:
    """One load in a connection of its own, as a run has it: what the files hold is hashed once."""
    meter = Meter()
    with opened(home) as connection:
        folder_hashes(extracts, home.digests)
        load_extracts(
            connection, extracts, contracts, load_id, now=datetime.now(UTC).replace(tzinfo=None),
            digest=Digests(home.digests).of,
        )  # fmt: skip
        checkpoint(connection)
    return meter.read()


def relevant_contracts() -> list[Contract]:
    contracts = [c for c in load_contracts(PROJECT_ROOT / "data_contracts") if c.object in OBJECTS]
    return [
        replace(contract, rules=tuple(rule for rule in contract.rules if targets_known(rule.targets)))
        for contract in contracts
    ]


def targets_known(targets: tuple[tuple[str, str], ...]) -> bool:
    return all(target in OBJECTS for target, _ in targets)


def main() -> None:
    """Print the table; everything is written to a folder that is removed at the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.loading", description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000, help="page views and mail events (default: %(default)s)")
    parser.add_argument(
        "--form", choices=sorted(WRITTEN), default="csv", help="form of the files (default: %(default)s)"
    )
    parser.add_argument("--folder", type=Path, help="where to work; needs some GB (default: the temporary folder)")
    size = parser.parse_args()
    contracts = relevant_contracts()
    table = Table(title=f"{size.rows:,} rows, {size.form}", title_justify="left")
    for title in ("what", "CPU-seconds", "of", "ratio", "peak GiB"):
        table.add_column(title, justify="left" if title == "what" else "right")

    def add(what: str, cost: Cost, floor: Cost) -> None:
        table.add_row(what, f"{cost.cpu:.2f}", f"{floor.cpu:.2f}", f"{cost.cpu / floor.cpu:.3f}", f"{cost.peak:.2f}")

    with tempfile.TemporaryDirectory(dir=size.folder) as name:
        folder = Path(name)
        extracts, home = folder / "extracts", Home(folder / "home")
        extracts.mkdir()
        write_extracts(extracts, size.rows, size.form)
        floor = bare_read(extracts, contracts, size.form)
        add("load (floor: bare typed read into tables)", load(home, extracts, contracts, "load-0"), floor)
        for path in extracts.glob("web_visit*"):
            path.unlink()
        mails = [contract for contract in contracts if contract.object != "web_visit"]
        anew = load(Home(folder / "second"), extracts, mails, "load-0")
        costs = []
        for number in range(1, INCREMENTS + 1):
            write_changes(extracts, size.rows, size.form, number)
            costs.append(load(home, extracts, contracts, f"load-{number}"))
        middle = Cost(median(cost.cpu for cost in costs), max(cost.peak for cost in costs))
        add(f"1 % of the mail events changed, median of {INCREMENTS} (of loading them anew)", middle, anew)
    Console(file=sys.stdout).print(table)


if __name__ == "__main__":
    main()
