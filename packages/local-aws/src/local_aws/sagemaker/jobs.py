"""Training and transform jobs of one account and region: moto's, and they run."""

import threading
from typing import Any

from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend

from local_aws.sagemaker import training_request
from local_aws.sagemaker import transform_job as transform_jobs
from local_aws.sagemaker.training import TrainingRun
from local_aws.sagemaker.training_job import TrainingJob
from local_aws.sagemaker.transform import TransformRun
from local_aws.sagemaker.transform_job import TransformJob

FINAL = {"Completed", "Failed", "Stopped"}


class JobBackend(SageMakerModelBackend):
    """Jobs, each in a thread of its own."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._runs: dict[str, TrainingRun] = {}
        self._transform_runs: dict[str, TransformRun] = {}
        self._job_lock = threading.RLock()

    def create_training_job(  # type: ignore[override]
        self,
        environment: dict[str, str] | None = None,
        **settings: Any,  # noqa: ANN401
    ) -> TrainingJob:
        """Start a job; returns at once."""
        name = settings["training_job_name"]
        with self._job_lock:
            if name in self.training_jobs:
                arn = self.training_jobs[name].arn
                raise ValidationError(
                    f"Training job names must be unique; {arn} exists."
                )
            job = TrainingJob(
                account_id=self.account_id,
                region_name=self.region_name,
                environment=environment,
                **settings,
            )
            training_request.check_supported(job)
            self.training_jobs[name] = job
            self._runs[name] = TrainingRun(job)
        self._runs[name].start()
        return job

    def stop_training_job(self, training_job_name: str) -> None:
        """Ask a job to stop; returns at once."""
        self.describe_training_job(training_job_name)
        job = self.training_jobs[training_job_name]
        if job.training_job_status in FINAL:
            raise ValidationError(
                f"The request was rejected because the training job is in status "
                f"{job.training_job_status}."
            )
        self._runs[training_job_name].stop()

    def interrupt_spot_instances(self) -> None:
        """Take the instances of all spot training jobs away; they start again."""
        for run in list(self._runs.values()):
            run.interrupt()

    def create_transform_job(  # type: ignore[override]
        self,
        **settings: Any,  # noqa: ANN401
    ) -> TransformJob:
        """Start a batch transform job; returns at once."""
        name = settings["transform_job_name"]
        model = self._models.get(settings["model_name"])
        if model is None:
            raise ValidationError(f"Could not find model {settings['model_name']}.")
        with self._job_lock:
            if name in self.transform_jobs:
                arn = self.transform_jobs[name].arn
                raise ValidationError(
                    f"Transform job names must be unique; {arn} exists."
                )
            job = TransformJob(
                account_id=self.account_id, region_name=self.region_name, **settings
            )
            transform_jobs.check_supported(job)
            self.transform_jobs[name] = job
            container = model.primary_container or next(iter(model.containers), {})
            self._transform_runs[name] = TransformRun(job, container)
        self._transform_runs[name].start()
        return job

    def stop_transform_job(self, transform_job_name: str) -> None:
        """Ask a batch transform job to stop; returns at once."""
        self.describe_transform_job(transform_job_name)
        run = self._transform_runs[transform_job_name]
        if run.job.is_over:
            raise ValidationError(
                f"The request was rejected because the transform job is in status "
                f"{run.job.transform_job_status}."
            )
        run.stop()
