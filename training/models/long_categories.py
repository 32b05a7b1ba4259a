"""What the columns that --categories names change, out of fold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.data.dataset import Dataset
from training.data.folds import Fold
from training.models.estimators import VOTES, members
from training.models.fitting import OutOfFold, predict_out_of_fold, vote_out_of_fold
from training.models.selection import cross_validate, difference_of
from training.options import ModelOptions


@dataclass(frozen=True)
class LongCategories:
    """Mean average precision over the folds, with the columns and without them."""

    columns: tuple[str, ...]
    average_precision: float
    average_precision_without: float
    #: Of the difference, taken fold by fold.
    standard_error: float


def compare_without(
    name: str,
    predicted: OutOfFold,
    train: Dataset,
    folds: Sequence[Fold],
    *,
    options: ModelOptions,
    tell: Callable[[str], None],
) -> LongCategories | None:
    """Predict every fold without the columns; None where there are none.

    Parameters
    ----------
    name : str
        Model whose predictions are compared.
    predicted : OutOfFold
        Its predictions with the columns.
    """
    named = tuple(c for c in train.columns.categories if c in train.feature_names)
    if not named or len(named) == len(train.feature_names):
        return None
    with_them = cross_validate(train, predicted)
    less = train.without(named)
    without = cross_validate(less, _predicted(name, less, folds, options, tell))
    mean, error = difference_of(with_them, without)
    tell(
        f"  --categories changes the average precision out of fold by {mean:+.4f} "
        f"± {error:.4f}"
    )
    return LongCategories(
        named, with_them.average_precision, without.average_precision, error
    )


def _predicted(
    name: str,
    data: Dataset,
    folds: Sequence[Fold],
    options: ModelOptions,
    tell: Callable[[str], None],
) -> OutOfFold:
    predicted = predict_out_of_fold(members(name), data, folds, options, tell)
    return vote_out_of_fold(name, predicted) if name in VOTES else predicted[name]
