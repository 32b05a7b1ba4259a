"""Which images can run, and with what."""

from pathlib import Path

import pytest
from local_aws.containers import images, sklearn
from local_aws.containers.container import (
    ContainerDirectory,
    LaunchError,
    ServingLaunch,
    TrainingLaunch,
)
from local_aws.containers.dockerfile import DockerfileImage

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
    image = images.find(f"{REGISTRY}/sagemaker-scikit-learn:{tag}", ACCOUNT, ())

    assert image.serve is sklearn.serve


def test_another_image_is_refused_with_what_is_known() -> None:
    with pytest.raises(images.UnsupportedImageError, match=r"xgboost.*scikit-learn"):
        images.find(f"{REGISTRY}/sagemaker-xgboost:1.7-1", ACCOUNT, (MINE,))


ACCOUNT = "123456789012"
OWN = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/mine-serving"
DIGEST = f"@sha256:{'0a' * 32}"
MINE = DockerfileImage("mine-*", Path("directory"), Path("directory/Dockerfile"))


@pytest.mark.parametrize("version", [DIGEST, ":latest"])
def test_an_image_of_a_named_repository_is_the_option_s(version: str) -> None:
    assert images.find(OWN + version, ACCOUNT, (MINE,)).serve == MINE.serve


@pytest.mark.parametrize(
    "uri",
    [
        OWN,
        f"{OWN}@sha256:0a",
        OWN.replace("mine", "yours") + DIGEST,
        OWN.replace(ACCOUNT, "210987654321") + DIGEST,
    ],
)
def test_other_repositories_and_accounts_are_refused(uri: str) -> None:
    with pytest.raises(images.UnsupportedImageError, match=r"mine-\* by tag or digest"):
        images.find(uri, ACCOUNT, (MINE,))


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
