"""Probabilities → the body of the answer."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from artifact.reasons import Reason
from serving.media_types import CSV, JSON_LINES

#: The one key of an answer without reasons.
KEY = "fraud_probability"


def encode_one(probability: float) -> bytes:
    """Write the answer to one transaction in JSON."""
    return f'{{"{KEY}": {probability!r}}}'.encode()


def encode(probabilities: Sequence[float], form: str, media_type: str) -> bytes:
    """Write one result per transaction, in order.

    JSON answers in the form of the request: an object for one transaction, a list
    for a list, ``{"predictions": [...]}`` for ``{"instances": [...]}``. JSON Lines
    has one object a line, CSV one probability a line. Python's shortest decimal
    that reads back as the same float64 is also JSON's.
    """
    if media_type == CSV:
        return "".join([f"{p!r}\n" for p in probabilities]).encode()
    return _join([f'{{"{KEY}": {p!r}}}' for p in probabilities], form, media_type)


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
    return _join(objects, form, media_type)


def _join(objects: list[str], form: str, media_type: str) -> bytes:
    if media_type == JSON_LINES:
        return ("\n".join(objects) + "\n").encode()
    if form == "object":
        return objects[0].encode()
    answer = "[" + ", ".join(objects) + "]"
    return (f'{{"predictions": {answer}}}' if form == "instances" else answer).encode()
