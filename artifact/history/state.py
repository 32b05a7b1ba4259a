"""One entity's history as a store keeps it, and the features of one transaction."""

import math
from dataclasses import dataclass, field

from artifact.history.definition import FEATURES, SECONDS_PER_DAY, HistoryDefinition

NAN = math.nan


@dataclass(slots=True)
class Bucket:
    """One calendar day (UTC) of one entity."""

    transactions: int = 0
    #: Sum of the amounts in minor units.
    amount: int = 0
    #: Frauds that were reported on this day, whenever they happened.
    reports: int = 0


@dataclass(slots=True)
class EntityState:
    """What is known of one entity: its day buckets and its last transaction."""

    #: Days since 1970, or since whatever the table's time began → that day.
    buckets: dict[int, Bucket] = field(default_factory=dict)
    last_seconds: int | None = None

    def record(self, seconds: int, minor: int) -> None:
        """Add a transaction; one that is late leaves the last one as it is."""
        bucket = self.buckets.setdefault(seconds // SECONDS_PER_DAY, Bucket())
        bucket.transactions += 1
        bucket.amount += minor
        if self.last_seconds is None or seconds > self.last_seconds:
            self.last_seconds = seconds

    def report(self, seconds: int, count: int = 1) -> None:
        """Add a report of a fraud on the day that it was reported."""
        day = seconds // SECONDS_PER_DAY
        self.buckets.setdefault(day, Bucket()).reports += count

    def forget(self, before_day: int) -> None:
        """Drop the days before `before_day`."""
        for day in [day for day in self.buckets if day < before_day]:
            del self.buckets[day]


def minor_units_of(amount: float, minor_units: int) -> int:
    """Return an amount in whole minor units; what is no number counts as 0."""
    return round(amount * minor_units) if math.isfinite(amount) else 0


def features_of_one(
    state: EntityState, seconds: int, amount: float, definition: HistoryDefinition
) -> list[float]:
    """Return the features of a transaction, in the order of `FEATURES`.

    `state` is the entity's before the transaction, which counts as well: the first of
    a day finds 1 today. Days after the transaction's own are not looked at.
    """
    units = definition.minor_units
    minor = minor_units_of(amount, units)
    today, delay = seconds // SECONDS_PER_DAY, definition.delay_days
    count_1, count_7, count_30 = 1, 1, 1
    sum_1, sum_7, sum_30 = minor, minor, minor
    reports_1, reports_7, reports_30 = 0, 0, 0
    known_1, known_7, known_30 = (0, 0, 0) if delay else (1, 1, 1)
    first_report, last_report = -1, 30
    for day, bucket in state.buckets.items():
        age = today - day
        if 0 <= age < 30:  # noqa: PLR2004 - the windows, unrolled for speed
            count_30 += bucket.transactions
            sum_30 += bucket.amount
            if bucket.reports:
                reports_30 += bucket.reports
                first_report, last_report = (
                    max(first_report, age),
                    min(last_report, age),
                )
            if age < 7:  # noqa: PLR2004
                count_7 += bucket.transactions
                sum_7 += bucket.amount
                reports_7 += bucket.reports
                if age < 1:
                    count_1 += bucket.transactions
                    sum_1 += bucket.amount
                    reports_1 += bucket.reports
        age -= delay
        if 0 <= age < 30:  # noqa: PLR2004
            known_30 += bucket.transactions
            if age < 7:  # noqa: PLR2004
                known_7 += bucket.transactions
                if age < 1:
                    known_1 += bucket.transactions
    # Means are of the earlier transactions, so that this one stands out from them.
    mean_1 = (sum_1 - minor) / (count_1 - 1) / units if count_1 > 1 else NAN
    mean_7 = (sum_7 - minor) / (count_7 - 1) / units if count_7 > 1 else NAN
    mean_30 = (sum_30 - minor) / (count_30 - 1) / units if count_30 > 1 else NAN
    over_mean = (
        minor / units / mean_30 if mean_30 > 0 and math.isfinite(amount) else NAN
    )
    return [
        *(float(count_1), float(count_7), float(count_30)),
        *(sum_1 / units, sum_7 / units, sum_30 / units),
        *(mean_1, mean_7, mean_30),
        over_mean,
        _seconds_since_last(state, seconds, definition),
        *(float(reports_1), float(reports_7), float(reports_30)),
        reports_1 / max(known_1, 1),
        reports_7 / max(known_7, 1),
        reports_30 / max(known_30, 1),
        float(first_report) if reports_30 else NAN,
        float(last_report) if reports_30 else NAN,
    ]


def _seconds_since_last(
    state: EntityState, seconds: int, definition: HistoryDefinition
) -> float:
    last = state.last_seconds
    if last is None or last > seconds:
        return NAN
    days_ago = seconds // SECONDS_PER_DAY - last // SECONDS_PER_DAY
    return float(seconds - last) if days_ago < definition.kept_days else NAN


def unknown() -> list[float]:
    """Features of an entity whose history is not known."""
    return [NAN] * len(FEATURES)
