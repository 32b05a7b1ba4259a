"""Which fleets answer an endpoint's requests, and each one's share."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.sagemaker.fleet import Fleet


@dataclass(frozen=True)
class Traffic:
    """Fleets and their shares of the requests; replaced as a whole, never changed."""

    fleets: tuple[Fleet, ...] = ()
    shares: tuple[float, ...] = ()

    @classmethod
    def all_to(cls, fleet: Fleet) -> Traffic:
        """Return the traffic of one fleet alone."""
        return cls((fleet,), (1.0,))

    @classmethod
    def split(cls, blue: Fleet, green: Fleet, green_share: float) -> Traffic:
        """Return the traffic of an old and a new fleet side by side."""
        return cls((blue, green), (1.0 - green_share, green_share))

    def choose(self) -> Fleet | None:
        """Return the fleet for the next request, or None if there is none."""
        if not self.fleets:
            return None
        return random.choices(self.fleets, self.shares)[0]  # noqa: S311

    def includes(self, fleet: Fleet) -> bool:
        """Return whether a fleet may get requests."""
        return any(one is fleet for one in self.fleets)


NO_TRAFFIC = Traffic()
