"""Score files as a batch transform job does, beside the plain script people write.

    python -m benchmarks.batch --data creditcard.parquet

Both read a CSV file without a header and write a probability a line, with one model of
this project's training, each in a process of its own, in alternating rounds. The plain
script is pandas and `predict_proba` of the model that was pickled. The job is the
serving container's server, one worker, and a client that sends it the file's lines in
payloads of `PAYLOAD_MB`, as SageMaker does with ``BatchStrategy: MultiRecord``; its
client counts too. Then both on ten times the file, for their memory, by one model.
"""

import argparse
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import IO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from benchmarks.measured import ROOT, Run, alternate, measure, table
from benchmarks.serving_stacks import free_port
from operations.batch.request import PAYLOAD_MB

DOCUMENT = ROOT / "docs" / "batch-performance.md"
ROUNDS = 3
#: How many times the file is scored at once for the memory that it takes.
TIMES = 10
MODELS = ("logistic-regression", "gradient-boosting")
_START_SECONDS = 60.0

PLAIN = """
import sys
import joblib
import pandas as pd
rows = pd.read_csv(sys.argv[1], header=None)
model = joblib.load(sys.argv[2] + "/model.joblib")
scores = model.predict_proba(rows.to_numpy())[:, 1]
pd.Series(scores).to_csv(sys.argv[3], header=False, index=False)
"""


def payloads(file: IO[bytes]) -> Iterator[bytes]:
    """Yield whole lines of a file, as many as a payload may hold."""
    rest = b""
    while block := file.read(PAYLOAD_MB * 1_000_000 - len(rest)):
        lines, _, rest_of_block = (rest + block).rpartition(b"\n")
        if lines:
            yield lines + b"\n"
        rest = rest_of_block
    if rest:
        yield rest


def score(source: Path, model_dir: Path, target: Path) -> None:
    """Start the server, send it a file's lines, and write what it answers."""
    port = free_port()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "serving", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "1"),
        ],
        env={**os.environ, "FRAUD_MODEL_DIR": str(model_dir), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(port)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        with source.open("rb") as rows, target.open("wb") as scores:
            for body in payloads(rows):
                connection.request(
                    "POST", "/invocations", body, {"Content-Type": "text/csv"}
                )
                answer = connection.getresponse()
                found = answer.read()
                if answer.status != http.HTTPStatus.OK:
                    raise SystemExit(found.decode())
                scores.write(found)
        connection.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/ping")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise SystemExit("The server did not start.")


def commands(source: Path, model_dir: Path, directory: Path) -> dict[str, list[str]]:
    """Return how both score one file, as arguments of Python."""
    paths = [str(source), str(model_dir)]
    return {
        "plain script": ["-c", PLAIN, *paths, str(directory / "plain.csv")],
        "the job's server": [
            *("-m", "benchmarks.batch", "--score", *paths),
            str(directory / "scores.csv"),
        ],
    }


def per_second(runs: list[Run], rows: int) -> str:
    """Return rows a second and core."""
    return f"{rows / median(run.cpu_seconds for run in runs):,.0f}"


def compare(rows: pa.Table, directory: Path, rounds: int) -> Iterator[str]:
    """Measure each model; yield the document's sections."""
    once, many = directory / "once.csv", directory / "many.csv"
    options = pa.csv.WriteOptions(include_header=False)
    pa.csv.write_csv(rows.drop_columns(["Class"]), once, options)
    with many.open("wb") as file:
        for _ in range(TIMES):
            file.write(once.read_bytes())
    sample = ROOT / "data" / "creditcard-sample.csv.gz"
    for model in MODELS:
        model_dir = directory / model
        measure(
            [
                *("-m", "training.train", "--data", str(sample), "--model", model),
                *("--calibration", "none", "--model-dir", str(model_dir)),
            ]
        )
        runs = alternate(commands(once, model_dir, directory), rounds)
        yield f"## {model}\n\n{len(rows):,} rows:\n\n{table(runs)}\n"
        rates = (f"{per_second(some, len(rows))} ({n})" for n, some in runs.items())
        yield f"Rows a second and core: {', '.join(rates)}.\n"
        if model == MODELS[0]:
            larger = alternate(commands(many, model_dir, directory), 1)
            yield f"{TIMES * len(rows):,} rows, once:\n\n{table(larger)}\n"


def main() -> None:
    """Run the benchmark and write the document, or score one file for it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, metavar="PARQUET")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="COUNT")
    parser.add_argument(
        "--score", type=Path, nargs=3, metavar=("FILE", "MODEL_DIR", "SCORES")
    )
    options = parser.parse_args()
    if options.score:
        score(*options.score)
        return
    rows = pa.parquet.read_table(options.data)
    with tempfile.TemporaryDirectory(prefix="batch-benchmark-") as temporary:
        sections = "\n".join(compare(rows, Path(temporary), options.rounds))
    DOCUMENT.write_text(
        f"""\
# Batch scoring performance

Written by `python -m benchmarks.batch`: a CSV file without a header becomes a file of
one probability a line. Each figure is a process of its own from its start to its end,
imports included; medians and ranges of {options.rounds} alternating rounds, ratios of
one round. The job's server is what a batch transform job runs (`fraud batch`), with one
worker, and with the client that sends it payloads of {PAYLOAD_MB} MB; peak memory is
that of its largest process. It checks every value on the way, and counts what lies
outside the range of the training data.

{sections}
The server holds one payload at a time for each of its workers, and SageMaker streams
the object to it: memory depends on the payload and not on the file. Instances share
the objects out among them: `fraud batch --instance-count N` starts no more of them than
there are objects.
""",
        encoding="utf-8",
    )
    print(f"Wrote {DOCUMENT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
