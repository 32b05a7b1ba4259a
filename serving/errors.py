"""Refused requests: their status and the one JSON shape of their answer."""

import json
import re

# A name that a caller made up is repeated only when it looks like a name. Whatever
# else is put in a name's place (a card number, say) goes into no answer and no log.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_LONG_NUMBER = re.compile(r"[0-9]{6}")


class RequestError(Exception):
    """A request that cannot be answered, and why, without any value of it.

    Attributes
    ----------
    status : int
        HTTP status of the answer.
    code : str
        What is wrong, for programs; listed in the OpenAPI document.
    expected, got : str
        Kinds of values, never a value.
    row : int or None
        The transaction at fault, counted from 1.
    field : str or None
        The feature at fault. A name that is no feature's: see `is_plain_name`.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        expected: str,
        got: str,
        row: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(f"{code}: expected {expected}, got {got}")
        self.status = status
        self.code = code
        self.expected = expected
        self.got = got
        self.row = row
        self.field = field

    def body(self) -> bytes:
        """``{"error": {"code", "row", "field", "expected", "got"}}``."""
        names = ("code", "row", "field", "expected", "got")
        return json.dumps(
            {"error": {name: getattr(self, name) for name in names}}
        ).encode()


def is_plain_name(name: str) -> bool:
    """Whether a name that is no feature's may be repeated in an answer."""
    return bool(_NAME.fullmatch(name)) and not _LONG_NUMBER.search(name)


def bad_request(
    code: str,
    *,
    expected: str,
    got: str,
    row: int | None = None,
    field: str | None = None,
) -> RequestError:
    """Build the refusal of a body that holds no transactions of this model (400)."""
    return RequestError(400, code, expected=expected, got=got, row=row, field=field)


def empty_body() -> RequestError:
    """Build the refusal of a body without any transaction (400)."""
    return bad_request("empty_body", expected="at least one transaction", got="nothing")


def too_large(limit_bytes: int) -> RequestError:
    """Build the refusal of a body beyond real-time endpoints' limit (413)."""
    return RequestError(
        413,
        "payload_too_large",
        expected=f"at most {limit_bytes} bytes; batch transform takes more",
        got="more",
    )
