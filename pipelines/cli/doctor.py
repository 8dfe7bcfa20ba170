"""`growth doctor`: what is wrong with this set-up, each finding with what to do."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from pipelines.cli.options import home_option, json_option
from pipelines.cli.show import Rows, show_json, show_table
from pipelines.home import PROJECT_ROOT, Home

LOWEST, ABOVE = (3, 11), (3, 14)
FREE_BYTES = 2 * 1024**3
GIB = 1024**3
WAITING_PARENT = """
select coalesce(sum(rows_waiting), 0) from ledger.rule_results
where load_id = (select max_by(load_id, rowid) from ledger.rule_results)
"""


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `hint` says what to do when it is not in order."""

    what: str
    is_well: bool
    found: str
    hint: str = ""


@click.command(epilog="Example: growth doctor --json")
@home_option
@json_option
def doctor(home: Home, as_json: bool) -> None:
    """Look at Python, disk, home, lock, databases and what is published; leave with 1 when something is wrong."""
    findings = list(examine(home))
    if as_json:
        show_json([asdict(finding) for finding in findings])
    else:
        rows = [["ok" if f.is_well else "WRONG", f.what, f.found, "" if f.is_well else f.hint] for f in findings]
        show_table(Rows(("state", "what", "found", "what to do"), rows))
    sys.exit(0 if all(finding.is_well for finding in findings) else 1)


def examine(home: Home) -> Iterator[Finding]:
    """Every finding, in the order in which things build on each other."""
    yield python_version()
    yield environment()
    if not home.root.is_dir():
        yield Finding("home", False, f"{home.root} does not exist", "run `growth run`, or name a folder with --home")
        return
    yield permissions(home.root)
    yield disk(home.root)
    yield lock(home)
    yield from databases(home)
    yield from loads(home)
    yield from waiting_rows(home)
    yield dagster_home(home)
    yield published(home)


def python_version() -> Finding:
    """The interpreter is one the engine is made for."""
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", LOWEST <= sys.version_info[:2] < ABOVE, found, "use Python 3.11, 3.12 or 3.13")


def environment() -> Finding:
    """The interpreter belongs to the project's environment."""
    is_own = Path(sys.prefix).resolve() == (PROJECT_ROOT / ".venv").resolve()
    return Finding(
        "environment", sys.prefix != sys.base_prefix, sys.prefix if not is_own else ".venv", "run `make setup`"
    )


def permissions(root: Path) -> Finding:
    """Nobody but the owner reads personal data, and the owner can write."""
    mode = stat.S_IMODE(root.stat().st_mode)
    is_well = not mode & 0o077 and os.access(root, os.W_OK)
    return Finding("permissions", is_well, f"{root} has mode {mode:04o}", f"chmod 700 {root}, as its owner")


def disk(root: Path) -> Finding:
    """There is room for another version."""
    free = shutil.disk_usage(root).free
    return Finding("disk", free >= FREE_BYTES, f"{free / GIB:.1f} GiB free", "free some space: 2 GiB are needed")


def lock(home: Home) -> Finding:
    """Who is writing; a writer at work is no fault."""
    from pipelines.lock import current_writer, read_holder

    writer = current_writer(home.writer_lock)
    if writer:
        return Finding("writer", True, f"process {writer.pid} is writing (run {writer.run_id})")
    note = read_holder(home.writer_lock)
    died = [one for one in (*note.abandoned, note.run_id) if one] if note else []
    found = f"run {', '.join(died)} died while writing" if died else "nobody is writing"
    return Finding("writer", not died, found, "run `growth run`: it takes up where the dead run stopped")


def databases(home: Home) -> Iterator[Finding]:
    """Both files open; they are not looked into while a writer holds them."""
    import duckdb

    from pipelines.checkpoints import journal_of
    from pipelines.lock import current_writer

    for path in (home.intake, home.warehouse):
        if not path.exists():
            yield Finding(path.name, False, "not there yet", "run `growth run`")
        elif current_writer(home.writer_lock):
            yield Finding(path.name, True, "in use by the writer")
        elif journal_of(path).exists():
            yield Finding(path.name, False, "a writer was killed while it wrote", "run `growth run`: it makes it whole")
        else:
            try:
                duckdb.connect(str(path), read_only=True).close()
                yield Finding(path.name, True, f"opens, {path.stat().st_size / GIB:.2f} GiB")
            except duckdb.Error as error:
                hint = "end the program that holds it open; if none does, move the file away and run `growth run`"
                yield Finding(path.name, False, str(error).splitlines()[0], hint)


def loads(home: Home) -> Iterator[Finding]:
    """The newest load lost nothing and was not refused; nothing is said while a writer holds the database."""
    import duckdb

    from pipelines.cli.account import read_account
    from pipelines.lock import current_writer

    if not home.warehouse.exists() or current_writer(home.writer_lock):
        return
    try:
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            account = read_account(connection)
    except duckdb.Error:
        return  # `databases` has told
    if account is None:
        return
    yield Finding(
        "balance", not account.rows_lost, account.balance(), "please report it; `meta.balance` names the file"
    )
    if account.refused:
        hint = "mend what it says, then run `growth run`"
        yield Finding("last refused load", not account.is_refused_now, account.refused, hint)


def waiting_rows(home: Home) -> Iterator[Finding]:
    """How many records wait in quarantine, and how many rows for a record that they point to: work, and no fault."""
    import duckdb

    from pipelines.checkpoints import journal_of
    from pipelines.lock import current_writer

    if not home.intake.exists() or journal_of(home.intake).exists() or current_writer(home.writer_lock):
        return
    try:
        with duckdb.connect(str(home.intake), read_only=True) as connection:
            [(refused,)] = connection.execute("select count(*) from quarantine.rows").fetchall()
            [(late,)] = connection.execute(WAITING_PARENT).fetchall()
    except duckdb.Error:
        return  # nothing was loaded yet, or `databases` has told
    found = "no record waits"
    if refused:
        wait = "1 record waits" if refused == 1 else f"{refused:,} records wait"
        found = f"{wait}: `growth quarantine` says why, `growth quarantine export` takes them away to mend"
    yield Finding("quarantine", True, found)
    if late:
        rows = "1 new row points" if late == 1 else f"{int(late):,} new rows point"
        hint = "export the missing records, too; those that the next run does not bring count as broken"
        yield Finding("references", True, f"{rows} to a record that no file holds yet; {hint}")


def dagster_home(home: Home) -> Finding:
    """Dagster's folder has its settings."""
    is_well = (home.dagster / "dagster.yaml").is_file()
    return Finding("dagster", is_well, str(home.dagster), "run `growth run` or `growth ui`: both write its settings")


def published(home: Home) -> Finding:
    """The version that people read is whole, byte for byte."""
    from pipelines.publish.manifest import missing_files, read_manifest

    manifest = read_manifest(home.latest)
    if manifest is None:
        return Finding("published", False, "nothing is published", "run `growth run`")
    broken = missing_files(home.latest, manifest, read_all=True)
    found = f"{manifest['version']}: " + (f"changed or gone: {', '.join(broken)}" if broken else "whole")
    return Finding("published", not broken, found, "run `growth run`: it writes a whole version")
