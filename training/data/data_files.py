"""The data files at a path: which they are, their names, formats and hashes."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from artifact.layout import sha256_of
from training.data.dialect import file_format as format_of
from training.errors import TrainingError

SUFFIXES = (".csv", ".csv.gz", ".parquet", ".pq", ".tsv", ".txt", ".gz", ".zip")
#: Written beside the data by Athena and by macOS; never data.
_SIDE_FILES = (".metadata", ".crc")


def find_files(path: Path) -> list[Path]:
    """Return the data files at a path: itself, or those below the directory, by name.

    Names that begin with ``.`` or ``_`` are no data, and nothing below them is. A
    name without any suffix is taken, as Athena writes them.

    Raises
    ------
    TrainingError
        If there is nothing, or something of another format.
    """
    if path.is_dir():
        files = sorted(
            entry
            for entry in path.rglob("*")
            if entry.is_file() and is_data_file(entry.relative_to(path))
        )
        if not files:
            raise TrainingError(
                f"{path} holds no files; put CSV or Parquet files there."
            )
    elif path.is_file():
        files = [path]
    else:
        raise TrainingError(f"{path} does not exist; check the path of the data.")
    for file in files:
        if "." in file.name and not file.name.lower().endswith(SUFFIXES):
            raise TrainingError(
                f"{file} is not a data file: its name must end in "
                f"{', '.join(SUFFIXES)}; write it as CSV or Parquet, or remove it."
            )
        if file.stat().st_size == 0:
            raise TrainingError(f"{file} is empty; write it again.")
    return files


def is_data_file(path: Path) -> bool:
    """Whether a file below the data's directory is data, by its relative path."""
    is_hidden = any(part.startswith((".", "_")) for part in path.parts)
    return not is_hidden and not path.name.lower().endswith(_SIDE_FILES)


def suffix_of(file: Path) -> str:
    """Return the one of `SUFFIXES` that a data file's name ends in, "" for none."""
    name = file.name.lower()
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")


def part_names(files: Sequence[Path]) -> list[str]:
    """Names of parts, with ``/``, from the directory that all have in common."""
    common = os.path.commonpath([file.parent for file in files])
    return [file.relative_to(common).as_posix() for file in files]


def sha256_of_files(files: Sequence[Path]) -> str:
    """SHA-256 of one file's bytes, or of all names and hashes when there are more."""
    if len(files) == 1:
        return sha256_of(files[0])
    named = zip(part_names(files), files, strict=True)
    lines = "".join(f"{name} {sha256_of(file)}\n" for name, file in named)
    return hashlib.sha256(lines.encode()).hexdigest()


def is_parquet(file: Path) -> bool:
    """Whether it is Parquet by its name, or by its first bytes where it has no name.

    Raises
    ------
    TrainingError
        If a compressed file is not of the format that its name says.
    """
    suffix = suffix_of(file)
    if suffix in (".parquet", ".pq"):
        return True
    kind = format_of(file)
    wanted = {".csv.gz": "gzip", ".gz": "gzip", ".zip": "zip"}.get(suffix, kind)
    if kind != wanted:
        raise TrainingError(
            f"{file} is {kind}, not what its name says ({wanted}); rename it or write "
            "it again."
        )
    return kind == "parquet"
