"""The options of ``fraud inspect``."""

import argparse
from pathlib import Path

from training.column_options import add_columns


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    options = argparse.ArgumentParser(
        prog="fraud inspect",
        description="Show what training would make of each column of a table, what "
        "looks wrong, and the command to run next.",
        epilog="Example: fraud inspect --data transactions.csv --label-column is_fraud",
        allow_abbrev=False,
    )
    options.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="PATH",
        help="CSV or Parquet file, packed or not, or a directory of such parts",
    )
    add_columns(options)
    return options
