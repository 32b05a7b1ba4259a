"""One line of JSON per request on standard output, never with a feature's value.

Lines are collected and written a few times a second by a thread of their own, so
that no request waits for whoever reads the log. What a killed process had not yet
written (at most `_FLUSH_SECONDS` of lines) is lost. Where the platform freezes the
container after each answer, as under serverless hosting, ``FRAUD_LOG_BEFORE_ANSWER``
has each line written before its answer.

Numbers have a fixed point: metric filters compare no ``9.8e-05``.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import atexit
import io
import itertools
import json
import math
import os
import re
import sys
import threading
import time
from collections import deque

from serving.invocation import Answer

_LEVELS = {"DEBUG": 0, "INFO": 100, "WARNING": 400, "ERROR": 500, "CRITICAL": 600}
_FLUSH_SECONDS = 0.2
_WRITE_BYTES = 64 * 1024
#: Beyond this many waiting lines new ones are counted instead of kept.
_MOST_LINES = 100_000
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class RequestLog:
    """Writes requests whose status is at least that of ``LOG_LEVEL``.

    INFO (the default) logs every request, WARNING refusals and faults (status 400
    and up), ERROR faults (500 and up).
    """

    def __init__(self) -> None:
        level = os.environ.get("LOG_LEVEL", "").upper()
        self._lowest_status = _LEVELS.get(level, _LEVELS["INFO"])
        self._before_answer = os.environ.get("FRAUD_LOG_BEFORE_ANSWER") == "true"
        self._lines: deque[str] = deque()
        self._dropped = 0
        #: Whether a failed write has left a line without its end.
        self._is_torn = False
        self._prefix = ""
        self._numbers = itertools.count(1)
        self._writing = threading.Lock()
        self._started = False
        atexit.register(self.flush)
        os.register_at_fork(after_in_child=self._forget)

    def write(self, request_id: str, answer: Answer, seconds: float) -> None:
        """Log one answered request."""
        if answer.status < self._lowest_status:
            return
        if not self._started:
            self._start()
        if not (request_id and _REQUEST_ID.fullmatch(request_id)):
            request_id = f"{self._prefix}{next(self._numbers)}"
        milliseconds = "null" if math.isnan(seconds) else f"{seconds * 1000:.3f}"
        scored = ""
        if answer.rows:
            scored = (
                f', "rows": {answer.rows}, "alerts": {answer.alerts}, '
                f'"max_fraud_probability": {answer.max_fraud_probability:.9f}, '
                f'"values_outside_training_range": {answer.outside}'
            )
            if answer.without_history:
                scored += f', "rows_without_history": {answer.without_history}'
            if answer.missing:
                scored += f', "values_newly_missing": {answer.missing}'
            if answer.ignored:
                scored += f', "ignored_fields": {answer.ignored}'
        failed = f', "error": "{answer.error_code}"' if answer.error_code else ""
        self._add(
            f'{{"request_id": "{request_id}", "status": {answer.status}, '
            f'"milliseconds": {milliseconds}{scored}{failed}}}\n'
        )

    def fault(self, error: Exception) -> None:
        """Log an error of ours: its type and place; its text might hold a value."""
        if not self._started:
            self._start()
        at, trace = "", error.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
            at, trace = f"{file}:{trace.tb_lineno}", trace.tb_next
        self._add(json.dumps({"fault": type(error).__name__, "at": at}) + "\n")

    def flush(self) -> None:
        """Write what has been collected; what cannot be written counts as dropped."""
        with self._writing:
            # One by one: a line that is added meanwhile waits for the next time.
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            dropped = self._dropped
            if dropped:
                lines.append(json.dumps({"log_lines_dropped": dropped}) + "\n")
            if not lines:
                return
            lost = self._write_out(lines)
            if dropped and not lost:
                self._dropped -= dropped
            elif lost:
                # The last line, which tells of dropped ones, is none of a request.
                self._dropped += lost - bool(dropped)

    def _write_out(self, lines: list[str]) -> int:
        """Write lines; returns how many at the end of them were not."""
        data = ("\n" if self._is_torn else "").encode() + "".join(lines).encode()
        written = 0
        try:
            # Not through sys.stdout: what it could not write it would hold, and
            # write again.
            handle = sys.stdout.fileno()
            while written < len(data):
                written += os.write(handle, data[written : written + _WRITE_BYTES])
        except io.UnsupportedOperation:  # a stream in memory
            sys.stdout.write(data.decode())
            written = len(data)
        except (OSError, ValueError, AttributeError):
            if written:
                self._is_torn = not data.startswith(b"\n", written - 1)
            return data.count(b"\n", written)
        self._is_torn = False
        return 0

    def _add(self, line: str) -> None:
        if len(self._lines) < _MOST_LINES:
            self._lines.append(line)
        else:
            self._dropped += 1
        if self._before_answer:
            self.flush()

    def _start(self) -> None:
        self._started = True
        self._prefix = f"{os.urandom(4).hex()}-"
        threading.Thread(target=self._flush_for_ever, daemon=True).start()

    def _forget(self) -> None:
        """Begin anew in a child process, which has no thread and owns no line."""
        self._started, self._lines = False, deque()
        self._writing = threading.Lock()

    def _flush_for_ever(self) -> None:
        while True:
            time.sleep(_FLUSH_SECONDS)
            self.flush()
