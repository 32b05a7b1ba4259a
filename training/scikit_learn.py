"""Import scikit-learn without what it brings along and training never calls.

It imports pandas wherever that is installed, three large parts of SciPy for a function
each, and by SciPy all of NumPy: together 45 % of the time in which training starts.
"""

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import Any

#: Optional to scikit-learn, pyarrow and XGBoost, which all look for it.
_NOT_NEEDED = "pandas"
_DEFERRED = (
    *("numpy.f2py", "numpy.polynomial", "numpy.testing"),
    *("scipy.integrate", "scipy.interpolate", "scipy.stats"),
)
_USED = (
    *("sklearn.compose", "sklearn.ensemble", "sklearn.impute", "sklearn.linear_model"),
    *("sklearn.metrics", "sklearn.model_selection", "sklearn.neural_network"),
)


def import_scikit_learn() -> None:
    """Import what training uses of it; pandas is out of sight meanwhile only.

    Where scikit-learn is imported already, nothing happens.
    """
    if "sklearn" in sys.modules:
        return
    with without_pandas():
        importlib.import_module("scipy")
        with _deferred(name for name in _DEFERRED if name not in sys.modules):
            for name in _USED:
                importlib.import_module(name)


@contextmanager
def without_pandas() -> Iterator[None]:
    """Let nothing import pandas meanwhile, unless it is imported already."""
    finder = _NotInstalled()
    if _NOT_NEEDED not in sys.modules:
        sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)


class _NotInstalled(MetaPathFinder):
    """Finds no pandas, as on a machine without it."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == _NOT_NEEDED:
            raise ModuleNotFoundError(f"{fullname} is not needed here", name=fullname)


class _Late:
    """An attribute of a module that is imported when the attribute is first used."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def _load(self) -> Any:  # noqa: ANN401 - whatever the module has
        return getattr(importlib.import_module(self._module), self._name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        return self._load()(*arguments, **named)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._load(), name)


class _LateModule(ModuleType):
    def __getattr__(self, name: str) -> _Late:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Late(self.__name__, name)


@contextmanager
def _deferred(names: Iterable[str]) -> Iterator[None]:
    """Let what is imported meanwhile have late attributes of these modules."""
    late = {name: _LateModule(name) for name in names}
    for name, module in late.items():
        parent, _, own = name.rpartition(".")
        sys.modules[name] = module
        # NumPy and SciPy import their parts when they are asked for.
        setattr(sys.modules[parent], own, module)
    try:
        yield
    finally:
        for name in late:
            parent, _, own = name.rpartition(".")
            del sys.modules[name]
            delattr(sys.modules[parent], own)
