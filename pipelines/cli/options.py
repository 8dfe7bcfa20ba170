"""Options that several commands share."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipelines.errors import GrowthError
from pipelines.home import Home

Command = Callable[..., Any]


class HomeType(click.ParamType[Home]):
    """A home folder; that it exists is checked by who needs it. The root context keeps it for what errors say."""

    name = "folder"

    def convert(self, value: Any, _: click.Parameter | None, context: click.Context | None) -> Home:
        home = value if isinstance(value, Home) else Home(Path(str(value)).absolute())
        for path in (home.root, *home.root.parents):
            if path.is_file():
                raise GrowthError(f"{path} is a file, no folder; name the company's folder with --home.")
        if context is not None:
            context.find_root().obj = home
        return home


class MomentType(click.ParamType[datetime]):
    """An ISO 8601 date or time, with or without an offset, as naive UTC; a date alone is its last second."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        text = str(value)
        try:
            moment = datetime.fromisoformat(f"{text}T23:59:59" if len(text) == len("2026-06-30") else text)
        except ValueError:
            self.fail(
                f"{text!r} is no ISO 8601 date or time, such as 2026-06-30 or 2026-06-30T23:59:59Z.", param, context
            )
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


home_option = click.option(
    "--home", type=HomeType(), default="growth_home", show_default=True, help="The company's folder."
)


def home_above(context: click.Context, _: click.Parameter, value: Home | None) -> Home:
    """The home that was named here, else before the subcommand."""
    home: Home = value or (context.parent or context).params["home"]
    return home


own_home_option = click.option("--home", type=HomeType(), callback=home_above, help="The company's folder.")
JSON_WANTED = "as_json"


def remember_json(context: click.Context, _: click.Parameter, value: bool) -> bool:
    """Let a failure know, too, that its reader is a script."""
    context.meta[JSON_WANTED] = value
    return value


# Eager: an option that fails after it shall fail in JSON.
json_option = click.option(
    "--json", "as_json", is_flag=True, is_eager=True, callback=remember_json, help="JSON on stdout, for scripts."
)
csv_option = click.option("--csv", "as_csv", is_flag=True, help="CSV on stdout, every column.")
limit_option = click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Rows to show.")


def clock() -> datetime:
    """The moment (naive UTC)."""
    return datetime.now(UTC).replace(tzinfo=None)
