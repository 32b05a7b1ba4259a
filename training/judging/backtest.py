"""Would it have worked before? The model on rolling windows through time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from training.data.dataset import SECONDS_PER_DAY, Dataset, Floats, Indices
from training.data.split import known_before
from training.data.vocabulary import learn_vocabulary
from training.errors import TrainingError
from training.judging.metrics import Judged, Scoreboard
from training.judging.resampling import poisson_draws
from training.models.estimators import members
from training.models.fitting import assemble, fit_pipeline
from training.options import Arguments

#: Equal stretches of rows; each of the last ones is judged by a model of the
#: stretches before it, as many as a window has.
STRETCHES = 6
WINDOW_STRETCHES = 3
#: Bootstrap replicates of each window.
REPLICATES = 200


@dataclass(frozen=True)
class Window:
    """One model of the past, judged on the stretch that followed."""

    from_day: float
    to_day: float
    train_rows: int
    test_rows: int
    test_frauds: int
    roc_auc: float
    average_precision: float
    average_precision_interval_95: tuple[float, float]
    precision_at_alerts_per_day: float | None


def backtest(
    data: Dataset,
    name: str,
    arguments: Arguments,
    transactions_per_day: float | None,
    tell: Callable[[str], None],
) -> list[Window]:
    """Fit and judge the model of that name on each window.

    Windows without both classes on either side are left out.

    Raises
    ------
    TrainingError
        If the data have no time, or no window has both classes.
    """
    if data.times is None:
        raise TrainingError(
            f"--backtest needs the column {data.columns.time!r}, which the features "
            "lack; name another with --time-column."
        )
    delay_hours = arguments.split.label_delay_hours
    windows = []
    for train_rows, test_rows in _windows(data.times, delay_hours, data.reported):
        train, test = data.take(train_rows), data.take(test_rows)
        if not (0 < train.frauds < train.rows and 0 < test.frauds < test.rows):
            continue
        vocabulary = learn_vocabulary(train)
        train, test = vocabulary.apply(train), vocabulary.apply(test)
        windows.append(_judge(train, test, name, arguments, transactions_per_day))
        tell(f"  backtest of {name}: {len(windows)} windows judged")
    if not windows:
        raise TrainingError(
            "--backtest finds no window with frauds before and in it; leave it out."
        )
    return windows


def _windows(
    times: Floats, delay_hours: float, reported: Floats | None = None
) -> Iterator[tuple[Indices, Indices]]:
    order = np.argsort(times, kind="stable")
    stretches = np.array_split(order, STRETCHES)
    for index in range(WINDOW_STRETCHES, STRETCHES):
        past = np.concatenate(stretches[index - WINDOW_STRETCHES : index])
        future = stretches[index]
        if len(future):
            past = known_before(times, past, future, delay_hours, reported)
        yield past, future


def _judge(
    train: Dataset,
    test: Dataset,
    name: str,
    arguments: Arguments,
    transactions_per_day: float | None,
) -> Window:
    fitted = {
        member: fit_pipeline(member, train, arguments.options)
        for member in members(name)
    }
    probabilities = assemble(name, fitted).predict_proba(test.features)[:, 1]
    times = test.times if test.times is not None else np.zeros(test.rows)
    board = Scoreboard(
        Judged(
            labels=test.labels,
            probabilities=probabilities,
            alerts=np.zeros(test.rows, dtype=bool),
            weights=test.row_weights,
            losses=None,
            review_cost=0.0,
            times=times,
            transactions_per_day=transactions_per_day,
            alerts_per_day=arguments.decision.alerts_per_day,
        )
    )
    figures = board.figures(test.row_weights)
    seed = arguments.split.random_state
    intervals = board.intervals(poisson_draws(test.row_hashes, REPLICATES, seed))
    return Window(
        from_day=float(times.min() / SECONDS_PER_DAY),
        to_day=float(times.max() / SECONDS_PER_DAY),
        train_rows=train.rows,
        test_rows=test.rows,
        test_frauds=test.frauds,
        roc_auc=figures["roc_auc"],
        average_precision=figures["average_precision"],
        average_precision_interval_95=intervals["average_precision"],
        precision_at_alerts_per_day=figures.get("precision_at_alerts_per_day"),
    )
