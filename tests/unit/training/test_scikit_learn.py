"""Training starts without what scikit-learn imports and training never calls."""

import subprocess
import sys

SPARED = """
import sys
from training.scikit_learn import import_scikit_learn
import_scikit_learn()
import training.one_machine
print(*(name for name in ("pandas", "scipy.stats", "scipy.interpolate",
    "scipy.integrate", "numpy.testing") if sys.modules.get(name)), "spared")
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import SplineTransformer
import numpy as np
import scipy.stats
print(roc_auc_score([0, 1, 1], [0.1, 0.2, 0.1]), scipy.stats.rankdata([3, 1]))
values = np.linspace(0, 1, 9).reshape(-1, 1)
print(SplineTransformer().fit_transform(values).shape)
np.testing.assert_allclose(np.polynomial.Polynomial([1, 2])(3), 7)
"""


def test_what_is_deferred_is_there_when_it_is_called() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SPARED],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["spared", "0.75 [2. 1.]", "(9, 7)"]


HIDDEN = """
import sys
from training import scikit_learn
from training.scikit_learn import import_scikit_learn, without_pandas
before = list(sys.meta_path)
scikit_learn._USED = ("no_such_module",)
try:
    import_scikit_learn()
except ModuleNotFoundError:
    print("failed")
print(sys.meta_path == before, "pandas" in sys.modules)
with without_pandas():
    try:
        import pandas
    except ModuleNotFoundError:
        print("hidden")
import pandas
"""


def test_pandas_is_out_of_sight_for_a_while_only() -> None:
    """A notebook trains and goes on with pandas, also after a failure."""
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["failed", "True False", "hidden"]
