"""Trees that have learnt where rows without a value go."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.writing.tree_layout import Tree

#: Of a test that only a gap passes: larger than every value, smaller than infinity.
_LARGEST = float(np.finfo(np.float64).max)


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
