"""The way in as assets: one step loads every extract into `raw`, one reads the playbook into `config`."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import dagster as dg

from pipelines.assets.checks import check_results, contract_check_specs
from pipelines.assets.groups import asset_key, asset_spec
from pipelines.assets.metadata import count_rows, table_metadata
from pipelines.contracts import Contract, RuleResult
from pipelines.engine import Engine
from pipelines.errors import GrowthError
from pipelines.intake import load_extracts
from pipelines.intake.forms.digests import Digests
from pipelines.intake.history.as_of import rewind
from pipelines.intake.proof.ledger import latest_moment
from pipelines.playbook_tables import load_playbook, set_as_of

INTAKE_TABLES = {
    "quarantine.rows": "One row per record that the contracts refused, with file, line and reasons.",
    "ledger.files": "One row per file content that was loaded.",
    "ledger.balance": "One row per load and extract file: rows read, loaded, identical, superseded, refused.",
    "ledger.rule_results": "One row per load, object and rule of a contract.",
    "ledger.columns_present": "One row per object and column that its extracts have had.",
    "ledger.freshness": "One row per load and object: records, first and newest moment, age at the as-of moment.",
    "ledger.completeness": "One row per load, object read in it, field and owner: records and filled cells.",
    "ledger.history_coverage": "One row per object and column whose past is known, with since when and by what.",
    "ledger.reports": "One row per thing a load has to tell: unlisted files, missing optional objects, warnings.",
}
BALANCE = """
select file, rows_read, rows_loaded + rows_identical + rows_superseded + rows_quarantined + rows_rejected as accounted
from ledger.balance
where load_id = ? and rows_read is distinct from
    rows_loaded + rows_identical + rows_superseded + rows_quarantined + rows_rejected
order by file
"""
RULES = "select rule_id, object, kind, rows_failed, sample from ledger.rule_results where load_id = ?"


def extract_assets(contracts: Sequence[Contract]) -> dg.AssetsDefinition:
    """One step, one asset per contract: whatever came in must be loaded before anything is made of it."""
    specs = [asset_spec(contract.table, contract.description, code_version=contract.version) for contract in contracts]
    specs += [
        asset_spec(name, description) for name, description in (INTAKE_TABLES | history_tables(contracts)).items()
    ]
    balance = dg.AssetCheckSpec(
        "balance",
        asset=asset_key("ledger.balance"),
        blocking=True,
        description="Rows read = loaded + identical + superseded + quarantined + rejected, in every file.",
    )
    checks = [check for contract in contracts for check in contract_check_specs(contract)]

    @dg.multi_asset(name="extracts", specs=specs, check_specs=[balance, *checks], can_subset=True)
    def extracts(
        context: dg.AssetExecutionContext, engine: dg.ResourceParam[Engine]
    ) -> Iterator[dg.MaterializeResult[None]]:
        # Whatever is chosen, all is loaded; of the tables that a run does not name it says nothing.
        chosen = {".".join(key.path) for key in context.selected_asset_keys}
        load_extracts(
            engine.connection,
            engine.request.extracts,
            list(contracts),
            engine.run_id,
            lambda file, _, __: engine.say(f"raw: {file}"),
            now=engine.clock(),
            digest=Digests(engine.home.digests).of,
            mended=engine.home.mended,
        )
        results = rule_results(engine)
        for contract in contracts:
            if contract.table in chosen:
                found = [result for result in results if result.object == contract.object]
                yield loaded_table(engine, contract.table, check_results(contract, found))
        for name in [*INTAKE_TABLES, *history_tables(contracts)]:
            if name in chosen:
                yield loaded_table(engine, name, [balance_check(engine)] if name == "ledger.balance" else [])
        look_back(engine, contracts)

    return extracts


def history_tables(contracts: Sequence[Contract]) -> dict[str, str]:
    """Of objects that a history tells of: their past, by two-part name with its grain."""
    told_of = {contract.history.of for contract in contracts if contract.history}
    return {
        past_of(contract.table): "One row per record, column and stretch of one value, of "
        f"columns of {contract.object} that ever changed."
        for contract in contracts
        if contract.object in told_of
    }


def past_of(table: str) -> str:
    """The table of a raw table's past, by two-part names."""
    return table.replace("raw.", "raw_history.", 1)


def look_back(engine: Engine, contracts: Sequence[Contract]) -> None:
    """For the rest of the run `raw` is what it was at the moment asked for, when that is before the newest extract."""
    asked, newest = engine.request.as_of, latest_moment(engine.connection, list(contracts), engine.clock())
    if asked and newest and asked < newest:
        engine.say(f"raw: as known at {asked.isoformat(sep=' ', timespec='seconds')}")
        rewind(engine.connection, contracts, asked)


def loaded_table(engine: Engine, name: str, checks: Sequence[dg.AssetCheckResult]) -> dg.MaterializeResult[None]:
    """What Dagster is told of a table that the load wrote."""
    rows = count_rows(engine.connection, name)
    metadata = table_metadata(engine.connection, name, rows)
    return dg.MaterializeResult(asset_key=asset_key(name), metadata=metadata, check_results=checks)


def rule_results(engine: Engine) -> list[RuleResult]:
    """What this load found about each rule. A row that was kept out is told as a warning: it blocks nothing.

    A broken error rule about a whole table has ended the load before.
    """
    rows = engine.connection.execute(RULES, [engine.run_id]).fetchall()
    return [
        RuleResult(rule, name, "table" if kind == "table" else "row", "warn", failed, sample or "", passed=not failed)
        for rule, name, kind, failed, sample in rows
    ]


def balance_check(engine: Engine) -> dg.AssetCheckResult:
    """Nothing lost: the rows of every file are accounted for."""
    broken = engine.connection.execute(BALANCE, [engine.run_id]).fetchall()
    return dg.AssetCheckResult(
        asset_key=asset_key("ledger.balance"),
        check_name="balance",
        passed=not broken,
        description="; ".join(f"{file}: read {read} rows, accounted for {known}" for file, read, known in broken),
    )


def playbook_assets(names: frozenset[str], contracts: Sequence[Contract]) -> dg.AssetsDefinition:
    """What people decided, and the as-of moment; `names` are the `config.*` tables that some SQL file reads."""
    tables = sorted(names | {"config.as_of"})
    loaded = frozenset(contract.table for contract in contracts)
    specs = [
        asset_spec(name, "From the playbook.", loaded if name == "config.as_of" else frozenset()) for name in tables
    ]

    @dg.multi_asset(name="playbook", specs=specs)
    def playbook(engine: dg.ResourceParam[Engine]) -> Iterator[dg.MaterializeResult[None]]:
        engine.say("config: playbook")
        load_playbook(engine.connection, engine.request.playbook)
        set_as_of(engine.connection, decide_as_of(engine, contracts))
        for name in tables:
            yield dg.MaterializeResult(
                asset_key=asset_key(name), metadata={"dagster/row_count": count_rows(engine.connection, name)}
            )

    return playbook


def decide_as_of(engine: Engine, contracts: Sequence[Contract]) -> datetime:
    """The moment that was asked for, else the newest that an accepted row tells and the clock has passed."""
    as_of = engine.request.as_of or latest_moment(engine.connection, list(contracts), engine.clock())
    if as_of is None:
        raise GrowthError("No accepted row tells when it happened or was changed; give the moment with --as-of.")
    return as_of
