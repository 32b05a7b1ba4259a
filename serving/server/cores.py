"""How many processors this process may keep busy."""

import math
import os
from pathlib import Path

#: Quota and period of a control group, versions 2 and 1; a quota of "max" or -1 is
#: none. https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu
_VERSION_2 = ("cpu.max",)
_VERSION_1 = ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")


def usable_cores(groups: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the cores that the scheduler and the container's CPU quota allow.

    A quota of 1.5 cores keeps two workers busy. ``os.process_cpu_count`` of Python
    3.13 knows no quota.
    """
    cores = len(os.sched_getaffinity(0))
    for files in (_VERSION_2, _VERSION_1):
        try:
            quota, period = " ".join(
                (groups / name).read_text() for name in files
            ).split()
            if (share := int(quota) / int(period)) > 0:
                cores = min(cores, math.ceil(share))
        except (OSError, ValueError):
            continue
    return cores
