"""Compare training with the plain script people write, and grow the data.

    python -m benchmarks.training --data creditcard.parquet

Side by side in one run, each in a process of its own, in alternating rounds: wall time
and peak memory of reading the complete CSV file, fitting the baseline and computing its
figures. Then ours alone on 1, 3, 10 and 30 times the rows, resampled, as Parquet.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "training-performance.md"
ROUNDS = 5
#: What is reported of a run, and with how many decimals.
FIELDS = {"seconds": 2, "cpu_seconds": 2, "peak_mb": 0}
SCALES = (1, 3, 10, 30)
_ROWS_AT_ONCE = 500_000
#: Of ml.m5.large, on which the environments train.
SMALL_MACHINE_MB = 8_000

#: As it is written in most notebooks on this data set.
PLAIN = """
import sys
import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (average_precision_score, brier_score_loss,
    confusion_matrix, log_loss, precision_recall_fscore_support, roc_auc_score)
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

df = pd.read_csv(sys.argv[1])
X, y = df.drop(columns="Class"), df["Class"]
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.2, random_state=42, stratify=y)
model = make_pipeline(StandardScaler(),
    LogisticRegression(class_weight="balanced", max_iter=1000))
model.fit(X_train, y_train)
p = model.predict_proba(X_test)[:, 1]
print(roc_auc_score(y_test, p), average_precision_score(y_test, p),
    precision_recall_fscore_support(y_test, p >= 0.5, average="binary"),
    confusion_matrix(y_test, p >= 0.5), brier_score_loss(y_test, p),
    log_loss(y_test, p))
joblib.dump(model, sys.argv[2])
"""

OURS = """
import sys
from pathlib import Path
import joblib
import numpy as np
from threadpoolctl import threadpool_limits
from training.columns import Columns
from training.judging.evaluation import losses_of
from training.models.fitting import fit_pipeline
from training.judging.metrics import Judged, Scoreboard
from training.options import DecisionOptions, ModelOptions, SplitOptions
from training.data.reading import read_dataset
from training.data.split import split

with threadpool_limits(1):
    parts = split(read_dataset(Path(sys.argv[1]), Columns()), SplitOptions())
    model = fit_pipeline("logistic-regression", parts.train, ModelOptions())
    test = parts.test
    p = model.predict_proba(test.features)[:, 1]
    print(Scoreboard(Judged(test.labels, p, p >= 0.5, test.row_weights,
        losses_of(test, DecisionOptions()), 2.0, None, None, 100.0)).figures(
        test.row_weights))
joblib.dump(model, sys.argv[2])
"""


@dataclass(frozen=True)
class Run:
    """What one process took, from its start to its end."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    output: str


def run(script: str, data: Path, directory: Path) -> Run:
    """Run a script in a process of its own and measure it."""
    started = time.perf_counter()
    with (directory / "output").open("w+") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(data), str(directory / "model.joblib")],
            cwd=ROOT,
            stdout=output,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"The measured process ended with {process.returncode}.")
        output.seek(0)
        cpu_seconds = usage.ru_utime + usage.ru_stime
        return Run(seconds, cpu_seconds, usage.ru_maxrss / 1024, output.read())


def side_by_side(csv_file: Path, directory: Path) -> str:
    """Measure both in alternating rounds; return a table of medians and ratios."""
    runs: dict[str, list[Run]] = {"plain script": [], "this project": []}
    for number in range(ROUNDS):
        for name, script in zip(runs, (PLAIN, OURS), strict=True):
            runs[name].append(run(script, csv_file, directory))
            last = runs[name][-1]
            print(
                f"round {number + 1}, {name}: {last.seconds:.1f} s, "
                f"{last.peak_mb:.0f} MB",
                flush=True,
            )
    lines = [
        "| | wall time (s) | CPU time (s) | peak memory (MB) |",
        "|---|---|---|---|",
    ]
    for name, measured in runs.items():
        cells = [_median_and_range(measured, field, n) for field, n in FIELDS.items()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    ratios = [
        statistics.median(
            getattr(ours, field) / getattr(plain, field)
            for plain, ours in zip(*runs.values(), strict=True)
        )
        for field in FIELDS
    ]
    cells = [f"{ratio:.2f}" for ratio in ratios]
    lines.append(f"| ratio, median over rounds | {' | '.join(cells)} |")
    return "\n".join(lines)


def _median_and_range(measured: list[Run], field: str, digits: int) -> str:
    values = sorted(getattr(one, field) for one in measured)
    middle = statistics.median(values)
    return f"{middle:.{digits}f} ({values[0]:.{digits}f} to {values[-1]:.{digits}f})"


def growing(
    table: pa.Table, directory: Path, scales: tuple[int, ...]
) -> tuple[str, float]:
    """Measure ours on resampled rows; return a table, and the rows that fit.

    These are the rows, in millions, at which the peak reaches `SMALL_MACHINE_MB`, on
    the line through the last two measurements.
    """
    peaks: list[tuple[int, float]] = []
    head = (
        "rows",
        "file (MB)",
        "wall time (s)",
        "CPU time (s)",
        "CPU s per million rows",
        "peak memory (MB)",
    )
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    random = np.random.default_rng(0)
    for scale in scales:
        path = directory / "resampled.parquet"
        rows = scale * len(table)
        with pa.parquet.ParquetWriter(path, table.schema) as writer:
            for start in range(0, rows, _ROWS_AT_ONCE):
                count = min(_ROWS_AT_ONCE, rows - start)
                writer.write_table(table.take(random.integers(0, len(table), count)))
        measured = run(OURS, path, directory)
        lines.append(
            f"| {rows:,} | {path.stat().st_size / 1e6:,.0f} | {measured.seconds:.1f} "
            f"| {measured.cpu_seconds:.1f} "
            f"| {1e6 * measured.cpu_seconds / rows:.1f} | {measured.peak_mb:,.0f} |"
        )
        print(lines[-1], flush=True)
        peaks.append((rows, measured.peak_mb))
    (fewer, lower), (more, higher) = peaks[-2:]
    fitting = more + (SMALL_MACHINE_MB - higher) * (more - fewer) / (higher - lower)
    return "\n".join(lines), fitting / 1e6


def main() -> None:
    """Run the benchmark and write the document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="PARQUET")
    parser.add_argument("--largest", type=int, default=SCALES[-1], metavar="TIMES")
    options = parser.parse_args()
    table = pa.parquet.read_table(options.data)
    with tempfile.TemporaryDirectory(prefix="training-benchmark-") as temporary:
        directory = Path(temporary)
        csv_file = directory / "complete.csv"
        pa.csv.write_csv(table, csv_file)
        compared = side_by_side(csv_file, directory)
        scales = tuple(scale for scale in SCALES if scale <= options.largest)
        grown, fitting = growing(table, directory, scales)
    DOCUMENT.write_text(
        f"""\
# Training performance

Written by `python -m benchmarks.training`. Each figure is a process of its own, from
its start to its end, imports included. Where the machine is shared, CPU time says more
than wall time.

## Beside the plain script

`pandas.read_csv`, `train_test_split`, the same pipeline and the same figures, on the
complete CSV file of {len(table):,} rows. {ROUNDS} alternating rounds; median and range.

{compared}

Both give the same ROC-AUC and average precision. This project also checks every value
on the way.

## More rows

The same work of this project on resampled rows, as Parquet.

{grown}

A machine ends where the peak memory does: ml.m5.large, with {SMALL_MACHINE_MB:,} MB, at
about {fitting:.0f} million rows.
""",
        encoding="utf-8",
    )
    print(f"Wrote {DOCUMENT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
