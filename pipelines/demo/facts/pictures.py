"""Pictures of facts: the frames of this package in, Altair charts out.

What belongs here: how a table looks, alike on light and dark pages and as wide as its place. What does not: sentences
(they stand beside the pictures) and figures. Imported by the notebook alone, whose extra brings Altair.
"""

from collections.abc import Sequence

import altair as alt
import numpy as np
import polars as pl

from pipelines.demo.facts.fact import Fact
from pipelines.demo.facts.reach import zipf_fit

ACCENT, SECOND, GREY, WARN = "#1f9486", "#c2812c", "#8b9694", "#c4543a"
PALE = GREY + "40"
THREE = [ACCENT, SECOND, GREY]
VERDICTS = {"in range": ACCENT, "too few to say": GREY, "out of range": WARN}
STEP = 10**0.25
"""From one class of a histogram on a log scale to the next: four to a power of ten."""
CLOCK = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h", 86400: "1 day", 864000: "10 days"}

Picture = alt.LayerChart | alt.FacetChart


def drawn(chart: Picture, height: int = 220) -> Picture:
    """The look of all pictures."""
    look: Picture = (
        chart.properties(width="container", height=height, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=GREY, titleColor=GREY, gridColor=PALE, domainColor=PALE, tickColor=PALE, labelLimit=170,
            labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
        )
        .configure_legend(labelColor=GREY, orient="bottom", title=None, labelLimit=260, labelFontSize=12, columns=3)
    )  # fmt: skip
    return look


def percent(sign: str = "") -> alt.Axis:
    return alt.Axis(format=f"{sign}.0%", tickCount=5)


def moment(column: str) -> alt.X:
    axis = alt.Axis(grid=False, format="%b %Y", tickCount={"interval": "month", "step": 6}, labelOverlap=True)
    return alt.X(column, title=None, axis=axis, scale=alt.Scale(padding=10))


def colored(column: str, values: Sequence[str], colors: Sequence[str]) -> alt.Color:
    return alt.Color(column, scale=alt.Scale(domain=list(values), range=list(colors)), sort=None)


def overview(facts: Sequence[Fact]) -> Picture:
    """Each figure within its known range, from the least (0) to the most (1)."""
    rows = pl.DataFrame(
        {
            "fact": [fact.name for fact in facts],
            "verdict": [fact.verdict for fact in facts],
            "figure": [fact.words(fact.value) for fact in facts],
            "known": [f"{fact.words(fact.known[0])} to {fact.words(fact.known[1])}" for fact in facts],
            "at": [fact.within(fact.value) for fact in facts],
            "from": [fact.within(fact.low) for fact in facts],
            "to": [fact.within(fact.high) for fact in facts],
        }
    ).with_columns(pl.col("at", "from", "to").clip(-0.25, 1.25), least=0, most=1)
    scale = alt.Scale(domain=[-0.25, 1.5], nice=False)
    axis = alt.Axis(values=[0, 1], labelExpr="datum.value ? 'most known' : 'least known'", grid=False, domain=False)
    color = colored("verdict", list(VERDICTS), list(VERDICTS.values())).legend(None)
    base = alt.Chart(rows).encode(
        alt.Y("fact", sort=None, title=None, axis=alt.Axis(labelLimit=190, domain=False, ticks=False)),
        tooltip=["fact", "figure", "known", "verdict"],
    )
    return alt.layer(
        base.mark_bar(color=ACCENT, opacity=0.14, height=20).encode(
            alt.X("least:Q", scale=scale, axis=axis, title=None), alt.X2("most:Q")
        ),
        base.mark_rule(strokeWidth=2, opacity=0.5).encode(alt.X("from:Q"), alt.X2("to:Q"), color),
        base.mark_circle(size=110, opacity=1).encode(alt.X("at:Q"), color),
        base.mark_text(align="right", color=GREY, fontSize=12).encode(alt.X(datum=1.5), text="figure"),
    )


