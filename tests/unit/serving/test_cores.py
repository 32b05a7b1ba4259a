"""Workers follow what a container may use, not what its machine has."""

import os
from pathlib import Path

import pytest

from serving.server.cores import usable_cores

MACHINE = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("text", "cores"),
    [
        ("max 100000\n", MACHINE),
        ("50000 100000\n", 1),
        ("100000 100000\n", 1),
        ("100001 100000\n", min(2, MACHINE)),
        ("6400000 100000\n", min(64, MACHINE)),
        ("nonsense\n", MACHINE),
    ],
)
def test_version_2(tmp_path: Path, text: str, cores: int) -> None:
    (tmp_path / "cpu.max").write_text(text)
    assert usable_cores(tmp_path) == cores


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("-1\n", MACHINE), ("60000\n", 1), ("150000\n", min(2, MACHINE))],
)
def test_version_1(tmp_path: Path, quota: str, cores: int) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(quota)
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert usable_cores(tmp_path) == cores


def test_without_control_groups_it_is_the_machine(tmp_path: Path) -> None:
    assert usable_cores(tmp_path) == MACHINE
