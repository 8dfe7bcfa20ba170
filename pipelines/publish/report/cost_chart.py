"""The cost curve as SVG text: what working the best gains, the dearer an effort is. Geometry alone; its words too."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pipelines.publish.report.charts import HEIGHT, LEFT, SIDE, TOP, WIDTH
from pipelines.publish.report.words import decimal, percent


@dataclass(frozen=True)
class CostPoint:
    """At a `ratio` of an effort's cost to a success's value: net gain per unit in successes, of those above the
    break-even (interval low to high) and of working everybody."""

    ratio: float
    net: float
    low: float
    high: float
    net_of_all: float


def cost_chart(points: Sequence[CostPoint], name: str) -> str:
    """Net gain over cost ratio: by score, of everybody (dashed), of nobody (the zero line)."""
    right = max((point.ratio for point in points), default=1.0) or 1.0
    top = max((point.high for point in points), default=1.0) or 1.0

    def place(ratio: float, net: float) -> str:
        return f"{LEFT + SIDE * ratio / right:.1f} {TOP + SIDE * (1 - max(net, 0.0) / top):.1f}"

    def path(ends: Sequence[tuple[float, float]]) -> str:
        return "L".join(place(ratio, net) for ratio, net in ends)

    band = [(point.ratio, point.high) for point in points] + [(point.ratio, point.low) for point in reversed(points)]
    of_all = [(point.ratio, point.net_of_all) for point in points if point.net_of_all >= 0]
    told = "; ".join(
        f"at {percent(point.ratio)}: {decimal(100 * point.net)} successes per 100 against "
        f"{decimal(100 * max(point.net_of_all, 0.0))}" for point in points[:: max(len(points) // 6, 1)]
    )  # fmt: skip
    ticks = "".join(
        f'<path class="grid" d="M{LEFT} {TOP + SIDE * (1 - share):.1f}H{LEFT + SIDE}"/>'
        f'<text class="tick" x="{LEFT - 7}" y="{TOP + SIDE * (1 - share) + 4:.1f}" text-anchor="end">'
        f"{decimal(100 * top * share, 1)}</text>"
        f'<text class="tick" x="{LEFT + SIDE * share:.1f}" y="{TOP + SIDE + 17}" text-anchor="middle">'
        f"{percent(right * share)}</text>"
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    drawn = (
        f'<path class="area" d="M{path(band)}Z"/><path class="even" d="M{path(of_all)}"/>'
        f'<path class="line" d="M{path([(point.ratio, point.net) for point in points])}"/>'
        if points
        else ""
    )
    return (
        f'<svg class="plot" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(f'What working by score gains: {name}')}</title><desc>{escape(told)}</desc>{ticks}{drawn}"
        f'<text class="axis" x="{LEFT + SIDE / 2}" y="{HEIGHT - 8}" text-anchor="middle">'
        "cost of an effort / value of a success</text>"
        f'<text class="axis" x="12" y="{TOP + SIDE / 2}" text-anchor="middle" '
        f'transform="rotate(-90 12 {TOP + SIDE / 2})">net successes per 100</text></svg>'
    )
