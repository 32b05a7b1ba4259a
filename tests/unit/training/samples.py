"""Small data sets, made for tests."""

import io
import zipfile

import numpy as np

from training.columns import Columns
from training.data.dataset import Dataset, Floats


def make_dataset(
    features: Floats, labels: list[int], weights: list[float] | None = None
) -> Dataset:
    names = ("Time", "Amount", *(f"V{i}" for i in range(1, features.shape[1] - 1)))
    return Dataset(
        features=features,
        labels=np.array(labels, dtype=np.int8),
        weights=None if weights is None else np.array(weights, dtype=float),
        feature_names=names[: features.shape[1]],
        columns=Columns(),
        sha256="",
    )


def random_dataset(
    rows: int = 400, frauds: int = 40, seed: int = 0, weights: list[float] | None = None
) -> Dataset:
    """Two days of transactions; frauds stand apart in V1."""
    random = np.random.default_rng(seed)
    labels = np.zeros(rows, dtype=int)
    labels[random.choice(rows, frauds, replace=False)] = 1
    features = np.column_stack(
        [
            np.sort(random.uniform(0, 2 * 86_400, rows)),
            random.exponential(80, rows).round(2),
            random.normal(size=rows) + 2.5 * labels,
            random.normal(size=rows),
        ]
    )
    return make_dataset(features, labels.tolist(), weights)


def locked_zip(fault: str) -> bytes:
    """A zip file of one table that its directory says is encrypted, or LZ77-packed."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("data.csv", "a,Class\n1,0\n")
    changed = bytearray(data.getvalue())
    place, value = (0, 1) if fault == "encrypted" else (2, 97)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[changed.find(signature) + flags + place] = value
    return bytes(changed)
