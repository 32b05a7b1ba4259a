"""The files of all hosts, of which each has its share."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from artifact.layout import sha256_of
from training.columns import Columns
from training.data.data_files import find_files, is_data_file
from training.data.headers import check_columns
from training.data.shown_names import shown
from training.data.tables import column_names
from training.distributed.group import Group
from training.errors import TrainingError


@dataclass(frozen=True)
class Inventory:
    """What this host has, and what all have together."""

    #: The directory that names are relative to: hosts may have it elsewhere.
    root: Path
    #: This host's, by name.
    files: tuple[Path, ...]
    #: Every host's, as if they all were here.
    everywhere: tuple[Path, ...]
    #: Names of the columns, in the order of the first file.
    column_names: tuple[str, ...]
    #: As that of the files in one directory.
    sha256: str

    def name_of(self, file: Path) -> PurePosixPath:
        """Return a file's name, which is the same on all hosts and gives the order."""
        return PurePosixPath(file.relative_to(self.root).as_posix())


def take_inventory(group: Group, root: Path, columns: Columns) -> Inventory:
    """Look at all files' names, contents and headers.

    A host without any data file is allowed: it helps with nothing but is no fault.

    Raises
    ------
    TrainingError
        If there is no file at all, one name is on two hosts, or the columns of two
        files differ.
    """
    files = _own_files(root)
    top = root if root.is_dir() else root.parent
    own = [
        (file.relative_to(top).as_posix(), sha256_of(file), tuple(column_names(file)))
        for file in files
    ]
    hosts = zip(group.hosts.names, group.gather(own), strict=True)
    found = sorted(
        (PurePosixPath(name), host, sha256, names)
        for host, items in hosts
        for name, sha256, names in items
    )
    if not found:
        raise TrainingError("The data hold no files; put CSV or Parquet files there.")
    for (name, host, *_), (other, other_host, *_) in pairwise(found):
        if name == other:
            raise TrainingError(
                f"{name} is on {host} and on {other_host}, so that its rows would "
                "count twice; start the job with 'fraud launch', which shares out the "
                "files (ShardedByS3Key)."
            )
    first_name, first_host, _, first_columns = found[0]
    for name, host, _, names in found:
        difference = set(names) ^ set(first_columns)
        if difference:
            raise TrainingError(
                f"{name} on {host} and {first_name} on {first_host} differ in column "
                f"{shown(min(difference))}; all parts need the same columns."
            )
    everywhere = tuple(top / name for name, *_ in found)
    checked = check_columns(files, columns, everywhere) if files else []
    return Inventory(
        root=top,
        files=tuple(files),
        everywhere=everywhere,
        column_names=next(filter(None, group.gather(tuple(checked)))),
        sha256=_sha256_of_all([(str(name), sha256) for name, _, sha256, _ in found]),
    )


def _own_files(root: Path) -> list[Path]:
    """Return this host's files: what lies beside data may be all that it was given."""
    if root.is_dir() and not any(
        entry.is_file() and is_data_file(entry.relative_to(root))
        for entry in root.rglob("*")
    ):
        return []
    return find_files(root)


def _sha256_of_all(found: Sequence[tuple[str, str]]) -> str:
    """As `training.data.tables.sha256_of_files` has it of one host's files."""
    if len(found) == 1:
        return found[0][1]
    common = os.path.commonpath([os.path.dirname(name) for name, _ in found])  # noqa: PTH120 - of a name
    lines = "".join(
        f"{os.path.relpath(name, common) if common else name} {sha256}\n"
        for name, sha256 in found
    )
    return hashlib.sha256(lines.encode()).hexdigest()
