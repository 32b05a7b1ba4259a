"""What is logged in the account, read while it is written."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from operations.account.errors import error_code

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import GetLogEventsRequestTypeDef


class LogStreams:
    """The lines of a log group's streams, each once."""

    def __init__(self, session: boto3.Session, group: str) -> None:
        self._logs = session.client("logs")
        self._group = group
        self._tokens: dict[str, str] = {}

    def new_lines(self, stream: str) -> Iterator[str]:
        """Yield what a stream has got since the last call.

        Its end is where the token stays the same: a page may be empty before it.
        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
        """
        while True:
            token = self._tokens.get(stream)
            place: GetLogEventsRequestTypeDef = {
                "logGroupName": self._group,
                "logStreamName": stream,
                "startFromHead": True,
            }
            if token is not None:
                place["nextToken"] = token
            page = self._logs.get_log_events(**place)
            yield from (event["message"].rstrip() for event in page["events"])
            self._tokens[stream] = page["nextForwardToken"]
            if page["nextForwardToken"] == token:
                return


class JobLog:
    """What the containers of a SageMaker job have logged."""

    def __init__(self, session: boto3.Session, group: str, job_name: str) -> None:
        self._logs = session.client("logs")
        self._lines = LogStreams(session, group)
        self._group = group
        self._job_name = job_name

    @property
    def command(self) -> str:
        """The command that shows the whole log."""
        return (
            f"aws logs tail {self._group} --log-stream-name-prefix {self._job_name} "
            "--since 1d"
        )

    def new_lines(self) -> Iterator[tuple[str, str]]:
        """Yield what was logged since the last call, each line after its host's name.

        A stream is called ``job/algo-1-1700000000``.
        """
        for stream in self._streams():
            host = stream.rpartition("/")[2].rpartition("-")[0]
            yield from ((host, line) for line in self._lines.new_lines(stream))

    def _streams(self) -> list[str]:
        pages = self._logs.get_paginator("describe_log_streams").paginate(
            logGroupName=self._group, logStreamNamePrefix=f"{self._job_name}/"
        )
        try:
            return [
                stream["logStreamName"]
                for page in pages
                for stream in page["logStreams"]
            ]
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise
            return []  # the group appears with the account's first job
