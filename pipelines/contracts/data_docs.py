"""What a run found about every rule of every contract as Great Expectations Data Docs, readable without the network.

Nothing is judged here: the pages show kept results, so rules of rows, tables and the library look alike. The library's
pages load scripts and styles from elsewhere; those are taken out, and one small style sheet is put in their place.
"""

import html
import itertools
import os
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.contracts.contract import Contract, MetricRule, RowRule, SqlRule, TableRule
from pipelines.contracts.rule_words import expected

AWAY = re.compile(
    r"<script\b.*?</script>|<footer\b.*?</footer>|<link\b[^>]*>|<img\b[^>]*>|background: url\([^)]*\)[^;]*;"
    r"|<div class=\"card mb-3\">\s*<div class=\"card-header p-2\">\s*<strong>Actions</strong>.*?"
    r"</label>\s*</div>\s*</div>\s*</div>\s*</div>\s*</div>",
    re.DOTALL,
)
"""Whatever asks for something from elsewhere, and buttons that would do nothing without it."""
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OF_COLUMN, OF_TABLE = "expect_column_values_to_be_of_type", "unexpected_rows_expectation"
"""Under which of the library's names a result is filed: the page shows the rule's own words, and files by column."""
STYLE = Path(__file__).with_suffix(".css")


@dataclass(frozen=True)
class Kept:
    """One rule's kept result: rows that broke it (-1: it could not be run), rows that wait for a parent, a sentence."""

    rows_failed: int
    rows_waiting: int
    detail: str


Results = Mapping[tuple[str, str], Kept]
"""By object and rule id."""


def write_docs(
    folder: Path, contracts: Sequence[Contract], results: Results, rows: Mapping[str, int], run: tuple[str, datetime]
) -> int:
    """A page per contract and `index.html` in `folder`; how many contracts.

    `rows`: how many each table has; `run`: its id and its moment (UTC). Contracts without a result are left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    style = STYLE.read_text(encoding="utf-8")
    told = [contract for contract in contracts if any(name == contract.object for name, _ in results)]
    entries = []
    for contract in told:
        page, broken, judged = page_of(contract, results, rows.get(contract.table, 0), run)
        name = f"{contract.table}.html"
        (folder / name).write_text(offline(page, style), encoding="utf-8")
        entries.append((name, contract, judged, broken))
    (folder / "index.html").write_text(index_of(entries, run, style), encoding="utf-8")
    return len(told)


def page_of(contract: Contract, results: Results, rows: int, run: tuple[str, datetime]) -> tuple[str, int, int]:
    """The library's page about one contract, how many rules are broken, how many were judged."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own deprecations are not the reader's concern
        from great_expectations.core import ExpectationSuiteValidationResult, RunIdentifier
        from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
        from great_expectations.render.view.view import DefaultJinjaPageView

        judged = [
            (rule, results[contract.object, rule.rule_id])
            for rule in itertools.chain(contract.rules, contract.whole_rules)
            if (contract.object, rule.rule_id) in results
        ]
        answers = [answer(rule, kept, rows) for rule, kept in judged]
        broken = sum(not one.success for one in answers)
        share = 100 * (len(answers) - broken) / len(answers) if answers else None
        validation = ExpectationSuiteValidationResult(
            success=not broken,
            results=answers,
            suite_name=contract.table,
            suite_parameters={},
            statistics={
                "evaluated_expectations": len(answers),
                "successful_expectations": len(answers) - broken,
                "unsuccessful_expectations": broken,
                "success_percent": share,
            },
            meta={"run_id": RunIdentifier(run_name=run[0], run_time=run[1])},
        )
        renderer: Any = ValidationResultsPageRenderer(run_info_at_end=True)
        document = renderer.render(validation)
        view: Any = DefaultJinjaPageView()
        return str(view.render(document)), broken, len(answers)


