"""Signs of life: no command of a person is silent for more than three seconds.

What is written to standard output and error is watched. Where nothing was, standard
error gets a sign: on a terminal a line that the next output replaces, elsewhere a line
of its own, with the seconds since the command began. Imports nothing that takes time.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

QUIET_SECONDS = 3.0
#: A file or pipe gets a sign this often once it has had `_SIGNS` of them in a row:
#: a log of an hour's wait is read by somebody.
SPARSE_SECONDS = 30.0
_SIGNS = 20
_TICK_SECONDS = 0.5
_CLEAR_LINE = "\r\033[K"


class Heartbeat:
    """Knows when something was written last, and writes a sign when it is long ago.

    Parameters
    ----------
    stream : text file
        Where signs go.
    what : str
        What works, such as ``fraud launch``.
    clock : callable
        Seconds, from any beginning.
    """

    def __init__(
        self, stream: TextIO, what: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._what = what
        self._clock = clock
        self._lock = threading.RLock()
        self._is_shown = False
        self._is_line_open = False
        self._signs = 0
        self._started = self._last = clock()

    def beat(self) -> None:
        """Write a sign if it is time for one; nothing after an unfinished line."""
        with self._lock:
            now = self._clock()
            on_terminal = self._stream.isatty()
            sparse = not on_terminal and self._signs >= _SIGNS
            pause = SPARSE_SECONDS if sparse else QUIET_SECONDS
            if on_terminal and self._is_shown:
                pause = 1.0
            # A question that waits for its answer has no line end.
            if self._is_line_open or now - self._last < pause:
                return
            seconds = now - self._started
            sign = f"  {self._what} is still working ({seconds:.0f} s)"
            if on_terminal:
                self._stream.write(f"{_CLEAR_LINE}{sign}")
                self._is_shown = True
            else:
                self._stream.write(f"{sign}\n")
            self._stream.flush()
            self._signs += 1
            self._last = now

    def write(self, stream: TextIO, text: str) -> int:
        """Write a command's own output, in place of a sign that is shown."""
        with self._lock:
            self.clear()
            if text:
                self._last = self._clock()
                self._signs = 0
                self._is_line_open = not text.endswith("\n")
            return stream.write(text)

    def clear(self) -> None:
        """Take a sign off the terminal."""
        with self._lock:
            if self._is_shown:
                self._stream.write(_CLEAR_LINE)
                self._stream.flush()
                self._is_shown = False


class _Watched:
    """A stream whose writes a heartbeat hears."""

    def __init__(self, stream: TextIO, heartbeat: Heartbeat) -> None:
        self._stream = stream
        self._heartbeat = heartbeat

    def write(self, text: str) -> int:
        return self._heartbeat.write(self._stream, text)

    def writelines(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a stream has
        return getattr(self._stream, name)


@contextmanager
def signs_of_life(what: str) -> Iterator[None]:
    """Watch the output of what runs inside, and call it `what`."""
    out, err = sys.stdout, sys.stderr
    heartbeat = Heartbeat(err, what)
    done = threading.Event()

    def beat() -> None:
        while not done.wait(_TICK_SECONDS):
            try:
                heartbeat.beat()
            except (OSError, ValueError):
                return  # nobody reads standard error any more

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    sys.stdout = _Watched(out, heartbeat)
    sys.stderr = _Watched(err, heartbeat)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        sys.stdout, sys.stderr = out, err
        heartbeat.clear()
