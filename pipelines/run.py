"""What `growth run` does: nothing when nothing changed, else the daily job, under the lock, on the home's own Dagster.

What does not belong here: what a step does (`pipelines/assets`), how progress looks (`pipelines/cli`).
"""

import gc
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.engine import Engine, Request, open_engine, silent
from pipelines.errors import GrowthError
from pipelines.fingerprint import fingerprint
from pipelines.history import Inputs, close_run, has_published, last_fingerprint, note_unchanged, open_run
from pipelines.home import Home
from pipelines.instance import fail_abandoned, open_instance
from pipelines.intake import folder_hashes
from pipelines.lock import writer_lock
from pipelines.other_company import company_of, settle
from pipelines.publish.manifest import missing_files, read_manifest
from pipelines.quiet import silence
from pipelines.warehouse import connect

if TYPE_CHECKING:
    from dagster import DagsterInstance

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """How a run ended: the version that people read now, and whether this run made it."""

    version: str
    is_new: bool
    run_id: str


def run(request: Request, clock: Callable[[], datetime], say: Say = silent, verbose: bool = False) -> Outcome:
    """Take the extracts to published lists; `clock` gives the moment (naive UTC), `say` takes lines of progress.

    Raises GrowthError with one sentence when the extracts, the set-up or a check stops the run; the lists that were
    published before stay as they were.
    """
    silence()
    # A run makes millions of objects that live long; looking through them for waste cost 4 CPU-seconds of 54.
    gc.set_threshold(200_000, 50, 1_000)
    request.home.create()
    run_id = str(uuid.uuid4())
    with ExitStack() as stack:
        lock = stack.enter_context(writer_lock(request.home.writer_lock, run_id, request.wait, say))
        if lock.abandoned:
            tell_dagster(request.home, lock.abandoned)
        stack.enter_context(own_scratch(request.home))
        settle(request.home)
        mark = fingerprint(request, folder_hashes(request.extracts, request.home.digests))
        version = None if request.train else unchanged_version(request, mark)
        if version:
            with open_engine(request, run_id, clock, say, mark) as engine:
                note_unchanged(engine.connection, run_id)
                close_run(engine.connection, run_id, "unchanged", "", ended=clock(), version=version)
            return Outcome(version, is_new=False, run_id=run_id)
        try:
            with company_of(request, run_id, say), open_engine(request, run_id, clock, say, mark) as engine:
                execute_daily(engine, verbose)
        except GrowthError as error:
            note_failure(request, run_id, mark, clock, str(error))
            raise
        manifest = read_manifest(request.home.latest) or {}
        return Outcome(str(manifest.get("version")), is_new=True, run_id=run_id)


@contextmanager
def own_scratch(home: Home) -> Iterator[None]:
    """What a writer writes for its own length lies in the home, closed to others, and goes with the next one at the
    latest: a killed one cannot tidy up, and what it unpacked or began to keep is personal data.
    """
    before = tempfile.tempdir
    shutil.rmtree(home.scratch, ignore_errors=True)
    for unfinished in home.mended.glob(".*"):
        unfinished.unlink()
    home.scratch.mkdir(mode=0o700)
    tempfile.tempdir = str(home.scratch)
    try:
        yield
    finally:
        tempfile.tempdir = before
        shutil.rmtree(home.scratch, ignore_errors=True)


def unchanged_version(request: Request, mark: str) -> str | None:
    """The published version when it is whole, was made from these very inputs, and the databases still are those it
    came from: gone, fresh, or changed since by a run that did not publish, they have to be made again."""
    home, manifest = request.home, read_manifest(request.home.latest)
    if not manifest or manifest.get("input_fingerprint") != mark or missing_files(home.latest, manifest):
        return None
    if not (home.intake.exists() and home.warehouse.exists()):
        return None
    with closing(connect(home)) as connection:
        is_known = has_published(connection, str(manifest["run_id"])) and last_fingerprint(connection) == mark
    return str(manifest["version"]) if is_known else None


def note_failure(request: Request, run_id: str, mark: str, clock: Callable[[], datetime], message: str) -> None:
    """Let the databases tell of a failed run that was noted elsewhere: in those of a company that is gone again."""
    if not request.home.warehouse.exists():
        return
    with closing(connect(request.home)) as connection:
        open_run(connection, run_id, clock(), Inputs(request.extracts, request.playbook, mark))
        close_run(connection, run_id, "failed", message, ended=clock())


def tell_dagster(home: Home, abandoned: list[str]) -> None:
    """Let Dagster's pages show the runs whose processes died as failed; they are off the list then."""
    with open_instance(home) as instance:
        fail_abandoned(instance, abandoned)


def execute_daily(engine: Engine, verbose: bool) -> None:
    """The `daily` job in this process, as a Dagster run that its pages show; `verbose` shows its log too."""
    from dagster import DagsterExecutionInterruptedError
    from dagster._core.errors import DagsterAssetCheckFailedError

    from pipelines.assets.models import model_names
    from pipelines.definitions import project_definitions
    from pipelines.jobs import forced_training
    from pipelines.presence import raw_tables_without_rows

    definitions = project_definitions(engine.request.playbook, engine.home, raw_tables_without_rows(engine))
    job = definitions.resolve_job_def("daily")
    ops = forced_training(model_names(engine.request.playbook)) if engine.request.train else {}
    with open_instance(engine.home) as instance:
        try:
            job.execute_in_process(
                run_config={
                    "loggers": {"console": {"config": {"log_level": "DEBUG" if verbose else "CRITICAL"}}},
                    "ops": ops,
                },
                run_id=engine.run_id,
                instance=instance,
                resources={"engine": engine},
            )
        except DagsterAssetCheckFailedError as error:
            raise GrowthError(failed_checks(instance, engine.run_id)) from error
        except DagsterExecutionInterruptedError as error:
            raise GrowthError("The run was interrupted; the published lists stay as they were.") from error


def failed_checks(instance: "DagsterInstance", run_id: str) -> str:
    """The sentence about the checks that stopped a run."""
    from dagster import AssetCheckSeverity, DagsterEventType

    events = instance.all_logs(run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION)
    found = [event.get_dagster_event().asset_check_evaluation_data for event in events]
    broken = [
        f"{'.'.join(check.asset_key.path)}, {check.check_name}: {check.description or 'see its page in `growth ui`'}"
        for check in found
        if not check.passed and check.blocking and check.severity == AssetCheckSeverity.ERROR
    ]
    return f"Stopped by a check, the published lists stay as they were. {'; '.join(broken)}"
