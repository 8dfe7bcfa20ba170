"""`growth contract`: a first contract and staging file for a file of one's own."""

from pathlib import Path

import click

from pipelines.cli.options import home_option
from pipelines.errors import GrowthError
from pipelines.home import Home


@click.command(epilog="Example: growth contract fair_leads.csv")
@click.argument("file", type=click.Path(path_type=Path))
@home_option
@click.option("--source", help="What the files come from.  [default: own]")
@click.option("--object", "name", help="What a file of this kind is called.  [default: from the file's name]")
@click.option("--out", type=click.Path(path_type=Path), help="The folder to write to.  [default: the home]")
def contract(file: Path, home: Home, source: str | None, name: str | None, out: Path | None) -> None:
    """Propose a contract and a staging file for FILE (CSV, JSON lines or Parquet); nothing is overwritten."""
    import re

    from pipelines.contracts import load_contracts
    from pipelines.contracts.contract import snake_case
    from pipelines.engine import CONTRACTS
    from pipelines.intake.forms.files import object_name, stem_of
    from pipelines.proposal.profile import profile
    from pipelines.proposal.write import propose

    words = [snake_case(word) for word in (source or "own", name or object_name(stem_of(file.name)))]
    of, called = (re.sub(r"_+", "_", word).strip("_") for word in words)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", of) or not re.fullmatch(r"[a-z][a-z0-9_]*", called):
        raise GrowthError(f"{called!r} of {of!r} is no name for a table; give one with --object and --source.")
    proposal = propose(file, profile(file), of, called)
    root = out or home.root
    texts = {root / "contracts" / of / f"{called}.odcs.yaml": proposal.contract}
    if proposal.staging:
        texts[root / "sql" / "staging" / f"{of}_{called}.sql"] = proposal.staging
    for path in texts:
        if path.exists():
            raise GrowthError(f"{path} is there already; take it away first, or give another --object.")
    if out is None:
        home.create()
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    try:
        load_contracts(CONTRACTS, root / "contracts")
    except GrowthError:
        for path in texts:
            path.unlink()
        raise
    click.echo("\n".join([*(f"Wrote {path}" for path in texts), *proposal.lines]))
