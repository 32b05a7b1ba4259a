"""A request as a transport hands it over: the limits of its body, and its headers."""

import re
from typing import NamedTuple

from serving.errors import RequestError, bad_request, too_large

#: Largest body of a real-time endpoint:
#: https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints.html
MAX_BODY_BYTES = 25 * 1024 * 1024
#: InvokeEndpoint's CustomAttributes arrive in this header.
CUSTOM_ATTRIBUTES_HEADER = "X-Amzn-SageMaker-Custom-Attributes"

#: White space that may stand around a header's value: RFC 9110, 5.5.
_BLANK = " \t"
_EXPLAIN = "explain"
_MOST_REASONS = 100
_NUMBER = re.compile(r"[0-9]{1,3}")  # int() takes no text of thousands of digits


class Request(NamedTuple):
    """The body, and header values: empty when not sent."""

    body: bytes
    content_type: str = ""
    accept: str = ""
    custom_attributes: str = ""
    id: str = ""


def check_encoding(encoding: str) -> None:
    """Refuse a compressed body: a small one could unpack to any size."""
    if encoding and encoding.strip(_BLANK).lower() not in ("", "identity"):
        raise RequestError(
            415,
            "unsupported_media_type",
            expected="a body without Content-Encoding",
            got="an encoded body",
        )


def check_length(announced: str) -> int:
    """Return the length that Content-Length announces, refusing one too large."""
    announced = announced.strip(_BLANK)
    if not announced.isascii() or not announced.isdigit():
        raise bad_request(
            "invalid_length", expected="Content-Length in digits", got="other text"
        )
    if len(announced) > len(str(MAX_BODY_BYTES)) or int(announced) > MAX_BODY_BYTES:
        raise too_large(MAX_BODY_BYTES)
    return int(announced)


def reasons_wanted(attributes: str) -> int:
    """How many reasons ``explain=3`` asks for; 0 without it.

    Attributes are separated by commas or semicolons; those of others (trace
    identifiers, say) are left alone.

    Raises
    ------
    RequestError
        If ``explain`` is given anything but a number of reasons.
    """
    if _EXPLAIN not in attributes:
        return 0
    for attribute in attributes.replace(";", ",").split(","):
        name, _, value = attribute.partition("=")
        if name.strip() == _EXPLAIN:
            value = value.strip()
            if _NUMBER.fullmatch(value) and 0 < int(value) <= _MOST_REASONS:
                return int(value)
            raise bad_request(
                "invalid_attribute",
                field=_EXPLAIN,
                expected=f"a number of reasons from 1 to {_MOST_REASONS}",
                got="something else",
            )
    return 0
