"""The containers that serve one endpoint configuration."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from local_aws.sagemaker.serving_container import (
    Variant,
    VariantServer,
    start_server,
    wait_until_healthy,
)

DRAIN_SECONDS = 60.0


@dataclass
class Fleet:
    """All variants of one endpoint configuration, up and healthy."""

    servers: list[VariantServer] = field(default_factory=list)
    _in_flight: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _retired: bool = False

    @classmethod
    def start(
        cls, endpoint_name: str, account: str, region: str, variants: list[Variant]
    ) -> Self:
        """Start all variants and wait until each is healthy.

        Raises
        ------
        FleetError
            With the reason why a variant is not; nothing is left running.
        """
        fleet = cls()
        try:
            for variant in variants:
                group = f"/aws/sagemaker/Endpoints/{endpoint_name}"
                name = f"{endpoint_name}-{variant.name}"
                server = start_server(name, group, account, region, variant)
                fleet.servers.append(server)
                wait_until_healthy(server, variant)
        except BaseException:
            fleet.stop()
            raise
        return fleet

    @contextmanager
    def use(self, target_variant: str | None) -> Iterator[VariantServer | None]:
        """Yield a variant for one request, which keeps the fleet up until it ends.

        Yields None if there is no such variant or the fleet has been retired.
        """
        with self._changed:
            server = None if self._retired else self._choose(target_variant)
            self._in_flight += 1
        try:
            yield server
        finally:
            with self._changed:
                self._in_flight -= 1
                self._changed.notify_all()

    def _choose(self, target_variant: str | None) -> VariantServer | None:
        if target_variant:
            named = (one for one in self.servers if one.name == target_variant)
            return next(named, None)
        weights = [server.weight for server in self.servers]
        if sum(weights) <= 0:
            return None
        return random.choices(self.servers, weights)[0]  # noqa: S311

    def stop(self) -> None:
        """Take no more requests, let those in flight end, then end the processes."""
        with self._changed:
            self._retired = True
            self._changed.wait_for(lambda: self._in_flight == 0, DRAIN_SECONDS)
        for server in self.servers:
            server.stop()
