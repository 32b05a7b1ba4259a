"""What a caller asks for beside the score, in SageMaker's custom attributes."""

import re

from serving.errors import bad_request

#: InvokeEndpoint's CustomAttributes arrive in this header.
HEADER = "X-Amzn-SageMaker-Custom-Attributes"
_EXPLAIN = "explain"
_MOST_REASONS = 100
_NUMBER = re.compile(r"[0-9]{1,3}")  # int() takes no text of thousands of digits


def reasons_wanted(attributes: str) -> int:
    """How many reasons ``explain=3`` asks for; 0 without it.

    Attributes are separated by commas or semicolons; those of others (trace
    identifiers, say) are left alone.

    Raises
    ------
    RequestError
        If the number is none.
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