def shares(rows: pl.DataFrame, place: str, known: tuple[float, float] | None = None) -> Picture:
    """Shares with their 95 % intervals along a moment or a category, over the band that is known from the field."""
    upright = rows.schema[place].is_temporal()
    where = moment(place) if upright else alt.Y(place, title=None, sort=None)
    span, end = (alt.Y, alt.Y2) if upright else (alt.X, alt.X2)
    base = alt.Chart(rows).encode(where, tooltip=[place, alt.Tooltip("share", format=".1%"), "hits", "rows"])
    layers: list[alt.Chart] = [
        base.mark_rule(color=ACCENT, strokeWidth=2, opacity=0.5).encode(
            span("low", title=None, axis=percent()), end("high")
        ),
        base.mark_circle(color=ACCENT, size=70, opacity=1).encode(span("share")),
    ]
    if known:
        band = alt.Chart(pl.DataFrame({"least": [known[0]], "most": [known[1]]}))
        layers.insert(0, band.mark_rect(color=ACCENT, opacity=0.13).encode(span("least"), end("most")))
    return alt.layer(*layers)


def bars(rows: pl.DataFrame, place: str, length: str, color: alt.Color | None = None) -> Picture:
    """Counts by category, in the order of the rows or, in colours, the longest first."""
    base = alt.Chart(rows).encode(
        alt.Y(place, title=None, sort="-x" if color else None, axis=alt.Axis(labelLimit=210)),
        alt.X(length, axis=alt.Axis(tickCount=5)),
        tooltip=list(rows.columns),
    )
    return alt.layer(base.mark_bar().encode(color) if color else base.mark_bar(color=ACCENT))


def pages(ranks: pl.DataFrame) -> Picture:
    """Views by rank over the power law that is fitted to them."""
    exponent, _, start = zipf_fit(ranks)
    log = alt.Scale(type="log", nice=False)
    fitted = ranks.with_columns(fitted=np.exp(start) * pl.col("rank").cast(pl.Float64) ** -exponent)
    base = alt.Chart(fitted).encode(
        alt.X("rank", scale=log, title="rank of the page, log scale", axis=alt.Axis(values=[1, 2, 5, 10, 20, 50, 100]))
    )
    views = alt.Axis(tickCount=4)
    return alt.layer(
        base.mark_line(color=SECOND, strokeDash=[5, 4]).encode(
            alt.Y("fitted", scale=log, axis=views, title="views, log scale")
        ),
        base.mark_circle(color=ACCENT, size=70, opacity=1).encode(
            alt.Y("views", scale=log), tooltip=["page", "rank", "views"]
        ),
    )


def histogram(rows: pl.DataFrame, begins: str, count: str, color: alt.Color, *, axis: alt.Axis) -> Picture:
    """Counts by classes of a log scale that begin at `begins`; those of several colours stand on each other."""
    by = str(color.shorthand)
    stacked = rows.sort(begins, by).with_columns(
        until=pl.col(begins) * STEP, top=pl.col(count).cum_sum().over(begins, order_by=by)
    )
    return alt.layer(
        alt.Chart(stacked.with_columns(bottom=pl.col("top") - pl.col(count)))
        .mark_bar()
        .encode(
            alt.X(begins, scale=alt.Scale(type="log", nice=False), axis=axis),
            alt.X2("until"),
            alt.Y("bottom", title=count, axis=alt.Axis(tickCount=5)),
            alt.Y2("top"),
            color,
            tooltip=[by, count, begins],
        )
    )


def open_times(times: pl.DataFrame) -> Picture:
    axis = alt.Axis(
        values=list(CLOCK), grid=False, title="time from the delivery, log scale", labelExpr=f"({CLOCK})[datum.value]"
    )
    color = colored("event", ["first open", "first click"], [ACCENT, SECOND])
    return histogram(times, "seconds_from", "mails", color, axis=axis)


def stage_days(stays: pl.DataFrame) -> Picture:
    axis = alt.Axis(values=[0.1, 1, 10, 100, 1000], grid=False, title="days in the stage, log scale")
    color = alt.Color("stage", scale=alt.Scale(scheme="tealblues"))
    return histogram(stays, "days_from", "stays", color, axis=axis)


def mail_rates(rates: pl.DataFrame) -> Picture:
    return alt.layer(
        alt.Chart(rates)
        .mark_bar(color=ACCENT)
        .encode(
            alt.Y("step", sort=None, title=None, axis=alt.Axis(labelLimit=210)),
            alt.X("share", axis=percent(), title="of the delivered mails"),
            tooltip=["step", "mails", alt.Tooltip("share", format=".1%")],
        )
    )


