"""`growth contract`: a first contract and staging file for a file of one's own."""

from pathlib import Path

import click

from pipelines.cli.options import home_option
from pipelines.cli.show import harmless
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
    from pipelines.contracts import load_contracts
    from pipelines.contracts.odcs import check_together, load_contract
    from pipelines.engine import CONTRACTS
    from pipelines.proposal.names import described_by, names_of
    from pipelines.proposal.write import propose

    root = out or home.root
    contracts = load_contracts(CONTRACTS, root / "contracts")
    if not name and (there := described_by(file, contracts)):
        raise GrowthError(
            f"{there} is there already and describes {file.name}; edit it, take it away, or give another --object."
        )
    of, called = names_of(file, source, name, contracts)
    proposal = propose(file, of, called, home, contracts)
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
        check_together([*contracts, load_contract(next(iter(texts)))])
    except GrowthError:
        for path in texts:
            path.unlink()
        raise
    click.echo("\n".join([*(f"Wrote {path}" for path in texts), *map(harmless, proposal.lines)]))
