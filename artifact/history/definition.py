"""What the features from history are: windows, names, and the delay of reports."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from artifact.columns import Column, parse_number_form
from artifact.errors import ArtifactError

SECONDS_PER_DAY = 86_400
#: Each window ends with the transaction and begins at midnight UTC, that many
#: calendar days before the end of its day.
WINDOWS_DAYS = (1, 7, 30)
#: Chargebacks of cards take about a week to arrive; it is what the delay is assumed
#: to be where nothing is said.
DEFAULT_LABEL_DELAY_HOURS = 168.0

#: In the order in which both forms compute them.
FEATURES = (
    *("transactions_today", "transactions_7_days", "transactions_30_days"),
    *("amount_today", "amount_7_days", "amount_30_days"),
    *("mean_amount_today", "mean_amount_7_days", "mean_amount_30_days"),
    "amount_over_mean_30_days",
    "seconds_since_last",
    *("reports_today", "reports_7_days", "reports_30_days"),
    *("report_rate_1_day", "report_rate_7_days", "report_rate_30_days"),
    *("days_since_first_report", "days_since_last_report"),
)
SEPARATOR = "."


@dataclass(frozen=True)
class HistoryDefinition:
    """Whose history a model looks at, and which columns say when and how much.

    Attributes
    ----------
    entities : tuple of str
        Columns whose values have a history each, such as card and merchant.
    time : str
        Column of the transaction's own time, in seconds.
    amount : str
        Column of what the transaction is worth.
    label_delay_hours : float
        How long after a transaction its fraud is reported, as training assumed.
    minor_units : int
        Smallest units of the currency in one unit of `amount`. Sums are kept in
        whole minor units, so that they are the same in whatever order they are added.
    time_format : str
        How `time` is written where it is a timestamp, as in `artifact.columns.Column`;
        empty for a number of seconds.
    amount_form : Column or None
        How text writes the amount, such as ``$1,234.50``; None for plain numbers.
    """

    entities: tuple[str, ...]
    time: str
    amount: str
    label_delay_hours: float = DEFAULT_LABEL_DELAY_HOURS
    minor_units: int = 100
    time_format: str = ""
    amount_form: Column | None = None

    @property
    def delay_days(self) -> int:
        """The delay in whole days, rounded up."""
        return math.ceil(self.label_delay_hours / 24)

    @property
    def kept_days(self) -> int:
        """Calendar days that a feature may look at, today's included."""
        return WINDOWS_DAYS[-1] + self.delay_days

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of all features, entity by entity."""
        return tuple(
            name for entity in self.entities for name in feature_names_of(entity)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        document = {**asdict(self), "entities": list(self.entities)}
        del document["amount_form"]
        if self.amount_form is not None:
            document["amount_form"] = self.amount_form.number_form_as_dict()
        return document


def feature_names_of(entity: str) -> tuple[str, ...]:
    """Names of one entity's features, in the order of `FEATURES`."""
    return tuple(f"{entity}{SEPARATOR}{name}" for name in FEATURES)


def parse_definition(document: Mapping[str, Any]) -> HistoryDefinition:
    """Read what `HistoryDefinition.as_dict` wrote.

    Raises
    ------
    ArtifactError
        Naming the first field that is not what it should be.
    """
    entities = document.get("entities")
    if (
        not isinstance(entities, list)
        or not entities
        or not all(isinstance(name, str) and name for name in entities)
        or len(set(entities)) != len(entities)
    ):
        raise _wrong("entities", "a list of different column names")
    for name in ("time", "amount"):
        if not isinstance(document.get(name), str) or not document[name]:
            raise _wrong(name, "the name of a column")
    delay = document.get("label_delay_hours")
    if isinstance(delay, bool) or not isinstance(delay, int | float) or delay < 0:
        raise _wrong("label_delay_hours", "a number of at least 0")
    units = document.get("minor_units")
    if isinstance(units, bool) or not isinstance(units, int) or units < 1:
        raise _wrong("minor_units", "a whole number of at least 1")
    time_format = document.get("time_format", "")
    if not isinstance(time_format, str):
        raise _wrong("time_format", "how the time is written")
    if not math.isfinite(delay):
        raise _wrong("label_delay_hours", "a finite number")
    form = document.get("amount_form")
    return HistoryDefinition(
        entities=tuple(entities),
        time=document["time"],
        amount=document["amount"],
        label_delay_hours=float(delay),
        minor_units=units,
        time_format=time_format,
        amount_form=None
        if form is None
        else parse_number_form(document["amount"], form, "history.amount_form"),
    )


def _wrong(field: str, expected: str) -> ArtifactError:
    return ArtifactError(
        f"history.{field}: expected {expected}, got something else; train again."
    )
