"""A long, steady load: ``python -m benchmarks.soak --model-dir DIR --minutes 10``.

Finds the peak of two workers and one client on this machine, then holds 70 % of it
and reports errors, latency and memory minute by minute. With ``--kill-worker`` one
worker is killed half-way: requests that were in it may fail, no other.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from artifact.manifest_file import read_manifest
from benchmarks.load import Server, measure_start, start
from benchmarks.serving_stacks import ROOT, free_port

CONNECTIONS = 16
SHARE_OF_PEAK = 0.7
PEAK_SECONDS = 5.0


@dataclass
class Tally:
    """What the client saw."""

    latencies: list[float] = field(default_factory=list)
    #: Answers other than 200, and connections that broke.
    failures: int = 0


async def drive(port: int, request: bytes, rate: float, seconds: float) -> Tally:
    """Send at `rate` requests a second (0: as many as go) for `seconds`."""
    tally = Tally()
    end = time.perf_counter() + seconds
    pause = CONNECTIONS / rate if rate else 0.0
    await asyncio.gather(
        *(_converse(port, request, pause, end, tally) for _ in range(CONNECTIONS))
    )
    return tally


async def _converse(
    port: int, request: bytes, pause: float, end: float, tally: Tally
) -> None:
    due = time.perf_counter()
    streams = None
    while time.perf_counter() < end:
        try:
            streams = streams or await asyncio.open_connection("127.0.0.1", port)
            began = time.perf_counter()
            status = await _exchange(*streams, request)
            tally.latencies.append(time.perf_counter() - began)
            tally.failures += status != b"200"
        except (OSError, asyncio.IncompleteReadError):
            tally.failures += 1
            streams = None
        due += pause
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
    if streams:
        streams[1].close()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    await reader.readexactly(length)
    return head.split(b" ", 2)[1]


async def _while_killing(server: Server, load: Awaitable[Tally]) -> Tally:
    """Kill a worker when the load has run for half a minute."""
    worker = psutil.Process(server.process.pid).children()[0]
    asyncio.get_running_loop().call_later(30, worker.kill)
    return await load


def main() -> int:
    """Run the soak; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--model-dir", type=Path, required=True)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--kill-worker", action="store_true")
    options = parser.parse_args()
    port = free_port()
    command = [sys.executable, "-m", "serving", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "2"]
    environment = {
        **os.environ,
        "FRAUD_MODEL_DIR": str(options.model_dir),
        "PYTHONPATH": str(ROOT),
    }
    with tempfile.TemporaryDirectory(prefix="soak-") as scratch:
        log = Path(scratch) / "log"
        with start(command, environment, port, None, log) as server:
            measure_start(server)
            return _soak(server, options)


def _soak(server: Server, options: argparse.Namespace) -> int:
    row = dict(read_manifest(options.model_dir).self_test.row)
    body = json.dumps(row).encode()
    head = "POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    peak = asyncio.run(drive(server.port, request, 0, PEAK_SECONDS))
    rate = SHARE_OF_PEAK * len(peak.latencies) / PEAK_SECONDS
    print(f"peak {len(peak.latencies) / PEAK_SECONDS:,.0f}/s; holding {rate:,.0f}/s")
    failures, memory = 0, []
    for minute in range(1, options.minutes + 1):
        kills = options.kill_worker and minute == options.minutes // 2 + 1
        load = drive(server.port, request, rate, 60)
        tally = asyncio.run(_while_killing(server, load) if kills else load)
        failures += tally.failures
        memory.append(server.pss_bytes() / 1e6)
        p99 = statistics.quantiles(tally.latencies, n=100)[98] * 1e3
        print(
            f"minute {minute:3}  {len(tally.latencies):9,} requests  "
            f"{tally.failures} failures  p99 {p99:6.2f} ms  PSS {memory[-1]:.1f} MB",
            flush=True,
        )
    allowed = CONNECTIONS if options.kill_worker else 0
    grown = memory[-1] - memory[0]
    print(f"{failures} failures (at most {allowed}), memory grew by {grown:.1f} MB")
    return 0 if failures <= allowed and grown < max(2.0, 0.05 * memory[0]) else 1


if __name__ == "__main__":
    sys.exit(main())
