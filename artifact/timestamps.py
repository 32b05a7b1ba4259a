"""Moments as seconds since 1970 (UTC), from text and from numbers.

A timestamp without a zone is UTC, in training and in requests.
"""

import math
import re
from datetime import UTC, date, datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Seconds of one unit of a number that counts since 1970 or any other beginning.
SECONDS_PER_UNIT = {
    "ns": 1e-9,
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
}
ISO = "iso"
#: A date as one whole number, such as 20260131.
DATE_NUMBER = "%Y%m%d"
#: The same with the time of day, such as 20260131235959.
MOMENT_NUMBER = "%Y%m%d%H%M%S"
DATE_NUMBERS = frozenset({DATE_NUMBER, MOMENT_NUMBER})
#: Tried in this order on text that is not ISO 8601. Where day and month may both
#: come first, all values of a column decide.
FORMS = (
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%Y %I:%M %p",
    "%d/%m/%y %H:%M",
    "%m/%d/%y %H:%M",
    "%d/%m/%y",
    "%m/%d/%y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y.%m.%d",
    "%H:%M:%S %d/%m/%Y",
    "%m-%d-%Y %H:%M:%S",
    "%m-%d-%Y %H:%M",
    "%m-%d-%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d.%m.%y %H:%M",
    "%d.%m.%y",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%d-%b-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M",
    "%d-%b-%Y %I:%M %p",
    "%d-%b-%Y %I:%M:%S %p",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y",
    "%b %d %Y %I:%M%p",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %B %Y",
    "%a %d %b %Y",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M:%S.%f UTC",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S %Z",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%a %b %d %H:%M:%S %Y",
    "%Y-%m",
    "%b-%Y",
    "%b %Y",
    "%b-%y",
)
#: Shortest text that is taken as ISO 8601: without it 20200101 and 2020 would be.
_SHORTEST_ISO = 10


def seconds_of_text(text: str, form: str) -> float:
    """Seconds since 1970 of a text in the column's form, or in ISO 8601.

    Raises
    ------
    ValueError
        If it is neither.
    """
    text = text.strip()
    if len(text) >= _SHORTEST_ISO and ("-" in text or "T" in text):
        try:
            return _seconds(datetime.fromisoformat(text))
        except ValueError:
            if form == ISO:
                raise
    if form == ISO or form in SECONDS_PER_UNIT:
        raise ValueError("not ISO 8601")
    return _seconds(datetime.strptime(text, form))  # noqa: DTZ007 - a zone is added


def is_written_so(text: str, form: str) -> bool:
    """Whether a text has the marks of the form, or of an ISO 8601 date, and digits."""
    text = text.strip()
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", text):
        return True
    if "%" not in form or not text:
        return False
    like = text_in_form(0, form)
    return re.sub(r"[0-9]+", "0", text) == re.sub(r"[0-9]+", "0", like)


def seconds_of_moment(moment: date) -> float:
    """Seconds since 1970 of a date or a datetime, pandas' `Timestamp` among them."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return _seconds(moment)


def text_of_seconds(seconds: float) -> str:
    """ISO 8601 in UTC, to the microsecond."""
    whole, rest = divmod(round(seconds * 1_000_000), 1_000_000)
    moment = datetime.fromtimestamp(whole, UTC).replace(microsecond=rest)
    return moment.isoformat().replace("+00:00", "Z")


def text_in_form(seconds: float, form: str) -> str:
    """Write seconds since 1970 as the column's files do, in UTC."""
    if form == ISO:
        return text_of_seconds(seconds)
    return datetime.fromtimestamp(math.floor(seconds), UTC).strftime(form)


def _seconds(moment: datetime) -> float:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH).total_seconds()
