from pathlib import Path

import pytest

from training import container
from training.errors import TrainingError


def test_outside_sagemaker_there_is_nothing() -> None:
    assert container.data_path({}) is None
    assert container.model_dir({}) is None
    assert container.output_data_dir({}) is None


def test_the_data_channel_is_found_whatever_its_name() -> None:
    environment = {
        "SM_CHANNELS": '["code", "sm_drivers", "transactions"]',
        "SM_CHANNEL_CODE": "/opt/ml/input/data/code",
        "SM_CHANNEL_SM_DRIVERS": "/opt/ml/input/data/sm_drivers",
        "SM_CHANNEL_TRANSACTIONS": "/opt/ml/input/data/transactions",
    }
    assert container.data_path(environment) == Path("/opt/ml/input/data/transactions")


def test_two_data_channels_are_refused() -> None:
    with pytest.raises(TrainingError, match=r"2 data channels \(A, B\)"):
        container.data_path({"SM_CHANNEL_A": "/a", "SM_CHANNEL_B": "/b"})


def test_a_failure_is_reported_in_what_sagemaker_shows(tmp_path: Path) -> None:
    container.report_failure("x" * 5000, {"SM_OUTPUT_DIR": str(tmp_path)})
    assert (tmp_path / "failure").read_text() == "x" * 1024


def test_outside_sagemaker_a_failure_is_not_written_anywhere(tmp_path: Path) -> None:
    absent = tmp_path / "output"
    container.report_failure("reason", {"SM_OUTPUT_DIR": str(absent)})
    assert not absent.exists()
