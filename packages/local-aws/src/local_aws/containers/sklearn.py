"""AWS's prebuilt scikit-learn image, as far as its public contract goes.

Serving: gunicorn runs the WSGI application that SAGEMAKER_SERVING_MODULE names, or,
with SAGEMAKER_PROGRAM, one that calls the hooks of the user's script (`hooks/`).
Training: the training toolkit's way to run the script that the hyperparameter
`sagemaker_program` names.
https://github.com/aws/sagemaker-scikit-learn-container
https://github.com/aws/sagemaker-training-toolkit
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from local_aws.containers.container import LaunchError, ServingLaunch, TrainingLaunch
from local_aws.processes import Command

HOOKS = Path(__file__).with_name("hooks")
THREADS = 8


def serve(launch: ServingLaunch) -> Command:
    """Return the gunicorn command that serves a model."""
    environment = dict(launch.environment)
    if module := environment.get("SAGEMAKER_SERVING_MODULE"):
        application = module
    elif environment.get("SAGEMAKER_PROGRAM"):
        application = "hooks_application:app"
        environment["PYTHONPATH"] += os.pathsep + str(HOOKS)
        submitted = environment.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
        if submitted.startswith("s3://"):
            code = launch.container.ml / "code"
            launch.fetch_archive(submitted, code)
            environment["SAGEMAKER_SUBMIT_DIRECTORY"] = str(code)
    else:
        raise LaunchError(
            "the scikit-learn image serves nothing: set SAGEMAKER_SERVING_MODULE or "
            "SAGEMAKER_PROGRAM in the Model's environment"
        )
    if ":" not in application:
        application += ":app"
    arguments = [
        sys.executable,
        *("-m", "gunicorn"),
        *("--bind", f"127.0.0.1:{launch.port}"),
        *("--workers", environment.get("SAGEMAKER_MODEL_SERVER_WORKERS", "1")),
        # The image has gevent workers. Threads answer as many at a time.
        *("--worker-class", "gthread", "--threads", str(THREADS)),
        *("--worker-tmp-dir", str(launch.container.temporary)),
        # SageMaker's own limit of 60 seconds an answer comes first.
        *("--timeout", "120", "--graceful-timeout", "30"),
        *("--no-control-socket",),
        application,
    ]
    return Command(arguments, environment, launch.container.root)


def train(launch: TrainingLaunch) -> Command:
    """Return the command that runs the user's training script."""
    hyperparameters = {
        name: _decoded(value) for name, value in launch.hyperparameters.items()
    }
    program = hyperparameters.get("sagemaker_program") or launch.environment.get(
        "SAGEMAKER_PROGRAM"
    )
    if not program:
        raise LaunchError(
            "the scikit-learn image trains nothing: give a ContainerEntrypoint, or the "
            "hyperparameters sagemaker_program and sagemaker_submit_directory"
        )
    code = launch.container.ml / "code"
    if submitted := hyperparameters.get("sagemaker_submit_directory"):
        launch.fetch_archive(str(submitted), code)
    return Command(
        [sys.executable, str(code / str(program)), *arguments_of(hyperparameters)],
        launch.environment,
        code,
    )


def arguments_of(hyperparameters: Mapping[str, object]) -> list[str]:
    """Return hyperparameters as the toolkit passes them: sorted `--name value`.

    One-letter names become `-n`; the toolkit's own settings are left out.
    """
    arguments: list[str] = []
    for name in sorted(hyperparameters):
        if name.startswith("sagemaker_"):
            continue
        value = hyperparameters[name]
        text = value if isinstance(value, str) else json.dumps(value)
        arguments += [f"-{name}" if len(name) == 1 else f"--{name}", text]
    return arguments


def _decoded(value: str) -> object:
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
