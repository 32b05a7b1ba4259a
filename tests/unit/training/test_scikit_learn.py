"""Training starts without what scikit-learn imports and training never calls."""

import subprocess
import sys

SPARED = """
import sys
from training.scikit_learn import import_scikit_learn
import_scikit_learn()
import training.one_machine
print(*(name for name in ("pandas", "scipy.stats", "scipy.interpolate",
    "scipy.integrate") if sys.modules.get(name)), "spared")
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import SplineTransformer
import numpy as np
import scipy.stats
print(roc_auc_score([0, 1, 1], [0.1, 0.2, 0.1]), scipy.stats.rankdata([3, 1]))
values = np.linspace(0, 1, 9).reshape(-1, 1)
print(SplineTransformer().fit_transform(values).shape)
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
