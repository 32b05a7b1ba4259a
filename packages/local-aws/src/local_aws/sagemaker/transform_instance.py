"""One instance of a batch transform job: a container and the objects it is sent."""

import gzip
import http.client
import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self, cast

from boto3.exceptions import Boto3Error
from botocore.exceptions import ClientError

from local_aws.logs import LogStream
from local_aws.s3 import S3Uri, download, relative_name
from local_aws.sagemaker.json_path import JsonPathError
from local_aws.sagemaker.records import Processing, RecordError, mini_batches
from local_aws.sagemaker.serving_container import VariantServer
from local_aws.sagemaker.transform_job import (
    BYTES_PER_MB,
    DEFAULT_CONCURRENT_TRANSFORMS,
    DEFAULT_PAYLOAD_MB,
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT_SECONDS,
    TransformJob,
)

OBJECT_FAULTS = (
    *(RecordError, JsonPathError),  # what is in it
    *(OSError, EOFError),  # no gzip file, or cut off
    *(ClientError, Boto3Error),  # cannot be read, or the output not written
)
OK = 200
FIRST_SERVER_ERROR = 500
SECONDS_BETWEEN_RETRIES = 0.2


class StoppedError(Exception):
    """The job was asked to stop."""


class AnswerError(Exception):
    """The container answered with an error, or not at all.

    Attributes
    ----------
    status
        The container's HTTP status; 0 if it did not answer.
    """

    def __init__(self, status: int, body: str) -> None:
        super().__init__(body)
        self.status = status


@dataclass(frozen=True)
class Limits:
    """How records are put into requests."""

    concurrent: int
    payload_bytes: int
    single: bool

    @classmethod
    def of(cls, job: TransformJob, port: int) -> Self:
        """Return the job's own limits, else the container's, else the defaults."""
        wanted = _execution_parameters(port)
        concurrent = job.max_concurrent_transforms or int(
            wanted.get("MaxConcurrentTransforms") or DEFAULT_CONCURRENT_TRANSFORMS
        )
        payload_mb = job.max_payload_in_mb or int(
            wanted.get("MaxPayloadInMB") or DEFAULT_PAYLOAD_MB
        )
        strategy = job.batch_strategy or wanted.get("BatchStrategy") or "MultiRecord"
        single = str(strategy).replace("_", "").lower() == "singlerecord"
        return cls(concurrent, payload_mb * BYTES_PER_MB, single)


def _execution_parameters(port: int) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2.0)
    try:
        connection.request("GET", "/execution-parameters")
        response = connection.getresponse()
        body = response.read()
        found = json.loads(body) if response.status == OK else {}
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    return found if isinstance(found, dict) else {}


