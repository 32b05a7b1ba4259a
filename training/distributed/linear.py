"""The linear model over the rows of all hosts, by sums of gradients.

It begins with a fit to a sample, so near to the optimum that two or three of Newton's
steps are enough, each of which reads the rows once.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.pipeline import Pipeline

from training.data.dataset import Floats
from training.distributed.group import Group
from training.distributed.rows import Rows

_MOST_STEPS = 20
#: A step that lowers the loss by a smaller share is the last one: after it, the square
#: of this share is left.
_LAST_STEP = 1e-7
#: Variance, in that of the sample, of a feature that is the same in every row.
_CONSTANT = 1e-12


def fit_to_all_rows(group: Group, fitted: Pipeline, rows: Rows) -> Pipeline:
    """Move a fit to a sample to the optimum over all rows; the same on all hosts.

    The loss is scikit-learn's: classes balanced by weight, an L2 penalty on the
    standardised coefficients. What encodes features is left as it is.
    """
    scaler, classifier = fitted[-2], fitted[-1]
    encode = fitted[:-2].transform if len(fitted) > 2 else None  # noqa: PLR2004

    def batches() -> Iterator[tuple[Floats, Floats, Floats]]:
        for batch in rows.batches():
            features = batch.features if encode is None else encode(batch.features)
            yield features, batch.labels.astype(float), batch.row_weights

    coefficients, class_weights = _rescale(group, scaler, classifier, batches)
    penalty = np.append(np.full(len(coefficients) - 1, 1 / classifier.C), 0.0)

    def sums(at: Floats) -> tuple[float, Floats, Floats]:
        found = _sums(group, at, scaler, class_weights, batches)
        return (
            found[0] + 0.5 * float(penalty @ at**2),
            found[1] + penalty * at,
            found[2] + np.diag(penalty),
        )

    optimum = _minimum(sums, coefficients)
    classifier.coef_, classifier.intercept_ = optimum[None, :-1], optimum[-1:]
    return fitted


_Batches = Callable[[], Iterator[tuple[Floats, Floats, Floats]]]


def _rescale(
    group: Group,
    scaler: Any,  # noqa: ANN401 - scikit-learn's
    classifier: Any,  # noqa: ANN401 - scikit-learn's
    batches: _Batches,
) -> tuple[Floats, Floats]:
    """Give the scaler the moments of all rows.

    Returns the model in the new units, of shape (n_inputs + 1,), and the weight of a
    row of each class with which both weigh the same.
    """
    old_mean, old_scale = scaler.mean_, scaler.scale_
    of_class, moments = np.zeros(2), np.zeros((2, len(old_mean)))
    for features, labels, weights in batches():
        standard = (features - old_mean) / old_scale
        moments += (weights @ standard, weights @ standard**2)
        of_class += (weights @ (1 - labels), weights @ labels)
    of_class = group.total(of_class)
    mean, square = group.total(moments) / of_class.sum()
    variance = square - mean**2
    scaler.mean_ = old_mean + old_scale * mean
    scaler.var_ = old_scale**2 * variance
    is_constant = variance <= _CONSTANT
    scaler.scale_ = np.where(
        is_constant, 1.0, old_scale * np.sqrt(np.where(is_constant, 1.0, variance))
    )
    coefficients = classifier.coef_[0] / old_scale
    intercept = classifier.intercept_ + coefficients @ (scaler.mean_ - old_mean)
    return (
        np.append(coefficients * scaler.scale_, intercept),
        of_class.sum() / (2 * of_class),
    )


def _sums(
    group: Group,
    at: Floats,
    scaler: Any,  # noqa: ANN401 - scikit-learn's
    class_weights: Floats,
    batches: _Batches,
) -> tuple[float, Floats, Floats]:
    """Return the loss, its gradient and its Hessian over all rows."""
    size = len(at)
    own = np.zeros((size + 1, size + 1))
    for features, labels, weights in batches():
        inputs = np.column_stack([scaler.transform(features), np.ones(len(labels))])
        margins = inputs @ at
        p = expit(margins)
        counted = weights * class_weights[labels.astype(np.intp)]
        own[0, 0] += counted @ np.logaddexp(0.0, np.where(labels, -margins, margins))
        own[0, 1:] += (counted * (p - labels)) @ inputs
        own[1:, 1:] += inputs.T @ (inputs * (counted * p * (1 - p))[:, None])
    total = group.total(own)
    return float(total[0, 0]), total[0, 1:], total[1:, 1:]


def _minimum(
    sums: Callable[[Floats], tuple[float, Floats, Floats]], start: Floats
) -> Floats:
    """Return where the loss is least: Newton's steps, halved where they go too far."""
    at = start
    loss, gradient, hessian = sums(at)
    step = np.linalg.solve(hessian, gradient)
    for _ in range(_MOST_STEPS):
        tried = at - step
        if 0.5 * float(gradient @ step) <= _LAST_STEP * loss:
            return tried
        found = sums(tried)
        if found[0] <= loss:
            at = tried
            loss, gradient, hessian = found
            step = np.linalg.solve(hessian, gradient)
        else:
            step = step / 2
    return at
