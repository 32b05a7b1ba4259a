"""Two hosts as two processes on loopback, without a job around them."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

from training.launch.job import PROJECT_DIR

END_SECONDS = 90.0


def start(data: Path, hosts: list[str], rank: int) -> "subprocess.Popen[str]":
    variables = {
        "SM_HOSTS": json.dumps(hosts),
        "SM_CURRENT_HOST": hosts[rank],
        "PYTHONPATH": str(PROJECT_DIR),
    }
    return subprocess.Popen(
        [
            *(sys.executable, "training/train.py", "--data", str(data)),
            *("--model-dir", str(data.parent / f"model-{rank}")),
            *("--model", "xgboost", "--xgboost-iterations", "5"),
        ],
        cwd=PROJECT_DIR,
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_fault_on_the_first_host_is_the_reason_that_all_end_with(
    tmp_path: Path,
) -> None:
    draw = random.Random(0)
    for rank in range(2):
        folder = tmp_path / f"data-{rank}"
        folder.mkdir()
        rows = [f"{t},{draw.random():.3f},{int(t % 9 == 0)}" for t in range(200)]
        if rank == 0:
            rows[40] = "40,secret,0"
        lines = "\n".join(["Time,Amount,Class", *rows, ""])
        (folder / f"part-{rank}.csv").write_text(lines)
    # Addresses of their own: another run of hosts may be on this machine.
    network = f"127.{draw.randrange(1, 255)}.{os.getpid() % 250 + 1}"
    hosts = [f"{network}.1", f"{network}.2"]
    processes = [start(tmp_path / f"data-{rank}", hosts, rank) for rank in range(2)]
    try:
        for process in processes:
            _, errors = process.communicate(timeout=END_SECONDS)
            assert process.returncode == 1, errors
            last = " ".join(errors[errors.rindex("error: ") :].split())
            assert last.startswith(f"error: {hosts[0]}: "), errors
            assert "row 41 (line 42)" in last
            assert "secret" not in errors
    finally:
        for process in processes:
            process.kill()
            process.wait()
