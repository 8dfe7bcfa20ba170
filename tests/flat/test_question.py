"""What is asked of a flat table: labels, times, ids, columns that stay out, a sentence for what is wrong."""

import gzip
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.errors import GrowthError
from pipelines.flat.question import Asked, Question, ask
from pipelines.flat.reading import NUMBER, in_order
from pipelines.warehouse import connect_scratch
from tests.flat.flat_tables import table, written

pytestmark = pytest.mark.capability("M12")


def asked(path: Path, **given: object) -> Asked:
    """The question with the usual parts."""
    parts: dict[str, object] = {"label": "Won", "identifier": "Id"} | given
    return ask(Question(path, **parts))  # type: ignore[arg-type]


def refused(path: Path, **given: object) -> str:
    with pytest.raises(GrowthError) as error:
        asked(path, **given)
    return str(error.value)


@pytest.mark.parametrize(
    ("no", "yes"), [("0", "1"), ("false", "true"), ("No", "Yes"), ("nein", "ja"), ("Lost", "Won"), ("0.0", "1.0")]
)
def test_the_value_that_says_yes_is_the_outcome(tmp_path: Path, no: str, yes: str) -> None:
    frame = table(60).with_columns(Won=pl.col("Won").replace({"Yes": yes, "No": no}))
    found = asked(written(tmp_path, frame))
    assert found.positive == yes
    assert found.table.label.to_list() == [value == yes for value in frame["Won"]]


def test_of_two_other_values_the_rarer_is_the_outcome_and_positive_says_otherwise(tmp_path: Path) -> None:
    path = written(tmp_path, pl.DataFrame({"Id": range(9), "A": range(9), "Won": ["open"] * 6 + ["shut"] * 3}))
    assert asked(path).positive == "shut"
    assert asked(path, positive="open").table.label.sum() == 6


def test_three_values_need_a_word_of_which_is_the_outcome(tmp_path: Path) -> None:
    frame = pl.DataFrame({"Id": range(9), "A": range(9), "Won": ["a", "b", "1"] * 3})
    path = written(tmp_path, frame)
    assert "'Won' has 3 values (" in refused(path)
    assert "say with --positive which one is the outcome." in refused(path)
    found = asked(path, positive="b")
    assert found.table.label.sum() == 3
    assert "Won has 3 values; all but b count as not b" in found.notes


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"label": "won"}, "has no column 'won'; did you mean 'Won'?"),
        ({"identifier": "Nr"}, "has no column 'Nr'; it has Id, Created, Visits, Lead Source, Noise, Won."),
        ({"time": "When"}, "has no column 'When'"),
        ({"group": "Firm"}, "has no column 'Firm'"),
        ({"exclude": ("Tags",)}, "has no column 'Tags'"),
        ({"allow": ("Tags",)}, "has no column 'Tags'"),
        ({"positive": "yes"}, "no row has Won 'yes'; found No, Yes. did you mean 'Yes'?"),
        ({"positive": "perhaps"}, "Name one of them with --positive."),
        ({"label": "Id"}, "'Id' is the label and cannot be the id, too; name another column."),
        ({"time": "Won"}, "'Won' is the label and cannot be the time, too; name another column."),
        ({"allow": ("Won",)}, "--allow 'Won': that is the label, which nothing learns from."),
        ({"allow": ("Noise",), "exclude": ("Noise",)}, "'Noise' stands under --exclude and under --allow"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(tmp_path: Path, given: dict[str, object], sentence: str) -> None:
    assert sentence in refused(written(tmp_path, table(60)), **given)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"Id,Won\n", "holds no row"),
        (b"PK\x03\x04", "workbook"),
        (b"1,2,3\n4,5,6\n", "the first line looks like a record"),
        (b"Id,Won,Won\n1,0,1\n", "Won"),
        (b"Id,Won\n1,\n2,\n", "the column 'Won' is empty"),
    ],
)
def test_a_file_that_is_no_table_is_said_in_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(content)
    assert sentence in refused(path)


