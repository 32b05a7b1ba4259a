"""scikit-learn's trees → the flat arrays of `artifact.scoring.forest`."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

#: Of a test that only a gap passes: larger than every value, smaller than infinity.
_LARGEST = float(np.finfo(np.float64).max)


class Tree(NamedTuple):
    """One tree as scikit-learn has it; `left` is negative for leaves."""

    left: npt.NDArray[np.intp]
    right: npt.NDArray[np.intp]
    feature: npt.NDArray[np.intp]
    threshold: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]


def lay_out(trees: Iterable[Tree]) -> dict[str, npt.NDArray[Any]]:
    """Put trees one after another, deepest first, as `Forest` wants them."""
    single = sorted((_lay_out_one(tree) for tree in trees), key=lambda t: -t[1])
    sizes = [len(columns["left"]) for columns, _ in single]
    starts = np.cumsum([0, *sizes[:-1]])
    columns = {
        name: np.concatenate([columns[name] for columns, _ in single])
        for name in ("threshold", "left", "feature", "value")
    }
    return {
        "threshold": columns["threshold"],
        "left": (columns["left"] + np.repeat(starts, sizes)).astype(np.int32),
        "feature": columns["feature"].astype(np.int32),
        "value": columns["value"],
        "root": starts.astype(np.int32),
        "depth": np.array([depth for _, depth in single], np.int32),
    }


def _lay_out_one(tree: Tree) -> tuple[dict[str, npt.NDArray[Any]], int]:
    """Put a tree's nodes level by level, siblings side by side; and find its depth."""
    order, depth, level = [0], -1, [0]
    place = {0: 0}
    while level:
        depth += 1
        following: list[int] = []
        for node in level:
            if tree.left[node] >= 0:
                following += (int(tree.left[node]), int(tree.right[node]))
        for node in following:
            place[node] = len(order)
            order.append(node)
        level = following
    nodes = np.array(order)
    leaf = tree.left[nodes] < 0
    left = np.array([place.get(int(tree.left[n]), i) for i, n in enumerate(order)])
    return {
        "threshold": np.where(leaf, np.inf, tree.threshold[nodes]),
        "left": left,
        "feature": np.where(leaf, 0, tree.feature[nodes]),
        "value": np.where(leaf, tree.value[nodes], 0.0),
    }, depth


def route_gaps(
    trees: Sequence[Tree],
    gaps_go_left: Sequence[npt.NDArray[np.bool_]],
    n_features: int,
) -> tuple[list[Tree], npt.NDArray[np.int32]]:
    """Let tests that send gaps right look at copies of their columns.

    A scorer's comparison sends NaN to the left; in the copies, which follow the
    `n_features` columns, a gap is infinite. Returns the trees, and the columns to copy.
    """
    rights = [
        (tree.left >= 0) & ~go_left
        for tree, go_left in zip(trees, gaps_go_left, strict=True)
    ]
    copied = np.unique(
        np.concatenate(
            [tree.feature[right] for tree, right in zip(trees, rights, strict=True)]
        )
    ).astype(np.int32)
    place = np.zeros(n_features, np.intp)
    place[copied] = n_features + np.arange(len(copied))
    routed = [
        tree._replace(
            feature=np.where(
                right, place[np.where(right, tree.feature, 0)], tree.feature
            ),
            threshold=np.minimum(tree.threshold, _LARGEST),
        )
        for tree, right in zip(trees, rights, strict=True)
    ]
    return routed, copied