def arrivals(months: pl.DataFrame, quiet: str) -> Picture:
    """Leads a month, those of the `quiet` season in another colour, and the mean of a year."""
    base = alt.Chart(months.with_columns(year=pl.col("leads").rolling_mean(12)))
    month = moment("month")
    color = colored("season", [quiet, "other months"], [SECOND, ACCENT])
    return alt.layer(
        base.mark_bar(size=5).encode(month, alt.Y("leads", title="leads a month"), color, tooltip=["month", "leads"]),
        base.mark_line(color=GREY, strokeWidth=2).encode(month, alt.Y("year", title="leads a month")),
    )


def drift(moved: pl.DataFrame) -> Picture:
    names = [name for name in moved["industry"].unique().sort() if name != "all others"]
    return alt.layer(
        alt.Chart(moved)
        .mark_line(strokeWidth=2)
        .encode(
            moment("month"),
            alt.Y("chance", title="mean true chance", axis=alt.Axis(format=".1%", tickCount=5)),
            alt.Color("industry", scale=alt.Scale(domain=["all others", *names], range=[GREY, ACCENT, SECOND, WARN])),
            tooltip=["industry", "month", alt.Tooltip("chance", format=".2%"), "accounts"],
        )
    )


def reliability(classes: dict[str, pl.DataFrame]) -> Picture:
    """What was promised against what came true, a colour for each kind of chance, over the line of a kept word."""
    rows = pl.concat([one.with_columns(chance=pl.lit(name)) for name, one in classes.items()])
    top = [0.0, float(max(rows["high"].to_list() + rows["promised"].to_list(), default=1.0))]
    even = alt.Chart(pl.DataFrame({"promised": top, "share": top})).mark_line(color=GREY, strokeDash=[4, 4])
    base = alt.Chart(rows).encode(
        alt.X("promised", axis=percent(), title="chance"),
        color=colored("chance", list(classes), [SECOND, ACCENT]),
        tooltip=["chance", alt.Tooltip("promised", format=".1%"), alt.Tooltip("share", format=".1%"), "rows"],
    )
    return alt.layer(
        even.encode(alt.X("promised"), alt.Y("share")),
        base.mark_rule(opacity=0.5, strokeWidth=2).encode(
            alt.Y("low", axis=percent(), title="came true"), alt.Y2("high")
        ),
        base.mark_circle(size=70, opacity=1).encode(alt.Y("share")),
    )


def experiments(tried: pl.DataFrame) -> Picture:
    """What a treatment adds (diamonds) beside what comparing its sides says (dots with their noise)."""
    level, name = pl.col("level"), pl.format("{} ({})", "experiment", "kind")
    rows = tried.with_columns(side=pl.when(level == "all").then(name).otherwise(pl.format("… {} only", level)))
    signed = [alt.Tooltip(column, format="+.1%") for column in ("true_gain", "seen_gain")]
    base = alt.Chart(rows).encode(
        alt.Y("side", sort=None, title=None, axis=alt.Axis(labelLimit=230)),
        tooltip=["experiment", "level", "treated", "others", *signed],
    )
    return alt.layer(
        alt.Chart().mark_rule(color=GREY).encode(alt.X(datum=0)),
        base.mark_rule(color=SECOND, strokeWidth=2, opacity=0.5).encode(
            alt.X("seen_low", axis=percent("+"), title="added conversions"), alt.X2("seen_high")
        ),
        base.mark_circle(color=SECOND, size=70, opacity=1).encode(alt.X("seen_gain")),
        base.mark_point(color=ACCENT, shape="diamond", filled=True, size=110, opacity=1).encode(alt.X("true_gain")),
    )


def leaks(filled: pl.DataFrame) -> Picture:
    """How often each column is filled, by what came of the record."""
    base = alt.Chart(filled.with_columns(place=pl.format("{}.{}", "object", "column"))).encode(
        alt.Y("place", title=None, axis=alt.Axis(labelLimit=230)),
        alt.X("filled", axis=percent(), title="are filled"),
    )
    good, open_, bad = ["customer", "converted", "won"], ["open"], ["no customer", "not converted", "lost"]
    color = colored("outcome", [*good, *open_, *bad], [ACCENT] * 3 + [GREY] + [SECOND] * 3)
    return alt.layer(
        base.mark_line(color=PALE, strokeWidth=3).encode(detail="place"),
        base.mark_circle(size=80, opacity=1).encode(
            color.legend(None), tooltip=["place", "kind", "outcome", alt.Tooltip("filled", format=".0%")]
        ),
    )
