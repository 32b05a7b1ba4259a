"""Types of options: each refuses what it cannot use, and says what it expected."""

import argparse
import math
from collections.abc import Callable


def boolean(text: str) -> bool:
    """Parse true or false."""
    if text.lower() not in {"true", "false"}:
        raise argparse.ArgumentTypeError(f"expected true or false, got {text!r}")
    return text.lower() == "true"


def integer(*, at_least: int) -> Callable[[str], int]:
    """Return a parser of whole numbers that a seed or a count may be."""

    def parse(text: str) -> int:
        if not text.isdecimal() or not at_least <= int(text) < 2**32:
            raise argparse.ArgumentTypeError(
                f"expected a whole number of at least {at_least}, got {text!r}"
            )
        return int(text)

    return parse


def number(
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
) -> Callable[[str], float]:
    """Return a parser of numbers within limits, which refuses NaN too."""
    words = [
        f"{phrase} {limit:g}"
        for phrase, limit in (
            ("greater than", above),
            ("at least", at_least),
            ("less than", below),
            ("at most", at_most),
        )
        if limit is not None
    ]

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if (
            not math.isfinite(value)
            or (above is not None and value <= above)
            or (at_least is not None and value < at_least)
            or (below is not None and value >= below)
            or (at_most is not None and value > at_most)
        ):
            raise argparse.ArgumentTypeError(
                f"expected a number {' and '.join(words)}, got {text!r}"
            )
        return value

    return parse
