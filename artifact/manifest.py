"""The manifest: what is in the artifact, what it was made of, and its hashes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from artifact.columns import Column, Kind

SCHEMA_VERSION = 1
#: Levels of the training quantiles that the manifest records for each feature.
QUANTILE_LEVELS = (0.0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0)

#: Largest difference in probability between two builds of the libraries that score
#: one model; a wrong model or column order is far beyond it.
PROBABILITY_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Feature:
    """One input column of the model, as training saw it."""

    name: str
    dtype: str
    #: Level in [0, 1] → value of that quantile in the training part.
    quantiles: Mapping[float, float]


@dataclass(frozen=True)
class TrainingData:
    """The data set the model was fitted and evaluated on."""

    sha256: str
    rows: int
    frauds: int


@dataclass(frozen=True)
class SelfTest:
    """A synthetic transaction and the probability the fitted model gave it.

    The row is what a request looks like: numbers, strings, booleans and nulls.
    """

    row: Mapping[str, Any]
    fraud_probability: float


@dataclass(frozen=True)
class Manifest:
    """Everything a server must know before it trusts and loads the artifact."""

    #: Relative path → SHA-256 of each file but the manifest itself.
    files: Mapping[str, str]
    #: In the order of the model's input columns.
    features: tuple[Feature, ...]
    label: str
    #: "python", "scikit-learn", "numpy" … → version used for training.
    versions: Mapping[str, str]
    training_data: TrainingData
    self_test: SelfTest
    schema_version: int = SCHEMA_VERSION
    #: Every column of the training table in its order, also those that are no
    #: features. Empty in older artifacts, whose features are all numbers.
    columns: tuple[Column, ...] = ()
    #: Whose history the model looks at, as `artifact.history` reads it, with the
    #: SHA-256 of the snapshot that training wrote; None for none.
    history: Mapping[str, Any] | None = None

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the input columns, in order."""
        return tuple(feature.name for feature in self.features)

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The features' columns, in the order of the model's input columns."""
        by_name = {column.name: column for column in self.columns}
        return tuple(
            by_name.get(name, Column(name, Kind.NUMBER)) for name in self.feature_names
        )

    @property
    def ignored_names(self) -> frozenset[str]:
        """Columns of the training table that the model does not use."""
        used = set(self.feature_names)
        return frozenset(c.name for c in self.columns if c.name not in used)
