"""What one request takes: milliseconds, bytes in and out, bytes of log.

These are the measured defaults of `review.cost` (see review/cost/workload.py). The
artifact's own code runs as AWS's image runs it, gunicorn with one gevent worker, and
real transactions of the embedded sample are sent one after the other.

    python -m benchmarks.request_cost --model-dir out/
"""

import argparse
import csv
import gzip
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "data" / "creditcard-sample.csv.gz"
WARM_UP_REQUESTS = 200
START_SECONDS = 60


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model-dir", type=Path, required=True)
    parser.add_argument("--requests", type=int, default=3000)
    options = parser.parse_args()
    bodies = list(_transactions(options.model_dir, WARM_UP_REQUESTS + options.requests))
    with tempfile.TemporaryFile() as log, _server(options.model_dir, log) as port:
        seconds, answer_bytes = _send(port, bodies)
        log_bytes = _settled_size(log)
    sent = bodies[WARM_UP_REQUESTS:]
    milliseconds = sorted(1000 * s for s in seconds[WARM_UP_REQUESTS:])
    percentile_99 = milliseconds[int(len(milliseconds) * 0.99)]
    print(f"requests              {len(sent):>10,}")
    print(f"milliseconds, mean    {statistics.fmean(milliseconds):>10.3f}")
    print(f"milliseconds, median  {statistics.median(milliseconds):>10.3f}")
    print(f"milliseconds, p99     {percentile_99:>10.3f}")
    print(f"request bytes, mean   {statistics.fmean(map(len, sent)):>10.0f}")
    print(f"response bytes, mean  {statistics.fmean(answer_bytes):>10.0f}")
    print(f"log bytes a request   {log_bytes / len(bodies):>10.0f}")


def _transactions(model_dir: Path, count: int) -> Iterator[bytes]:
    """Yield transactions of the sample as JSON objects, the model's features only."""
    manifest = json.loads((model_dir / "manifest.json").read_text(encoding="utf-8"))
    names = [feature["name"] for feature in manifest["features"]]
    with gzip.open(SAMPLE, "rt", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        for _, row in zip(range(count), rows, strict=False):
            yield json.dumps({name: float(row[name]) for name in names}).encode()


@contextmanager
def _server(model_dir: Path, log: object) -> Iterator[int]:
    """Run the artifact's own code alone, not the project's tree."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "-k", "gevent", "-w", "1"),
                *("-b", f"fd://{listener.fileno()}", "inference:app"),
            ],
            pass_fds=[listener.fileno()],
            cwd=model_dir,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(model_dir / "code"),
                "PYTHONDONTWRITEBYTECODE": "1",
                "FRAUD_MODEL_DIR": str(model_dir),
            },
            stdout=log,  # type: ignore[call-overload]
            stderr=subprocess.DEVNULL,
        )
    try:
        _wait_until_healthy(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_until_healthy(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/ping")
            if connection.getresponse().status == 200:  # noqa: PLR2004
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise SystemExit("The server did not become healthy; is --model-dir an artifact?")


def _send(port: int, bodies: list[bytes]) -> tuple[list[float], list[int]]:
    """Send all on one connection; return seconds and answer's bytes of each."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    seconds, answer_bytes = [], []
    for body in bodies:
        started = time.perf_counter()
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/invocations", body, headers)
        answer = connection.getresponse().read()
        seconds.append(time.perf_counter() - started)
        answer_bytes.append(len(answer))
    connection.close()
    return seconds, answer_bytes


def _settled_size(log: object) -> int:
    """Return the log's bytes once no more are written."""
    descriptor = log.fileno()  # type: ignore[attr-defined]
    size, deadline = -1, time.monotonic() + 10
    while time.monotonic() < deadline:
        time.sleep(0.5)
        if size == (now := os.fstat(descriptor).st_size):
            break
        size = now
    return size


if __name__ == "__main__":
    main()
