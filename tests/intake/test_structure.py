"""Where records begin and end: rows of text in, records out."""

import csv
import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake.forms.structure import BLOCK, Records, find_blocks


def find_records(text: bytes, delimiter: bytes, block: int = BLOCK) -> Records:
    """The records of all blocks as if they had been found in one."""
    blocks = list(find_blocks(text, delimiter, block=block))
    assert b"".join(one.text for one in blocks) == text
    before = np.cumsum([0, *map(len, blocks)]).tolist()
    starts, ends, first_line, last_line, fields = (
        np.concatenate([*(getattr(one, name) + at * one.offset for one in blocks), np.empty(0, dtype=np.int64)])
        for name, at in (("starts", 1), ("ends", 1), ("first_line", 0), ("last_line", 0), ("fields", 0))
    )
    newlines = sum(one.newlines for one in blocks)
    merged = Records(text, 0, starts, ends, first_line, last_line, fields, newlines)
    for one, first in zip(blocks, before, strict=False):
        merged.problems |= {first + i: problem for i, problem in one.problems.items()}
        merged.rewritten |= {first + i: form for i, form in one.rewritten.items()}
    return merged


def texts_of(text: bytes, records: Records) -> list[str]:
    return [text[a:b].decode() for a, b in zip(records.starts, records.ends, strict=True)]


def test_a_newline_inside_quotes_does_not_end_a_record() -> None:
    text = b'Id,Note\r\n1,"two\nlines"\r\n2,x\r\n'
    records = find_records(text, b",")
    assert texts_of(text, records) == ["Id,Note", '1,"two\nlines"', "2,x"]
    assert records.first_line.tolist() == [1, 2, 4]
    assert records.last_line.tolist() == [1, 3, 4]
    assert records.fields.tolist() == [2, 2, 2]


def test_a_record_with_too_many_fields_is_named() -> None:
    records = find_records(b"a,b\n1,2\n1,2,3\n", b",")
    assert records.problems == {2: ["found 3 fields, expected 2 as in the header"]}


def test_blank_lines_are_no_records_but_count_as_lines() -> None:
    records = find_records(b"a,b\n\n1,2\n\n\n3,4", b",")
    assert records.first_line.tolist() == [1, 3, 6]


def test_a_quote_that_nothing_closes_costs_its_own_line_only() -> None:
    text = b'a,b\n1,"x\n2,y\n3,z\n'
    records = find_records(text, b",")
    assert texts_of(text, records) == ["a,b", '1,"x', "2,y", "3,z"]
    assert records.problems == {1: ["found a quote that is never closed"]}


def test_text_after_a_closing_quote_makes_its_record_unreadable_and_no_other() -> None:
    records = find_records(b'a,b\n1,"x"y\n2,"z"\n', b",")
    assert records.problems == {1: ["found text after a closing quote"]}
    assert len(records) == 3


def test_a_quote_inside_an_unquoted_field_is_a_character() -> None:
    records = find_records(b'a,b\n1,5" pipe\n2,"z"\n', b",")
    assert records.problems == {}
    assert records.rewritten == {1: b'1,"5"" pipe"'}


def test_bytes_that_are_no_text_are_named_by_place() -> None:
    records = find_records(b"a,b\n1,caf\xe9\n2,\x00\n3,ok\n", b",")
    assert records.problems == {1: ["byte 10 of the text (0xE9) is not UTF-8"], 2: ["found a NUL byte"]}


FIELD = st.text(alphabet='ab",\né 7', max_size=6)
MESSY = st.text(alphabet='a",\nb', max_size=30)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    rows=st.lists(st.lists(FIELD, min_size=1, max_size=4), min_size=1, max_size=8), end=st.sampled_from(["\n", "\r\n"])
)
def test_what_the_csv_module_writes_is_found_record_by_record(rows: list[list[str]], end: str) -> None:
    sink = io.StringIO(newline="")
    csv.writer(sink, lineterminator=end).writerows(rows)
    records = find_records(sink.getvalue().encode(), b",")
    expected = [row for row in csv.reader(io.StringIO(sink.getvalue(), newline="")) if row]
    assert records.fields.tolist() == [len(row) for row in expected]
    assert not records.rewritten
    assert set(records.problems) == {i for i, row in enumerate(expected) if len(row) != len(expected[0])}


@settings(derandomize=True, deadline=None, max_examples=400)
@given(text=MESSY)
def test_any_text_has_the_records_that_the_csv_module_reads(text: str) -> None:
    records = find_records(text.encode(), b",")
    if any("never closed" in problem for problems in records.problems.values() for problem in problems):
        return  # the csv module would swallow the rest of the file
    expected = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    assert records.fields.tolist() == [len(row) for row in expected]
    for i, form in records.rewritten.items():
        assert next(csv.reader(io.StringIO(form.decode(), newline=""))) == expected[i]


@settings(derandomize=True, deadline=None, max_examples=400)
@given(
    text=st.text(alphabet='a",\r\né\x00', max_size=40).map(str.encode) | st.binary(max_size=30),
    block=st.integers(1, 12),
)
def test_the_records_of_a_text_are_the_same_in_blocks_of_any_size(text: bytes, block: int) -> None:
    whole, parts = find_records(text, b","), find_records(text, b",", block)
    for name in ("starts", "ends", "first_line", "last_line", "fields"):
        assert getattr(parts, name).tolist() == getattr(whole, name).tolist()
    assert (parts.problems, parts.rewritten, parts.newlines) == (whole.problems, whole.rewritten, whole.newlines)
