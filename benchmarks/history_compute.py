"""What one entity of a transaction takes, without any call."""

import time

import numpy as np

from artifact.history.definition import SECONDS_PER_DAY, HistoryDefinition
from artifact.history.state import Bucket, EntityState, features_of_one
from operations.history import items


def print_compute() -> None:
    """Print what one entity of a transaction takes, without any call."""
    definition = HistoryDefinition(("card",), "time", "amount")
    days = range(20_000, 20_000 + definition.kept_days)
    item = {f"d{day}": items.number(items.packed(Bucket(3, 4550, 1))) for day in days}
    now = days[-1] * SECONDS_PER_DAY + 5
    rounds = []
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(500):
            features_of_one(items.state_of(item), now, 12.5, definition)
        rounds.append((time.perf_counter() - started) / 500 * 1e6)
    low, middle, high = np.percentile(rounds, [0, 50, 100])
    print(
        f"features of one entity, from an item of {definition.kept_days} days: "
        f"{middle:.0f} us ({low:.0f} to {high:.0f} in {len(rounds)} rounds)",
        flush=True,
    )
    state: EntityState = items.state_of(item)
    started = time.perf_counter()
    for _ in range(2000):
        features_of_one(state, now, 12.5, definition)
    taken = (time.perf_counter() - started) / 2000 * 1e6
    print(f"  of it the features themselves: {taken:.0f} us", flush=True)
