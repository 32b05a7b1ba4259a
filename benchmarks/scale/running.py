"""A job on several hosts of this machine, as SageMaker starts one, and what it took."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """What one job took.

    Attributes
    ----------
    peak_mb : float
        Of the host that needed most memory.
    cpu_seconds : float
        Of all hosts together.
    read_seconds, fit_seconds : float
        Of the first host's log: until all rows are encoded, and the fit of the trees.
    """

    rows: int
    hosts: int
    trees: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    read_seconds: float
    fit_seconds: float
    average_precision: float


def run(data: Path, rows: int, hosts: int, trees: int, work: Path) -> Run:
    """Train on the parts in `data` by `hosts` hosts, each in a directory of its own."""
    files = sorted(data.iterdir())
    names = [f"127.90.{os.getpid() % 250 + 1}.{n + 1}" for n in range(hosts)]
    processes = []
    for number, name in enumerate(names):
        ml = work / f"algo-{number + 1}"
        channel = ml / "input" / "data" / "training"
        for directory in (channel, ml / "output" / "data", ml / "model", ml / "tmp"):
            directory.mkdir(parents=True)
        for file in files[number::hosts]:
            os.link(file, channel / file.name)
        environment = {
            **os.environ,
            "SM_HOSTS": json.dumps(names),
            "SM_CURRENT_HOST": name,
            "SM_CHANNEL_TRAINING": str(channel),
            "SM_MODEL_DIR": str(ml / "model"),
            "SM_OUTPUT_DIR": str(ml / "output"),
            "SM_OUTPUT_DATA_DIR": str(ml / "output" / "data"),
            "TMPDIR": str(ml / "tmp"),
        }
        options = ["--model", "xgboost", "--xgboost-iterations", str(trees)]
        with (ml / "log").open("w") as log:
            processes.append(
                subprocess.Popen(
                    [
                        *(sys.executable, str(ROOT / "training" / "train.py")),
                        *(*options, "--calibration", "none"),
                    ],
                    env=environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )
    return _measured(processes, rows, trees, work)


def _measured(
    processes: Sequence[subprocess.Popen[bytes]], rows: int, trees: int, work: Path
) -> Run:
    started = time.perf_counter()
    cpu_seconds, peak_mb = 0.0, 0.0
    for process in processes:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        # A worker's are among its agent's, which has waited for it.
        cpu_seconds += usage.ru_utime + usage.ru_stime
        peak_mb = max(peak_mb, usage.ru_maxrss / 1024)
    seconds = time.perf_counter() - started
    log = (work / "algo-1" / "log").read_text()
    if any(process.returncode for process in processes):
        raise SystemExit(f"A host has failed; the first one's log:\n{log}")
    read = re.search(r"([0-9.]+) s  read ", log)
    fitted = re.search(r"([0-9.]+) s  fitted xgboost", log)
    if read is None or fitted is None:
        raise SystemExit(f"The log does not say how long it took:\n{log}")
    metrics = json.loads((work / "algo-1" / "model" / "metrics.json").read_text())
    return Run(
        rows=rows,
        hosts=len(processes),
        trees=trees,
        seconds=round(seconds, 1),
        cpu_seconds=round(cpu_seconds, 1),
        peak_mb=round(peak_mb),
        read_seconds=float(read[1]),
        fit_seconds=round(float(fitted[1]) - float(read[1]), 1),
        average_precision=round(metrics["test"]["average_precision"], 4),
    )
