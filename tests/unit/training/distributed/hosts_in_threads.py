"""Hosts as threads of one process, so that what they agree on is tested at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np

from training.distributed.group import Group
from training.distributed.hosts import Hosts

_T = TypeVar("_T")
TIMEOUT_SECONDS = 60.0


class ThreadGroup(Group):
    """A group whose exchanges go through memory, in the order of the hosts."""

    def __init__(
        self, hosts: Hosts, barrier: threading.Barrier, slots: list[Any]
    ) -> None:
        super().__init__(hosts)
        self._barrier, self._slots = barrier, slots

    def gather(self, item: Any) -> list[Any]:
        self._slots[self.hosts.rank] = item
        self._barrier.wait(TIMEOUT_SECONDS)
        everywhere = list(self._slots)
        self._barrier.wait(TIMEOUT_SECONDS)
        return everywhere

    def from_first(self, item: Any) -> Any:
        return self.gather(item)[0]

    def _reduce(self, values: Any, operation: str) -> Any:
        everywhere = np.stack(self.gather(values))
        return everywhere.sum(axis=0) if operation == "SUM" else everywhere.max(axis=0)


def on_hosts(count: int, work: Callable[[Group], _T]) -> list[_T]:
    """Do the work on every host at once; return their results in order."""
    names = tuple(f"algo-{number + 1}" for number in range(count))
    barrier, slots = threading.Barrier(count), [None] * count

    def run(name: str) -> _T:
        try:
            return work(ThreadGroup(Hosts(names, name), barrier, slots))
        except BaseException:
            barrier.abort()
            raise

    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(run, name) for name in names]
        errors = [error for f in futures if (error := f.exception())]
        told = [e for e in errors if not isinstance(e, threading.BrokenBarrierError)]
        for error in told or errors:
            raise error
        return [future.result() for future in futures]
