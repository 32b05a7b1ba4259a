"""``model.tar.gz``: written from an artifact's directory, and read without unpacking.

    fraud pack --model-dir out

SageMaker packs what a training job leaves; this packs what ``training.train`` wrote on
this machine, to be uploaded and deployed like any other.
"""

import argparse
import gzip
import hashlib
import io
import posixpath
import sys
import tarfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from artifact import layout
from artifact.decision import DecisionRule, parse_config
from artifact.documents import MAX_DOCUMENT_BYTES
from artifact.errors import ArtifactError
from artifact.integrity import check_names, verify
from artifact.manifest import Manifest
from artifact.manifest_file import parse_manifest, read_manifest
from artifact.publishing import staging_directory

#: What an archive may hold: far more than an artifact of this project, far less than
#: a disk.
MAX_UNPACKED_BYTES = 8 * 1024**3
#: What may stand between two files' contents: tar's headers with their extensions,
#: each of which tarfile reads into memory.
MAX_HEADER_BYTES = 1024**2
MAX_MEMBERS = 10_000


class Stream(Protocol):
    """What an archive is read from: a file, or the body of an answer of S3."""

    def read(self, size: int, /) -> bytes:
        """Read on, at most `size` bytes."""


@dataclass(frozen=True)
class Documents:
    """Files of an archive, each as its manifest lists it.

    Attributes
    ----------
    manifest : Manifest
    manifest_sha256 : str
    decision_rule : DecisionRule
        The one in ``config.json``.
    files : mapping of str to bytes
        Those that were asked for and are there.
    """

    manifest: Manifest
    manifest_sha256: str
    decision_rule: DecisionRule
    files: Mapping[str, bytes]


def read_documents(
    archive: Stream,
    source: str,
    names: Collection[str] = (),
    *,
    complete: bool = True,
) -> Documents:
    """Read the manifest, the rule and other small files out of ``model.tar.gz``.

    The archive is read as a stream, once, and nothing is unpacked.
    What SageMaker deploys is read: gzip, members with or without a leading ``./``.

    Parameters
    ----------
    archive : binary file, or what else reads
    source : str
        What errors call it: its URI or path.
    names : collection of str
        Further files to read, where the archive has them.
    complete : bool
        Read to the end, and check every file against the manifest; else no further
        than to the last file that is asked for (`pack` writes the model after them).

    Raises
    ------
    ArtifactError
        If it is no archive of files alone, complete and within the bounds, or its
        files are not those that its manifest lists.
    """
    wanted = {layout.MANIFEST, layout.CONFIG, *names}
    try:
        files, hashes = _read(archive, wanted, complete)
    except _RefusedError as error:
        raise ArtifactError(
            f"{source} holds {error}; deploy a {layout.ARCHIVE} that training wrote."
        ) from None
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError):
        raise ArtifactError(
            f"{source} is no tar.gz archive, or not all of one; deploy a "
            f"{layout.ARCHIVE} that training wrote."
        ) from None
    if layout.MANIFEST not in files:
        raise ArtifactError(
            f"{source} has no {layout.MANIFEST} at its root; deploy a "
            f"{layout.ARCHIVE} that training wrote."
        )
    manifest = parse_manifest(files[layout.MANIFEST])
    if complete:
        check_names(hashes, manifest)
    for name in sorted(hashes.keys() - {layout.MANIFEST} | {layout.CONFIG}):
        if hashes.get(name) != manifest.files.get(name):
            raise ArtifactError(
                f"{name} in {source} is not the file that its manifest lists; deploy "
                "the original artifact."
            )
    return Documents(
        manifest,
        hashes[layout.MANIFEST],
        parse_config(files[layout.CONFIG]),
        {name: files[name] for name in names if name in files},
    )


class _RefusedError(Exception):
    """What an archive holds and must not."""


