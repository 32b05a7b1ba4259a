"""Two servers in alternating rounds: p50 and requests a second, and their ratios.

Each is a checkout with an artifact, so that a change is measured against what was there
before, or one model against another:

    python -m benchmarks.paired_requests --before ../old old-model --after . new-model
    python -m benchmarks.paired_requests --before . numbers --after . categories

Both run the project's server with one worker, and are asked about the self-test row of
their own artifact. The median of the rounds' ratios has a 95 % interval from order
statistics (the sign test's), which holds whatever the rounds' distribution.
"""

import argparse
import json
import math
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 16
WARM_UP_REQUESTS = 500
START_SECONDS = 60


@dataclass(frozen=True)
class Side:
    """A running server and the request it is asked."""

    port: int
    request: bytes


@dataclass(frozen=True)
class Round:
    """What one round saw of one side."""

    p50_us: float
    requests_per_second: float


def main() -> None:
    """Measure and print."""
    options = _parser().parse_args()
    with ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile())
        sides = [
            stack.enter_context(_side(Path(root), Path(model_dir), log))
            for root, model_dir in (options.before, options.after)
        ]
        for side in sides:
            _round(side, WARM_UP_REQUESTS)
        seen: list[list[Round]] = [[], []]
        for number in range(options.rounds):
            for place in (0, 1) if number % 2 else (1, 0):
                seen[place].append(_round(sides[place], options.requests))
    for name, figure in (("p50, µs", "p50_us"), ("requests/s", "requests_per_second")):
        before, after = ([getattr(r, figure) for r in rounds] for rounds in seen)
        ratios = sorted(b / a for a, b in zip(before, after, strict=True))
        low, high = _interval(ratios)
        medians = (
            f"{statistics.median(before):10,.1f} {statistics.median(after):10,.1f}"
        )
        ratio = f"{statistics.median(ratios):.3f} ({low:.3f} to {high:.3f})"
        print(f"{name:11} {medians}  ratio {ratio}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("--before", "--after"):
        parser.add_argument(
            name, nargs=2, required=True, metavar=("CHECKOUT", "MODEL_DIR")
        )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--requests", type=int, default=4000, help="of each round")
    return parser


def _interval(ordered: Sequence[float]) -> tuple[float, float]:
    """Order statistics between which the median lies with at least 95 %."""
    count = len(ordered)
    below, tail = 0, 0.0
    while below < count // 2:
        tail += math.comb(count, below) / 2**count
        if 2 * tail > 0.05:  # noqa: PLR2004 - both tails
            break
        below += 1
    place = max(below - 1, 0)
    return ordered[place], ordered[count - 1 - place]


@contextmanager
def _side(root: Path, model_dir: Path, log: object) -> Iterator[Side]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    python = root / ".venv" / "bin" / "python"
    process = subprocess.Popen(
        [
            *(str(python if python.exists() else sys.executable), "-m", "serving"),
            *("--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
            *("--model-dir", str(model_dir.absolute())),
        ],
        cwd=root,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "LOG_LEVEL": "INFO"},
        stdout=log,  # type: ignore[call-overload]
    )
    try:
        _wait_until_healthy(port)
        yield Side(port, _request(model_dir))
    finally:
        process.terminate()
        process.wait()


def _request(model_dir: Path) -> bytes:
    manifest = json.loads((model_dir / "manifest.json").read_text(encoding="utf-8"))
    body = json.dumps(manifest["self_test"]["row"]).encode()
    head = (
        "POST /invocations HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _wait_until_healthy(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as opened:
                opened.sendall(b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if opened.recv(64).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("A server did not become healthy; is its MODEL_DIR an artifact?")


def _connect(side: Side) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", side.port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _round(side: Side, requests: int) -> Round:
    with _connect(side) as connection:
        seconds = []
        for _ in range(requests):
            started = time.perf_counter()
            connection.sendall(side.request)
            answer = connection.recv(4096)
            seconds.append(time.perf_counter() - started)
            if not answer.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"A server answered {answer[:15]!r}.")
    return Round(statistics.median(seconds) * 1e6, _rate(side, requests))


def _rate(side: Side, requests: int) -> float:
    """Return requests a second on connections that ask again at once."""
    with ExitStack() as stack, selectors.DefaultSelector() as ready:
        started = time.perf_counter()
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(_connect(side))
            ready.register(connection, selectors.EVENT_READ)
            connection.sendall(side.request)
        answered = 0
        while answered < requests:
            for key, _ in ready.select():
                connection = key.fileobj  # type: ignore[assignment]
                connection.recv(4096)
                connection.sendall(side.request)
                answered += 1
        return answered / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
