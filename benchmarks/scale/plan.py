"""What a job of many rows takes, worked out from what was measured on fewer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.scale.running import Run
from cdk_app.prices import training_cost_usd

REGION = "us-east-1"
#: As `training.options` has it: a fit on four fifths of the training part for the
#: calibration, and one on all of it.
TREES = 600
_FITS = 1.8
_LEARNT_SHARE = 0.8
#: Microseconds of CPU time: `python -m benchmarks.scale.trees`, 4,096 bins, depth 6.
TREE_US = 0.112
#: vCPUs and memory in MB of the types that the price file knows; what is left of the
#: memory for the system and for peaks that were not seen.
TYPES = {"ml.m5.large": (2, 8_192), "ml.m5.xlarge": (4, 16_384)}
_USED_SHARE = 0.75
#: With fewer, most of what is measured is the start of the processes.
_FEW_ROWS = 1_000_000
#: Bytes of a row on a host's disk: its Parquet file and its encoded rows, 30 features.
_DISK_BYTES = 31 * 8 + 33 * 8


@dataclass(frozen=True)
class Costs:
    """Straight lines through the measurements.

    Attributes
    ----------
    base_mb, mb_per_million : float
        Peak memory of a host, by its rows.
    read_us, tree_us : float
        CPU time in microseconds of a row of the data: once, and for each tree.
    """

    base_mb: float
    mb_per_million: float
    read_us: float
    tree_us: float


@dataclass(frozen=True)
class Plan:
    """One way to train on so many rows."""

    rows: int
    instances: int
    instance_type: str
    peak_mb: float
    disk_gb: float
    hours: float
    usd: float


def costs_of(runs: Sequence[Run]) -> Costs:
    """Fit the lines: memory by rows of a host, CPU time by rows and trees."""
    many = [run for run in runs if run.rows > _FEW_ROWS]
    rows = np.array([run.rows / run.hosts / 1e6 for run in many])
    slope, base = np.polyfit(rows, [run.peak_mb for run in many], 1)
    # A part of four fifths is learnt from; its trees are measured by themselves.
    read = np.mean(
        [
            1e6 * run.cpu_seconds / run.rows - _LEARNT_SHARE * run.trees * TREE_US
            for run in many
        ]
    )
    return Costs(float(base), float(slope), float(read), TREE_US)


def plan(rows: int, costs: Costs) -> Plan:
    """Return the cheapest job whose hosts have memory enough, of at most 64 hosts."""
    plans = [_on(rows, kind, costs) for kind in TYPES]
    few = [one for one in plans if one.instances <= 64]  # noqa: PLR2004
    return min(few or plans, key=lambda one: (round(one.usd, 2), one.instances))


def _on(rows: int, kind: str, costs: Costs) -> Plan:
    cores, memory_mb = TYPES[kind]
    room = _USED_SHARE * memory_mb - costs.base_mb
    instances = max(1, int(np.ceil(rows / 1e6 * costs.mb_per_million / room)))
    if instances > 1:
        instances = 2 * int(np.ceil(instances / 2))
    tree_us = _LEARNT_SHARE * TREES * _FITS * costs.tree_us
    cpu_seconds = rows * 1e-6 * (costs.read_us + tree_us)
    seconds = cpu_seconds / (instances * cores)
    disk_gb = rows / instances * _DISK_BYTES / 1e9
    return Plan(
        rows=rows,
        instances=instances,
        instance_type=kind,
        peak_mb=costs.base_mb + costs.mb_per_million * rows / 1e6 / instances,
        disk_gb=disk_gb,
        hours=seconds / 3600,
        usd=training_cost_usd(
            REGION,
            kind,
            seconds,
            instance_count=instances,
            volume_size_gb=np.ceil(1.2 * disk_gb + 10),
        ),
    )
