"""The image that `serving/Dockerfile` of this checkout builds, without Docker.

Its files are copied as the Dockerfile copies them, nothing else, and its entry point
runs from there with local AWS's own interpreter.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from local_aws.containers import dockerfile
from local_aws.containers.launch import LaunchError
from local_aws.processes import Command

if TYPE_CHECKING:
    from local_aws.containers.launch import ServingLaunch, TrainingLaunch

CONTEXT = Path(__file__).parents[5]
DOCKERFILE = CONTEXT / "serving" / "Dockerfile"
# SageMaker runs `docker run <image> serve`. The rest keeps the server to this machine,
# with one worker, as that of AWS's image has here.
ARGUMENTS = ("serve", "--host", "127.0.0.1", "--workers", "1")


def serve(launch: ServingLaunch) -> Command:
    """Return the command that serves a model from the image's files.

    Raises
    ------
    LaunchError
        If the Dockerfile cannot be followed.
    """
    program = launch.container.root / "opt" / "program"
    try:
        entry_point = dockerfile.stage(DOCKERFILE, CONTEXT, program)
    except dockerfile.DockerfileError as error:
        raise LaunchError(str(error)) from error
    if entry_point[0] != "python":
        message = f"ENTRYPOINT: expected it to run python, got {entry_point[0]!r}"
        raise LaunchError(message)
    environment = {
        **launch.environment,
        "FRAUD_MODEL_DIR": str(launch.container.ml / "model"),
        "PYTHONPATH": str(program) + os.pathsep + launch.environment["PYTHONPATH"],
        "SAGEMAKER_BIND_TO_PORT": str(launch.port),
    }
    return Command([sys.executable, *entry_point[1:], *ARGUMENTS], environment, program)


def train(_: TrainingLaunch) -> NoReturn:
    """Refuse: the image has no training code."""
    message = (
        "the project's image serves and does not train; name AWS's scikit-learn image "
        "as the TrainingImage"
    )
    raise LaunchError(message)