def answer(rule: RowRule | MetricRule | SqlRule | TableRule, kept: Kept, rows: int) -> Any:
    """One kept result as the library's own."""
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity

    columns = rule.columns if isinstance(rule, RowRule | MetricRule) else ()
    about = {"column": columns[0], "type_": rule.rule_id} if len(columns) == 1 else {"unexpected_rows_query": "{batch}"}
    failed = max(kept.rows_failed, 0)
    seen = rows + (failed if rule.severity == "error" else 0)
    counts = {
        "element_count": seen,
        "unexpected_count": failed,
        "unexpected_percent": 100 * failed / seen if seen else 0.0,
        "partial_unexpected_list": [],
    }
    if not isinstance(rule, RowRule):
        counts = {}
    waiting = f" {kept.rows_waiting} rows wait for a parent that may come later." if kept.rows_waiting else ""
    return ExpectationValidationResult(
        success=kept.rows_failed == 0,
        expectation_config=ExpectationConfiguration(
            type=OF_COLUMN if len(columns) == 1 else OF_TABLE,
            kwargs=about,
            description=words(rule) + waiting,
            meta={"rule_id": rule.rule_id},
            severity=FailureSeverity({"error": "critical", "warn": "warning", "info": "info"}[rule.severity]),
        ),
        result=counts
        | {"observed_value": kept.detail or (f"{failed} of {seen} rows break it" if counts else "as it must be")},
        exception_info={
            "raised_exception": kept.rows_failed < 0,
            "exception_message": kept.detail if kept.rows_failed < 0 else None,
            "exception_traceback": "",
        },
        meta={},
    )


def words(rule: RowRule | MetricRule | SqlRule | TableRule) -> str:
    """`**tier_allowed**: A value outside the list is refused. (one of A, B; quarantined)`."""
    if isinstance(rule, RowRule):
        promise = expected(rule) if rule.kind not in ("type", "reference", "order") else ""
        consequence = "rejects the file" if rule.rejects_file else "quarantined"
    else:
        promise = rule.comparison.words() if not isinstance(rule, TableRule) else rule.type
        consequence = "rejects the load"
    told = "; ".join(filter(None, [promise, consequence if rule.severity == "error" else "noted"]))
    return f"{rule.rule_id}: {rule.description} ({told})"


def offline(page: str, style: str) -> str:
    """A page that asks for nothing: no script, no picture, no style from elsewhere; the same for the same results."""
    kept = AWAY.sub("", page)
    numbers: dict[str, str] = {}
    kept = RANDOM_ID.sub(lambda found: numbers.setdefault(found[0], str(len(numbers))), kept)
    kept = re.sub(r'href="[^"#]*index\.html"|href="\.\./[^"]*"', 'href="index.html"', kept)
    return kept.replace("</head>", f"<style>{style}</style></head>", 1)


def index_of(entries: Sequence[tuple[str, Contract, int, int]], run: tuple[str, datetime], style: str) -> str:
    """The list of contracts, the broken ones first."""
    lines = [
        f'<tr><td><i class="fas {"fa-times text-danger" if broken else "fa-check-circle text-success"}"></i></td>'
        f'<td><a href="{html.escape(name)}">{html.escape(contract.table)}</a></td>'
        f"<td>{html.escape(contract.source)}</td><td>{judged}</td><td>{broken}</td></tr>"
        for name, contract, judged, broken in sorted(entries, key=lambda entry: (-entry[3], entry[0]))
    ]
    moment = run[1].isoformat(sep=" ", timespec="seconds")
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Data Docs</title>'
        f"<style>{style}</style></head><body><div class='container-fluid'><h1>Data Docs</h1>"
        f"<p>What run {html.escape(run[0])} ({moment} UTC) found about every rule of every contract.</p>"
        "<table class='table'><thead><tr><th></th><th>Table</th><th>Source</th><th>Rules</th><th>Broken</th></tr>"
        f"</thead><tbody>{''.join(lines)}</tbody></table></div></body></html>\n"
    )
