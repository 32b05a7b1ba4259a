"""How a text file is written: encoding, delimiter, and whether names come first."""

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TextIO, cast

from training.data.shown_names import shown
from training.errors import TrainingError

_DELIMITERS = ",;\t|"
_SAMPLE_BYTES = 1 << 18
_SAMPLE_RECORDS = 50
# A number, an amount with its sign, or a date: no column is called so.
_VALUE = re.compile(
    r"[-+(]?[$€£]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?[%)]?|"
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[ T].*)?"
)
_SEPARATOR = re.compile(r"[sS][eE][pP]=([,;\t|])")
_MOST_TITLE_LINES = 5
#: A sample may end within a record.
_MOSTLY_EVEN = 0.5
#: A name may be a value of its column by chance; a line of names is not full of them.
_MOST_REPEATED_NAMES = 0.25
_GZIP, _ZIP, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"


@dataclass(frozen=True)
class Dialect:
    """How one text file is written."""

    encoding: str
    delimiter: str
    names: tuple[str, ...]
    quote: str = '"'
    #: Lines before the header: blank ones, a title, Excel's ``sep=;``.
    lines_before: int = 0
    #: The names as the file has them, where two may be alike.
    header: tuple[str, ...] = ()

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
        if self.quote != '"':
            said.append("cells stand in single quotes")
        if self.lines_before:
            said.append(f"the header is line {self.lines_before + 1}")
        said += [
            f"two columns are called {shown(name)}; the second is called {shown(apart)}"
            for name, apart in zip(self.header, self.names, strict=False)
            if name != apart
        ]
        return said


def file_format(file: Path) -> str:
    """Return "parquet", "gzip", "zip" or "text", by the file's first bytes."""
    with file.open("rb") as opened:
        return _format_of(opened.read(4))


def _format_of(start: bytes) -> str:
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
        If a zip archive has several members, or is encrypted.
    """
    with file.open("rb") as opened, unpacked(opened, str(file)) as raw:
        yield raw


@contextmanager
def unpacked(opened: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """Yield what a file holds, whatever it is packed in; raises as `open_bytes`."""
    kind = _format_of(opened.read(4))
    opened.seek(0)
    if kind == "gzip":
        with gzip.open(opened, "rb") as text:
            yield cast("IO[bytes]", text)
    elif kind == "zip":
        with zipfile.ZipFile(opened) as archive:
            members = [
                item
                for item in archive.infolist()
                if not item.is_dir()
                and not Path(item.filename).name.startswith((".", "_"))
                and not item.filename.startswith("__MACOSX/")
            ]
            if len(members) != 1:
                raise TrainingError(
                    f"{name} holds {len(members)} files, expected one; unpack it and "
                    "name the file or the directory."
                )
            try:
                member = archive.open(members[0])
            except RuntimeError:  # NotImplementedError too
                raise TrainingError(
                    f"{name} is encrypted or packed in a way that cannot be read; "
                    "unpack it and name the file or the directory."
                ) from None
            with member:
                yield member
    else:
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
        If its first line holds values and not names, or it is no text.
    """
    with open_bytes(file) as raw:
        sample = raw.read(_SAMPLE_BYTES)
    dialect, values = dialect_of(sample, str(file))
    if values:
        raise TrainingError(
            f"{file} has no header: {values} of the {len(dialect.names)} cells in its "
            "first line are values, expected the columns' names; put a line of names "
            "before it."
        )
    return dialect


def dialect_of(sample: bytes, name: str) -> tuple[Dialect, int]:
    """Return how a file is written that begins so, and how many names are values.

    Raises
    ------
    TrainingError
        If it is no text.
    """
    if sample.startswith(_PARQUET):
        raise TrainingError(f"{name} holds a Parquet file; unpack it.")
    sample = sample[:_SAMPLE_BYTES]
    encoding = _encoding(sample)
    text = sample.decode(encoding, errors="ignore").removeprefix("\ufeff")
    lines = list(io.StringIO(text, newline=None))
    lines_before, delimiter = _lines_before(lines[:_SAMPLE_RECORDS])
    text = "".join(lines[lines_before:])
    delimiter = delimiter or max(_DELIMITERS, key=lambda mark: _evenness(text, mark))
    quote = "'" if _in_single_quotes(text, delimiter) else '"'
    records = list(islice(_records(text, delimiter, quote), _SAMPLE_RECORDS))
    header = tuple(name.strip() for name in records[0]) if records else ()
    dialect = Dialect(
        encoding, delimiter, named_apart(header), quote, lines_before, header
    )
    return dialect, _values_among(header, records[1:])


def named_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of which the second of two alike is ``name.1``, as in pandas."""
    taken, apart = set(names), []
    for place, name in enumerate(names):
        again = names[:place].count(name)
        while name and again and f"{name}.{again}" in taken:
            again += 1
        apart.append(f"{name}.{again}" if name and again else name)
        taken.add(apart[-1])
    return tuple(apart)


def _records(text: str, delimiter: str, quote: str = '"') -> Iterator[list[str]]:
    # As Arrow reads them: a carriage return alone ends a line too.
    reader = csv.reader(
        io.StringIO(text, newline=None), delimiter=delimiter, quotechar=quote
    )
    with suppress(csv.Error):
        yield from filter(None, reader)


def _lines_before(lines: Sequence[str]) -> tuple[int, str]:
    """Count the lines before the header, and return the delimiter that one names.

    A title is a line of one cell above lines of several.
    """
    filled = [at for at, line in enumerate(lines) if line.strip()]
    if not filled:
        return 0, ""
    named = _SEPARATOR.fullmatch(lines[filled[0]].strip())
    if named:
        return filled[0] + 1, named.group(1)
    for at in filled[:_MOST_TITLE_LINES]:
        if any(mark in lines[at] for mark in _DELIMITERS):
            is_title_above = at > filled[0] and _is_table(lines[at:])
            return (at if is_title_above else filled[0]), ""
    return filled[0], ""


def _is_table(lines: Sequence[str]) -> bool:
    """Whether most records have as many cells as the first."""
    text = "".join(lines)
    return max(_evenness(text, mark)[0] for mark in _DELIMITERS) > _MOSTLY_EVEN


def _in_single_quotes(text: str, delimiter: str) -> bool:
    """Whether all names in the header stand in single quotes."""
    header = next(_records(text, delimiter), [])
    return bool(header) and all(
        len(cell) > 1 and cell[0] == cell[-1] == "'" for cell in map(str.strip, header)
    )


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
    records = islice(_records(text, delimiter), _SAMPLE_RECORDS)
    widths = [len(cells) for cells in records]
    if not widths or widths[0] == 1:
        return (0.0, 0)
    return (widths.count(widths[0]) / len(widths), widths[0])


def _values_among(names: tuple[str, ...], records: Sequence[Sequence[str]]) -> int:
    """Count the names that are values: numbers, dates, or words that come again below.

    0 where they are names after all. Numbers that are 0, 1, 2 … in order are names.
    """
    numbers = [name for name in names if _VALUE.fullmatch(name)]
    if numbers == [str(i) for i in range(len(numbers))]:
        if len(numbers) == len(names):
            return 0
        numbers = []
    again = [
        name
        for place, name in enumerate(names)
        if name
        and any(name == cells[place].strip() for cells in records if len(cells) > place)
    ]
    values = len({*numbers, *again})
    return values if numbers or values > _MOST_REPEATED_NAMES * len(names) else 0
