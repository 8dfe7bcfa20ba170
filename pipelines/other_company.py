"""One home is one company: extracts that have no record in common with what was loaded begin the home anew.

What belongs here: telling companies apart, and moving the old one's files out of the way until the new one has
published. What does not: reading extracts (`pipelines/intake`) and running (`pipelines/run.py`).
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.checkpoints import undo
from pipelines.contracts import Contract, load_contracts
from pipelines.engine import CONTRACTS, Request
from pipelines.errors import GrowthError
from pipelines.home import Home
from pipelines.intake.forms.digests import Digests
from pipelines.intake.forms.files import find_files
from pipelines.intake.forms.reading import read_extract
from pipelines.intake.forms.recognise import contract_of
from pipelines.intake.rules.record_ids import record_id_columns
from pipelines.publish.manifest import read_manifest
from pipelines.warehouse import open_memory, quoted_name, quoted_text

EVERYWHERE = "^(000|012)"
"""Key prefixes of case-safe ids that may be equal in every company: the empty id and record types."""
LISTING = "files.json"
WAITING = ".waiting"


@contextmanager
def company_of(request: Request, run_id: str, say: Callable[[str], None]) -> Iterator[None]:
    """For the length of a run that loads extracts: another company's home stands aside, and comes back unless the run
    published. A run whose process died is made good first. The caller holds the writer's lock, and no database open.
    """
    settle(request.home)
    undo(request.home.intake)
    set_other_company_aside(request, run_id, say)
    try:
        yield
    finally:
        settle(request.home)


def set_other_company_aside(request: Request, run_id: str, say: Callable[[str], None]) -> None:
    """Move databases and models to `set_aside/<run id>.waiting` when the extracts are another company's.

    The list of what is moved is written first, so that `settle` can undo a move that was cut short.
    """
    home = request.home
    if not home.intake.exists() or is_same_company(home, request.extracts):
        return
    aside = home.root / "set_aside"
    aside.mkdir(mode=0o700, exist_ok=True)
    waiting = aside / f"{run_id}{WAITING}"
    waiting.mkdir(mode=0o700)
    kept = kept_files(home)
    listing = waiting / ".new"
    listing.write_text(json.dumps([path.name for path in kept]), encoding="utf-8")
    listing.rename(waiting / LISTING)  # at once, so that a list is never read half written
    for path in kept:
        path.rename(waiting / path.name)
    home.create()
    say(
        f"attention: {request.extracts} holds another company, without one record in common; what this home knew before"
        f" is kept in {aside / run_id} once the new lists are published, and comes back if they are not"
    )


def settle(home: Home) -> None:
    """End every set-aside that waits: its run published, then the old files stay aside; else they come back."""
    published_by = (read_manifest(home.latest) or {}).get("run_id")
    for waiting in sorted((home.root / "set_aside").glob(f"*{WAITING}")):
        run_id = waiting.name.removesuffix(WAITING)
        if run_id == published_by:
            waiting.rename(waiting.with_name(run_id))
        else:
            bring_back(home, waiting)


def bring_back(home: Home, waiting: Path) -> None:
    """Put the old files in the place of those that the failed run made; may be cut short and repeated.

    A listed file that does not wait is an old one that was not moved yet or is back already: it stays.
    """
    listing = waiting / LISTING
    if listing.exists():  # else nothing was moved yet, or all is back
        listed = set(json.loads(listing.read_text(encoding="utf-8")))
        for path in kept_files(home):
            if path.name not in listed or (waiting / path.name).exists():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in sorted(set(waiting.iterdir()) - {listing}):
            path.rename(home.root / path.name)
        listing.unlink()
    shutil.rmtree(waiting)
    home.create()


def is_same_company(home: Home, extracts: Path) -> bool:
    """Whether the extracts have a file, an id or a reference in common with what was loaded, or one has no id at all.

    Neither the folder's name nor how the last run ended says anything: what was loaded counts, and what comes.
    """
    with closing(open_memory(threads=2)) as connection:
        try:
            connection.execute(f"attach {quoted_text(str(home.intake))} as known (read_only)")
        except duckdb.Error as error:
            raise GrowthError(f"The database {home.intake} cannot be opened: {str(error).splitlines()[0]}") from error
        if has_known_file(connection, home, extracts):
            return True
        contracts = [one for one in load_contracts(CONTRACTS, home.contracts) if one.table.startswith("raw.")]
        for target in ("known_ids", "extract_ids"):
            connection.execute(f"create temp table {target} (source varchar, id varchar)")
        sources = collect_loaded(connection, telling(contracts))
        if not sources:
            return True
        try:
            collect_extracts(connection, extracts, contracts, sources)
        except (GrowthError, duckdb.Error):
            return True  # the loader says in words what is wrong with the files, and loads nothing
        met = "from extract_ids"
        return not count(connection, met) or bool(count(connection, f"{met} semi join known_ids using (source, id)"))


def has_known_file(connection: duckdb.DuckDBPyConnection, home: Home, extracts: Path) -> bool:
    """Whether a file with records was loaded before: most runs need not read a record to know their company."""
    try:
        found = {file.sha256 for file in find_files(extracts, Digests(home.digests).of)}
        loaded = connection.execute("select content_sha256 from known.ledger.files where records > 0").fetchall()
    except (GrowthError, duckdb.CatalogException):
        return False  # the loader says what is wrong with the files; a home may be from before the ledger
    return any(digest in found for (digest,) in loaded)


def telling(contracts: Sequence[Contract]) -> list[Contract]:
    """The contracts whose ids tell a company: what its sources cannot do without, and what that refers to.

    A source without a required object is told by all it has, but for what is about other objects' records.
    """
    strict = {contract.source for contract in contracts if contract.required}
    chosen = [one for one in contracts if one.required or (one.source not in strict and not one.supplements)]
    named = {target for one in chosen for rule in one.rules for target, _ in rule.targets}
    return [one for one in contracts if one in chosen or one.object in named]


def id_columns(contract: Contract) -> list[str]:
    """The columns that hold a record's own id or a reference to another record."""
    references = {rule.columns[0] for rule in contract.rules if rule.kind == "reference"}
    wanted = {*contract.key, *references, *record_id_columns(contract)}
    return [column.name for column in contract.columns if column.name in wanted]


