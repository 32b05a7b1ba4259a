"""Cost over traffic for the hosting options, as an SVG with logarithmic axes."""

import math
from collections.abc import Sequence
from itertools import pairwise, product

from review.cost.break_even import HostingOption, break_even_requests

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 210, 50, 60
REQUESTS = (1e4, 1e10)
USD = (0.01, 1e4)
POINTS = 60
# Okabe and Ito's palette, told apart with any colour vision, and dashes for print.
STROKES = (
    ("#0072B2", ""),
    ("#56B4E9", "2 4"),
    ("#D55E00", ""),
    ("#E69F00", "8 4"),
    ("#009E73", "2 4"),
)


def draw(title: str, options: Sequence[HostingOption]) -> str:
    """Return the SVG, with the traffic marked at which options cost the same."""
    body = [*_axes(), *_curves(options), *_crossings(options)]
    return "\n".join(
        (
            '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif"',
            f'  font-size="12" role="img" viewBox="0 0 {WIDTH} {HEIGHT}">',
            f"<title>{title}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            f'<text x="{LEFT}" y="28" font-size="15" fill="#222222">{title}</text>',
            *body,
            "</svg>",
            "",
        )
    )


def _x(requests: float) -> float:
    low, high = (math.log10(bound) for bound in REQUESTS)
    return LEFT + (math.log10(requests) - low) / (high - low) * (WIDTH - LEFT - RIGHT)


def _y(usd: float) -> float:
    low, high = (math.log10(bound) for bound in USD)
    share = (math.log10(usd) - low) / (high - low)
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _axes() -> list[str]:
    parts = []
    for power in range(round(math.log10(REQUESTS[0])), 11):
        x = _x(10**power)
        parts.append(_line(x, TOP, x, HEIGHT - BOTTOM, "#dddddd"))
        parts.append(_text(x, HEIGHT - BOTTOM + 18, _magnitude(10**power), "middle"))
    for power in range(-2, 5):
        y = _y(10.0**power)
        parts.append(_line(LEFT, y, WIDTH - RIGHT, y, "#dddddd"))
        parts.append(_text(LEFT - 8, y + 4, f"{10.0**power:,g}", "end"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(_text(middle, HEIGHT - 18, "requests a month", "middle"))
    parts.append(
        f'<text transform="translate(18 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) '
        'rotate(-90)" text-anchor="middle" fill="#222222">USD a month</text>'
    )
    return parts


def _curves(options: Sequence[HostingOption]) -> list[str]:
    parts = []
    low, high = (math.log10(bound) for bound in REQUESTS)
    labels = _label_heights([option.monthly_usd(REQUESTS[1]) for option in options])
    for option, (colour, dash), label_y in zip(options, STROKES, labels, strict=False):
        points = [10 ** (low + (high - low) * i / POINTS) for i in range(POINTS + 1)]
        path = " ".join(
            f"{_x(requests):.1f},{_y(option.monthly_usd(requests)):.1f}"
            for requests in points
            if USD[0] <= option.monthly_usd(requests) <= USD[1]
        )
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" '
            f'stroke-width="2.5" stroke-dasharray="{dash}"/>'
        )
        parts.append(_text(WIDTH - RIGHT + 8, label_y, option.label, "start", colour))
    return parts


def _label_heights(amounts: Sequence[float]) -> list[float]:
    """Return the height of each curve's end, at least a line apart."""
    order = sorted(range(len(amounts)), key=lambda i: amounts[i], reverse=True)
    heights = {i: _y(min(max(amounts[i], USD[0]), USD[1])) + 4 for i in order}
    for above, below in pairwise(order):
        heights[below] = max(heights[below], heights[above] + 16)
    return [heights[i] for i in range(len(amounts))]


def _crossings(options: Sequence[HostingOption]) -> list[str]:
    """Mark where an option that is paid by use meets one that is paid by time."""
    parts = []
    by_use = [option for option in options if option.usd_per_request]
    by_time = [option for option in options if not option.usd_per_request]
    lowest = min(by_time, key=lambda option: option.monthly_usd(0), default=None)
    for first, second in product(by_use, by_time):
        requests = break_even_requests(first, second)
        if requests is None or not REQUESTS[0] <= requests <= REQUESTS[1]:
            continue
        usd = first.monthly_usd(requests)
        if not USD[0] <= usd <= USD[1]:
            continue
        x, y = _x(requests), _y(usd)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="#222222"/>')
        # Above the upper lines and below the lowest one, no line crosses the label.
        if second is lowest:
            parts.append(_text(x + 8, y + 17, _magnitude(requests), "start"))
        else:
            parts.append(_text(x - 8, y - 8, _magnitude(requests), "end"))
    return parts


def _magnitude(value: float) -> str:
    for size, name in ((1e9, " billion"), (1e6, " million"), (1e3, ",000")):
        if value >= size:
            return f"{value / size:.3g}{name}"
    return f"{value:.3g}"


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{stroke}"/>'
    )


def _text(x: float, y: float, text: str, anchor: str, fill: str = "#222222") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">'
        f"{text}</text>"
    )