def test_every_usual_form_of_file_is_the_same_table(tmp_path: Path) -> None:
    frame = table(80)
    one = asked(written(tmp_path, frame))
    frame.write_parquet(tmp_path / "leads.parquet")
    (tmp_path / "leads.csv.gz").write_bytes(gzip.compress((tmp_path / "leads.csv").read_bytes()))
    for other in (
        written(tmp_path, frame, "semicolon.csv", ";"),
        written(tmp_path, frame, "tab.tsv", "\t"),
        tmp_path / "leads.parquet",
        tmp_path / "leads.csv.gz",
    ):
        found = asked(other)
        assert found.table.frame.equals(one.table.frame), other.name
        assert found.table.label.equals(one.table.label)
        assert list(found.identifiers) == list(one.identifiers)


@pytest.mark.parametrize("form", ["%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y", "%b %d, %Y", "%Y/%m/%d"])
def test_dates_in_any_form_order_the_rows(tmp_path: Path, form: str) -> None:
    frame = table(200)
    shuffled = frame.with_columns(Created=pl.col("Created").cast(pl.Datetime).dt.strftime(form)).sample(
        fraction=1, shuffle=True, seed=3
    )
    found = asked(written(tmp_path, shuffled), time="Created")
    days = dict(frame.select("Id", "Created").iter_rows())
    assert [days[one] for one in found.identifiers] == sorted(days.values())
    assert "Created" not in found.table.frame.columns


def test_rows_without_a_time_are_scored_and_teach_nothing(tmp_path: Path) -> None:
    frame = table(60).with_columns(Created=pl.when(pl.int_range(pl.len()) < 50).then(pl.col("Created").cast(pl.String)))
    found = asked(written(tmp_path, frame), time="Created")
    assert found.table.label.null_count() == 10
    assert found.table.frame.height == 60
    assert "10 rows have no Created: they are scored and neither learned from nor tested" in found.notes


def test_a_time_of_text_is_told_and_one_that_orders_nothing_is_refused(tmp_path: Path) -> None:
    frame = table(60).with_columns(Wave=pl.Series(["2025Q1", "2025Q2", "2025Q3"] * 20), Same=pl.lit("x"))
    path = written(tmp_path, frame)
    assert any(note.startswith("Wave is ordered as text, from '2025Q1'") for note in asked(path, time="Wave").notes)
    assert "'Same' holds less than two different values and orders nothing." in refused(path, time="Same")


def test_rows_without_an_outcome_are_told_and_kept(tmp_path: Path) -> None:
    frame = table(60).with_columns(Won=pl.when(pl.int_range(pl.len()) >= 5).then(pl.col("Won")))
    found = asked(written(tmp_path, frame))
    assert found.table.label.null_count() == 5
    assert "5 rows have no Won: they are scored and not learned from" in found.notes


def test_repeated_ids_copies_and_groups_stay_together(tmp_path: Path) -> None:
    frame = table(100).with_columns(Firm=pl.int_range(pl.len()).cast(pl.String))
    repeated = pl.concat([frame, frame.head(1).with_columns(Visits=9.0, Firm=pl.lit("7"))])
    copies = pl.concat([repeated, frame[[3]].with_columns(Id=pl.lit("L-copy"))])
    found = asked(written(tmp_path, copies), group="Firm")
    group = found.table.group
    assert group[100] == group[0] == group[7], "by its id and by its firm"
    assert group[101] == group[3], "a copy under another id"
    assert len(np.unique(group)) == 99
    assert "1 rows repeat an id that stands above them; they stay together" in found.notes
    assert "1 rows are copies of others but for the id; they stay together" in found.notes


def test_few_columns_that_let_many_rows_be_equal_make_no_copies(tmp_path: Path) -> None:
    found = asked(written(tmp_path, table(400).select("Id", "Lead Source", "Won")))
    assert len(np.unique(found.table.group)) == 400


def test_a_number_with_a_few_words_in_it_stays_a_number(tmp_path: Path) -> None:
    words = pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("viele")).otherwise(pl.col("Visits").cast(pl.String))
    found = asked(written(tmp_path, table(100).with_columns(Visits=words)))
    assert found.table.frame["Visits"].null_count() == 3
    assert found.table.frame["Visits"].dtype == pl.Float64
    assert "3 cells of Visits are no number as the others and count as unknown" in found.notes


def test_names_that_differ_in_marks_or_are_many_are_all_read(tmp_path: Path) -> None:
    wide = (
        table(50)
        .with_columns(pl.Series("lead-source", range(50)) % 7, größe=pl.lit(2.5))
        .with_columns(pl.Series(f"x{number}", np.arange(50) * number % 11) for number in range(410))
    )
    found = asked(written(tmp_path, wide))
    assert {"Lead Source", "lead-source", "größe", "x409"} <= set(found.columns)
    assert found.table.frame["lead-source"].dtype == pl.Float64