def _read(
    archive: Stream,
    wanted: Collection[str],
    complete: bool,  # noqa: FBT001 - from one place
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Contents of the wanted files, and the SHA-256 of every file."""
    files: dict[str, bytes] = {}
    hashes: dict[str, str] = {}
    with (
        gzip.GzipFile(fileobj=cast("BinaryIO", archive)) as unzipped,
        _Bounded(unzipped) as bounded,
        tarfile.open(fileobj=bounded, mode="r|") as tar,
    ):
        for number, member in enumerate(tar):
            bounded.expect_contents()
            name = _checked_name(member, number)
            if member.isdir():
                bounded.expect_header()
                continue
            if name in hashes:
                raise _RefusedError(f"{name!r} twice")
            if name in wanted and member.size > MAX_DOCUMENT_BYTES:
                raise _RefusedError(f"more than {MAX_DOCUMENT_BYTES} bytes of {name!r}")
            file, digest, chunks = tar.extractfile(member), hashlib.sha256(), []
            while file is not None and (chunk := file.read(1 << 20)):
                digest.update(chunk)
                if name in wanted:
                    chunks.append(chunk)
            hashes[name] = digest.hexdigest()
            if name in wanted:
                files[name] = b"".join(chunks)
            if not complete and len(files) == len(wanted):
                return files, hashes
            bounded.expect_header()
        bounded.expect_contents()
        # To the end of the compressed stream, where its check sum is.
        while bounded.read(1 << 20):
            pass
    return files, hashes


def _checked_name(member: tarfile.TarInfo, number: int) -> str:
    """Name of a member below the archive's root."""
    if number >= MAX_MEMBERS:
        raise _RefusedError(f"more than {MAX_MEMBERS} members")
    name = member.name
    if name.startswith("/") or ".." in name.split("/") or not name.isprintable():
        raise _RefusedError(f"{name!r}, which lies outside of it")
    if member.issym() or member.islnk():
        raise _RefusedError(f"the link {name!r}, which may lead out of it")
    if not (member.isfile() or member.isdir()) or member.issparse():
        raise _RefusedError(f"{name!r}, which is neither a file nor a directory")
    return posixpath.normpath(name)


class _Bounded(io.BufferedIOBase):
    """A stream that ends with an error where an archive has become too large."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream
        self._left_bytes = MAX_UNPACKED_BYTES
        self._header_bytes: int | None = 0

    def expect_header(self) -> None:
        """Count from here on, until a member's contents begin."""
        self._header_bytes = 0

    def expect_contents(self) -> None:
        """Count no header any more."""
        self._header_bytes = None

    def read(self, size: int | None = -1, /) -> bytes:
        """Read on, at most `size` bytes."""
        # As much as there is: reading ahead would meet the end of a cut archive early.
        data = self._stream.read1(1 << 20 if size is None or size < 0 else size)
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            raise _RefusedError(f"more than {MAX_UNPACKED_BYTES} bytes unpacked")
        if self._header_bytes is not None:
            self._header_bytes += len(data)
            if self._header_bytes > MAX_HEADER_BYTES:
                raise _RefusedError(f"a header of more than {MAX_HEADER_BYTES} bytes")
        return data


def pack(directory: Path, tar_path: Path) -> None:
    """Write a directory's contents as ``model.tar.gz``, names at the tar's root.

    The same contents give the same bytes: order, owners, modes and times are
    fixed. The tar appears under its name only when it is complete.
    """
    with staging_directory(tar_path) as staging:
        temporary = staging / tar_path.name
        with (
            temporary.open("wb") as raw,
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            for name in layout.list_files(directory):
                data = (directory / name).read_bytes()
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                entry.mode = 0o644
                tar.addfile(entry, io.BytesIO(data))
        temporary.replace(tar_path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify an artifact and pack it; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        verify(options.model_dir, read_manifest(options.model_dir))
        pack(options.model_dir, options.archive)
    except ArtifactError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"error: {options.archive} cannot be written ({error.strerror}); "
            "choose another place with --archive.",
            file=sys.stderr,
        )
        return 1
    print(f"Wrote {options.archive}, {options.archive.stat().st_size:,} bytes")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fraud pack",
        description="Pack an artifact that fraud train wrote, once it is verified.",
        epilog="Example: fraud pack --model-dir out --archive model.tar.gz",
    )
    parser.add_argument(
        "--model-dir", type=Path, default=Path("out"), help="(default: out)"
    )
    parser.add_argument(
        "--archive",
        type=Path,
        default=Path(layout.ARCHIVE),
        help=f"file to write (default: {layout.ARCHIVE})",
    )
    return parser
