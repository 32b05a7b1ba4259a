"""A training job's checkpoints: restored at its start, copied to S3 while it runs.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
"""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import ClientError

from local_aws import s3, server_state
from local_aws.sagemaker.training_host import Host
from local_aws.sagemaker.training_job import (
    DEFAULT_CHECKPOINT_PATH,
    JobFailedError,
    TrainingJob,
)

SYNC_SECONDS = 0.2

#: Size in bytes and time of the last change in nanoseconds.
Version = tuple[int, int]


@dataclass
class Checkpoints:
    """One host's directory, and the place in S3 that all hosts share."""

    client: Any
    uri: s3.S3Uri
    directory: Path
    _seen: dict[Path, Version] = field(default_factory=dict)
    _copied: dict[Path, Version] = field(default_factory=dict)

    def restore(self) -> None:
        """Download what an earlier run left in S3."""
        self.directory.mkdir(parents=True, exist_ok=True)
        try:
            s3.download_prefix(self.client, self.uri, self.directory)
        except (ClientError, s3.S3Error) as error:
            raise JobFailedError(
                f"ClientError: Checkpoint download failed from {self.uri}: {error}"
            ) from error
        self._copied = self._versions()

    def copy(self, *, all_of_them: bool) -> None:
        """Upload files that changed, and, unless all, that grow no longer."""
        versions = self._versions()
        for path, version in versions.items():
            settled = all_of_them or self._seen.get(path) == version
            if settled and self._copied.get(path) != version:
                target = self.uri / path.relative_to(self.directory).as_posix()
                # One that is gone was a temporary file of the container's.
                with contextlib.suppress(FileNotFoundError):
                    self.client.upload_file(str(path), target.bucket, target.key)
                self._copied[path] = version
        self._seen = versions

    def _versions(self) -> dict[Path, Version]:
        found = {}
        for path in sorted(self.directory.rglob("*")):
            with contextlib.suppress(FileNotFoundError):
                if path.is_file():
                    status = path.stat()
                    found[path] = (status.st_size, status.st_mtime_ns)
        return found


@contextlib.contextmanager
def synchronized(job: TrainingJob, hosts: Sequence[Host]) -> Iterator[None]:
    """Restore every host's checkpoints, and copy them to S3 until the block ends.

    Raises
    ------
    JobFailedError
        If S3 does not give or take them.
    """
    config = job.checkpoint_config
    if not config:
        yield
        return
    path = config.get("LocalPath", DEFAULT_CHECKPOINT_PATH)
    uri = s3.S3Uri.parse(config["S3Uri"].rstrip("/") + "/")
    client = server_state.current().clients(job.region).client("s3")
    all_hosts = [
        Checkpoints(client, uri, Path(host.container.rewrite(path))) for host in hosts
    ]
    for one in all_hosts:
        one.restore()
    over = threading.Event()

    def sync() -> None:
        while not over.wait(SYNC_SECONDS):
            for one in all_hosts:
                # The copy at the end reports what lasts.
                with contextlib.suppress(ClientError, Boto3Error):
                    one.copy(all_of_them=False)

    thread = threading.Thread(target=sync, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    try:
        for one in all_hosts:
            one.copy(all_of_them=True)
    except (ClientError, Boto3Error) as error:
        raise JobFailedError(
            f"ClientError: Checkpoint upload failed to {uri}: {error}"
        ) from error