def test_infinities_and_words_for_nothing_are_unknown(tmp_path: Path) -> None:
    frame = table(60).with_columns(Visits=pl.Series(["inf", "-inf", "nan", "n/a"] + ["1.5"] * 56))
    assert asked(written(tmp_path, frame)).table.frame["Visits"].null_count() == 4


def test_protected_columns_and_addresses_stay_out_unless_a_person_allows_them(tmp_path: Path) -> None:
    frame = table(60).with_columns(
        Gender=pl.Series(["f", "m"] * 30), Mail=pl.Series([f"a{number}@x.de" for number in range(60)])
    )
    path = written(tmp_path, frame)
    found = asked(path)
    assert {"Gender", "Mail"}.isdisjoint(found.columns)
    assert {"Gender", "Mail"} <= set(found.left_out)
    allowed = asked(path, allow=("Gender",))
    assert "Gender" in allowed.columns
    assert "Gender is learned from because a person allowed it (--allow)" in allowed.notes


def test_known_at_leaves_out_what_comes_with_the_outcome(tmp_path: Path) -> None:
    known = tmp_path / "known.yaml"
    known.write_text("Noise: outcome\nVisits: at_creation\nLead Source: tracked\n", encoding="utf-8")
    found = asked(written(tmp_path, table(60)), known_at=known)
    assert list(found.columns) == ["Created", "Visits", "Lead Source"]
    assert found.table.trusted == {"Visits"}
    assert any(note.startswith("Lead Source is tracked") for note in found.notes)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Noise: later\n", "line 1: Noise: found 'later', expected at_creation, tracked, outcome."),
        ("Visits: outcome\nTags: outcome\n", "line 2: the table has no column 'Tags'."),
        ("- Noise\n", "expected lines such as `Tags: outcome`."),
        ("Noise: [", "is no YAML"),
    ],
)
def test_a_wrong_known_at_is_said_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    known = tmp_path / "known.yaml"
    known.write_text(text, encoding="utf-8")
    assert sentence in refused(written(tmp_path, table(60)), known_at=known)


@pytest.mark.parametrize("is_id", [True, False])
def test_a_number_that_counts_arrivals_tells_when_a_row_came(tmp_path: Path, is_id: bool) -> None:
    random = np.random.default_rng(5)
    wave = np.arange(600) // 100
    frame = pl.DataFrame(
        {
            "Key": [f"k{one}" for one in random.permutation(600)],
            "Lead Number": 5000 + 3 * np.arange(600),
            "Source": np.where(random.random(600) < 0.2, "x", np.char.add("s", wave.astype(str))),
            "Visits": wave + random.normal(size=600),
            "Won": random.integers(0, 2, 600),
        }
    )
    path = written(tmp_path, frame)
    found = asked(path, identifier="Lead Number" if is_id else "Key")
    assert "order of arrival" in found.columns
    assert "Lead Number" not in found.columns
    assert any(note.startswith("Lead Number counts the rows up as they came") for note in found.notes)
    assert "order of arrival" not in asked(path, time="Lead Number", identifier="Key").columns


def test_an_id_that_is_sorted_by_the_outcome_is_told_and_not_learned_from(tmp_path: Path) -> None:
    frame = table(300).sort("Won").with_columns(Id=pl.int_range(1000, 1300))
    found = asked(written(tmp_path, frame))
    assert "order of arrival" not in found.columns
    assert any(note.startswith("the rows are sorted by their outcome under Id") for note in found.notes)


def test_rows_that_the_database_brings_in_another_order_keep_their_labels() -> None:
    with connect_scratch() as connection:
        connection.execute(
            "create temp table flat_cells as select 9 - i as _intake_row, (9 - i)::varchar as Visits, "
            "'w' || (9 - i) as Won from range(10) as rows (i)"
        )
        frame, text = in_order(connection, {"Visits": NUMBER}, ["Won", "Visits"])
    assert frame["Visits"].to_list() == [float(one) for one in range(10)]
    assert text["Won"].to_list() == [f"w{one}" for one in range(10)]
