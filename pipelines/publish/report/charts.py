"""Charts as SVG text: pure functions, numbers in, one accessible `<svg>` out. What belongs here: geometry.

Colours come from the page's style sheet by class, so that dark screens and paper have their own. Bars measure in
percent of the page, since their words stand beside them in HTML and must not shrink on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from pipelines.publish.report.words import number, percent

BAR_HEIGHT = 26
LEFT, TOP, SIDE = 60, 12, 262
WIDTH, HEIGHT = LEFT + SIDE + 14, TOP + SIDE + 46
SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


ALONE = (
    "<style>svg { background: #fff; font: 12px system-ui, sans-serif; } text { fill: #333; } .grid { stroke: #ddd; }"
    " .even { stroke: #888; stroke-dasharray: 3 4; fill: none; } .area { fill: #dbe8f6; } .dot { fill: #1f5fa8; }"
    " .line { stroke: #1f5fa8; stroke-width: 2.5; fill: none; } .range { stroke: #1f5fa8; stroke-width: 1.5; }</style>"
)
"""Colours for a picture outside the page."""


@dataclass(frozen=True)
class Part:
    """One piece of a bar: what became of `count` of those who entered a step."""

    kind: str
    words: str
    count: int


@dataclass(frozen=True)
class ReliabilityBin:
    """`n` records scored about `predicted`, of which the share `observed` (interval low to high) came true."""

    predicted: float
    observed: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class GainsPoint:
    """Working the best `share` of the list reaches the share `caught` of all later successes."""

    share: float
    caught: float


def funnel_bar(step: str, parts: Sequence[Part], widest: int) -> str:
    """One step's bar; its full width is the `widest` step of the picture, its pieces tile what entered."""
    entered = sum(part.count for part in parts)
    drawn = []
    position = 0.0
    for part in parts:
        width = 100 * part.count / widest if widest else 0.0
        if part.count:
            drawn.append(
                f'<rect class="part {part.kind}" x="{position:.3f}%" y="0" width="{width:.3f}%" height="{BAR_HEIGHT}">'
                f"<title>{escape(f'{number(part.count)} {part.words}')}</title></rect>"
            )
        position += width
    told = ", ".join(f"{number(part.count)} {part.words}" for part in parts)
    title = f"{step}: {number(entered)} entered"
    return (
        f'<svg class="bar" role="img" width="100%" height="{BAR_HEIGHT}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><desc>{escape(told)}</desc>{''.join(drawn)}</svg>"
    )


def age_bar(name: str, verdict: str, age: float | None, promise: float, told: str) -> str:
    """How old something is on a rail that ends at twice the promised age, with a mark at the promise (hours)."""
    width = 0.0 if age is None else min(max(100 * age / (2 * promise), 1), 100)
    bar = f'<rect class="{verdict}" y="3" width="{width:.2f}%" height="6" rx="3"/>' if age is not None else ""
    return (
        '<svg class="age" role="img" width="100%" height="12" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(name)}</title><desc>{escape(told)}</desc>"
        f'<rect class="rail" y="3" width="100%" height="6" rx="3"/>{bar}'
        '<rect class="promise" x="50%" width="1.5" height="12"/></svg>'
    )


def sparkline(values: Sequence[float], name: str, words: Sequence[str], top: float | None = None) -> str:
    """A small line from 0 to `top` (else the largest value), the oldest value first; `words` tells each of them."""
    highest, step = top or max(values) or 1, 88 / max(len(values) - 1, 1)
    points = [(4 + step * place, 20 - 16 * value / highest) for place, value in enumerate(values)]
    line = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return (
        '<svg class="spark" role="img" width="96" height="24" viewBox="0 0 96 24" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(name)}</title><desc>{escape(', '.join(words))}</desc>"
        f'<path class="trace" d="M{line}"/><circle class="dot" cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" '
        'r="3"/></svg>'
    )


