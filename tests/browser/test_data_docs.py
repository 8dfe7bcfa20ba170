"""Data Docs in a real browser: every rule is told, the network is asked for nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.contracts import load_contracts
from pipelines.contracts.data_docs import Kept, write_docs
from pipelines.home import PROJECT_ROOT
from tests.browser.test_report_page import CHROMIUM, NO_BROWSER, opened

RUN = ("run-1", datetime(2026, 7, 1, tzinfo=UTC))
CONTRACTS = [
    contract
    for contract in load_contracts(PROJECT_ROOT / "data_contracts")
    if contract.object in ("Account", "Opportunity", "lead_queue")
]
RESULTS = {
    (contract.object, rule_id): Kept(0, 0, "")
    for contract in CONTRACTS
    for rule_id in [rule.rule_id for rule in (*contract.rules, *contract.whole_rules)]
}
RESULTS["Account", "owner_known"] = Kept(3, 2, "")
RESULTS["Account", "account_is_fresh"] = Kept(1, 0, "raw.account: found 45, expected at most 30")
RESULTS["Opportunity", "opportunity_is_fresh"] = Kept(-1, 0, "raw.opportunity: the rule could not be run: why")
ROWS = {"raw.account": 100, "raw.opportunity": 50, "marts.lead_queue": 10}


@pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER)
@pytest.mark.capability("E5")
def test_data_docs_tell_every_rule_and_ask_the_network_for_nothing(tmp_path: Path) -> None:
    assert write_docs(tmp_path / "docs", CONTRACTS, RESULTS, ROWS, RUN) == 3
    for name, words in {
        "index.html": ["raw.account", "marts.lead_queue", "2026-07-01"],
        "raw.account.html": [
            "account_is_fresh", "found 45, expected at most 30", "2 rows wait for a parent", "fa-times",
            *(rule.rule_id for contract in CONTRACTS if contract.object == "Account" for rule in contract.rules),
        ],
        "raw.opportunity.html": ["could not be run"],
    }.items():  # fmt: skip
        dom, console, addresses = opened(tmp_path / "docs" / name, tmp_path)
        assert [word for word in words if word not in dom] == []
        assert (console, addresses) == ("", [])


def test_data_docs_of_the_same_results_are_the_same_files(tmp_path: Path) -> None:
    pages = []
    for name in ("a", "b"):
        write_docs(tmp_path / name, CONTRACTS, RESULTS, ROWS, RUN)
        pages.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert pages[0] == pages[1]
    assert len(pages[0]) == 4
