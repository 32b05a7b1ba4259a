"""Probabilities → the body of the answer."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from artifact.scoring.reasons import Reason
from serving.formats.media_types import CSV, JSON_LINES

#: The one key of an answer without reasons.
KEY = "fraud_probability"


def encode_one(probability: float) -> bytes:
    """Write the answer to one transaction in JSON."""
    return f'{{"{KEY}": {probability!r}}}'.encode()


def encode(probabilities: Sequence[float], form: str, media_type: str) -> bytes:
    """Write one result per transaction, in order.

    JSON answers in the form of the request: an object for one transaction, a list
    for a list, ``{"predictions": [...]}`` for ``{"instances": [...]}``. JSON Lines
    has one object a line, CSV one probability a line. Every number is the shortest
    decimal that reads back as the same float64.
    """
    numbers = _write_list(probabilities)[1:-1].replace(b" ", b"")
    if media_type == CSV:
        return numbers.replace(b",", b"\n") + b"\n"
    start, between = (
        b'{"%b": ' % KEY.encode(),
        b"}\n" if media_type == JSON_LINES else b"}, ",
    )
    objects = start + numbers.replace(b",", between + start) + b"}"
    if media_type == JSON_LINES:
        return objects + b"\n"
    if form == "object":
        return objects
    return (
        b'{"predictions": [%b]}' % objects if form == "instances" else b"[%b]" % objects
    )


def encode_with_reasons(
    probabilities: Sequence[float],
    reasons: Sequence[Sequence[Reason]],
    form: str,
    media_type: str,
) -> bytes:
    """Write the results with ``"reasons": [{"feature", "contribution"}]`` each."""
    objects = [
        json.dumps({KEY: p, "reasons": [asdict(reason) for reason in its]})
        for p, its in zip(probabilities, reasons, strict=True)
    ]
    if media_type == JSON_LINES:
        return ("\n".join(objects) + "\n").encode()
    if form == "object":
        return objects[0].encode()
    answer = "[" + ", ".join(objects) + "]"
    return (f'{{"predictions": {answer}}}' if form == "instances" else answer).encode()


def _list_writer() -> Callable[[Sequence[float]], bytes]:
    """Return msgspec's encoder where it is installed, else the standard one."""
    try:
        import msgspec  # noqa: PLC0415 - taken where it is installed
    except ImportError:
        return lambda numbers: json.dumps(numbers).encode()
    return msgspec.json.Encoder().encode


_write_list = _list_writer()
