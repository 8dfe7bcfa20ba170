"""What runs together and when: the jobs, their schedules, and the hook that says loudly what failed."""

from collections.abc import Collection
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.after_failure import refresh_account
from pipelines.assets.groups import asset_key
from pipelines.engine import Engine
from pipelines.history import close_run

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition as Job

DAILY_CRON = "0 5 * * *"
WEEKLY_CRON = "0 2 * * 0"


@dg.failure_hook(required_resource_keys={"engine"})
def tell_failure(context: dg.HookContext) -> None:
    """Say which step failed and why, in the log and in `meta.runs`."""
    engine: Engine = context.resources.engine
    reason = f"{context.op.name}: {context.op_exception}"
    context.log.error(f"The published lists stay as they were. {reason}")
    close_run(engine.connection, engine.run_id, "failed", reason, ended=engine.clock())
    refresh_account(engine.connection)


def engine_jobs(models: tuple[str, ...], without: Collection[str] = ()) -> "list[Job]":
    """`daily`: all but the tables of what did not come, a model only when due; `weekly_training`: models and what
    follows; `publish`: the files."""
    absent = dg.AssetSelection.assets(*(asset_key(name) for name in sorted(without)))
    trained = dg.AssetSelection.assets(*(["models", name] for name in models))
    force = dg.RunConfig(ops=forced_training(models))
    return [
        job("daily", "From extracts to published lists.", dg.AssetSelection.all() - absent),
        job("weekly_training", "Fit the models anew, score, publish.", trained.downstream(), force),
        job("publish", "Write the published files again.", dg.AssetSelection.groups("published")),
    ]


def forced_training(models: tuple[str, ...]) -> dict[str, dict[str, dict[str, bool]]]:
    """The settings of the training steps that fit a new model even when the champion is not due."""
    return {f"models__{name}": {"config": {"force": True}} for name in models}


def job(name: str, description: str, selection: dg.AssetSelection, config: dg.RunConfig | None = None) -> "Job":
    """A job in this process: the databases have one writer."""
    return dg.define_asset_job(
        name,
        selection,
        description=description,
        config=config,
        hooks={tell_failure},
        executor_def=dg.in_process_executor,
    )


def engine_schedules(jobs: "list[Job]") -> list[dg.ScheduleDefinition]:
    """Early every morning, and training once a week before it; they run while `growth ui` runs."""
    by_name = {job.name: job for job in jobs}
    running = dg.DefaultScheduleStatus.RUNNING
    return [
        dg.ScheduleDefinition(job=by_name["daily"], cron_schedule=DAILY_CRON, default_status=running),
        dg.ScheduleDefinition(job=by_name["weekly_training"], cron_schedule=WEEKLY_CRON, default_status=running),
    ]
