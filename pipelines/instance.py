"""Dagster's own memory inside the home: its settings file, its instance, and the runs a dead process left open.

What does not belong here: definitions (`pipelines/definitions.py`) and the engine's own story (`pipelines/history.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.home import Home

if TYPE_CHECKING:
    from dagster import DagsterInstance

SETTINGS = """\
# Written by the growth engine on every start: history in this folder, nothing calls out.
telemetry:
  enabled: false
nux:
  enabled: false
freshness:
  enabled: true
event_log_storage:
  module: pipelines.event_log
  class: KeptSqliteEventLogStorage
  config:
    base_dir: {folder}/history
run_storage:
  module: dagster._core.storage.runs
  class: SqliteRunStorage
  config:
    base_dir: {folder}/history
schedule_storage:
  module: dagster._core.storage.schedules
  class: SqliteScheduleStorage
  config:
    base_dir: {folder}/schedules
local_artifact_storage:
  module: dagster._core.storage.root
  class: LocalArtifactStorage
  config:
    base_dir: {folder}
compute_logs: # steps print nothing; their story is the event log, and no child process outlives a run
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""


def prepare_instance(home: Home) -> Path:
    """Write the settings of Dagster's home and return its absolute path."""
    home.create()
    folder = home.dagster.resolve()
    settings = folder / "dagster.yaml"
    text = SETTINGS.format(folder=folder)
    if not settings.exists() or settings.read_text(encoding="utf-8") != text:
        settings.write_text(text, encoding="utf-8")
    return folder


@contextmanager
def open_instance(home: Home) -> Iterator["DagsterInstance"]:
    """The instance of this home, closed at the end."""
    from dagster import DagsterInstance

    with DagsterInstance.from_config(str(prepare_instance(home))) as instance:
        yield instance


def fail_abandoned(instance: "DagsterInstance", abandoned: list[str]) -> None:
    """Mark the runs whose processes died while writing as failed, so that no page shows them as running for ever; each
    is off the list then."""
    while abandoned:
        run = instance.get_run_by_id(abandoned[0])
        if run and not run.is_finished:
            instance.report_run_failed(run, "Its process died while it was writing; marked at the next start.")
        del abandoned[0]
