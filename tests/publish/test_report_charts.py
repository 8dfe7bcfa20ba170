"""Charts are well-formed, accessible SVG whose geometry follows the numbers; words read as people write them."""

import re
from datetime import date, datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from pipelines.publish.report import charts, words
from pipelines.publish.report.charts import GainsPoint, Part, ReliabilityBin

BINS = [ReliabilityBin(0.1, 0.12, 0.05, 0.3, 40), ReliabilityBin(0.4, 0.35, 0.2, 0.55, 10)]
POINTS = [GainsPoint(0.1, 0.4), GainsPoint(0.5, 0.9), GainsPoint(1.0, 1.0)]


@pytest.mark.parametrize(
    "svg",
    [
        charts.funnel_bar("Lead <b>", [Part("advanced", "won & more", 3), Part("lost", "lost", 1)], 8),
        charts.reliability_chart(BINS, "fit & more"),
        charts.gains_chart(POINTS, "fit"),
        charts.reliability_chart([], "nothing"),
        charts.gains_chart([], "nothing"),
    ],
)
def test_every_chart_is_well_formed_and_says_what_it_shows(svg: str) -> None:
    names = [child.tag.rpartition("}")[2] for child in ElementTree.fromstring(svg)]  # noqa: S314 - our own text
    assert names[:2] == ["title", "desc"]


def test_pieces_of_a_bar_tile_its_share_of_the_widest_step() -> None:
    svg = charts.funnel_bar("Lead", [Part("advanced", "won", 3), Part("open", "open", 0), Part("lost", "lost", 1)], 8)
    pieces = re.findall(r'x="([\d.]+)%" y="0" width="([\d.]+)%"', svg)
    assert pieces == [("0.000", "37.500"), ("37.500", "12.500")]


def test_the_scale_of_the_reliability_picture_holds_its_highest_interval() -> None:
    assert charts.scale_for(0.55) == 0.6
    assert charts.scale_for(0.004) == 0.01
    assert charts.scale_for(1.0) == 1.0


def test_what_the_best_share_caught_is_read_between_the_points() -> None:
    assert charts.caught_at(POINTS, 0.1) == pytest.approx(0.4)
    assert charts.caught_at(POINTS, 0.05) == pytest.approx(0.2)
    assert charts.caught_at([], 0.1) is None


def test_numbers_and_days_read_as_people_write_them() -> None:
    zone = ZoneInfo("America/New_York")
    assert words.number(1234567) == "1,234,567"
    assert [words.percent(share) for share in (None, 0.0, 0.0004, 0.034, 0.4, 1.0)] == [
        "–",
        "0%",
        "under 0.1%",
        "3.4%",
        "40%",
        "100%",
    ]
    assert words.plural(0, "lead") == "no leads"
    assert words.plural(1, "lead") == "1 lead"
    assert words.day(datetime(2026, 11, 22, 3, 0), zone) == "21 Nov 2026"
    assert words.day(date(2026, 11, 22), zone) == "22 Nov 2026"
    assert words.joined(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("Email 'a@b.example' is not an address", "Email … is not an address"),
        ("Phone is +49 (30) 123-4567, expected digits", "Phone is …, expected digits"),
        ('found "Ada" where a number was expected', "found … where a number was expected"),
        ("someone@example.com bounced", "… bounced"),
        ("line 3, column Name: found 'O'Brien', expected a date", "line 3, column Name: found …, expected a date"),
        ("found 'a, expected b', expected one of 'x', 'y'", "found …, expected one of …"),
        ("Id is missing", "Id is missing"),
    ],
)
def test_reasons_lose_what_they_quote_from_a_record(reason: str, shown: str) -> None:
    assert words.without_values(reason) == shown


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "", None])
def test_a_click_opens_the_web_only(address: str | None) -> None:
    assert words.safe_link(address) is None


def test_a_chart_of_its_own_carries_its_colours() -> None:
    chart = charts.gains_chart(POINTS, "fit")
    alone = charts.standalone(chart)
    assert alone.startswith("<svg")
    assert alone.replace(charts.ALONE, "", 1) == chart
    ElementTree.fromstring(alone)  # noqa: S314 - our own text
