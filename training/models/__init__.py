"""The models: their settings, fitting, calibration and selection."""

from training.scikit_learn import import_scikit_learn

# Fits in other processes begin here.
import_scikit_learn()
