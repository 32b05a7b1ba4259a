"""Judge all models on both protocols over five seeds of the models.

    python -m benchmarks.model_quality --data creditcard.parquet

Writes ``docs/model-quality.md``. What it computes is kept in ``.benchmarks``, so that
a run that was interrupted goes on where it stopped. Everything is chosen on the
training part: hyperparameters and vote by the cross-validation recorded in
``model_quality_trials.csv``, calibration on out-of-fold predictions of seed 0.
"""

import argparse
from pathlib import Path

from benchmarks.model_quality.document import PROTOCOLS, document, table
from benchmarks.model_quality.judging import ROOT, Result, judge
from training.columns import Columns
from training.data.reading import read_dataset
from training.options import Protocol

DOCUMENT = ROOT / "docs" / "model-quality.md"


def main() -> None:
    """Run the benchmark and write the document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="PATH")
    data = read_dataset(parser.parse_args().data, Columns())
    results: dict[Protocol, dict[str, Result]] = {}
    for protocol in PROTOCOLS:
        results[protocol] = judge(data, protocol)
        print(table(results[protocol]), flush=True)
    DOCUMENT.write_text(document(results), encoding="utf-8")
    print(f"Wrote {DOCUMENT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
