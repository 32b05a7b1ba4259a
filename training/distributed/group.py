"""Sums and exchanges over all hosts, by XGBoost's collective communication."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from training.distributed.hosts import Hosts

_T = TypeVar("_T")
#: Hosts wait for one another while the first fits what only it fits. One that has died
#: or vanished is noticed by the agents' connections (`roll_call`), not by this time.
_WAIT_SECONDS = 7 * 24 * 3600


class Group:
    """All hosts together; every method is called by all of them, in one order.

    A group of one sends nothing and needs no XGBoost.
    """

    def __init__(self, hosts: Hosts) -> None:
        self.hosts = hosts

    @property
    def is_first(self) -> bool:
        """Whether this host writes the artifact."""
        return self.hosts.is_first

    def total(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Add up arrays of one shape; all hosts get the sums."""
        return self._reduce(values, "SUM")

    def largest(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the largest of each element over the hosts."""
        return self._reduce(values, "MAX")

    def count(self, number: int) -> int:
        """Add up one whole number."""
        return int(self.total(np.array([number], np.int64))[0])

    def gather(self, item: _T) -> list[_T]:
        """Return every host's item, in their order, on all of them."""
        if len(self.hosts) == 1:
            return [item]
        from xgboost import collective  # noqa: PLC0415 - one host needs none

        return [
            collective.broadcast((item,), root)[0] for root in range(len(self.hosts))
        ]

    def from_first(self, item: _T | None) -> _T:
        """Return the first host's item on all of them."""
        if len(self.hosts) > 1:
            from xgboost import collective  # noqa: PLC0415 - one host needs none

            item = collective.broadcast((item,), 0)[0]
        if item is None:
            raise ValueError("the first host has sent nothing")
        return item

    def _reduce(self, values: npt.NDArray[Any], operation: str) -> npt.NDArray[Any]:
        if len(self.hosts) == 1:
            return values
        from xgboost import collective  # noqa: PLC0415 - one host needs none

        reduced = collective.allreduce(values, collective.Op[operation])
        return reduced.reshape(values.shape)


@contextmanager
def communicating(hosts: Hosts, tracker: dict[str, Any]) -> Iterator[Group]:
    """Join the other hosts at the tracker, and leave them at the end."""
    from xgboost.collective import CommunicatorContext  # noqa: PLC0415 - one needs none

    name = f"{hosts.rank:06d}"  # the tracker sorts by it
    with CommunicatorContext(
        **tracker, dmlc_task_id=name, dmlc_timeout=_WAIT_SECONDS, dmlc_retry=20
    ):
        yield Group(hosts)
