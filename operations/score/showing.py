"""Scores on a terminal: one in words, several as a table; and as JSON."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from artifact.decision import DecisionRule
from artifact.printable import printable
from operations.client import Score
from operations.rule.published import rule_lines

_WIDTH_COLUMNS = 79
#: More rows than these would scroll away what is said of all.
MOST_ROWS = 40
#: So many are shown then.
FIRST_ROWS = 20
_SMALLEST_IN_DECIMALS = 1e-5


def in_words(
    score: Score, rule: DecisionRule, told: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Return the lines about one transaction; `told` is column → text to show of it."""
    lines = [
        *(_filled(f"{printable(name):17}  {text}", 19) for name, text in told.items()),
        f"Fraud probability  {_probability(score)}",
        f"Decision           {_decision(score)}",
        rule_lines("Rule               ", rule),
    ]
    if score.history_missing:
        missing = ", ".join(score.history_missing)
        lines.append(f"Without history    {printable(missing)}")
    if score.reasons:
        lines.append("Reasons            log-odds of fraud that each adds")
    for reason in score.reasons:
        what = score.in_words(reason) or reason.feature
        lines.append(_filled(f"  {reason.contribution:+.3f}  {printable(what)}", 10))
    return "\n".join(lines)


def in_table(
    scores: Sequence[Score],
    rule: DecisionRule,
    columns: Sequence[str] = (),
    told: Sequence[Sequence[str]] = (),
) -> str:
    """Return a line for each transaction, in the file's order, and one on all.

    Rows are numbered from 1 and show nothing of what they hold but `told`, the text of
    each column for each of them. Of more than `MOST_ROWS`, the alerts and the highest
    probabilities come first and the rest is not shown.
    """
    width = max(3, len(str(len(scores))))
    names = [printable(name) for name in columns]
    rows = [*enumerate(zip(scores, told or [()] * len(scores), strict=True), 1)]
    if len(rows) > MOST_ROWS:
        rows.sort(key=lambda row: (row[1][0].alert, row[1][0].fraud_probability))
        rows = rows[: -FIRST_ROWS - 1 : -1]
    cells = [row for _, (_, row) in rows]
    widths = [
        max(len(name), *(len(row[place]) for row in cells))
        for place, name in enumerate(names)
    ]
    beside_row = _in_columns(names, widths)
    lines = [f"{'row':>{width}}{beside_row}  fraud probability  decision"]
    for number, (score, row) in rows:
        beside_row = _in_columns(row, widths)
        line = (
            f"{number:>{width}}{beside_row}  {_probability(score):>17}  "
            f"{_decision(score)}"
        )
        remarks = [
            f"{printable(score.in_words(reason) or reason.feature)} "
            f"{reason.contribution:+.3f}"
            for reason in score.reasons
        ]
        if score.history_missing:
            missing = ", ".join(score.history_missing)
            remarks.append(f"without history of {printable(missing)}")
        beside = f"{line:<{width + len(beside_row) + 31}}{', '.join(remarks)}".rstrip()
        # Histories in words are longer than what is left of a line.
        lines += (
            [beside]
            if len(beside) <= _WIDTH_COLUMNS
            else [line, *(_filled(f"{'':{width + 2}}{s}", width + 4) for s in remarks)]
        )
    if len(rows) < len(scores):
        which = f"{len(rows)} of {len(scores):,} rows, alerts and the highest first"
        lines += ["", f"{which}; --output scored.csv", "writes all, --json prints all."]
    return "\n".join([*lines, "", in_sum(scores, rule)])


def _in_columns(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(
        f"  {cell:<{wide}}" for cell, wide in zip(cells, widths, strict=True)
    )


def in_sum(scores: Sequence[Score], rule: DecisionRule) -> str:
    """Return how many transactions became alerts, and by which rule."""
    alerts = sum(score.alert for score in scores)
    counted = f"{len(scores):,} transaction{'' if len(scores) == 1 else 's'}"
    return (
        f"{counted}, {alerts:,} alert{'' if alerts == 1 else 's'}\n"
        f"{rule_lines('Rule  ', rule)}"
    )


def as_json(score: Score, *, reasons: bool) -> dict[str, Any]:
    """Return what is known of one transaction; no reasons where none were asked for."""
    shown = asdict(score)
    del shown["history"]
    for each, reason in zip(shown["reasons"], score.reasons, strict=True):
        if words := score.in_words(reason):
            each["words"] = words
    if not reasons:
        del shown["reasons"]
    if not score.history_missing:
        del shown["history_missing"]
    return shown


def _filled(line: str, indent_columns: int) -> str:
    return textwrap.fill(
        line,
        _WIDTH_COLUMNS,
        subsequent_indent=" " * indent_columns,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _decision(score: Score) -> str:
    return "alert" if score.alert else "no alert"


def _probability(score: Score) -> str:
    """Return a probability with digits that say something: of 2.4e-11, no zeros."""
    probability = score.fraud_probability
    if 0 < probability < _SMALLEST_IN_DECIMALS:
        return f"{probability:.1e}"
    return f"{probability:.6f}"
