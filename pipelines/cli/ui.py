"""`growth ui`: Dagster's pages over the home, with the scheduler that runs the jobs unattended."""

import os
import sys

import click

from pipelines.cli.options import home_option
from pipelines.home import PROJECT_ROOT, Home


@click.command(epilog="Example: growth ui --port 3333")
@home_option
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
def ui(home: Home, port: int, host: str) -> None:
    """Tables, checks, runs and schedules as web pages; while it runs, so do the schedules."""
    from pipelines.instance import prepare_instance

    folder = prepare_instance(home)
    click.echo(f"http://{host}:{port}  (Ctrl-C ends it, and with it the schedules)")
    environment = os.environ | {"DAGSTER_HOME": str(folder), "GROWTH_HOME": str(home.root)}
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "dagster",
        "dev",
        "-m",
        "pipelines.definitions",
        "-d",
        str(PROJECT_ROOT),
    ]
    command += ["-h", host, "-p", str(port), "--log-level", "warning"]
    os.chdir(folder)
    sys.stdout.flush()
    os.execve(sys.executable, command, environment)  # noqa: S606 it takes our place, so that it gets our signals
