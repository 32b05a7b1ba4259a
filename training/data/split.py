"""Divide the data into the part to learn from and the part to be judged on."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.columns import Columns
from training.data.dataset import (
    SECONDS_PER_DAY,
    Dataset,
    Floats,
    Hashes,
    Indices,
    Labels,
)
from training.data.vocabulary import learn_vocabulary
from training.errors import TrainingError
from training.options import Protocol, SplitOptions


@dataclass(frozen=True)
class Split:
    """The two parts; nothing but the final evaluation may look at `test`."""

    train: Dataset
    test: Dataset
    protocol: Protocol


def split(data: Dataset, options: SplitOptions) -> Split:
    """Split the data by one of the protocols.

    Raises
    ------
    TrainingError
        If one side would be without frauds or without legitimate rows, or `time`
        is asked of data without a time.
    """
    if options.protocol == "time":
        if data.times is None:
            raise TrainingError(
                f"--split time needs the column {data.columns.time or Columns.time!r}, "
                "which the features lack; name another with --time-column."
            )
        train, test = split_by_time(data.times, options, data.reported)
    else:
        hashes = data.row_hashes if options.protocol == "grouped" else None
        train, test = split_by_chance(data.labels, hashes, options)
    both = data.take(np.concatenate([train, test]))
    learnt, judged = (
        both.take(rows) for rows in (slice(len(train)), slice(len(train), None))
    )
    vocabulary = learn_vocabulary(learnt)
    parts = Split(vocabulary.apply(learnt), vocabulary.apply(judged), options.protocol)
    for part in (parts.train, parts.test):
        if not 0 < part.frauds < part.rows:
            raise too_few(data.frauds, data.rows, options)
    return parts


def too_few(frauds: int, rows: int, options: SplitOptions) -> TrainingError:
    """Return the error of a split whose one side lacks a class."""
    return TrainingError(
        f"The data has {frauds} frauds in {rows} rows, too few to have both classes "
        f"on both sides of the split; add rows or change {_size(options)}."
    )


def _size(options: SplitOptions) -> str:
    if options.test_days is not None:
        return f"--test-days {options.test_days:g}"
    return f"--test-size {options.test_size:g}"


def duplicates_across(parts: Split) -> int:
    """Count the test rows whose features occur in the training part as well."""
    learnt, judged = np.sort(parts.train.row_hashes), parts.test.row_hashes
    places = np.searchsorted(learnt, judged)
    found = learnt[np.minimum(places, len(learnt) - 1)] == judged
    return int(np.count_nonzero(found))


def known_before(
    times: Floats,
    past: Indices,
    future: Indices,
    delay_hours: float,
    reported: Floats | None = None,
) -> Indices:
    """Return the past rows whose labels are known when the future begins.

    That is `delay_hours` after the transaction, or when it was `reported`: of shape
    (n_rows,), NaN where that is not known.
    """
    if not delay_hours and reported is None:
        return past
    known_at = times[past] + 3600.0 * delay_hours
    if reported is not None:
        known_at = np.where(np.isnan(reported[past]), known_at, reported[past])
    known: Indices = past[known_at < times[future].min()]
    return known


def split_by_time(
    times: Floats, options: SplitOptions, reported: Floats | None = None
) -> tuple[Indices, Indices]:
    """Return the rows to learn from and those to be judged on, both by time.

    `reported` as in `known_before`.

    Raises
    ------
    TrainingError
        If no label would be known before the test part.
    """
    order = np.argsort(times, kind="stable")
    count = math.ceil(options.test_size * len(times))
    if options.test_days is not None:
        begin = times.max() - options.test_days * SECONDS_PER_DAY
        count = int(np.count_nonzero(times > begin))
    train, test = order[: len(order) - count], order[len(order) - count :]
    if not len(train) or not len(test):
        return train, test
    known = known_before(times, train, test, options.label_delay_hours, reported)
    if not len(known):
        raise delay_too_long(float(np.ptp(times[train])) / 3600.0, options)
    return known, test


def delay_too_long(span_hours: float, options: SplitOptions) -> TrainingError:
    """Return the error of a label delay that leaves nothing to learn from."""
    return TrainingError(
        f"--label-delay-hours {options.label_delay_hours:g} is longer than what "
        f"lies before the test part ({span_hours:,.0f} hours), so that no label would "
        "be known; shorten the delay or the test part."
    )


def split_by_chance(
    labels: Labels, hashes: Hashes | None, options: SplitOptions
) -> tuple[Indices, Indices]:
    """Return the rows to learn from and those to be judged on, drawn by class.

    With `hashes`, rows of equal ones stay on one side. Both are empty where a class
    has too few rows.
    """
    # `fraud launch` looks at a table, which splits nothing: scikit-learn takes longer
    # to import than all the rest of it.
    from sklearn.model_selection import train_test_split  # noqa: PLC0415

    drawn: dict[str, Any] = {
        "test_size": options.test_size,
        "random_state": options.random_state,
    }
    try:
        if hashes is None:
            train, test = train_test_split(
                np.arange(len(labels)), stratify=labels, **drawn
            )
            return train, test
        _, first, group = np.unique(hashes, return_index=True, return_inverse=True)
        _, groups = train_test_split(
            np.arange(len(first)), stratify=labels[first], **drawn
        )
    except ValueError:  # scikit-learn's, when a class has too few members
        return np.arange(0), np.arange(0)
    in_test = np.isin(group, groups)
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)
