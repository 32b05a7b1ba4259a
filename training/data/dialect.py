"""How a text file is written: encoding, delimiter, and whether names come first."""

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TextIO, cast

from training.errors import TrainingError

_DELIMITERS = ",;\t|"
_SAMPLE_BYTES = 1 << 18
_SAMPLE_RECORDS = 50
_NUMBER = re.compile(r"[-+]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?")
_GZIP, _ZIP, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"


@dataclass(frozen=True)
class Dialect:
    """How one text file is written."""

    encoding: str
    delimiter: str
    names: tuple[str, ...]

    @property
    def notes(self) -> list[str]:
        """What is unusual about it, in words."""
        words = {";": "semicolons", "\t": "tabs", "|": "bars"}
        said = []
        if self.encoding == "windows-1252":
            said.append("not UTF-8, read as Latin-1 (windows-1252)")
        elif self.encoding.startswith("utf-16"):
            said.append("UTF-16")
        if self.delimiter in words:
            said.append(f"cells are separated by {words[self.delimiter]}")
        return said


def file_format(file: Path) -> str:
    """Return "parquet", "gzip", "zip" or "text", by the file's first bytes."""
    with file.open("rb") as opened:
        start = opened.read(4)
    if start == _PARQUET:
        return "parquet"
    if start == _ZIP:
        return "zip"
    return "gzip" if start[:2] == _GZIP else "text"


@contextmanager
def open_bytes(file: Path) -> Iterator[IO[bytes]]:
    """Open a text file, a compressed one, or the one member of a zip archive.

    Raises
    ------
    TrainingError
        If a zip archive has several members.
    """
    kind = file_format(file)
    if kind == "gzip":
        with gzip.open(file, "rb") as opened:
            yield cast("IO[bytes]", opened)
    elif kind == "zip":
        with zipfile.ZipFile(file) as archive:
            members = [
                item
                for item in archive.infolist()
                if not item.is_dir()
                and not Path(item.filename).name.startswith((".", "_"))
                and not item.filename.startswith("__MACOSX/")
            ]
            if len(members) != 1:
                raise TrainingError(
                    f"{file} holds {len(members)} files, expected one; unpack it and "
                    "name the file or the directory."
                )
            with archive.open(members[0]) as member:
                yield member
    else:
        with file.open("rb") as opened:
            yield opened


@contextmanager
def open_text(file: Path, encoding: str = "utf-8-sig") -> Iterator[TextIO]:
    """Open a text file, whatever it is packed in."""
    with (
        open_bytes(file) as raw,
        io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="") as text,
    ):
        yield text


def find_dialect(file: Path) -> Dialect:
    """Look at the beginning of a text file.

    Raises
    ------
    TrainingError
        If its first line holds values and not names.
    """
    with open_bytes(file) as raw:
        sample = raw.read(_SAMPLE_BYTES)
    encoding = _encoding(sample)
    text = sample.decode(encoding, errors="ignore")
    delimiter = max(_DELIMITERS, key=lambda mark: _evenness(text, mark))
    names = tuple(next(csv.reader(io.StringIO(text), delimiter=delimiter), []))
    names = tuple(name.strip() for name in names)
    _refuse_values(file, names)
    return Dialect(encoding, delimiter, names)


def _encoding(sample: bytes) -> str:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        # The sample may end within a character.
        sample[: -4 if len(sample) == _SAMPLE_BYTES else None].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(sample) - error.start > 4 or len(sample) < _SAMPLE_BYTES:  # noqa: PLR2004
            return "windows-1252"
    return "utf-8-sig"


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    """Share of the first records that are as wide as the first, and that width."""
    try:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter)
        widths = [len(cells) for cells in islice(reader, _SAMPLE_RECORDS) if cells]
    except csv.Error:
        return (0.0, 0)
    if not widths or widths[0] == 1:
        return (0.0, 0)
    return (widths.count(widths[0]) / len(widths), widths[0])


def _refuse_values(file: Path, names: tuple[str, ...]) -> None:
    """Refuse a first line that holds numbers other than 0, 1, 2 … in order."""
    numbers = [name for name in names if _NUMBER.fullmatch(name)]
    if numbers and numbers != [str(i) for i in range(len(numbers))]:
        raise TrainingError(
            f"{file} has no header: {len(numbers)} of the {len(names)} cells in its "
            "first line are numbers, expected the columns' names; put a line of names "
            "before it."
        )
