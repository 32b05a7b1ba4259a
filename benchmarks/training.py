"""Compare training with the plain script people write, and grow the data.

    python -m benchmarks.training --data creditcard.parquet

Side by side in one run, each in a process of its own, in alternating rounds: the plain
script on the complete CSV file, the same work by this project's parts, and the whole
command as a user types it. Then the command on more rows, resampled, as Parquet.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from benchmarks.measured import ROOT, alternate, measure, table

DOCUMENT = ROOT / "docs" / "training-performance.md"
ROUNDS = 5
#: How many times the rows.
SCALES = (1, 3, 10)
#: Of ml.m5.large, on which the environments train.
SMALL_MACHINE_MB = 8_000
_ROWS_AT_ONCE = 500_000

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

PARTS = """
import sys
from pathlib import Path
from training.scikit_learn import import_scikit_learn
import_scikit_learn()
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

#: What the plain script does before its first line of work, and what the command does.
IMPORTS = {
    "plain script": PLAIN.partition("df = ")[0],
    "the command": "from training.scikit_learn import import_scikit_learn\n"
    "import_scikit_learn()\nimport training.train, training.one_machine",
}

#: Runs the command, and says what its steps took.
STEPS = """
import resource, sys, time
from training import train
from training.scikit_learn import import_scikit_learn
import_scikit_learn()
from training import one_machine
def timed(name):
    step = getattr(one_machine, name)
    def run(*arguments, **named):
        begun = time.process_time()
        result = step(*arguments, **named)
        with open("/proc/self/statm") as file:
            megabytes = int(file.read().split()[1]) * resource.getpagesize() / 2**20
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print("STEP", name, time.process_time() - begun, megabytes, peak)
        return result
    setattr(one_machine, name, run)
for name in ("read_dataset", "prepare", "run", "write_results"):
    timed(name)
sys.exit(train.main(sys.argv[1:]))
"""
WORDS = {
    "read_dataset": "read the file, and find what every column is",
    "prepare": "split, count repeated rows, look for leaks",
    "run": "fit, predict, all figures with bootstrap intervals",
    "write_results": "model card, report, artifact, parity of the scorer",
}


def command(data: Path, directory: Path) -> list[str]:
    """Return what a user types, as arguments of Python."""
    paths = ["--data", str(data), "--model-dir", str(directory / "out")]
    return ["-m", "training.train", "--calibration", "none", *paths]


def side_by_side(csv_file: Path, directory: Path, rounds: int) -> str:
    """Measure all in alternating rounds; return a table of medians and ratios."""
    written = str(directory / "model.joblib")
    runs = alternate(
        {
            "plain script": ["-c", PLAIN, str(csv_file), written],
            "the same by parts": ["-c", PARTS, str(csv_file), written],
            "the whole command": command(csv_file, directory),
        },
        rounds,
    )
    return table(runs)


def steps(csv_file: Path, directory: Path, rounds: int) -> str:
    """Return what the command's time and memory go to, as tables."""
    begins = alternate({n: ["-c", code] for n, code in IMPORTS.items()}, rounds)
    lines = [
        table(begins),
        "",
        "| step of the command | CPU time (s) | memory after (MB) | peak so far (MB) |",
        "|---|---|---|---|",
    ]
    _, *arguments = command(csv_file, directory)[1:]
    output = measure(["-c", STEPS, *arguments]).output
    for line in output.splitlines():
        if line.startswith("STEP "):
            _, name, *figures = line.split()
            seconds, after, peak = map(float, figures)
            lines.append(
                f"| {WORDS[name]} | {seconds:.2f} | {after:.0f} | {peak:.0f} |"
            )
    return "\n".join(lines)


def growing(rows: pa.Table, directory: Path, scales: tuple[int, ...]) -> str:
    """Measure the command on resampled rows; return a table and what fits.

    That is where the line through the last two peaks reaches `SMALL_MACHINE_MB`.
    """
    peaks: list[tuple[int, float]] = []
    head = (
        *("rows", "file (MB)", "wall time (s)", "CPU time (s)"),
        *("CPU s per million rows", "peak memory (MB)"),
    )
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    random = np.random.default_rng(0)
    for scale in scales:
        path = directory / "resampled.parquet"
        count = scale * len(rows)
        with pa.parquet.ParquetWriter(path, rows.schema) as writer:
            for start in range(0, count, _ROWS_AT_ONCE):
                taken = min(_ROWS_AT_ONCE, count - start)
                writer.write_table(rows.take(random.integers(0, len(rows), taken)))
        measured = measure(command(path, directory))
        lines.append(
            f"| {count:,} | {path.stat().st_size / 1e6:,.0f} "
            f"| {measured.seconds:.1f} | {measured.cpu_seconds:.1f} "
            f"| {1e6 * measured.cpu_seconds / count:.1f} | {measured.peak_mb:,.0f} |"
        )
        print(lines[-1], flush=True)
        peaks.append((count, measured.peak_mb))
    (fewer, lower), (more, higher) = peaks[-2:]
    fitting = more + (SMALL_MACHINE_MB - higher) * (more - fewer) / (higher - lower)
    machine = f"ml.m5.large, with {SMALL_MACHINE_MB:,} MB, ends"
    return "\n".join([*lines, "", f"{machine} at about {fitting / 1e6:.0f} million."])


def main() -> None:
    """Run the benchmark and write the document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="PARQUET")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="COUNT")
    options = parser.parse_args()
    rows = pa.parquet.read_table(options.data)
    matrix_mb = len(rows) * (rows.num_columns - 1) * 8 / 1e6
    with tempfile.TemporaryDirectory(prefix="training-benchmark-") as temporary:
        directory = Path(temporary)
        csv_file = directory / "complete.csv"
        pa.csv.write_csv(rows, csv_file)
        compared = side_by_side(csv_file, directory, options.rounds)
        taken = steps(csv_file, directory, options.rounds)
        grown = growing(rows, directory, SCALES)
    DOCUMENT.write_text(
        f"""\
# Training performance

Written by `python -m benchmarks.training`. Each figure is a process of its own, from
its start to its end, imports included; medians and ranges of {options.rounds}
alternating rounds, a ratio is that of one round. Where the machine is shared, CPU time
says more than wall time.

## Beside the plain script

`pandas.read_csv`, `train_test_split`, a pipeline, a dozen figures and `joblib.dump`, on
the complete CSV file of {len(rows):,} rows. The parts do the same with this project's
functions. The whole command is `fraud train --calibration none` as a user types it,
with all that it finds out and writes besides: what each column is, repeated rows and
leaks, bootstrap intervals and slices, model card, report, scorer and its parity.

{compared}

All give the same ROC-AUC and average precision.

## What the command spends

Imports, of which both need scikit-learn and SciPy:

{taken}

Against 0.6 of the processor time and half of the memory stand, in these figures: the
imports, of which what is left is scikit-learn's own and the linear algebra that it
uses; what the plain script does not find out, which is the second step, most of the
last, and of the third all but the fit; and the rows, in double precision since scores
must not differ. They lie in memory twice for a moment, when columns become a matrix and
again when it is divided ({matrix_mb:.0f} MB each), and once while they are fitted,
beside the standardised copy that scikit-learn makes of four fifths. What arrives of the
file is text, a megabyte at a time with sixteen read ahead.

## More rows

The whole command on resampled rows, as Parquet. With `--model xgboost` large data stay
on disk and are read in batches: [the document on scale](scale.md) has its figures, 30
times the rows within 3 GB among them.

{grown}
""",
        encoding="utf-8",
    )
    print(f"Wrote {DOCUMENT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
