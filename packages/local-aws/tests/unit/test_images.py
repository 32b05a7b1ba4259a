"""Which images can run, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local_aws import images
from local_aws.container import ContainerDirectory
from local_aws.containers import project, sklearn
from local_aws.containers.launch import LaunchError, ServingLaunch, TrainingLaunch

if TYPE_CHECKING:
    from pathlib import Path

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com"


def no_archive(uri: str, path: Path) -> None:
    raise AssertionError(f"nothing is to be fetched, but {uri} was")


def serving(container: ContainerDirectory, **variables: str) -> ServingLaunch:
    environment = container.environment("http://localhost:1", "us-east-1", variables)
    return ServingLaunch(container, environment, 8080, no_archive)


@pytest.fixture
def container(tmp_path: Path) -> ContainerDirectory:
    return ContainerDirectory.create(tmp_path, "x")


@pytest.mark.parametrize("tag", ["1.9-0", "1.9-0-cpu-py3", "1.4-2-py312"])
def test_the_scikit_learn_image_is_known(tag: str) -> None:
    image = images.find(f"{REGISTRY}/sagemaker-scikit-learn:{tag}")

    assert image.name == "AWS's prebuilt scikit-learn image"


def test_another_image_is_refused_with_what_is_known() -> None:
    with pytest.raises(images.UnsupportedImageError, match=r"xgboost.*scikit-learn"):
        images.find(f"{REGISTRY}/sagemaker-xgboost:1.7-1")


OWN = "123456789012.dkr.ecr.us-east-1.amazonaws.com/fraud-dev-serving-image"
DIGEST = f"@sha256:{'0a' * 32}"


def test_an_image_of_this_account_is_the_projects() -> None:
    assert images.find(OWN + DIGEST).serve is project.serve


@pytest.mark.parametrize(
    "uri",
    [
        OWN,
        f"{OWN}:latest",
        f"{OWN}@sha256:0a",
        OWN.replace("123456789012", "210987654321") + DIGEST,
    ],
)
def test_tags_and_other_accounts_are_refused(uri: str) -> None:
    with pytest.raises(images.UnsupportedImageError, match="by its digest"):
        images.find(uri)


def test_the_projects_server_listens_where_it_is_asked_from(
    container: ContainerDirectory,
) -> None:
    command = project.serve(serving(container, LOG_LEVEL="INFO"))

    assert list(command.arguments[1:4]) == ["-m", "serving", "serve"]
    assert "127.0.0.1" in command.arguments
    assert command.environment["SAGEMAKER_BIND_TO_PORT"] == "8080"
    assert command.environment["FRAUD_MODEL_DIR"] == str(container.ml / "model")
    assert command.environment["LOG_LEVEL"] == "INFO"
    assert container.root in command.directory.parents


def test_the_projects_image_trains_nothing(container: ContainerDirectory) -> None:
    with pytest.raises(LaunchError, match="serves and does not train"):
        project.train(TrainingLaunch(container, {}, {}, no_archive))


def test_the_serving_module_runs_under_gunicorn(container: ContainerDirectory) -> None:
    launch = serving(container, SAGEMAKER_SERVING_MODULE="inference:application")

    command = sklearn.serve(launch)

    assert command.arguments[-1] == "inference:application"
    assert "127.0.0.1:8080" in command.arguments


def test_the_hooks_are_served_by_the_shim(container: ContainerDirectory) -> None:
    launch = serving(container, SAGEMAKER_PROGRAM="inference.py")

    command = sklearn.serve(launch)

    assert command.arguments[-1] == "hooks_application:app"
    assert str(sklearn.HOOKS) in command.environment["PYTHONPATH"]


def test_a_container_told_nothing_to_serve_says_so(
    container: ContainerDirectory,
) -> None:
    with pytest.raises(LaunchError, match="SAGEMAKER_SERVING_MODULE"):
        sklearn.serve(serving(container))


def test_training_arguments_are_the_toolkit_s(container: ContainerDirectory) -> None:
    launch = TrainingLaunch(
        container,
        {},
        {"sagemaker_program": '"train.py"', "depth": "6", "C": "0.5", "name": "a b"},
        no_archive,
    )

    command = sklearn.train(launch)

    assert list(command.arguments[1:]) == [
        str(container.ml / "code" / "train.py"),
        *("-C", "0.5"),
        *("--depth", "6"),
        *("--name", "a b"),
    ]
