"""Containers' output as CloudWatch Logs."""

import contextlib
import queue
import threading
import time

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import logs_backends

from local_aws.partitions import arn

FLUSH_SECONDS = 0.1
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
EVENT_BYTES = 262_118


class LogStream:
    """One log stream; lines are written by a thread of its own, in order."""

    def __init__(self, account: str, region: str, group: str, name: str) -> None:
        self._backend = logs_backends[account][region]
        self.group = group
        self.name = name
        self.arn = arn("logs", region, account, f"log-group:{group}:log-stream:{name}")
        self._backend.ensure_log_group(group)
        self._backend.ensure_log_stream(group, name)
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Append a line."""
        self._lines.put(line)

    def close(self) -> None:
        """Write what is pending and end."""
        self._lines.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            events = []
            line = self._lines.get()
            time.sleep(FLUSH_SECONDS)  # Gather a batch: moto sums up a stream per put.
            while line is not None:
                events.append(
                    {"timestamp": int(time.time() * 1000), "message": _fit(line)}
                )
                if self._lines.empty():
                    break
                line = self._lines.get()
            # A log group deleted while its container lives takes no more lines.
            with contextlib.suppress(ResourceNotFoundException):
                if events:
                    self._backend.put_log_events(self.group, self.name, events)
            if line is None:
                return


def _fit(line: str) -> str:
    return line.encode()[:EVENT_BYTES].decode(errors="ignore")
