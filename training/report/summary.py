"""A run's outcome on a terminal: the figures, why this model, and what to beware of."""

import textwrap
from collections.abc import Mapping
from typing import Any

from training.judging.metrics_text import describe_metrics
from training.report.wording import cautions, why_in_words

#: Less than a terminal has: the demo sets it in by two.
WIDTH_COLUMNS = 78


def describe_outcome(metrics: Mapping[str, Any]) -> str:
    """Return a few lines on the contents of ``metrics.json``."""
    lines = [describe_metrics(metrics)]
    why = why_in_words(metrics)
    if why:
        lines.append(in_lines(why, "  "))
    lines += [in_lines(f"Caution: {said}", "  ") for said in cautions(metrics)]
    return "\n".join(lines)


def in_lines(text: str, indent: str = "", below: str = "") -> str:
    """Return a sentence in lines that fit, the second and later ones set in."""
    return textwrap.fill(
        text,
        WIDTH_COLUMNS,
        initial_indent=indent,
        subsequent_indent=(below or indent) + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
