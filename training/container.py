"""SageMaker's training container contract; absent on a person's own machine.

Channels arrive as ``SM_CHANNEL_<NAME>``, the artifact goes to ``SM_MODEL_DIR``,
and SageMaker shows the first 1,024 characters of ``/opt/ml/output/failure`` as the
job's failure reason.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html
"""

import json
from collections.abc import Mapping
from pathlib import Path

from training.errors import TrainingError

DEFAULT_OUTPUT_DIR = Path("/opt/ml/output")
FAILURE_REASON_CHARACTERS = 1024
#: Begins what training writes to the log, after much that the SDK's scripts write.
FIRST_LOG_LINE = "Training a fraud model"
#: Begins the figures, which are the last of it: the launcher prints them itself.
FIGURES_LINE = "On the test part of its data:"

#: Beside the code: the options of training that were chosen, name → value.
OPTIONS_FILE = "options.json"

#: Channels that SageMaker's SDK adds for the code; they hold no data.
_CODE_CHANNELS = {"CODE", "SM_DRIVERS"}
_CHANNEL_PREFIX = "SM_CHANNEL_"


def data_path(environment: Mapping[str, str]) -> Path | None:
    """Return the one channel that holds data; None outside a container.

    Raises
    ------
    TrainingError
        If there are several, so that it is not clear which one to train on.
    """
    channels = {
        name.removeprefix(_CHANNEL_PREFIX): path
        for name, path in environment.items()
        if name.startswith(_CHANNEL_PREFIX)
        and name.removeprefix(_CHANNEL_PREFIX) not in _CODE_CHANNELS
    }
    if len(channels) > 1:
        raise TrainingError(
            f"The job has {len(channels)} data channels ({', '.join(sorted(channels))})"
            ", expected one; remove the others."
        )
    return next((Path(path) for path in channels.values()), None)


def options(environment: Mapping[str, str], code: Path) -> list[str]:
    """Return the options that the launcher put beside the code; none elsewhere.

    They are no hyperparameters: the SDK's driver writes those into a shell script,
    where a quote in a column's name ends a string, and the rest is a command.

    Raises
    ------
    TrainingError
        If they are not what the launcher writes.
    """
    path = code / OPTIONS_FILE
    if model_dir(environment) is None or not path.is_file():
        return []
    try:
        chosen = json.loads(path.read_text(encoding="utf-8"))
        return [f"--{name}={value}" for name, value in chosen.items()]
    except (ValueError, AttributeError):
        raise TrainingError(
            f"{OPTIONS_FILE}: expected an object of option names and values; launch "
            "the job again."
        ) from None


def model_dir(environment: Mapping[str, str]) -> Path | None:
    """Where SageMaker takes the artifact from; None outside a container."""
    return _path(environment, "SM_MODEL_DIR")


def output_data_dir(environment: Mapping[str, str]) -> Path | None:
    """Where SageMaker takes other outputs from; None outside a container."""
    return _path(environment, "SM_OUTPUT_DATA_DIR")


def report_failure(reason: str, environment: Mapping[str, str]) -> None:
    """Write the failure reason where SageMaker looks for it; else do nothing."""
    output = _path(environment, "SM_OUTPUT_DIR") or DEFAULT_OUTPUT_DIR
    if output.is_dir():
        text = reason[:FAILURE_REASON_CHARACTERS]
        (output / "failure").write_text(text, encoding="utf-8")


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(name)
    return Path(value) if value else None
