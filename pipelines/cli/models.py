"""`growth models`: which model speaks, and how good it is on moments it never saw."""

import click

from pipelines.cli.options import home_option, json_option
from pipelines.cli.published import published, query
from pipelines.cli.show import show_json, show_table
from pipelines.home import Home

HEALTH = """
select model, model_version, slice, metric, value, low, high, n, split, verdict
from marts.model_health
where $all or slice = 'all'
order by model, model_version, slice, metric
"""


@click.command(epilog="Example: growth models --all --json")
@home_option
@click.option("--all", "every_slice", is_flag=True, help="Every slice, not the whole alone.")
@json_option
def models(home: Home, every_slice: bool, as_json: bool) -> None:
    """The champion of each model with its measures, or why points rank instead."""
    with published(home) as connection:
        rows = query(connection, HEALTH, {"all": every_slice})
    if as_json:
        show_json(rows.records())
    else:
        show_table(rows, "Champions and their health")
