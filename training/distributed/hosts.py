"""Which hosts a job has, as SageMaker says it.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from training.errors import TrainingError

_DEFAULT_CONFIG_DIR = "/opt/ml/input/config"


@dataclass(frozen=True)
class Hosts:
    """The hosts of one job, in their order, and which of them this is."""

    names: tuple[str, ...]
    current: str

    @property
    def rank(self) -> int:
        """Place of this host, from 0."""
        return self.names.index(self.current)

    @property
    def is_first(self) -> bool:
        """Whether this host writes the artifact."""
        return self.rank == 0

    def __len__(self) -> int:
        return len(self.names)


#: A person's own machine.
ALONE = Hosts(("this machine",), "this machine")


def hosts_of(environment: Mapping[str, str]) -> Hosts:
    """Return the job's hosts; outside a container, this machine alone.

    SageMaker's toolkits set ``SM_HOSTS`` from ``resourceconfig.json``, which is there
    without them too.

    Raises
    ------
    TrainingError
        If neither says which of the hosts this is.
    """
    listed: object = None
    current: object = environment.get("SM_CURRENT_HOST")
    try:
        if "SM_HOSTS" in environment:
            listed = json.loads(environment["SM_HOSTS"])
        else:
            directory = environment.get("SM_INPUT_CONFIG_DIR", _DEFAULT_CONFIG_DIR)
            path = Path(directory, "resourceconfig.json")
            if not path.is_file():
                return ALONE
            found = json.loads(path.read_text(encoding="utf-8"))
            listed, current = found["hosts"], found["current_host"]
    except (ValueError, KeyError, TypeError):
        listed = None
    if not isinstance(listed, list) or current not in listed:
        raise TrainingError(
            "The job's configuration does not say which of its hosts this is; start "
            "the job again."
        )
    return Hosts(tuple(sorted(map(str, listed), key=_by_number)), str(current))


def _by_number(name: str) -> tuple[int, str]:
    """algo-10 comes after algo-9."""
    number = name.rpartition("-")[2]
    return (int(number) if number.isdecimal() else 0, name)


def address_of(name: str) -> str:
    """Return the address that a host's name stands for.

    Raises
    ------
    OSError
        If it stands for none yet.
    """
    return str(socket.gethostbyname(name))


def threads_of(hosts: Hosts) -> int:
    """Cores that this host may use: hosts on loopback share the machine's."""
    cores = os.cpu_count() or 1
    if len(hosts) > 1 and ip_address(address_of(hosts.current)).is_loopback:
        return max(1, cores // len(hosts))
    return cores
