"""Decision trees in flat arrays, scored without scikit-learn.

All trees stand one after another in the same arrays. The two children of a node
are neighbours, left first, so that one index leads to both. A leaf leads to itself
whatever the row: shallow trees take the steps of the deepest and stay where they are.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from artifact.scoring import native

Array = npt.NDArray[np.float64]

#: Walks (trees by rows) at a time: their indices stay in the processor's cache.
_WALKS = 1 << 15
#: Nodes a tree below which testing all of them costs less than many small steps.
_FEW_NODES = 100
#: More nodes have no 32-bit index; deeper trees are none that training grows.
_MOST_NODES = 2**31 - 2
_MOST_LEVELS = 4096
_FLOATS, _WHOLE = ("threshold", "value"), ("left", "feature", "root", "depth")


class Forest:
    """Trees whose leaf values add up.

    Parameters
    ----------
    arrays : mapping of name to array
        threshold : float64 array of shape (n_nodes,)
            A row goes left where its feature is at most this; infinite for leaves.
        left : int32 array of shape (n_nodes,)
            Left child; the right one is the next node. A leaf's is itself.
        feature : int32 array of shape (n_nodes,)
        value : float64 array of shape (n_nodes,)
            What a leaf adds.
        root, depth : int32 array of shape (n_trees,)
            Where each tree begins and the steps to its deepest leaf, deepest first.

    Raises
    ------
    ValueError
        If following the arrays could leave them, or would not end: compiled code
        follows them unchecked.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        _check_shapes(arrays)
        self.threshold = np.ascontiguousarray(arrays["threshold"], np.float64)
        self.value = np.ascontiguousarray(arrays["value"], np.float64)
        self.left = arrays["left"].astype(np.intp)
        self.feature = arrays["feature"].astype(np.intp)
        self.root = arrays["root"].astype(np.intp)
        self.depth = arrays["depth"].astype(np.intp)
        _check_walks(self)
        #: Columns that rows must have.
        self.n_features = int(self.feature.max()) + 1
        levels = range(int(self.depth.max(initial=0)))
        # How many trees still have a step to take, at each level.
        self._active = [int(np.count_nonzero(self.depth > at)) for at in levels]
        self._compiled = native.compile_trees(
            native.Trees(
                self.threshold,
                self.left,
                self.feature,
                self.value,
                self.root,
                self.depth,
            )
        )

    def sum_leaves(self, rows: Array) -> Array:
        """Sum the leaf values of all trees.

        Parameters
        ----------
        rows : float64 array of shape (n_rows, n_features)

        Returns
        -------
        float64 array of shape (n_rows,)

        Raises
        ------
        ValueError
            If a tree asks for a column that the rows do not have.
        """
        if rows.shape[1] < self.n_features:
            raise ValueError(f"a forest of {self.n_features} columns, not of fewer")
        if self._compiled is not None:
            return self._compiled(np.ascontiguousarray(rows))
        return self.sum_leaves_in_numpy(rows)

    def sum_leaves_in_numpy(self, rows: Array) -> Array:
        """Do the same level by level, over all trees at once."""
        if len(rows) == 1:
            return self._sum_one(rows[0])
        sums = np.empty(len(rows))
        height = max(1, _WALKS // max(1, len(self.root)))
        for start in range(0, len(rows), height):
            sums[start : start + height] = self._sum_block(rows[start : start + height])
        return sums

    def _sum_one(self, row: Array) -> Array:
        if len(self.left) < _FEW_NODES * len(self.root):
            # Every test of every tree at once, then one look-up a level.
            following = self.left + (row.take(self.feature) > self.threshold)
            at = self.root
            for _ in self._active:
                at = following.take(at)
        else:
            at = self.root.copy()
            for active in self._active:
                walks = at[:active]
                right = row.take(self.feature.take(walks)) > self.threshold.take(walks)
                np.add(self.left.take(walks), right, out=walks)
        sums: Array = self.value.take(at).sum(keepdims=True)
        return sums

    def _sum_block(self, rows: Array) -> Array:
        n_rows, n_features = rows.shape
        flat, first = rows.ravel(), np.arange(n_rows) * n_features
        at = np.repeat(self.root[:, None], n_rows, axis=1)
        for active in self._active:
            walks = at[:active]
            right = flat.take(self.feature.take(walks) + first) > self.threshold.take(
                walks
            )
            np.add(self.left.take(walks), right, out=walks)
        sums: Array = self.value.take(at).sum(axis=0)
        return sums


def _check_shapes(arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
    """Check that all arrays are there, of their types and lengths."""
    for names, kinds in ((_FLOATS, "f"), (_WHOLE, "iu")):
        for name in names:
            if arrays[name].ndim != 1 or arrays[name].dtype.kind not in kinds:
                raise ValueError(f"{name} of a forest has another type or shape")
    nodes = {len(arrays[name]) for name in ("threshold", "value", "left", "feature")}
    trees = {len(arrays[name]) for name in ("root", "depth")}
    if len(nodes) != 1 or len(trees) != 1 or not 0 < nodes.pop() <= _MOST_NODES:
        raise ValueError("the arrays of a forest differ in length")
    if not 0 < trees.pop() <= _MOST_NODES:
        raise ValueError("a forest has no trees")


def _check_walks(forest: Forest) -> None:
    """Check that every walk stays in the arrays and ends where `depth` says."""
    left, root = forest.left, forest.root
    own = np.arange(len(left))
    leaf = left == own
    inside = (left > own) & (left < len(left) - 1)
    if not (leaf | inside).all() or not _within(root, len(left)):
        raise ValueError("a forest leads out of its arrays")
    if not _within(forest.feature, _MOST_NODES):
        raise ValueError("a forest asks for an impossible column")
    threshold = forest.threshold
    if np.isnan(threshold).any() or not np.isposinf(threshold[leaf]).all():
        raise ValueError("a leaf of a forest does not lead to itself")
    at, tree = root, np.arange(len(root))
    depth, visited = np.zeros_like(root), len(root)
    for level in range(1, _MOST_LEVELS + 2):
        inner = left[at] != at
        at, tree = left[at[inner]], tree[inner]
        if not at.size:
            break
        depth[tree] = level
        at, tree = np.concatenate([at, at + 1]), np.concatenate([tree, tree])
        visited += at.size
        if visited > len(left) or level > _MOST_LEVELS:
            raise ValueError("a forest shares nodes, or is too deep")
    if (depth != forest.depth).any() or (np.diff(depth) > 0).any():
        raise ValueError("a forest has other depths than it says")


def _within(indices: npt.NDArray[np.intp], length: int) -> bool:
    return bool(((indices >= 0) & (indices < length)).all())
