"""How a model has done so far, drawn over its trainings and scorings."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.publish.report_companies import company_with_models
from tests.publish.report_tables import AS_OF, insert, page_of
from tests.publish.test_report import text_of


@pytest.mark.capability("K4")
def test_a_measure_that_was_taken_twice_is_drawn_with_its_first_and_last_value(tmp_path: Path) -> None:
    connection = company_with_models()
    assert "How it has done so far" not in text_of(page_of(connection, tmp_path))
    place = {"model": "account_fit", "slice": "all"}
    for weeks, auc in ((8, 0.81), (4, 0.79), (0, 0.775)):
        at = AS_OF - timedelta(weeks=weeks)
        insert(connection, "scores.health_history", metric="auc", value=auc, as_of=at, verdict="ok", **place)
    insert(connection, "scores.health_history", metric="ece", value=0.01, as_of=AS_OF, verdict="ok", **place)
    page = page_of(connection, tmp_path)
    words = text_of(page)
    assert "How it has done so far" in words
    assert "25 Sep 2026: 0.810 20 Nov 2026: 0.775 3" in words
    assert "23 Oct 2026: 0.790" in page  # in the words of the line
    assert "Distance of promise from outcome 20 Nov 2026" not in words
