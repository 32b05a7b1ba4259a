"""Bad payloads without end: ``python -m benchmarks.fuzz --model-dir DIR``.

Sends mutated requests of every content type to the project's own server and checks
that each is answered below 500, that no worker ends, and that no value of a
transaction comes back or is logged. The same seed sends the same requests.
"""

import argparse
import http.client
import io
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil

from artifact.manifest_file import read_manifest
from benchmarks.load import Server, measure_start
from benchmarks.serving_stacks import STACKS
from serving.request import CUSTOM_ATTRIBUTES_HEADER as ATTRIBUTES

#: Digits that every value sent holds, and nothing else does.
MARK = "73194682"
TYPES = ("application/json", "application/jsonlines", "text/csv", "application/x-npy")
OTHER_TYPES = ("", "text/plain", "application/json; charset=utf-16", "\u00e9", "a/b;;=")
ODD_VALUES = (
    *("null", "true", '"%s"', "NaN", "-Infinity", "1e999", "[%s]", '{"x": %s}', ""),
    *("+%s", "%s_", "0x%s", "--%s", "%s" * 50, "'%s'", "\x00", "\ud7ff", "{", "]"),
)
NPY_KINDS = (b"<f1", b"|f1", b"<u1", b">i2", b"<f2", b">f4", b"<c8", b"|O", b"<f8")
ODD_COUNTS = ("3", "0", "101", "-1", "x", "", "9" * 5000, "0" * 5000 + "3", "\u0663")
INSERTED = (
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\\",
    b"\n",
    b"\xff",
    b"\x00",
    b"e",
)


class Fuzzer:
    """Makes requests for one model from a seed."""

    def __init__(self, names: tuple[str, ...], seed: int) -> None:
        self._names = names
        self._random = random.Random(seed)

    def request(self) -> tuple[bytes, str]:
        """Return a body, most often a wrong one, and its content type."""
        pick = self._random
        content_type = pick.choice(TYPES)
        body = getattr(self, f"_{content_type.rpartition('/')[2].replace('-', '_')}")()
        for _ in range(pick.choice((0, 0, 1, 1, 2, 5))):
            at = pick.randrange(len(body) + 1)
            body = body[:at] + pick.choice(INSERTED) + body[at + pick.randrange(3) :]
        if pick.random() < 0.05:  # noqa: PLR2004 - one in twenty is cut
            body = body[: pick.randrange(len(body) + 1)]
        if pick.random() < 0.05:  # noqa: PLR2004 - one in twenty under another name
            content_type = pick.choice((*TYPES, *OTHER_TYPES))
        return body, content_type

    def attributes(self) -> str:
        """Return custom attributes, most often none."""
        pick = self._random
        if pick.random() < 0.8:  # noqa: PLR2004 - one in five asks for something
            return ""
        names = pick.choice(("explain", " explain ", "trace;explain", "explained"))
        return f"{names}={pick.choice(ODD_COUNTS)}"

    def _fields(self) -> list[tuple[str, str]]:
        pick = self._random
        fields = [(name, f"0.{MARK}") for name in self._names]
        for _ in range(pick.choice((0, 1, 1, 2))):
            at = pick.randrange(len(fields))
            name, value = fields[at]
            change = pick.randrange(4)
            if change == 0:
                odd = pick.choice(ODD_VALUES)
                fields[at] = (name, odd.replace("%s", MARK))
            elif change == 1:
                del fields[at]
            elif change == 2:  # noqa: PLR2004 - the third of four
                fields.insert(at, (pick.choice((name, MARK, "x", "")), value))
            else:
                pick.shuffle(fields)
        return fields

    def _object(self) -> str:
        return "{" + ", ".join(f'"{k}": {v}' for k, v in self._fields()) + "}"

    def _json(self) -> bytes:
        rows = ", ".join(self._object() for _ in range(self._random.randrange(4)))
        form = self._random.choice(("%s", "%s", "[%s]", '{"instances": [%s]}'))
        return (form % (rows or self._object())).encode(errors="replace")

    def _jsonlines(self) -> bytes:
        rows = [self._object() for _ in range(self._random.randrange(1, 4))]
        return "\n".join(rows).encode(errors="replace")

    def _csv(self) -> bytes:
        fields = self._fields()
        lines = [",".join(value for _, value in fields)] * self._random.randrange(1, 4)
        if self._random.random() < 0.5:  # noqa: PLR2004 - every second with a header
            lines.insert(0, ",".join(name for name, _ in fields))
        return "\n".join(lines).encode(errors="replace")

    def _x_npy(self) -> bytes:
        body = io.BytesIO()
        width = len(self._names) + self._random.choice((0, 0, 0, 1, -1))
        value = self._random.choice((float(f"0.{MARK}"), np.nan, np.inf))
        kind = self._random.choice((np.float64, np.float32, np.float16, object))
        array = np.full((self._random.randrange(3), width), value).astype(kind)
        np.save(body, array, allow_pickle=True)
        if self._random.random() < 0.5:  # noqa: PLR2004 - every second of another type
            described = array.dtype.str.encode()
            return body.getvalue().replace(described, self._random.choice(NPY_KINDS), 1)
        return body.getvalue()


def main() -> int:
    """Run the fuzzer; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz")
    parser.add_argument("--model-dir", type=Path, required=True)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    stack = next(stack for stack in STACKS if stack.name == "project's server")
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        with stack.running(options.model_dir, Path(scratch)) as server:
            measure_start(server)
            problems = _run(server, options)
        log = "".join(path.read_text() for path in Path(scratch).glob("*.log"))
    if MARK in log:
        problems.append("a value is in the log")
    for problem in problems:
        print(f"FAILED: {problem}")
    return 1 if problems else 0


def _run(server: Server, options: argparse.Namespace) -> list[str]:
    names = read_manifest(options.model_dir).feature_names
    fuzzer = Fuzzer(names, options.seed)
    workers = [p.pid for p in psutil.Process(server.process.pid).children()]
    statuses: Counter[int] = Counter()
    problems: list[str] = []
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    began = time.monotonic()
    for number in range(1, options.requests + 1):
        body, content_type = fuzzer.request()
        headers = {"Content-Type": content_type.encode()} if content_type else {}
        if attributes := fuzzer.attributes():
            headers[ATTRIBUTES] = attributes.encode()
        connection.request("POST", "/invocations", body, headers)
        response = connection.getresponse()
        answer = response.read()
        statuses[response.status] += 1
        if response.status >= 500:  # noqa: PLR2004 - a fault of the server
            problems.append(f"request {number} was answered {response.status}")
        if MARK.encode() in answer:
            problems.append(f"the answer to request {number} holds a value")
        if number % 10_000 == 0:
            rate = number / (time.monotonic() - began)
            print(f"{number:9,} requests  {rate:6,.0f}/s  {dict(statuses)}", flush=True)
    connection.close()
    if [p.pid for p in psutil.Process(server.process.pid).children()] != workers:
        problems.append("a worker ended")
    return problems


if __name__ == "__main__":
    sys.exit(main())
