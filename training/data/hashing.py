"""Chance that all hosts agree on: a hash of what a row is, or of its number."""

import numpy as np
import numpy.typing as npt

from training.data.dataset import Floats, Hashes

#: Different chances for different ends.
SPLIT, HELD_OUT, SAMPLE, DUPLICATES, BOOTSTRAP = range(1, 6)


def mixed(numbers: npt.NDArray[np.uint64], seed: int, purpose: int) -> Hashes:
    """Return hashes of which every bit depends on every bit (SplitMix64's finalizer).

    Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators.
    """
    salt = (seed * 8 + purpose) * 0x9E3779B97F4A7C15 % 2**64
    z = numbers.astype(np.uint64) + np.uint64(salt)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def shares(hashes: Hashes) -> Floats:
    """Return hashes as numbers in [0, 1)."""
    return (hashes >> np.uint64(11)).astype(np.float64) * 2.0**-53
