"""Serving stacks side by side: ``python -m benchmarks.serving --artifact linear=DIR``.

Alternating rounds in one run: every server gets the same artifact, the same client
(wrk) and the same body, the server on one core and the client on another. Medians,
spread and ratios go to docs/serving-performance.md. Needs wrk, and nginx for the
floor (Debian: ``apt-get install wrk nginx-light``).
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.load import Load, Reading, measure_start, run_wrk, write_script
from benchmarks.serving_report import write_report
from benchmarks.serving_stacks import STACKS, Stack

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs" / "serving-performance.md"
LOADS = (
    Load("one", connections=1, rows=1),
    Load("sixteen", connections=16, rows=1),
    Load("batch", connections=1, rows=1000),
)


def main() -> int:
    """Run the benchmark; returns its exit status."""
    options = _parser().parse_args()
    if shutil.which("wrk") is None:
        print("error: wrk was not found; install it (apt-get install wrk).")
        return 1
    if len(os.sched_getaffinity(0)) < 2:  # noqa: PLR2004 - one for each side
        print("error: two cores are needed, one for the server, one for the client.")
        return 1
    artifacts = dict(item.split("=", 1) for item in options.artifact)
    readings: dict[tuple[str, str], list[Reading]] = {}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        for number in range(1, options.rounds + 1):
            for model, stack in _pairs(artifacts, options.only):
                started = time.monotonic()
                reading = _measure(
                    stack, Path(artifacts[model]), Path(scratch), options.seconds
                )
                readings.setdefault((model, stack.name), []).append(reading)
                print(
                    f"round {number}  {model:10} {stack.name:28} "
                    f"{reading.rates['sixteen']:9,.0f} rps  "
                    f"{time.monotonic() - started:5.1f} s",
                    flush=True,
                )
    write_report(options.report, readings, options.rounds, options.seconds)
    print(f"Wrote {options.report}")
    return 0


def _pairs(
    artifacts: dict[str, str], only: Sequence[str]
) -> Iterator[tuple[str, Stack]]:
    for model in artifacts:
        for stack in STACKS:
            if (not only or stack.name in only) and stack.is_available():
                yield model, stack


def _measure(stack: Stack, model_dir: Path, scratch: Path, seconds: float) -> Reading:
    with stack.running(model_dir, scratch) as server:
        start_seconds = measure_start(server)
        reading = Reading(start_seconds=start_seconds)
        for load in LOADS:
            if load.rows > 1 and not stack.scores:
                continue
            script = write_script(load, model_dir, scratch, stack.question)
            run_wrk(server, load, script, seconds, reading)
        reading.pss_bytes = server.pss_bytes()
    return reading


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving")
    parser.add_argument(
        "--artifact",
        action="append",
        required=True,
        metavar="NAME=DIR",
        help="an unpacked artifact, such as linear=out; repeat it to compare models",
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each load")
    parser.add_argument(
        "--only", action="append", default=[], choices=[s.name for s in STACKS]
    )
    parser.add_argument("--report", type=Path, default=REPORT)
    return parser


if __name__ == "__main__":
    sys.exit(main())
