"""The section that says whether the lists take people of every kind alike."""

from pathlib import Path

import pytest

from tests.publish.report_tables import empty_company, insert, page_of
from tests.publish.test_report import text_of


@pytest.mark.capability("M5")
def test_shares_marks_small_levels_and_who_let_a_column_in_stand_on_one_page(tmp_path: Path) -> None:
    connection = empty_company()
    assert "every kind alike" not in text_of(page_of(connection, tmp_path))
    place = {"list_name": "lead_queue", "column_name": "Lead.Salutation"}
    marks = {"n": 1_200, "selected": 264, "rate": 0.22, "low": 0.198, "high": 0.244, "ratio": 0.71}
    insert(connection, "meta.selection_rates", level="Ms.", verdict="below four fifths of Mr.", **place, **marks)
    insert(connection, "meta.selection_rates", level="Mx.", n=4, selected=1, verdict="too few", **place)
    insert(
        connection, "config.allow_protected", column_name="Lead.Age__c", allowed_by="Kim", why="it is for pensioners"
    )
    words = text_of(page_of(connection, tmp_path))
    assert "Ms. 1,200 264 22% 20% to 24% 0.71 Below four fifths of Mr." in words
    assert "Hand-off queue, Lead.Salutation, Mx.: too few for a share (4)." in words
    assert "Lead.Age__c: let in by Kim, since it is for pensioners." in words
