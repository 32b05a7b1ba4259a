"""What is said of data that are larger than the memory."""

from pathlib import Path

import pytest

from training.data import size


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text("V1,Class\n" + "1.5,0\n" * 1000)
    return path


def limit_container(monkeypatch: pytest.MonkeyPatch, file: Path, limit: str) -> None:
    file.write_text(limit)
    monkeypatch.setattr(size, "_CONTAINER_LIMIT", file)


def test_data_that_fit_are_not_worth_a_word(data: Path) -> None:
    assert size.memory_warning([data]) == ""


def test_data_beyond_the_memory_of_the_container_are_named_with_the_remedy(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_container(monkeypatch, tmp_path / "memory.max", "10000\n")
    assert size.memory_bytes() == 10_000
    assert "--model xgboost reads them in batches" in size.memory_warning([data])


@pytest.mark.parametrize("limit", ["max\n", f"{10**18}\n"])
def test_a_container_without_a_limit_has_the_memory_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    before = size.memory_bytes()
    limit_container(monkeypatch, tmp_path / "memory.max", limit)
    assert size.memory_bytes() == before > 10**8
