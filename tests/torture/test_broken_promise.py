"""A contract out that today's table breaks: yesterday's lists stay, one sentence, exit code 1."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.contracts import load_contracts
from pipelines.definitions import build_definitions
from pipelines.engine import CONTRACTS
from tests.torture.small import OBJECTS, RECORDS, write_days, write_project

RULE = "lead_queue_rank_valid"


@pytest.mark.capability("E6")
def test_a_broken_contract_out_leaves_the_lists_of_the_day_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    contracts = load_contracts(CONTRACTS)
    by_table = {contract.table: contract for contract in contracts}
    write_project(tmp_path / "sql", by_table)
    queue = by_table["marts.lead_queue"]
    promise = replace(next(rule for rule in queue.rules if rule.rule_id == RULE), maximum=RECORDS)
    needed = [contract for contract in contracts if contract.table in OBJECTS]
    needed += [replace(queue, rules=(promise,), table_rules=())]
    monkeypatch.setattr(
        "pipelines.definitions.project_definitions", lambda *_: build_definitions(tmp_path / "sql", needed, ())
    )
    write_days(tmp_path / "days", 3)  # on the third day there are more leads than promised
    first, _, second = sorted((tmp_path / "days").iterdir())
    latest = tmp_path / "home" / "published" / "latest"

    assert growth(monkeypatch, tmp_path, first) == 0
    version, lists = latest.resolve().name, (latest / "lead_queue.csv").read_bytes()
    capsys.readouterr()
    assert growth(monkeypatch, tmp_path, second) == 1
    found = capsys.readouterr()
    said = [line for line in found.err.splitlines() if line.startswith("growth: ")]
    assert (found.out, len(said), "Traceback" in found.err) == ("", 1, False)
    assert said[0].startswith(
        f"growth: Stopped by a check, the published lists stay as they were. marts.lead_queue, row_rules: {RULE}: "
    ), said[0]
    assert (latest.resolve().name, (latest / "lead_queue.csv").read_bytes()) == (version, lists)
    assert [path.name for path in latest.parent.iterdir() if path.name not in ("latest", version)] == []


def growth(monkeypatch: pytest.MonkeyPatch, root: Path, extracts: Path) -> int:
    """The exit code of `growth run` over a folder."""
    words = ["growth", "run", "--home", str(root / "home"), "--extracts", str(extracts)]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)
