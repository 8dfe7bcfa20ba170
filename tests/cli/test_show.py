"""A table on a terminal takes the columns that there is room for."""

import io
import sys

import duckdb
import pytest

from pipelines.cli.show import Rows, fitting, show_csv, show_table
from pipelines.formulas import guarded, guarded_text

ROWS = Rows(
    ("rank", "tier", "person_name", "reasons", "email"),
    [(1, "A", "Lee Ann", ["saw the pricing page 7 times in the last year", "came by Website"], "lee@alpha.example")],
)
ESSENTIAL = ("rank", "person_name", "reasons")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (20, {"rank", "person_name", "reasons"}),
        (52, {"rank", "person_name", "reasons", "tier"}),
        (200, {"rank", "tier", "person_name", "reasons", "email"}),
    ],
)
def test_the_width_of_the_terminal_chooses_the_columns(width: int, columns: set[str]) -> None:
    assert fitting(ROWS, ESSENTIAL, width) == columns


def test_a_narrow_terminal_says_what_it_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "60")
    show_table(ROWS, "queue", ESSENTIAL)
    shown = terminal.getvalue()
    assert "Lee Ann" in shown
    assert "lee@alpha.example" not in shown
    assert "A wider window also shows email; --csv and --json show all." in shown


def test_a_pipe_gets_every_column(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    show_table(ROWS, "queue", ESSENTIAL)
    assert capsys.readouterr().out.startswith("rank\ttier\tperson_name\treasons\temail\n1\tA\t")


def test_csv_shows_what_was_read_numbers_and_gaps_too(capsys: pytest.CaptureFixture[str]) -> None:
    show_csv(Rows(tuple("abcd"), [("'+49 30", "a,b", -2, None)]))
    assert capsys.readouterr().out.splitlines() == ["a,b,c,d", '\'+49 30,"a,b",-2,']


def test_the_two_forms_of_the_guard_agree(connection: duckdb.DuckDBPyConnection) -> None:
    texts = ["=", "a=", "\t", "\r", "\n", "  -", "\u3000+", "\u00a0@", "'", "'x", "'''=", "\uff20", "", " ", "x\n=1"]
    found = connection.execute(f"select {guarded('t')} from unnest(?) as given(t)", [texts]).fetchall()
    assert [text for (text,) in found] == [guarded_text(text) for text in texts]
