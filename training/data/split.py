"""Divide the data into the part to learn from and the part to be judged on."""

import math
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import train_test_split

from training.data.dataset import SECONDS_PER_DAY, Dataset, Floats, Indices
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
    try:
        if options.protocol == "time":
            train, test = _by_time(data, options)
        elif options.protocol == "grouped":
            train, test = _by_group(data, options)
        else:
            train, test = train_test_split(
                np.arange(data.rows),
                test_size=options.test_size,
                random_state=options.random_state,
                stratify=data.labels,
            )
    except ValueError:  # scikit-learn's, when a class has too few members
        train, test = np.arange(0), np.arange(0)
    vocabulary = learn_vocabulary(data.take(train))
    parts = Split(
        vocabulary.apply(data.take(train)),
        vocabulary.apply(data.take(test)),
        options.protocol,
    )
    for part in (parts.train, parts.test):
        if not 0 < part.frauds < part.rows:
            raise TrainingError(
                f"The data has {data.frauds} frauds in {data.rows} rows, too few to "
                f"have both classes on both sides of the split; add rows or change "
                f"{_size(options)}."
            )
    return parts


def _size(options: SplitOptions) -> str:
    if options.test_days is not None:
        return f"--test-days {options.test_days:g}"
    return f"--test-size {options.test_size:g}"


def duplicates_across(parts: Split) -> int:
    """Count the test rows whose features occur in the training part as well."""
    return int(np.isin(parts.test.row_hashes, parts.train.row_hashes).sum())


def known_before(
    times: Floats, past: Indices, future: Indices, delay_hours: float
) -> Indices:
    """Return the past rows whose labels are known when the future begins."""
    if not delay_hours:
        return past
    known: Indices = past[times[past] < times[future].min() - 3600.0 * delay_hours]
    return known


def _by_time(data: Dataset, options: SplitOptions) -> tuple[Indices, Indices]:
    if data.times is None:
        raise TrainingError(
            f"--split time needs the column {data.columns.time!r}, which the features "
            "lack; name another with --time-column."
        )
    order = np.argsort(data.times, kind="stable")
    count = math.ceil(options.test_size * data.rows)
    if options.test_days is not None:
        begin = data.times.max() - options.test_days * SECONDS_PER_DAY
        count = int(np.count_nonzero(data.times > begin))
    train, test = order[: len(order) - count], order[len(order) - count :]
    if not len(train) or not len(test):
        return train, test
    known = known_before(data.times, train, test, options.label_delay_hours)
    if not len(known):
        span = float(np.ptp(data.times[train])) / 3600.0
        raise TrainingError(
            f"--label-delay-hours {options.label_delay_hours:g} is longer than what "
            f"lies before the test part ({span:,.0f} hours), so that no label would be "
            "known; shorten the delay or the test part."
        )
    return known, test


def _by_group(data: Dataset, options: SplitOptions) -> tuple[Indices, Indices]:
    _, first, group = np.unique(data.row_hashes, return_index=True, return_inverse=True)
    _, test_groups = train_test_split(
        np.arange(len(first)),
        test_size=options.test_size,
        random_state=options.random_state,
        stratify=data.labels[first],
    )
    in_test = np.isin(group, test_groups)
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)