def collect_loaded(connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract]) -> set[str]:
    """The ids in the loaded tables of the attached home, as `known_ids`; the sources that have any."""
    rows = connection.execute(
        "select table_name, lower(column_name) from duckdb_columns() "
        "where database_name = 'known' and schema_name = 'raw'"
    ).fetchall()
    sources: set[str] = set()
    for contract in contracts:
        table = contract.table.removeprefix("raw.")
        columns = [name for name in id_columns(contract) if (table, name.lower()) in rows]
        if collect(connection, "known_ids", f"known.raw.{quoted_name(table)}", contract, columns):
            sources.add(contract.source)
    return sources


def collect_extracts(
    connection: duckdb.DuckDBPyConnection, folder: Path, contracts: Sequence[Contract], sources: set[str]
) -> None:
    """The ids in the files of a folder, as `extract_ids`: of sources that were loaded before, the others tell nothing.

    Raises what the readers raise for a file they cannot read.
    """
    wanted = [contract for contract in telling(contracts) if contract.source in sources]
    with TemporaryDirectory() as scratch:
        for number, file in enumerate(find_files(folder)):
            contract = contract_of(file, contracts)
            if contract in wanted and contract is not None:
                found = {name.lower(): name for name in read_extract(connection, file, Path(scratch), number).columns}
                columns = [found[name.lower()] for name in id_columns(contract) if name.lower() in found]
                if columns:  # the file is read once for all of them
                    listed = ", ".join(quoted_name(name) for name in columns)
                    connection.execute(f"create or replace temp table file_ids as select {listed} from incoming_text")
                    collect(connection, "extract_ids", "file_ids", contract, columns)


def collect(
    connection: duckdb.DuckDBPyConnection, target: str, table: str, contract: Contract, columns: Sequence[str]
) -> int:
    """Add the ids in columns of a table to those of its source, case-safe ones by their first 15 characters (the rest
    is a check sum); how many."""
    added = 0
    safe = {name.lower() for name in record_id_columns(contract)}
    for column in columns:
        is_safe = column.lower() in safe
        text = f"left({quoted_name(column)}::varchar, 15)" if is_safe else f"{quoted_name(column)}::varchar"
        [(count,)] = connection.execute(
            f"insert into {target} select distinct ? as source, {text} as id from {table} "
            "where id <> '' and not (? and regexp_matches(id, ?))",
            [contract.source, is_safe, EVERYWHERE],
        ).fetchall()
        added += int(count)
    return added


def count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    """How many rows there are."""
    [(found,)] = connection.execute(f"select count(*) {rows}").fetchall()
    return int(found)


def kept_files(home: Home) -> list[Path]:
    """What belongs to the company: databases and what lies beside them (log, journal), rows mended by hand, models."""
    names = [home.intake, home.warehouse, home.mended, home.mlflow]
    return [path for path in (*names, *sorted(home.root.glob("*.duckdb.*"))) if path.exists()]
