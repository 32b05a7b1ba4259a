"""The benchmark's table in Markdown: medians, spread, and ratios to the baseline."""

import datetime as dt
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.load import Reading

BASELINE = "FastAPI, pandas, joblib"
START, END = "<!-- measured -->", "<!-- /measured -->"

Readings = Mapping[tuple[str, str], Sequence[Reading]]

#: Heading, value of one reading, and whether more is better.
COLUMNS: tuple[tuple[str, Callable[[Reading], float | None], bool], ...] = (
    ("p50, 1 conn (µs)", lambda r: r.p50.get("one"), False),
    ("p99, 16 conn (µs)", lambda r: r.p99.get("sixteen"), False),
    ("requests/s, 16 conn", lambda r: r.rates.get("sixteen"), True),
    ("CPU (µs/request)", lambda r: r.cpu.get("sixteen"), False),
    ("1,000 rows (ms)", lambda r: _thousandth(r.p50.get("batch")), False),
    ("start (s)", lambda r: r.start_seconds, False),
    ("PSS (MB)", lambda r: r.pss_bytes / 1e6, False),
)


def write_report(path: Path, readings: Readings, rounds: int, seconds: float) -> None:
    """Put the tables between the marks of an existing page, or make a page of them."""
    models = list(dict.fromkeys(model for model, _ in readings))
    text = "\n".join(
        [
            START,
            _preface(rounds, seconds),
            *(_table(model, readings) for model in models),
            END,
        ]
    )
    page = path.read_text() if path.exists() else f"{START}\n{END}\n"
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    path.write_text(before + text + after)


def _preface(rounds: int, seconds: float) -> str:
    return (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"{rounds} alternating rounds of {seconds:g} s for each load. Median (smallest "
        "to largest), then the ratio to the first row, paired by round; more than 1 "
        "is better."
    )


def _table(model: str, readings: Readings) -> str:
    stacks = [stack for name, stack in readings if name == model]
    baseline = readings.get((model, BASELINE))
    headings = [model, *(heading for heading, _, _ in COLUMNS)]
    lines = ["", _line(headings), _line(["---"] * len(headings))]
    for stack in stacks:
        own = readings[model, stack]
        cells = [_cell(own, baseline, *column[1:]) for column in COLUMNS]
        lines.append(_line([stack, *cells]))
    return "\n".join(lines)


def _cell(
    own: Sequence[Reading],
    baseline: Sequence[Reading] | None,
    value: Callable[[Reading], float | None],
    more_is_better: bool,  # noqa: FBT001 - a column's property
) -> str:
    values = [value(reading) for reading in own]
    known = [v for v in values if v is not None]
    if not known:
        return "-"
    middle, low, high = map(_round, (statistics.median(known), min(known), max(known)))
    text = f"{middle} ({low} to {high})"
    pairs = zip(values, [value(r) for r in baseline or ()], strict=False)
    ratios = [
        (mine / theirs if more_is_better else theirs / mine)
        for mine, theirs in pairs
        if mine and theirs
    ]
    if not ratios or own is baseline:
        return text
    return f"{text} x{statistics.median(ratios):.1f}"


def _round(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def _thousandth(value: float | None) -> float | None:
    return None if value is None else value / 1000


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
