"""What the report says of changes in the lists."""

from pathlib import Path

import pytest

from tests.publish.report_companies import company_with_models
from tests.publish.report_tables import page_of
from tests.publish.test_report import text_of


@pytest.mark.capability("M11")
def test_what_changed_in_the_lists_is_counted_and_the_best_of_it_named(tmp_path: Path) -> None:
    connection = company_with_models()
    assert "What changed in the lists" not in text_of(page_of(connection, tmp_path))
    connection.execute("insert into warehouse.scores.previous_lists values ('lead_queue', 'someone')")
    connection.execute(
        "insert into warehouse.scores.list_leavers values ('lead_queue', 'p1', 3, 'converted on 2026-11-19'),"
        " ('lead_queue', 'p2', 9, 'converted on 2026-11-18'),"
        " ('lead_queue', 'p3', 4, 'suppressed: opted out of e-mail (since 2026-11-19)')"
    )
    connection.execute("update warehouse.marts.lead_queue set change_reason = null")
    connection.execute("update warehouse.marts.lead_queue set change_reason = 'new in the queue' where rank in (2, 5)")
    connection.execute(
        "update warehouse.marts.lead_queue set previous_rank = 7,"
        " change_reason = 'tier B to A: 2 pricing page views since 2026-11-19' where rank = 1"
    )
    words = text_of(page_of(connection, tmp_path))
    assert "2 new, 0 back after being out, 3 left and 1 in another tier than before, of 24 lines now." in words
    assert "1 Ada Lindqvist 7 Tier B to A: 2 pricing page views since 2026-11-19" in words
    assert "2 Bruno Castellani not listed New in the queue" in words
    assert "Left because: Converted: 2 and Suppressed: opted out of e-mail: 1." in words
