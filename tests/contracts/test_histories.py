"""What a contract may say about the past, and how a wrong word in it is named."""

from pathlib import Path

import pytest

from pipelines.contracts import load_contracts
from pipelines.errors import GrowthError
from pipelines.home import PROJECT_ROOT
from tests.contracts.test_contracts import SMALL

CONTRACTS = PROJECT_ROOT / "data_contracts"
TABLE = "physicalName: marts.small\n"
STATES = "of: small, record: id, time: tier, columns: [score]"
LOG = "of: small, record: id, time: tier, field: tier, old: tier, new: tier"


def small(history: str, tier: str = "string") -> str:
    """The small contract with a history setting."""
    physical = {"string": "varchar"}.get(tier, tier)
    text = SMALL.replace(
        "logicalType: string\n        physicalType: varchar\n        quality",
        f"logicalType: {tier}\n        physicalType: {physical}\n        quality",
    )
    return text.replace(TABLE, f"{TABLE}    customProperties: [{{property: history, value: {{{history}}}}}]\n")


@pytest.mark.capability("E8")
def test_contracts_say_which_object_tells_of_the_past_of_which_other() -> None:
    told = {c.object: c.history.of for c in load_contracts(CONTRACTS) if c.history and c.source == "salesforce"}
    assert told == {
        "LeadHistory": "Lead", "AccountHistory": "Account", "ContactHistory": "Contact",
        "OpportunityFieldHistory": "Opportunity", "OpportunityHistory": "Opportunity",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ("of: small, record: id", "'field' is missing"),
        (f"{STATES}, prefix: a_", "found the key 'prefix'"),
        (f"{STATES.replace('id', 'nobody')}", "names the column 'nobody'"),
        (STATES, "tier must be a timestamp"),
        (f"{LOG}, names: [a]", "expected names such as Owner: OwnerId"),
    ],
)
def test_a_history_with_a_mistake_is_refused_by_name(tmp_path: Path, history: str, words: str) -> None:
    (tmp_path / "small.odcs.yaml").write_text(small(history))
    with pytest.raises(GrowthError, match=words):
        load_contracts(tmp_path)


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (STATES.replace("of: small", "of: large"), "found of: 'large'"),
        (STATES.replace("score", "tier").replace("columns: [tier]", "columns: [colour]"), "names the column 'colour'"),
        (f"{LOG}, names: {{Owner: OwnerId}}", "small has no column 'OwnerId'"),
    ],
)
def test_a_history_of_what_no_contract_describes_is_refused(tmp_path: Path, history: str, words: str) -> None:
    text = small(history, "timestamp")
    (tmp_path / "small.odcs.yaml").write_text(text[: text.index("        quality:")])
    with pytest.raises(GrowthError, match=words):
        load_contracts(tmp_path)
