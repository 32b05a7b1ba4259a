"""The dashboard as a picture, from the template, before anything is deployed.

Layout, titles, labels, alarm lines and axes are those of the dashboard's JSON. The
series are invented: a picture of a template has no traffic.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import html
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.assembly import Templates

#: A dashboard is 24 units wide; a unit is this many points here.
_UNIT_WIDTH, _UNIT_HEIGHT = 50, 34
_COLUMNS = 24
_POINTS = 72
_MARGIN, _TITLE, _LEGEND, _AXIS = 12, 30, 24, 44
#: CloudWatch's own first colours.
_COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd")
_INK, _SOFT, _LINE, _ALARM = "#16191f", "#545b64", "#d5dbdb", "#d13212"
#: Unit in a widget's title → a value that its first series could have.
_TYPICAL = (
    ("requests per minute", 480.0),
    ("errors", 2.0),
    ("transactions", 2400.0),
    ("probability", 0.02),
    ("alert rate", 0.4),
    ("\N{MICRO SIGN}s per minute", 430_000.0),
    ("ms per minute", 430.0),
    ("\N{MICRO SIGN}s", 900.0),
    ("ms", 0.9),
    ("%", 22.0),
)
#: Label of a series → its share of the typical value.
_SHARES = {"p50": 1.0, "p90": 1.7, "p99": 3.1, "Alerts": 0.01, "5xx: failed": 0.05}


@dataclass(frozen=True)
class Box:
    """A rectangle, in points."""

    x: float
    y: float
    width: float
    height: float


def dashboard_bodies(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each dashboard's logical id and its body; references are `${name}`."""
    for template in templates.values():
        for name, resource in template.get("Resources", {}).items():
            if resource["Type"] == "AWS::CloudWatch::Dashboard":
                body = _resolved(resource["Properties"]["DashboardBody"])
                yield name, json.loads(body)


def draw(title: str, body: Mapping[str, Any]) -> str:
    """Return the dashboard as an SVG."""
    widgets = body["widgets"]
    rows = max(widget["y"] + widget["height"] for widget in widgets)
    width, height = _COLUMNS * _UNIT_WIDTH, rows * _UNIT_HEIGHT + 26
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif"',
        f'  font-size="12" role="img" viewBox="0 0 {width} {height}">',
        f"<title>{html.escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#f2f3f3"/>',
    ]
    for widget in widgets:
        parts += _widget(widget)
    note = "Layout of the template; the series are invented."
    parts += [_text(_MARGIN, height - 9, note, fill=_SOFT), "</svg>", ""]
    return "\n".join(parts)


def _resolved(value: Any) -> str:  # noqa: ANN401 - any part of a template
    """Return the text of an intrinsic, with `${name}` for what is known at deploy."""
    if isinstance(value, str):
        return value
    (function, argument), *_ = value.items()
    if function == "Fn::Join":
        separator, parts = argument
        return str(separator).join(map(_resolved, parts))
    name = argument if isinstance(argument, str) else argument[0]
    return f"${{{name}}}"


def _widget(widget: Mapping[str, Any]) -> list[str]:
    box = Box(
        widget["x"] * _UNIT_WIDTH + 4,
        widget["y"] * _UNIT_HEIGHT + 4,
        widget["width"] * _UNIT_WIDTH - 8,
        widget["height"] * _UNIT_HEIGHT - 8,
    )
    frame = (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" '
        f'rx="4" fill="#ffffff" stroke="{_LINE}"/>'
    )
    properties = widget["properties"]
    content = {"text": _markdown, "alarm": _alarms, "metric": _graph}[widget["type"]]
    return [frame, *content(properties, box)]


def _markdown(properties: Mapping[str, Any], box: Box) -> list[str]:
    parts, y = [], box.y + 24
    for line in properties["markdown"].splitlines():
        heading = line.startswith("# ")
        plain = re.sub(r"[*`]|^# |\[([^]]*)\]\([^)]*\)", r"\1", line)
        size = 17 if heading else 12
        parts.append(_text(box.x + _MARGIN, y, plain, size=size))
        y += 22
    return parts


def _alarms(properties: Mapping[str, Any], box: Box) -> list[str]:
    names = [_alarm_name(alarm) for alarm in properties["alarms"]]
    parts = [_text(box.x + _MARGIN, box.y + 20, properties["title"], size=13)]
    width = (box.width - 2 * _MARGIN) / max(len(names), 1)
    for position, name in enumerate(names):
        x = box.x + _MARGIN + position * width
        parts.append(
            f'<rect x="{x:.1f}" y="{box.y + 34}" width="{width - 8:.1f}" height="42" '
            'rx="3" fill="#eaf6ed" stroke="#1d8102"/>'
        )
        parts.append(_text(x + 8, box.y + 52, "OK", fill="#1d8102"))
        parts.append(_text(x + 8, box.y + 68, _cut(name, width - 16), fill=_INK))
    return parts


