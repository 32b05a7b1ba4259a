"""Run commands in processes of their own and say what they took, side by side."""

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

ROOT = Path(__file__).resolve().parents[1]
#: What is reported of a run, and with how many decimals.
FIELDS = {"seconds": 2, "cpu_seconds": 2, "peak_mb": 0}
HEAD = "wall time (s) | CPU time (s) | peak memory (MB)"


@dataclass(frozen=True)
class Run:
    """What one command took, from its start to its end, with its children."""

    seconds: float
    cpu_seconds: float
    #: Of the largest of its processes.
    peak_mb: float
    output: str


#: A process begins with the peak memory of the one that starts it, which is this small.
_STARTER = """
import json, os, sys, time
started = time.perf_counter()
child = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[2:]], os.environ)
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    json.dump([os.waitstatus_to_exitcode(status), time.perf_counter() - started,
        usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024], file)
"""


def measure(arguments: Sequence[str]) -> Run:
    """Run Python with these arguments and measure it.

    Raises
    ------
    SystemExit
        If it fails.
    """
    with NamedTemporaryFile("r") as figures:
        done = subprocess.run(
            [sys.executable, "-S", "-c", _STARTER, figures.name, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
        status, seconds, cpu_seconds, peak_mb = json.load(figures)
    if status:
        said = done.stdout[-2000:]
        raise SystemExit(f"python {' '.join(arguments[:3])} failed:\n{said}")
    return Run(seconds, cpu_seconds, peak_mb, done.stdout)


def alternate(
    commands: Mapping[str, Sequence[str]], rounds: int
) -> dict[str, list[Run]]:
    """Measure the commands in turn, so many times each."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(rounds):
        for name, arguments in commands.items():
            runs[name].append(measure(arguments))
            last = runs[name][-1]
            print(
                f"round {number + 1}, {name}: {last.seconds:.1f} s wall, "
                f"{last.cpu_seconds:.1f} s CPU, {last.peak_mb:.0f} MB",
                flush=True,
            )
    return runs


def table(runs: Mapping[str, Sequence[Run]]) -> str:
    """Return medians and ranges, and ratios to the first, each of its own round."""
    lines = [f"| | {HEAD} |", "|---|---|---|---|"]
    first, *others = runs
    for name, measured in runs.items():
        cells = [_median_and_range(measured, field, n) for field, n in FIELDS.items()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    for name in others:
        cells = [_ratio(runs[name], runs[first], field) for field in FIELDS]
        lines.append(f"| {name}, ratio | {' | '.join(cells)} |")
    return "\n".join(lines)


def _ratio(these: Sequence[Run], those: Sequence[Run], field: str) -> str:
    ratios = sorted(
        getattr(one, field) / getattr(other, field)
        for one, other in zip(these, those, strict=True)
    )
    return _with_range(ratios, 2)


def _median_and_range(measured: Sequence[Run], field: str, digits: int) -> str:
    return _with_range(sorted(getattr(one, field) for one in measured), digits)


def _with_range(values: Sequence[float], digits: int) -> str:
    middle = statistics.median(values)
    return f"{middle:.{digits}f} ({values[0]:.{digits}f} to {values[-1]:.{digits}f})"
