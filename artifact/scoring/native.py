"""The compiled engine of forests, where it has been built; numpy serves elsewhere.

``python -m artifact.scoring.native`` builds it beside this file from ``forest.c`` by
the machine's C compiler; the project's image does so in its build stage. It changes no
probability by more than the order of a sum does.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

SOURCE = Path(__file__).with_name("forest.c")
LIBRARY = Path(__file__).with_name("_forest.so")
#: Rows from which on other threads run meanwhile; below, handing over costs more.
_RELEASE_FROM_ROWS = 64

_NODE = np.dtype([("threshold", "f8"), ("left", "i4"), ("feature", "i4")])
_POINTER, _COUNT = ctypes.c_void_p, ctypes.c_int64
_ARGUMENTS = (
    *(_POINTER, _POINTER, _POINTER, _POINTER, _COUNT),
    *(_POINTER, _COUNT, _COUNT, _POINTER),
)


class Trees(NamedTuple):
    """The arrays of `artifact.scoring.forest.Forest`, checked by it."""

    threshold: Array
    left: Indices
    feature: Indices
    value: Array
    root: Indices
    depth: Indices


def compile_trees(trees: Trees) -> Callable[[Array], Array] | None:
    """Return `Forest.sum_leaves`, or None without the library.

    Indices are followed as they are.
    """
    if not _libraries:
        return None
    holding, releasing = _libraries
    nodes = np.empty(len(trees.left), _NODE)
    for name in ("threshold", "left", "feature"):
        nodes[name] = getattr(trees, name)
    roots, depths = trees.root.astype(np.int32), trees.depth.astype(np.int32)
    arrays = (nodes, trees.value, roots, depths)
    addresses = tuple(array.ctypes.data for array in arrays)
    n_trees = len(roots)

    def sum_leaves(rows: Array, _keep: object = arrays) -> Array:
        n_rows, n_features = rows.shape
        sums = np.empty(n_rows)
        run = holding if n_rows < _RELEASE_FROM_ROWS else releasing
        run(
            *addresses,
            n_trees,
            rows.ctypes.data,
            n_rows,
            n_features,
            sums.ctypes.data,
        )
        return sums

    return sum_leaves


def build(library: Path = LIBRARY) -> None:
    """Compile the library; it appears under its name only when complete.

    Raises
    ------
    FileNotFoundError
        If there is no C compiler.
    subprocess.CalledProcessError
        If the compiler fails.
    """
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise FileNotFoundError("no C compiler (cc, gcc or $CC) was found")
    with tempfile.TemporaryDirectory(dir=library.parent) as directory:
        made = Path(directory) / library.name
        subprocess.run(  # noqa: S603 - the developer's own compiler
            [compiler, "-O3", "-std=c11", "-shared", "-fPIC", "-o", made, SOURCE],
            check=True,
        )
        made.replace(library)


def _load(library: Path) -> tuple[Callable[..., None], ...]:
    """Load the function twice: keeping the interpreter's lock, and releasing it."""
    if not library.is_file():
        return ()
    functions = []
    for loader in (ctypes.PyDLL, ctypes.CDLL):
        try:
            function = loader(str(library)).sum_leaves
        except OSError:  # built for another kind of machine
            return ()
        function.argtypes, function.restype = _ARGUMENTS, None
        functions.append(function)
    return tuple(functions)


_libraries = _load(LIBRARY)

if __name__ == "__main__":
    try:
        build()
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}; forests are scored with numpy instead.")
    print(f"Built {LIBRARY.name}: forests are scored by compiled code here.")
