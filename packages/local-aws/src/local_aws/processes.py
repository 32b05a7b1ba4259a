"""Containers' processes, in a process group each: none outlives its container."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local_aws import reaper

REAPER = Path(reaper.__file__)
TAIL_LINES = 200
CLOSE_GRACE_SECONDS = 3.0


@dataclass(frozen=True)
class Command:
    """What to run: arguments, complete environment, working directory."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    directory: Path


class ContainerProcess:
    """A running command whose output is handed on line by line."""

    def __init__(
        self, popen: subprocess.Popen[str], mark: str, on_line: Callable[[str], None]
    ) -> None:
        self._popen = popen
        self._mark = mark
        self._on_line = on_line
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def group(self) -> int:
        """Process group, which is also the process id of its leader."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """Exit code, or None while it runs; negative for a signal."""
        return self._popen.poll()

    def wait(self, timeout_seconds: float | None = None) -> int | None:
        """Return the exit code once it ends, or None after the timeout."""
        try:
            code = self._popen.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            return None
        self._end_group()
        return code

    def terminate(self) -> None:
        """Send SIGTERM to the process and all that it started."""
        self._signal(signal.SIGTERM)
        for process in reaper.marked(self._mark):
            if not self._is_in_group(process):
                reaper.send(process, signal.SIGTERM)

    def stop(self, grace_seconds: float) -> int:
        """Send SIGTERM, then SIGKILL after the grace; return the exit code."""
        self.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(grace_seconds)
        self._end_group()
        return self._popen.wait()

    def _end_group(self) -> None:
        # A container ends with its first process, and so do all the others in it.
        self._signal(signal.SIGKILL)
        reaper.kill_marked(self._mark)
        self._reader.join(timeout=5)

    def _is_in_group(self, process: int) -> bool:
        with contextlib.suppress(ProcessLookupError):
            return os.getpgid(process) == self.group
        return True  # it has ended

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, number)

    def _read(self) -> None:
        stream = self._popen.stdout
        if stream is None:
            return
        with stream:
            for line in stream:
                text = line.rstrip("\n")
                self.tail.append(text)
                self._on_line(text)


@dataclass
class Processes:
    """Every process of this server, and the reaper that ends them if it crashes.

    Attributes
    ----------
    directory
        The server's temporary directory; removed with the processes.
    """

    directory: Path
    _running: set[ContainerProcess] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _closed: bool = False

    def __post_init__(self) -> None:
        self._reaper = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", str(REAPER), str(self.directory)],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def start(
        self, command: Command, on_line: Callable[[str], None]
    ) -> ContainerProcess:
        """Start a command; each line of its output is handed to `on_line`."""
        with self._lock:
            if self._closed:
                raise RuntimeError("local AWS is stopping")
            mark = str(self.directory / f"container-{next(self._numbers)}")
            popen = subprocess.Popen(  # noqa: S603
                list(command.arguments),
                env={**command.environment, reaper.MARK: mark},
                cwd=command.directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            self._tell_reaper(f"+ {popen.pid}")
            process = ContainerProcess(popen, mark, on_line)
            self._running.add(process)
        return process

    def ended(self, process: ContainerProcess) -> None:
        """Forget a process that has ended."""
        with self._lock:
            if process in self._running:
                self._running.remove(process)
                self._tell_reaper(f"- {process.group}")

    def close(self) -> None:
        """End every process, then the reaper, which removes the directory."""
        with self._lock:
            self._closed = True
        running = list(self._running)
        for process in running:
            process.terminate()
        deadline = time.monotonic() + CLOSE_GRACE_SECONDS
        for process in running:
            process.stop(max(0.0, deadline - time.monotonic()))
        if self._reaper.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._reaper.stdin.close()
        self._reaper.wait()

    def _tell_reaper(self, line: str) -> None:
        if self._reaper.stdin is not None:
            self._reaper.stdin.write(line + "\n")
            self._reaper.stdin.flush()
