"""What tells one run's report from another's; no clock is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training.data.dataset import Dataset
from training.report.wording import span_in_words


@dataclass(frozen=True)
class Run:
    """Where a model was trained, and on what.

    Attributes
    ----------
    job
        Name of the training job; empty on a person's own machine.
    environment
        The environment whose launcher started the job; empty when none did.
    data_file
        Name of the file or folder that was read.
    span
        The time that the data cover, in words.
    """

    job: str
    environment: str
    data_file: str
    span: str


def describe_run(data_path: Path, span: str, variables: Mapping[str, str]) -> Run:
    """Return the facts about a run; `variables` are the container's.

    SageMaker sets ``TRAINING_JOB_NAME``, the launcher ``FRAUD_ENVIRONMENT``.
    """
    return Run(
        job=variables.get("TRAINING_JOB_NAME", ""),
        environment=variables.get("FRAUD_ENVIRONMENT", ""),
        data_file=_file_name(data_path),
        span=span,
    )


def span_of(data: Dataset) -> str:
    """Return the time that the data cover, in words."""
    times = data.times
    if times is None or not len(times):
        return span_in_words(None, None)
    return span_in_words(float(times.min()), float(times.max()))


def _file_name(path: Path) -> str:
    """Return the name of the file, also where a folder (a channel) holds just one."""
    if path.is_dir():
        files = [entry for entry in path.iterdir() if entry.is_file()]
        if len(files) == 1:
            return files[0].name
    return path.resolve().name
