"""Training jobs that run: hosts as processes, their data and artifacts in S3."""

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from moto.core.utils import utcnow

from local_aws import server_state
from local_aws.containers.container import ContainerDirectory
from local_aws.logs import LogStream
from local_aws.sagemaker import training_cluster, training_host, training_output
from local_aws.sagemaker.checkpoints import synchronized
from local_aws.sagemaker.training_host import Host
from local_aws.sagemaker.training_job import JobFailedError, TrainingJob

LOG_GROUP = "/aws/sagemaker/TrainingJobs"


@dataclass
class TrainingRun:
    """One job's way from Starting to its end, in a thread of its own."""

    job: TrainingJob
    _stop_requested: threading.Event = field(default_factory=threading.Event)
    _interrupted: threading.Event = field(default_factory=threading.Event)
    _started: float = field(default_factory=time.monotonic)
    _trained_seconds: float = 0.0

    def start(self) -> None:
        """Start; returns at once."""
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """Ask the job to stop; returns at once."""
        self.job.enter("Stopping", "Stopping")
        self._stop_requested.set()

    def interrupt(self) -> None:
        """Take the instances of a spot job that trains away; returns at once."""
        if (
            self.job.enable_managed_spot_training
            and self.job.secondary_status == "Training"
        ):
            self._interrupted.set()

    def _run(self) -> None:
        job = self.job
        try:
            while (status := self._train()) == "Interrupted":
                job.enter("InProgress", "Interrupted")
                job.enter("InProgress", "Starting")
        except JobFailedError as error:
            status = "Failed"
            reason = str(error)
            job.failure_reason = reason[: training_output.FAILURE_REASON_CHARACTERS]
        except Exception as error:  # noqa: BLE001  (a job must end)
            status = "Failed"
            job.failure_reason = f"InternalServerError: {type(error).__name__}: {error}"
            server_state.log.exception("training job %s", job.training_job_name)
        job.finish(status)
        server_state.log.info("training job %s: %s", job.training_job_name, status)

    def _train(self) -> str:
        """Run on new hosts to the job's end, or to an interruption."""
        job = self.job
        with _hosts(job) as hosts:
            job.enter("InProgress", "Downloading")
            for host in hosts:
                training_host.write_inputs(host, hosts, job)
            commands = [
                (host, training_host.command(host, hosts, job)) for host in hosts
            ]
            with synchronized(job, hosts):
                job.enter("InProgress", "Training")
                job.training_start_time = job.training_start_time or utcnow()
                began = time.monotonic()
                status, failures = training_cluster.run(
                    commands, lambda: self._outcome(began)
                )
                self._trained_seconds += time.monotonic() - began
            if failures:
                raise JobFailedError(
                    training_output.failure_reason(failures, len(hosts))
                )
            if status != "Interrupted":
                completed = status == "Completed"
                job.enter("InProgress" if completed else "Stopping", "Uploading")
                training_output.upload(hosts, job)
        return status

    def _outcome(self, began: float) -> str | None:
        """Return what ends the training now: a request, a time limit, or nothing."""
        job = self.job
        now = time.monotonic()
        if self._stop_requested.is_set():
            return "Stopped"
        if self._trained_seconds + now - began > job.max_runtime_seconds:
            return "MaxRuntimeExceeded"
        if (
            job.max_wait_seconds is not None
            and now - self._started > job.max_wait_seconds
        ):
            return "MaxWaitTimeExceeded"
        if self._interrupted.is_set():
            self._interrupted.clear()
            return "Interrupted"
        return None


@contextlib.contextmanager
def _hosts(job: TrainingJob) -> Iterator[list[Host]]:
    """Make a job's hosts; their logs are closed and their files removed at the end."""
    directory = server_state.current().directory
    name, now = job.training_job_name, int(time.time())
    hosts: list[Host] = []
    try:
        for rank in range(job.instance_count):
            log = LogStream(
                job.account, job.region, LOG_GROUP, f"{name}/algo-{rank + 1}-{now}"
            )
            stem = name if job.instance_count == 1 else f"{name[:30]}-algo-{rank + 1}"
            container = ContainerDirectory.create(directory, stem)
            hosts.append(Host(rank, training_host.free_address(), container, log))
        yield hosts
    finally:
        for host in hosts:
            host.log.close()
            shutil.rmtree(host.container.root, ignore_errors=True)
