"""The columns of a table in lines of at most 80 characters."""

import textwrap
from collections.abc import Iterator

import numpy as np

from artifact.columns import Kind
from artifact.timestamps import text_of_seconds
from training.data.found import Found
from training.data.shown_names import counted, shown
from training.inspection.look import Look

_WIDTH = 80
_NAME_WIDTH = 20


def describe(look: Look) -> Iterator[str]:
    """Yield a line or two for each column, values of none but numbers and moments."""
    yield f"{len(look.table.data):,} rows, {len(look.found)} columns"
    if look.span:
        yield look.span
    yield from (f"  {note}" for note in look.table.notes)
    yield ""
    yield f"  {'column':{_NAME_WIDTH}} {'kind':9} {'gaps':>6} holds; the model gets"
    for item in look.found:
        yield from _lines(item, look.label)


def _lines(item: Found, label: str) -> Iterator[str]:
    name = shown(item.column.name).strip("'") if item.column.name else "(no name)"
    gaps = ""
    if item.values is not None and np.isnan(item.values).any():
        gaps = f"{np.isnan(item.values).mean():.1%}"
    gets = _gets(item)
    what = f"{_holds(item)}; {gets}" if gets else item.column.why
    if item.column.kind is Kind.LABEL:
        what = label or what
    if len(name) > _NAME_WIDTH:
        yield f"  {name}"[:_WIDTH]
        name = ""
    indent = f"  {name:{_NAME_WIDTH}} {item.column.kind:9} {gaps:>6} "
    yield from textwrap.wrap(
        what, _WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent)
    ) or [indent.rstrip()]
    why = [item.column.why] if gets and item.column.why != "numbers" else []
    role = [f"the {item.column.role}"] if item.column.role else []
    if why or role:
        said = f"({'; '.join([*role, *why])})"
        indent = " " * len(indent)
        yield from textwrap.wrap(
            said, _WIDTH, initial_indent=indent, subsequent_indent=indent + " "
        )


def _holds(item: Found) -> str:
    """Range of numbers and moments, count of categories."""
    values = item.values
    if values is None or np.isnan(values).all():
        return ""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if item.column.kind is Kind.TIMESTAMP:
        return f"{text_of_seconds(low)[:10]} to {text_of_seconds(high)[:10]}"
    if item.column.kind is Kind.CATEGORY:
        return counted(item.distinct, "value")
    return f"{low:.6g} to {high:.6g}"


def _gets(item: Found) -> str:
    return {
        Kind.NUMBER: "the hours" if item.column.is_clock else "the number",
        Kind.CATEGORY: "a code",
        Kind.TIMESTAMP: "hour, weekday",
    }.get(item.column.kind, "")
