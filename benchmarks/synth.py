"""Synthesis beside a bare application of two stacks, as `cdk init` sets one up.

    python -m benchmarks.synth [--env prod] [--rounds 5]

Runs both in turn as whole processes and prints the ratio round by round. The bare
application has two stacks with one bucket each and nothing switched off.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BARE_APPLICATION = """
from aws_cdk import App, Stack, aws_s3 as s3

app = App()
for name in ("one", "two"):
    s3.Bucket(Stack(app, name), "Bucket")
app.synth()
"""


def seconds(command: list[str], directory: str, environment: str) -> float:
    """Return how long one synthesis takes, wall time of the whole process."""
    started = time.perf_counter()
    subprocess.run(
        command,
        cwd=ROOT,
        check=True,
        capture_output=True,
        env={
            **os.environ,
            "CDK_OUTDIR": directory,
            "CDK_CONTEXT_JSON": f'{{"env": "{environment}"}}',
        },
    )
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--env", default="prod", help="environment (default: prod)")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    options = parser.parse_args()
    bare = [sys.executable, "-c", BARE_APPLICATION]
    ours = [sys.executable, "app.py"]
    ratios = []
    print("round   bare (s)   this application (s)   ratio")
    for number in range(1, options.rounds + 1):
        with tempfile.TemporaryDirectory() as directory:
            of_bare = seconds(bare, directory, options.env)
        with tempfile.TemporaryDirectory() as directory:
            of_ours = seconds(ours, directory, options.env)
        ratios.append(of_ours / of_bare)
        print(f"{number:5} {of_bare:10.2f} {of_ours:22.2f} {ratios[-1]:7.2f}")
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"Ratio: median {statistics.median(ratios):.2f}, {spread}.")


if __name__ == "__main__":
    main()
