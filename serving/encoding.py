"""Probabilities → the body of the answer."""

from collections.abc import Sequence

from serving.media_types import CSV, JSON_LINES

#: The one key of an answer.
KEY = "fraud_probability"


def encode(probabilities: Sequence[float], form: str, media_type: str) -> bytes:
    """Write one result per transaction, in order.

    JSON answers in the form of the request: an object for one transaction, a list
    for a list, ``{"predictions": [...]}`` for ``{"instances": [...]}``. JSON Lines
    has one object a line, CSV one probability a line. Python's shortest decimal
    that reads back as the same float64 is also JSON's.
    """
    if media_type == CSV:
        return "".join(f"{p!r}\n" for p in probabilities).encode()
    objects = [f'{{"{KEY}": {p!r}}}' for p in probabilities]
    if media_type == JSON_LINES:
        return "".join(f"{text}\n" for text in objects).encode()
    if form == "object":
        return objects[0].encode()
    answer = "[" + ", ".join(objects) + "]"
    return (f'{{"predictions": {answer}}}' if form == "instances" else answer).encode()