@dataclass
class Instance:
    """A running container that transforms objects one after the other."""

    job: TransformJob
    server: VariantServer
    client: Any
    data_log: LogStream
    stop_requested: threading.Event

    def __post_init__(self) -> None:
        self._limits = Limits.of(self.job, self.server.port)
        self._processing: Processing = self.job.processing
        self._say(
            f"MaxConcurrentTransforms={self._limits.concurrent}, "
            f"MaxPayloadInMB={self._limits.payload_bytes // BYTES_PER_MB}, "
            f"BatchStrategy={'SINGLE' if self._limits.single else 'MULTI'}_RECORD"
        )

    def transform(self, bucket: str, key: str, prefix: str) -> str:
        """Transform one object; return why it failed, or nothing.

        The output appears only when the whole object has been transformed.
        """
        directory = self.server.directory.temporary
        source, target = directory / "object", directory / "object.out"
        output = S3Uri.parse(self.job.transform_output["S3OutputPath"])
        try:
            download(self.client, S3Uri(bucket, key), source)
            with self._open(source) as lines, target.open("wb") as results:
                for result in self._results(lines):
                    results.write(result)
            place = output / (relative_name(key, prefix) + ".out")
            self.client.upload_file(str(target), place.bucket, place.key)
        except AnswerError as error:
            return self._tell(f"{bucket}/{key}", error)
        except OBJECT_FAULTS as error:
            self._say(f"{bucket}/{key}: {error}")
            return "ClientError"
        finally:
            source.unlink(missing_ok=True)
            target.unlink(missing_ok=True)
        return ""

    def _open(self, path: Path) -> IO[bytes]:
        if self.job.is_compressed:
            return cast("IO[bytes]", gzip.open(path))
        return path.open("rb")

    def _results(self, lines: IO[bytes]) -> Iterator[bytes]:
        """Yield results in the order of their records, several requests at a time."""
        waiting: deque[Future[bytes]] = deque()
        with ThreadPoolExecutor(self._limits.concurrent) as pool:
            try:
                for batch in self._batches(lines):
                    waiting.append(pool.submit(self._result, batch))
                    if len(waiting) >= self._limits.concurrent:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _batches(self, lines: IO[bytes]) -> Iterator[list[bytes]]:
        limit_bytes = self._limits.payload_bytes
        if self.job.by_line:
            yield from mini_batches(
                lines, limit_bytes=limit_bytes, single=self._limits.single
            )
            return
        body = lines.read(limit_bytes + 1)
        if len(body) > limit_bytes:
            raise RecordError(
                f"the object exceeds MaxPayloadInMB ({limit_bytes} bytes)"
            )
        yield [body]

    def _result(self, records: list[bytes]) -> bytes:
        sent = self._processing.request(records)
        end = b"\n" if self.job.by_line and not self._limits.single else b""
        answer = self._ask(end.join(sent) + end)
        result = self._processing.result(records, answer)
        by_line = self.job.transform_output.get("AssembleWith") == "Line"
        return result + (b"\n" if by_line and not result.endswith(b"\n") else b"")

    def _ask(self, body: bytes) -> bytes:
        """Return the container's answer; what may be a passing fault is repeated."""
        settings = self.job.model_client_config or {}
        retries = settings.get("InvocationsMaxRetries", DEFAULT_RETRIES)
        for left in range(retries, -1, -1):
            if self.stop_requested.is_set():
                raise StoppedError
            try:
                return self._post(
                    body,
                    settings.get(
                        "InvocationsTimeoutInSeconds", DEFAULT_TIMEOUT_SECONDS
                    ),
                )
            except AnswerError as error:
                if self.stop_requested.is_set():
                    raise StoppedError from error
                if not left or 0 < error.status < FIRST_SERVER_ERROR:
                    raise
            self.stop_requested.wait(SECONDS_BETWEEN_RETRIES)
        raise AssertionError

    def _post(self, body: bytes, timeout_seconds: float) -> bytes:
        headers = {
            "Content-Type": self.job.media_type,
            "Accept": self.job.transform_output.get("Accept", ""),
        }
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.server.port, timeout=timeout_seconds
        )
        try:
            connection.request(
                "POST", "/invocations", body, {k: v for k, v in headers.items() if v}
            )
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise AnswerError(0, str(error)) from error
        finally:
            connection.close()
        if response.status != OK:
            raise AnswerError(response.status, answer.decode(errors="replace"))
        return answer

    def _tell(self, name: str, error: AnswerError) -> str:
        is_client = 0 < error.status < FIRST_SERVER_ERROR
        if error.status == 0:
            self._say(f"{name}: Unable to get response from algorithm: {error}")
        elif is_client:
            self._say(f"{name}: ClientError: {error.status}")
        else:
            self._say(
                f"{name}: Bad HTTP status received from algorithm: {error.status}"
            )
        if error.status:
            for line in ("", "Message:", *str(error).splitlines()):
                self._say(f"{name}: {line}")
        return "ClientError" if is_client else "AlgorithmError"

    def _say(self, text: str) -> None:
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        self.data_log.write(f"{now}:[sagemaker logs]: {text}")
