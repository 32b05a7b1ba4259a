"""Batch transform jobs that run: containers, requests, results in S3."""

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from moto.core.utils import utcnow

from local_aws import s3, server_state
from local_aws.logs import LogStream
from local_aws.sagemaker.serving_container import (
    FleetError,
    Variant,
    VariantServer,
    start_server,
    wait_until_healthy,
)
from local_aws.sagemaker.transform_instance import Instance, StoppedError
from local_aws.sagemaker.transform_job import TransformJob

LOG_GROUP = "/aws/sagemaker/TransformJobs"
STOP_GRACE_SECONDS = 1.0  # such a container has nothing to save


class JobFailedError(Exception):
    """A job failed for a reason that its description tells."""


@dataclass(frozen=True)
class Input:
    """The objects of a job, and what their output names are relative to."""

    bucket: str
    prefix: str
    keys: list[str]


@dataclass
class TransformRun:
    """One job from its start to its end, in a thread of its own."""

    job: TransformJob
    container: Mapping[str, Any]
    _stop_requested: threading.Event = field(default_factory=threading.Event)
    _servers: list[VariantServer] = field(default_factory=list)

    def start(self) -> None:
        """Start; returns at once."""
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """Ask the job to stop; returns at once."""
        self.job.enter("Stopping")
        self._stop_requested.set()
        for server in self._servers:
            threading.Thread(
                target=server.process.stop, args=(STOP_GRACE_SECONDS,), daemon=True
            ).start()

    def _run(self) -> None:
        job = self.job
        status = "Completed"
        try:
            self._transform()
        except StoppedError:
            status = "Stopped"
        except JobFailedError as error:
            status = "Failed"
            job.failure_reason = str(error)
        except Exception as error:  # noqa: BLE001  (a job must end)
            status = "Failed"
            job.failure_reason = f"InternalServerError: {type(error).__name__}: {error}"
            server_state.log.exception("transform job %s", job.transform_job_name)
        job.enter(status)

    def _transform(self) -> None:
        client = server_state.current().clients(self.job.region).client("s3")
        try:
            found = _find_input(client, self.job.data_source)
        except (ClientError, s3.S3Error, ValueError) as error:
            raise JobFailedError(
                f"ClientError: Data download failed: {error}"
            ) from error
        if not found.keys:
            uri = self.job.data_source["S3Uri"]
            raise JobFailedError(
                f'ClientError: No S3 objects found under S3 URL "{uri}".'
            )
        count = min(self.job.instance_count, len(found.keys))
        shares = [found.keys[start::count] for start in range(count)]
        with ThreadPoolExecutor(count) as pool:
            failures = [
                failure
                for share in pool.map(
                    lambda keys: self._run_instance(client, found, keys), shares
                )
                for failure in share
            ]
        if failures:
            # The container's own faults weigh more than its refusals.
            raise JobFailedError(f"{min(failures)}: See job logs for more information")

    def _run_instance(
        self,
        client: Any,  # noqa: ANN401
        found: Input,
        keys: list[str],
    ) -> list[str]:
        """Start a container, transform objects with it; return the failures' kinds."""
        job = self.job
        name = job.transform_job_name
        variant = Variant({"VariantName": name}, self._container_of_job())
        try:
            server = start_server(name, LOG_GROUP, job.account, job.region, variant)
        except FleetError as error:
            raise JobFailedError(f"ClientError: {error}") from error
        self._servers.append(server)
        stream = f"{name}/{server.directory.root.name}/data-log"
        data_log = LogStream(job.account, job.region, LOG_GROUP, stream)
        try:
            wait_until_healthy(server, variant)
            job.transform_start_time = job.transform_start_time or utcnow()
            instance = Instance(job, server, client, data_log, self._stop_requested)
            failures = [
                instance.transform(found.bucket, key, found.prefix) for key in keys
            ]
        except FleetError as error:
            raise JobFailedError(f"AlgorithmError: {error}") from error
        finally:
            data_log.close()
            server.stop()
        return [failure for failure in failures if failure]

    def _container_of_job(self) -> dict[str, Any]:
        """Return the model's container with the variables of a batch job.

        https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
        """
        job = self.job
        strategy = {"SingleRecord": "SINGLE_RECORD", "MultiRecord": "MULTI_RECORD"}
        asked = {
            "SAGEMAKER_MAX_PAYLOAD_IN_MB": job.max_payload_in_mb,
            "SAGEMAKER_BATCH_STRATEGY": strategy.get(job.batch_strategy),
            "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": job.max_concurrent_transforms,
        }
        environment = {
            **(self.container.get("Environment") or {}),
            **(job.environment or {}),
            "SAGEMAKER_BATCH": "true",
            **{name: str(value) for name, value in asked.items() if value},
        }
        return {**self.container, "Environment": environment}


def _find_input(client: Any, source: Mapping[str, str]) -> Input:  # noqa: ANN401
    uri = s3.S3Uri.parse(source["S3Uri"])
    if source["S3DataType"] == "S3Prefix":
        return Input(uri.bucket, uri.key, sorted(s3.keys(client, uri)))
    body = client.get_object(Bucket=uri.bucket, Key=uri.key)["Body"].read()
    first, *names = json.loads(body)
    prefix = s3.S3Uri.parse(first["prefix"])
    return Input(prefix.bucket, prefix.key, [prefix.key + name for name in names])
