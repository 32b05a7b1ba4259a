"""Dollars by rows, as one SVG that is readable on light and on dark pages."""

from collections.abc import Sequence
from math import log10

from benchmarks.scale.plan import Plan

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 760, 400, 80, 50, 340
_STYLE = (
    "text{fill:#222}line{stroke:#ccc}polyline,circle{stroke:#1668b8;fill:none}"
    "circle{fill:#1668b8}@media(prefers-color-scheme:dark){text{fill:#eee}"
    "line{stroke:#555}polyline,circle{stroke:#6db3f2}circle{fill:#6db3f2}}"
)


def draw(plans: Sequence[Plan]) -> str:
    """Return the picture: both axes are logarithmic."""
    low, high = log10(plans[0].rows), log10(plans[-1].rows)
    cheapest = int(log10(min(p.usd for p in plans)) // 1)
    dearest = int(log10(max(p.usd for p in plans)) // 1) + 1

    def x(rows: float) -> float:
        return _LEFT + (log10(rows) - low) / (high - low) * (_WIDTH - _LEFT - 150)

    def y(usd: float) -> float:
        share = (log10(usd) - cheapest) / (dearest - cheapest)
        return _BOTTOM - share * (_BOTTOM - _TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        '<g font-family="sans-serif" font-size="12" role="img">',
        "<title>What training costs, by rows</title>",
        f"<style>{_STYLE}</style>",
        _text(_LEFT, 26, "USD of one training job, by rows (extrapolated)"),
    ]
    for power in range(cheapest, dearest + 1):
        at = y(10.0**power)
        parts += [
            f'<line x1="{_LEFT}" x2="{_WIDTH - 130}" y1="{at:.1f}" y2="{at:.1f}"/>',
            _text(_LEFT - 8, at + 4, f"{10.0**power:g}", "end"),
        ]
    points = " ".join(f"{x(p.rows):.1f},{y(p.usd):.1f}" for p in plans)
    parts.append(f'<polyline points="{points}" stroke-width="2"/>')
    for one in plans:
        across, down = x(one.rows), y(one.usd)
        parts += [
            f'<circle cx="{across:.1f}" cy="{down:.1f}" r="4"/>',
            _text(across, _BOTTOM + 22, f"{one.rows:,}", "middle"),
            _text(across + 8, down + 18, _job(one)),
        ]
    return "\n".join([*parts, "</g></svg>", ""])


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'


def _job(one: Plan) -> str:
    kind = one.instance_type.removeprefix("ml.")
    return f"{one.instances} x {kind}, {one.hours:.1f} h"
