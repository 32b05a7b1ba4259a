"""One server under load: started, measured from outside, ended."""

import http.client
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psutil

from artifact.manifest_file import read_manifest

_START_DEADLINE_SECONDS = 60
#: Transactions → the JSON document that a server takes.
Question = Callable[[list[dict[str, float]]], Any]
_UNITS = {"us": 1.0, "ms": 1e3, "s": 1e6}


@dataclass(frozen=True)
class Load:
    """What the client sends: so many rows a request on so many connections."""

    name: str
    connections: int
    rows: int


@dataclass
class Reading:
    """One round of one server; times in microseconds unless said."""

    start_seconds: float
    pss_bytes: int = 0
    p50: dict[str, float] = field(default_factory=dict)
    p99: dict[str, float] = field(default_factory=dict)
    #: Requests per second.
    rates: dict[str, float] = field(default_factory=dict)
    #: Processor time of the server per request.
    cpu: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Server:
    """A running server."""

    process: psutil.Popen
    port: int
    started: float
    path: str
    health_path: str

    def processes(self) -> list[psutil.Process]:
        """Return the server's process and those below it."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Processor time that all its processes have used."""
        times = [process.cpu_times() for process in self.processes()]
        return sum(t.user + t.system for t in times)

    def pss_bytes(self) -> int:
        """Memory of all its processes, what they share counted once."""
        return sum(process.memory_full_info().pss for process in self.processes())


@contextmanager
def start(
    command: list[str],
    environment: dict[str, str],
    port: int,
    core: int | None,
    log: Path,
    *,
    addresses: tuple[str, str] = ("/invocations", "/ping"),
) -> Iterator[Server]:
    """Run a server until the block ends, on one core where one is named."""
    with log.open("ab") as output:
        began = time.perf_counter()
        process = psutil.Popen(
            command if core is None else ["taskset", "-c", str(core), *command],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Server(process, port, began, *addresses)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except psutil.TimeoutExpired:
                process.kill()


def measure_start(server: Server) -> float:
    """Seconds from the start of the process to its first healthy ping."""
    deadline = server.started + _START_DEADLINE_SECONDS
    while time.perf_counter() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        try:
            connection.request("GET", server.health_path)
            if connection.getresponse().status == HTTPStatus.OK:
                return time.perf_counter() - server.started
        except OSError:
            time.sleep(0.005)
        finally:
            connection.close()
    raise TimeoutError(f"no answer on port {server.port}")


def write_script(load: Load, model_dir: Path, scratch: Path, ask: Question) -> Path:
    """Write wrk's script for a load: the self-test row, as often as it says."""
    script = scratch / f"{load.rows}.lua"
    row = dict(read_manifest(model_dir).self_test.row)
    body = json.dumps(ask([row] * load.rows))
    script.write_text(
        'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
        f"wrk.body = [==[{body}]==]\n"
    )
    return script


def run_wrk(
    server: Server, load: Load, script: Path, seconds: float, reading: Reading
) -> None:
    """Put one load on the server and add what was seen to `reading`."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{load.connections}"]
    target = f"http://127.0.0.1:{server.port}{server.path}"

    def run(duration_seconds: float) -> str:
        timed = [f"-d{duration_seconds:g}s", "--latency", "-s", str(script), target]
        return subprocess.run(
            [*command, *timed], capture_output=True, text=True, check=True
        ).stdout

    run(1)
    before = server.cpu_seconds()
    output = run(max(1, round(seconds)))
    used = server.cpu_seconds() - before
    if "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(f"wrk saw failures:\n{output}")
    requests = int(_find(r"(\d+) requests in", output))
    reading.rates[load.name] = float(_find(r"Requests/sec:\s+([\d.]+)", output))
    reading.cpu[load.name] = used / requests * 1e6
    reading.p50[load.name] = _microseconds(_find(r"\n\s+50%\s+(\S+)", output))
    reading.p99[load.name] = _microseconds(_find(r"\n\s+99%\s+(\S+)", output))


def _find(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"wrk's output has no {pattern!r}:\n{text}")
    return match.group(1)


def _microseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]
    return float(number) * _UNITS[unit]
