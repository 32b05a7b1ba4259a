"""What a container sees of this machine."""

from pathlib import Path

import pytest
from local_aws.containers.container import ContainerDirectory


@pytest.fixture
def container(tmp_path: Path) -> ContainerDirectory:
    return ContainerDirectory.create(tmp_path, "job")


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("/opt/ml/model", "{ml}/model"),
        ("--dir=/opt/ml/model", "--dir={ml}/model"),
        ("/a:/opt/ml/code:/b", "/a:{ml}/code:/b"),
        ('cat "/opt/ml/input/config"', 'cat "{ml}/input/config"'),
        ("/opt/ml", "{ml}"),
        ("/opt/mlflow", "/opt/mlflow"),
        ("/home/opt/ml", "/home/opt/ml"),
        ("s3://bucket/opt/ml/model", "s3://bucket/opt/ml/model"),
    ],
)
def test_paths_under_opt_ml_are_rewritten_and_others_are_not(
    container: ContainerDirectory, text: str, rewritten: str
) -> None:
    assert container.rewrite(text) == rewritten.format(ml=container.ml)


def test_text_files_are_rewritten_and_binary_ones_left(
    container: ContainerDirectory,
) -> None:
    drivers = container.ml / "input" / "data" / "sm_drivers"
    drivers.mkdir()
    (drivers / "train.sh").write_text("source /opt/ml/input/sm_training.env\n")
    (drivers / "blob").write_bytes(b"\xff\xfe /opt/ml")

    container.rewrite_files(drivers)

    script = (drivers / "train.sh").read_text()
    assert script == f"source {container.ml}/input/sm_training.env\n"
    assert (drivers / "blob").read_bytes() == b"\xff\xfe /opt/ml"


def test_the_environment_is_the_container_s_own(
    container: ContainerDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SHELL", "x")
    monkeypatch.setenv("PYTHONPATH", "/the/project")

    environment = container.environment(
        "http://localhost:1",
        "eu-west-1",
        {"PYTHONPATH": "/opt/ml/model/code", "DIR": "/opt/ml/model"},
    )

    assert "SECRET_OF_THE_SHELL" not in environment
    assert environment["PYTHONPATH"].split(":")[1:] == [
        str(container.packages),
        f"{container.ml}/model/code",
    ]
    assert environment["DIR"] == f"{container.ml}/model"
    assert environment["AWS_ENDPOINT_URL"] == "http://localhost:1"
    assert environment["AWS_REGION"] == "eu-west-1"
