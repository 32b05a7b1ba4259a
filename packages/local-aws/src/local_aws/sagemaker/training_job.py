"""A training job's record: moto's, written by the run of the job."""

from datetime import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.sagemaker.models import FakeTrainingJob

#: What each secondary status says of itself.
MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading the training image and data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "Interrupted": "Managed spot training instances were interrupted",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "MaxWaitTimeExceeded": "Training job wait time exceeded MaxWaitTimeInSeconds "
    "provided",
    "Failed": "Training job failed",
}
DEFAULT_MAX_RUNTIME_SECONDS = 86_400
DEFAULT_CHECKPOINT_PATH = "/opt/ml/checkpoints"


class JobFailedError(Exception):
    """A job failed for a reason that its description tells."""


class TrainingJob(FakeTrainingJob):
    """A training job's description, written by its run."""

    def __init__(
        self,
        *,
        account_id: str,
        region_name: str,
        environment: dict[str, str] | None,
        **settings: Any,  # noqa: ANN401
    ) -> None:
        metric_definitions = settings["algorithm_specification"].get(
            "MetricDefinitions", []
        )
        super().__init__(account_id=account_id, region_name=region_name, **settings)
        self.account = account_id
        self.region = region_name
        self.environment = environment
        self.failure_reason: str | None = None
        # moto makes a job that has completed; this one has yet to start.
        self.training_start_time: datetime | None = None  # type: ignore[assignment]
        self.training_end_time: datetime | None = None  # type: ignore[assignment]
        self.model_artifacts: dict[str, str] | None = None  # type: ignore[assignment]
        self.final_metric_data_list = None  # type: ignore[assignment]
        self.algorithm_specification["MetricDefinitions"] = metric_definitions
        self.training_time_in_seconds: int | None = None
        self.billable_time_in_seconds: int | None = None
        self.secondary_status_transitions: list[dict[str, Any]] = []
        self.enter("InProgress", "Starting")

    @property
    def instance_count(self) -> int:
        """How many hosts it runs on."""
        return int(self.resource_config.get("InstanceCount", 1))

    @property
    def max_runtime_seconds(self) -> int:
        """How long its hosts may train."""
        return int(
            (self.stopping_condition or {}).get(
                "MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME_SECONDS
            )
        )

    @property
    def max_wait_seconds(self) -> int | None:
        """How long a spot job may take in all, interruptions counted in."""
        seconds = (self.stopping_condition or {}).get("MaxWaitTimeInSeconds")
        return None if seconds is None else int(seconds)

    def enter(self, status: str, secondary: str) -> None:
        """Go into a secondary status; it is noted with its time."""
        now = utcnow()
        if self.secondary_status_transitions:
            self.secondary_status_transitions[-1]["EndTime"] = now
        transition = {
            "Status": secondary,
            "StartTime": now,
            "StatusMessage": MESSAGES[secondary],
        }
        self.secondary_status_transitions.append(transition)
        self.secondary_status = secondary
        self.last_modified_time = now
        self.training_job_status = status

    def finish(self, outcome: str) -> None:
        """End as Completed, Failed, Stopped, MaxRuntime- or MaxWaitTimeExceeded."""
        now = utcnow()
        self.training_end_time = now
        if self.training_start_time:
            lasted = now - self.training_start_time
            seconds = max(1, round(lasted.total_seconds()))
            self.training_time_in_seconds = seconds
            self.billable_time_in_seconds = seconds
        status = "Stopped" if outcome.endswith("Exceeded") else outcome
        self.enter(status, outcome)
        self.secondary_status_transitions[-1]["EndTime"] = now
