"""The commands under one name, and what becomes of errors.

Exit codes: 0 done, 1 a problem to mend, 2 arguments not understood, 130 interrupted.
"""

import os
import sys
from importlib.metadata import version

import click

from pipelines.cli.contract import contract
from pipelines.cli.demo import demo
from pipelines.cli.docs import docs
from pipelines.cli.doctor import doctor
from pipelines.cli.failures import failure
from pipelines.cli.fit import fit
from pipelines.cli.lists import deals, funnel, queue, targets
from pipelines.cli.models import models
from pipelines.cli.options import JSON_WANTED
from pipelines.cli.people import timeline, why
from pipelines.cli.quarantine import quarantine
from pipelines.cli.run import run
from pipelines.cli.show import show_json
from pipelines.cli.ui import ui
from pipelines.errors import GrowthError
from pipelines.quiet import silence


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("growth-engine"), prog_name="growth")
def cli() -> None:
    """Reads CRM and engagement extracts, scores whom to talk to next, and says why.

    \b
    First steps:
      growth demo --out growth_home/extracts
      growth run
      growth queue --limit 10
    """


for command in (
    demo,
    contract,
    run,
    targets,
    queue,
    deals,
    funnel,
    timeline,
    why,
    quarantine,
    docs,
    models,
    fit,
    ui,
    doctor,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line and leave with its exit code."""
    silence()
    sys.exit(exit_code())


def exit_code() -> int:
    """Run; an error for people becomes one sentence on stderr, a reader that went away is no error."""
    context: click.Context | None = None
    try:
        # Not `cli.main`: it turns a closed pipe into exit code 1.
        with cli.make_context("growth", sys.argv[1:]) as context:
            cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        click.echo("Stopped.", err=True)
        return 1
    except BrokenPipeError:
        # Python flushes stdout once more at its end: give it a place where that succeeds.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (Exception, KeyboardInterrupt) as error:
        known = failure(error, context.obj if context else None)
        if known is None and isinstance(error, GrowthError):
            known = str(error), 1
        if known is None:
            raise
        if context and context.meta.get(JSON_WANTED):
            show_json({"status": "failed", "message": known[0]})
        click.echo(f"growth: {known[0]}", err=True)
        return known[1]
    return 0
