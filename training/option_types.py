"""Types of options: each refuses what it cannot use, and says what it expected."""

import argparse
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from artifact.columns import Kind


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


def names(text: str) -> tuple[str, ...]:
    """Parse names between commas."""
    return tuple(filter(None, text.split(",")))


class Kinds(dict[str, Kind]):
    """Column name → kind; as text it is JSON, so that a job is given it whole."""

    def __str__(self) -> str:
        return json.dumps(self)


def kinds(text: str) -> Kinds:
    """Parse a JSON file of column name to kind, or the JSON itself."""
    try:
        if not text.lstrip().startswith("{"):
            text = Path(text).read_text("utf-8")
        document = json.loads(text)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot be read: {error.strerror}") from None
    except ValueError:
        document = None
    allowed = [Kind.NUMBER, Kind.CATEGORY, Kind.TIMESTAMP, Kind.ENTITY]
    if not isinstance(document, dict) or any(
        value not in allowed for value in document.values()
    ):
        raise argparse.ArgumentTypeError(
            "expected a JSON object of column name to one of " + ", ".join(allowed)
        )
    return Kinds({name: Kind(value) for name, value in document.items()})


@dataclass(frozen=True)
class MissingValues:
    """Numbers and words that mean "not known"; as text with commas between them."""

    numbers: tuple[float, ...] = ()
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        # All digits: of 9999999, six would be another number.
        exact = (repr(number).removesuffix(".0") for number in self.numbers)
        return ",".join([*exact, *self.words])


def missing_values(text: str) -> MissingValues:
    """Parse numbers and words between commas."""
    numbers, words = [], []
    for part in names(text):
        try:
            numbers.append(float(part))
        except ValueError:
            words.append(part)
    return MissingValues(tuple(numbers), tuple(words))
