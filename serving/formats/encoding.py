"""Probabilities → the body of the answer."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from artifact.scoring.reasons import Reason
from serving.formats.media_types import CSV, JSON_LINES, NPY

Probabilities = npt.NDArray[np.float64]

#: The one key of an answer without reasons.
KEY = "fraud_probability"
#: Rows written in one call of compiled code, during which no other thread runs.
_BLOCK_ROWS = 4096
_START = b'{"%b": ' % KEY.encode()
#: Media type → what stands before and after a number, and between two of them.
_AROUND = {CSV: (b"", b"", b"\n"), JSON_LINES: (_START, b"}", b"\n")}
_IN_LIST = (_START, b"}", b", ")


def encode_one(probability: float) -> bytes:
    """Write the answer to one transaction in JSON."""
    return f'{{"{KEY}": {probability!r}}}'.encode()


def encode(
    probabilities: Probabilities | Sequence[float], form: str, media_type: str
) -> bytes:
    """Write one result per transaction, in order.

    JSON answers in the form of the request: an object for one transaction, a list
    for a list, ``{"predictions": [...]}`` for ``{"instances": [...]}``. JSON Lines
    has one object a line, CSV one probability a line, npy is an array of shape
    (n_rows,). Every number is the shortest
    decimal that reads back as the same float64.
    """
    if media_type == NPY:
        file = io.BytesIO()
        np.save(file, np.asarray(probabilities, np.float64))
        return file.getvalue()
    start, end, between = _AROUND.get(media_type, _IN_LIST)
    objects = between.join(
        start
        + _write_list(block.tolist())[1:-1]
        .replace(b" ", b"")
        .replace(b",", end + between + start)
        + end
        for block in _blocks(np.asarray(probabilities, np.float64))
    )
    if media_type == CSV:
        return objects + b"\n"
    if media_type == JSON_LINES:
        return objects + b"\n"
    if form == "object":
        return objects
    return (
        b'{"predictions": [%b]}' % objects if form == "instances" else b"[%b]" % objects
    )


def _blocks(probabilities: Probabilities) -> Iterator[Probabilities]:
    for at in range(0, len(probabilities), _BLOCK_ROWS):
        yield probabilities[at : at + _BLOCK_ROWS]


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