def reliability_chart(bins: Sequence[ReliabilityBin], name: str) -> str:
    """Predicted against observed shares with intervals; on the diagonal a model keeps its word."""
    top = scale_for(max((max(b.high, b.predicted) for b in bins), default=1.0))
    most = max((b.n for b in bins), default=1)
    marks = [f'<path class="even" d="M{LEFT} {TOP + SIDE}L{LEFT + SIDE} {TOP}"/>']
    for b in bins:
        x, y = across(b.predicted / top), upward(b.observed / top)
        words = f"promised {percent(b.predicted)}, came true {percent(b.observed)} of {number(b.n)}"
        marks.append(
            f'<path class="range" d="M{x:.1f} {upward(b.low / top):.1f}V{upward(min(b.high / top, 1)):.1f}"/>'
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{2.5 + 4 * (b.n / most) ** 0.5:.1f}">'
            f"<title>{escape(words)}</title></circle>"
        )
    told = "; ".join(f"promised {percent(b.predicted)}, came true {percent(b.observed)} of {number(b.n)}" for b in bins)
    return framed(f"Reliability of {name}", told, marks, top, ("Promised by the model", "Came true"))


def gains_chart(points: Sequence[GainsPoint], name: str) -> str:
    """Share of the list worked against share of the successes reached; the diagonal is calling at random."""
    curve = sorted({(0.0, 0.0), *((p.share, p.caught) for p in points)})
    line = "L".join(f"{across(share):.1f} {upward(caught):.1f}" for share, caught in curve)
    last = across(curve[-1][0])
    marks = [
        f'<path class="area" d="M{line}L{last:.1f} {TOP + SIDE}Z"/>',
        f'<path class="even" d="M{LEFT} {TOP + SIDE}L{LEFT + SIDE} {TOP}"/>',
        f'<path class="line" d="M{line}"/>',
    ]
    for share in (0.1, 0.2, 0.5):
        caught = caught_at(points, share)
        if caught is not None:
            x, y = across(share), upward(caught)
            below = y < TOP + 16
            marks.append(
                f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
                f'<text class="mark" x="{x + 8:.1f}" y="{y + (16 if below else 4):.1f}">{percent(caught)}</text>'
            )
    told = "; ".join(f"the best {percent(p.share)} hold {percent(p.caught)}" for p in points)
    return framed(f"Gains of {name}", told, marks, 1.0, ("Share of the list worked", "Share of successes reached"))


def caught_at(points: Sequence[GainsPoint], share: float) -> float | None:
    """The share of successes within the best `share` of the list, between the two nearest points; null outside."""
    known = sorted({(0.0, 0.0), *((p.share, p.caught) for p in points)})
    for (x0, y0), (x1, y1) in pairwise(known):
        if x0 <= share <= x1 and x1 > x0:
            return y0 + (y1 - y0) * (share - x0) / (x1 - x0)
    return None


def framed(title: str, told: str, marks: Sequence[str], top: float, axes: tuple[str, str]) -> str:
    """A square plot with a grid line for every fifth, both axes from 0 to `top`."""
    grid = []
    for tick in range(6):
        share = tick / 5
        x, y = across(share), upward(share)
        words = percent(top * share)
        grid.append(
            f'<path class="grid" d="M{LEFT} {y:.1f}H{LEFT + SIDE}"/>'
            f'<text class="tick" x="{LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{words}</text>'
            f'<text class="tick" x="{x:.1f}" y="{TOP + SIDE + 17}" text-anchor="middle">{words}</text>'
        )
    return (
        f'<svg class="plot" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><desc>{escape(told)}</desc>{''.join(grid)}{''.join(marks)}"
        f'<text class="axis" x="{LEFT + SIDE / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(axes[0])}</text>'
        f'<text class="axis" x="12" y="{TOP + SIDE / 2}" text-anchor="middle" '
        f'transform="rotate(-90 12 {TOP + SIDE / 2})">{escape(axes[1])}</text></svg>'
    )


def across(share: float) -> float:
    return LEFT + SIDE * share


def upward(share: float) -> float:
    return TOP + SIDE * (1 - share)


def scale_for(highest: float) -> float:
    """The smallest round scale that holds the highest value (shares)."""
    return next((scale for scale in SCALES if highest <= scale), 1.0)


def standalone(svg: str) -> str:
    """A chart as a file of its own: the same picture with its colours inside."""
    head, end, rest = svg.partition(">")
    return f"{head}{end}{ALONE}{rest}"
