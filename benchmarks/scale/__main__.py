"""Measure a job of several hosts on generated rows, and write ``docs/scale.md``.

    python -m benchmarks.scale --data creditcard.parquet --rows 30000000 --hosts 2
    python -m benchmarks.scale --document

A measurement is kept in ``measurements.csv`` in place of the last one of as many rows,
hosts and trees; the document is written of all of them and of the price file.
"""

import argparse
import csv
import tempfile
from dataclasses import asdict, fields
from pathlib import Path

import pyarrow.parquet

from benchmarks.scale.document import write_document
from benchmarks.scale.rows import generate
from benchmarks.scale.running import Run, run

MEASUREMENTS = Path(__file__).with_name("measurements.csv")
_PARTS = 16


def measured() -> list[Run]:
    """Read what was measured so far."""
    if not MEASUREMENTS.is_file():
        return []
    with MEASUREMENTS.open(encoding="utf-8", newline="") as file:
        return [
            Run(**{field.name: field.type(row[field.name]) for field in fields(Run)})  # type: ignore[operator]
            for row in csv.DictReader(file)
        ]


def _place(one: Run) -> tuple[int, int, int]:
    return one.rows, one.hosts, one.trees


def keep(one: Run) -> None:
    """Write a measurement among the others."""
    others = [m for m in measured() if _place(m) != _place(one)]
    runs = sorted([*others, one], key=_place)
    with MEASUREMENTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Run)])
        writer.writeheader()
        writer.writerows(asdict(m) for m in runs)


def main() -> None:
    """Run the benchmark, or write the document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, metavar="PARQUET")
    parser.add_argument("--rows", type=int, metavar="N")
    parser.add_argument("--hosts", type=int, default=2, metavar="N")
    parser.add_argument("--trees", type=int, default=10, metavar="N")
    parser.add_argument("--document", action="store_true", help="write the document")
    options = parser.parse_args()
    if options.document:
        write_document(measured())
        return
    with tempfile.TemporaryDirectory(prefix="scale-benchmark-") as temporary:
        data, work = Path(temporary, "data"), Path(temporary, "work")
        data.mkdir()
        source = pyarrow.parquet.read_table(options.data)
        generate(source, options.rows, _PARTS, data)
        one = run(data, options.rows, options.hosts, options.trees, work)
    keep(one)
    print(one)


if __name__ == "__main__":
    main()
