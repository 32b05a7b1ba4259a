"""What looks wrong with the data: said before the models are fitted, not after."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from artifact.columns import Kind
from training.data.counts import Counts
from training.data.dataset import Dataset, Floats
from training.data.missing_codes import likely_missing_code
from training.data.names import is_after_the_fact, is_key_name
from training.data.shown_names import counted, option_value, shown, shown_list
from training.data.split import Split
from training.errors import TrainingError
from training.judging.evaluation import Population

#: Transactions: nobody has more a day, and nobody keeps them longer.
_MOST_A_DAY = 1e10
_MOST_DAYS = 100 * 366.0
#: From this rate on within a day, a wrong unit is likelier than so many transactions.
_SUSPICIOUS_A_DAY = 1e5
_FEW_FRAUDS = 20
#: A feature that ranks so well by itself knows the answer.
_LEAKING_ROC_AUC = 0.99
#: Of the legitimate rows, so many of which show that most features know nothing.
_EVERY = 5


def check_span(data: Dataset, population: Population) -> None:
    """Refuse a time whose unit cannot be right.

    Raises
    ------
    TrainingError
        Naming the span, and the option that says the unit.
    """
    if population.days is None or population.transactions_per_day is None:
        return
    days, rate = population.days, population.transactions_per_day
    if days > _MOST_DAYS or rate > _MOST_A_DAY:
        raise TrainingError(
            f"The time {shown(data.columns.time)} spans {days:,.4g} days with "
            f"{rate:,.4g} transactions a day, which cannot be; say its unit with "
            "--time-unit (ns, us, ms, s, min, h or d)."
        )


def describe_span(population: Population) -> str:
    """Return span and rate in one line; "" for data without a time."""
    if population.days is None or population.transactions_per_day is None:
        return ""
    days, rate = population.days, population.transactions_per_day
    return (
        f"the time spans {days:,.1f} days, {counted(round(rate), 'transaction')} a day"
    )


def find_warnings(
    data: Dataset, parts: Split, population: Population, counts: Counts
) -> Iterator[str]:
    """Yield what looks wrong, and what to do about it, a sentence each.

    `data` and `parts` may be a sample, of whose rows `counts` has all.
    """
    if population.days is not None and population.transactions_per_day is not None:
        days, rate = population.days, population.transactions_per_day
        if days < 1 and rate > _SUSPICIOUS_A_DAY:
            yield (
                f"{rate:,.0f} transactions a day look like a wrong unit of the time "
                f"{shown(data.columns.time)}; say it with --time-unit"
            )
    yield from _about_labels(counts)
    yield from _about_columns(data)
    yield from _about_leaks(parts.train)
    if counts.repeated_test_rows:
        yield (
            f"test rows that repeat a training row: {counts.repeated_test_rows:,}, "
            "which flatters the figures; try --split grouped, or remove "
            "duplicates"
        )


def warnings_of_columns(data: Dataset) -> Iterator[str]:
    """Yield what the columns alone show, be it in some of the rows."""
    yield from _about_columns(data)
    yield from _about_leaks(data)


def _about_labels(counts: Counts) -> Iterator[str]:
    if counts.frauds > counts.rows - counts.frauds:
        yield (
            f"{counts.frauds:,} of {counts.rows:,} rows are frauds, more than "
            "legitimate ones; look whether the label is the wrong way round "
            "(--fraud-value)"
        )
    if counts.test_frauds < _FEW_FRAUDS:
        yield (
            f"the test part has {counted(counts.test_frauds, 'fraud')}, fewer than "
            f"{_FEW_FRAUDS}: its figures are little more than chance; enlarge "
            "--test-size or add data"
        )


def _about_columns(data: Dataset) -> Iterator[str]:
    known = [
        column.name
        for column in data.table
        if is_after_the_fact(column.name)
        # A constant may vary in the data of tomorrow.
        and column.kind not in (Kind.LABEL, Kind.DROPPED, Kind.WEIGHT)
    ]
    if known:
        yield (
            f"known only after the fact by their names: {shown_list(known)}; leave "
            f"them out with --drop-columns {option_value(known)}"
        )
    keys = [
        c.name for c in data.inputs if c.kind is Kind.NUMBER and is_key_name(c.name)
    ]
    if keys:
        yield (
            f"features with the names of identifiers: {shown_list(keys)}; if they are "
            f"keys, say --entities {option_value(keys)} --split time for their "
            f"histories, or --drop-columns {option_value(keys)}"
        )
    yield from _about_codes(data)
    growing = [
        column.name
        for position, column in enumerate(data.inputs)
        if column.kind is Kind.NUMBER and _only_grows(data.features[:, position])
    ]
    if data.columns.time in growing:
        growing.remove(data.columns.time)
        yield (
            f"the time {shown(data.columns.time)} is a feature that only grows, so "
            "never comes again; say its unit with --time-unit, and hour and weekday "
            "are features in its place"
        )
    if growing:
        yield (
            f"numbers that only grow, so never come again: {shown_list(growing)}; "
            f"leave them out with --drop-columns {option_value(growing)}, or say "
            "--time-unit of a time"
        )


def _about_codes(data: Dataset) -> Iterator[str]:
    by_code: dict[float, list[str]] = {}
    for position, column in enumerate(data.inputs):
        if column.kind is Kind.NUMBER and not column.role:
            code = likely_missing_code(data.features[:, position])
            if code is not None:
                by_code.setdefault(code, []).append(column.name)
    for code, names in by_code.items():
        yield (
            f"{code:.0f} stands apart from all else in {shown_list(names)}; if it "
            f"means 'not known', say --missing-values={code:.0f}"
        )


def _only_grows(values: Floats) -> bool:
    if len(values) < _FEW_FRAUDS or np.isnan(values).any():
        return False
    return bool((np.diff(values) >= 0).all() and values[-1] > values[0])


def _about_leaks(train: Dataset) -> Iterator[str]:
    leaks = [
        column.name
        for position, column in enumerate(train.inputs)
        if _separates(train, position)
    ]
    if leaks:
        yield (
            f"separates the classes alone, as if it knew the label: "
            f"{shown_list(leaks)}; leave out what is not known when the transaction is "
            f"scored, with --drop-columns {option_value(leaks)}"
        )


def _separates(train: Dataset, position: int) -> bool:
    """Whether one feature by itself, in either direction, tells the classes apart."""
    values, labels = train.features[:, position], train.labels
    gaps = np.isnan(values)
    # What only frauds have, or never have, whatever it is; a category's gap is a code.
    has_gaps = train.inputs[position].kind is not Kind.CATEGORY and gaps.any()
    if has_gaps and _tell_apart(gaps.astype(np.float64), labels):
        return True
    if train.inputs[position].kind is Kind.TIMESTAMP:
        # Time tells the classes apart where they were collected at other times.
        return False
    if train.inputs[position].kind is Kind.CATEGORY:
        codes = np.nan_to_num(values, nan=-1.0).astype(np.intp) + 1
        totals = np.bincount(codes)
        rates = np.bincount(codes, labels) / np.maximum(totals, 1)
        values = rates[codes]
    elif gaps.any():
        values = np.nan_to_num(values, nan=float(np.nanmedian(values)))
    return _tell_apart(values, labels)


def _tell_apart(values: Floats, labels: npt.NDArray[np.int8]) -> bool:
    frauds, legitimate = values[labels == 1], values[labels == 0]
    some = legitimate[::_EVERY]
    if not len(frauds) or not len(legitimate):
        return False
    # Pairs in the wrong order among some of the rows are so among all of them.
    wrong = _wrong_pairs(frauds, some)
    if wrong * len(some) <= (1 - _LEAKING_ROC_AUC) * len(legitimate):
        wrong = _wrong_pairs(frauds, legitimate)
        return 1 - wrong >= _LEAKING_ROC_AUC
    return False


def _wrong_pairs(frauds: Floats, legitimate: Floats) -> float:
    """Return the share of pairs in the rarer order: 1 - ROC-AUC, or ROC-AUC itself."""
    values = np.concatenate([frauds, legitimate])
    _, ranks, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    positive, negative = len(frauds), len(legitimate)
    total = float(middle[ranks[:positive]].sum())
    area = (total - positive * (positive + 1) / 2) / (positive * negative)
    return min(area, 1 - area)