def _alarm_name(reference: str) -> str:
    """Return `Server errors` for `${AlarmsServerErrorsD0E4A1EF}`."""
    name = re.sub(r"[0-9A-F]{8}$", "", reference.strip("${}"))
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removeprefix("Alarms"))
    return words.capitalize()


def _graph(properties: Mapping[str, Any], box: Box) -> list[str]:
    title = properties["title"]
    labels = list(_labels(properties["metrics"]))
    limits = [
        (float(line["value"]), line.get("label", ""))
        for line in properties.get("annotations", {}).get("horizontal", [])
    ]
    series = [_series(title, label, i) for i, label in enumerate(labels)]
    highest = max([max(values) for values in series] + [value for value, _ in limits])
    top = _round_up(highest * 1.05)
    plot = Box(
        box.x + _AXIS,
        box.y + _TITLE + 4,
        box.width - _AXIS - _MARGIN,
        box.height - _TITLE - _LEGEND - 12,
    )
    parts = [_text(box.x + _MARGIN, box.y + 20, _cut(title, box.width - 20), size=13)]
    for share in (0.0, 0.5, 1.0):
        y = plot.y + plot.height * (1 - share)
        parts.append(
            f'<line x1="{plot.x}" y1="{y:.1f}" x2="{plot.x + plot.width}" y2="{y:.1f}" '
            f'stroke="{_LINE}"/>'
        )
        tick = f"{top * share:,.4g}"
        parts.append(_text(plot.x - 6, y + 4, tick, anchor="end", fill=_SOFT))
    parts += [
        _polyline(values, top, plot, _COLOURS[i % len(_COLOURS)])
        for i, values in enumerate(series)
    ]
    for value, label in limits:
        y = plot.y + plot.height * (1 - value / top)
        parts.append(
            f'<line x1="{plot.x}" y1="{y:.1f}" x2="{plot.x + plot.width}" y2="{y:.1f}" '
            f'stroke="{_ALARM}" stroke-dasharray="5 4"/>'
        )
        text = f"{label} {value:g}".strip()
        end = plot.x + plot.width
        parts.append(_text(end, y - 4, text, anchor="end", fill=_ALARM))
    return [*parts, *_legend(labels, box)]


def _labels(metrics: Sequence[Sequence[Any]]) -> Iterator[str]:
    for metric in metrics:
        options = metric[-1] if isinstance(metric[-1], dict) else {}
        if options.get("visible", True):
            names = [part for part in metric if isinstance(part, str)]
            yield options.get("label") or names[1]


def _series(title: str, label: str, position: int) -> list[float]:
    """Return one value for each point: a day's curve with its unevenness."""
    typical = next((v for unit, v in _TYPICAL if unit in title.lower()), 2.0)
    middle = typical * _SHARES.get(label, 0.75**position)
    if "Instances" in label:
        return [2.0] * _POINTS
    return [
        middle
        * (
            1
            + 0.18 * math.sin(2 * math.pi * i / _POINTS + position)
            + 0.06 * math.sin(1.7 * i + 2.3 * position)
            + 0.04 * math.sin(4.1 * i)
        )
        for i in range(_POINTS)
    ]


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 2, 5, 10) if power * step >= value)


def _polyline(values: Sequence[float], top: float, plot: Box, colour: str) -> str:
    points = " ".join(
        f"{plot.x + plot.width * i / (len(values) - 1):.1f},"
        f"{plot.y + plot.height * (1 - value / top):.1f}"
        for i, value in enumerate(values)
    )
    style = f'fill="none" stroke="{colour}" stroke-width="1.5"'
    return f'<polyline points="{points}" {style}/>'


def _legend(labels: Sequence[str], box: Box) -> list[str]:
    parts, x, y = [], box.x + _MARGIN, box.y + box.height - 12
    for position, label in enumerate(labels):
        colour = _COLOURS[position % len(_COLOURS)]
        parts.append(
            f'<rect x="{x:.1f}" y="{y - 9:.1f}" width="10" height="10" '
            f'fill="{colour}"/>'
        )
        parts.append(_text(x + 15, y, label, fill=_SOFT))
        x += 32 + 6.6 * len(label)
    return parts


def _cut(text: str, width: float) -> str:
    """Cut what is wider than so many points, by the mean width of a letter."""
    most = int(width / 6.4)
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    fill: str = _INK,
    size: int = 12,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" '
        f'font-size="{size}">{html.escape(text)}</text>'
    )
