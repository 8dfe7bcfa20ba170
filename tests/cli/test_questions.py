"""What people ask by id and by owner on a published version: any record of a person answers."""

from pathlib import Path

import pytest

from tests.cli.test_commands import answer, growth, home

__all__ = ["home"]


def test_every_record_of_a_person_tells_where_the_person_stands(home: Path) -> None:
    told = answer(home, "why", "003000000000001AAA")
    assert isinstance(told, dict)
    assert (told["standing"]["rank"], told["through"]) == (1, "lead 00Q000000000001AAA")
    lines = growth("why", "003000000000001", "--home", str(home)).stdout.splitlines()
    assert lines[1] == "This person stands at rank 1 through lead 00Q000000000001AAA."


def test_a_merged_record_is_the_one_that_lives_on(home: Path) -> None:
    lines = growth("why", "00Q000000000008AAA", "--home", str(home)).stdout.splitlines()
    assert lines[0] == "Lee Ann (lead 00Q000000000001AAA, into which 00Q000000000008AAA was merged)"
    assert "rank\t1" in lines


@pytest.mark.capability("M3")
def test_an_open_opportunity_answers_for_itself_with_what_passed_with_its_account(home: Path) -> None:
    told = answer(home, "why", "006000000000002")
    assert isinstance(told, dict)
    assert (told["kind"], told["id"], told["name"]) == ("opportunity", "006000000000002AAA", "Suite")
    assert told["standing"]["win_probability"] == 0.4
    assert (told["standing"]["rank"], told["standing"]["reasons"]) == (1, ["stage: Proposal"])
    assert told["features"] == {"stage": "Proposal", "close_pushes": 2}
    assert len(told["touches"]) == 2
    lines = growth("why", "006000000000002AAA", "--home", str(home)).stdout.splitlines()
    assert lines[0] == "Suite (opportunity 006000000000002AAA of Alpha GmbH)"


def test_deals_are_listed_with_their_chances_by_owner(home: Path) -> None:
    rows = answer(home, "deals", "--owner", "ada")
    assert isinstance(rows, list)
    assert [(row["opportunity_name"], row["win_probability"]) for row in rows] == [("Suite", 0.4)]
    assert growth("deals", "--home", str(home)).stdout.splitlines()[1].split("\t")[:2] == ["1", "Suite"]


def test_an_opportunity_answers_for_its_account(home: Path) -> None:
    told = answer(home, "why", "006000000000001AAA")
    assert isinstance(told, dict)
    assert (told["kind"], told["id"], told["standing"]["rank"]) == ("account", "001000000000001AAA", 1)
    timeline = answer(home, "timeline", "006000000000001")
    assert isinstance(timeline, list)
    assert len(timeline) == 2


def test_an_account_nobody_dealt_with_gets_a_sentence_and_no_empty_table(home: Path) -> None:
    lines = growth("why", "001000000000002AAA", "--home", str(home)).stdout.splitlines()
    assert "rank\t2" in lines
    assert lines[-1] == "Nothing has passed between the house and this record."


@pytest.mark.parametrize("owner", ["bob stone", "STONE", "U2"])
def test_an_owner_is_found_by_name_a_part_of_it_or_id(home: Path, owner: str) -> None:
    rows = answer(home, "targets", "--owner", owner)
    assert isinstance(rows, list)
    assert [row["account_name"] for row in rows] == ["Beta SA"]


def test_an_owner_whom_nobody_knows_is_answered_with_those_there_are(home: Path) -> None:
    found = growth("targets", "--owner", "Nobody", "--home", str(home))
    assert (found.returncode, found.stdout) == (0, "")
    assert found.stderr == "no item of an owner named Nobody; owners are: Ada, Bob Stone, u3.\n"


def test_an_owner_without_a_name_is_shown_by_id(home: Path) -> None:
    lines = growth("targets", "--owner", "u3", "--home", str(home)).stdout.splitlines()
    assert lines[1].split("\t")[-1] == "u3"


def test_the_funnel_has_the_newest_cohort_first_and_steps_as_the_process_goes(home: Path) -> None:
    rows = answer(home, "funnel", "--unit", "account")
    assert isinstance(rows, list)
    assert [(row["cohort_on"], row["step"]) for row in rows] == [
        ("2026-02-01", "activity"), ("2026-01-01", "activity"), ("2026-01-01", "event"), ("2026-01-01", "opportunity"),
    ]  # fmt: skip
