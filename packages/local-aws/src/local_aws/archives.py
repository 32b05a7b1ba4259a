"""The tar.gz archives that go between S3 and containers, unpacked within bounds."""

import gzip
import io
import tarfile
import zlib
from pathlib import Path

#: What one archive may unpack to; a few megabytes of zeros unpack to gigabytes.
MAX_UNPACKED_BYTES = 16 * 1024**3
#: What may stand between two files' contents: tar's headers with their extensions,
#: each of which is read into memory.
MAX_HEADER_BYTES = 1024**2
MAX_MEMBERS = 100_000


class ArchiveError(Exception):
    """A file is no archive that can be unpacked; the message says why."""


class _Bounded(io.BufferedIOBase):
    """A stream that ends with an error where an archive has become too large."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream
        self._left_bytes = MAX_UNPACKED_BYTES
        self._header_bytes: int | None = 0

    def expect_header(self) -> None:
        """Count from here on, until the member's contents begin."""
        self._header_bytes = 0

    def expect_contents(self) -> None:
        """Count no header any more."""
        self._header_bytes = None

    def read(self, size: int | None = -1, /) -> bytes:
        """Read on, at most `size` bytes."""
        data = self._stream.read1(1 << 20 if size is None or size < 0 else size)
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            raise ArchiveError(f"it unpacks to more than {MAX_UNPACKED_BYTES} bytes")
        if self._header_bytes is not None:
            self._header_bytes += len(data)
            if self._header_bytes > MAX_HEADER_BYTES:
                raise ArchiveError(f"a header has more than {MAX_HEADER_BYTES} bytes")
        return data


def unpack(archive: Path, directory: Path) -> None:
    """Unpack a tar.gz file of files and folders into a directory.

    Raises
    ------
    ArchiveError
        If it is no compressed archive or not all of one, or exceeds the bounds, or a
        member is a link or a device, or would be written outside the directory.
    """
    try:
        # Uncompressed, SageMaker refuses it, whatever its name.
        with (
            gzip.open(archive) as unzipped,
            _Bounded(unzipped) as bounded,
            tarfile.open(fileobj=bounded, mode="r|") as tar,
        ):
            _extract(tar, bounded, directory)
            bounded.expect_contents()
            # To the end of the compressed stream, where its check sum is.
            while bounded.read():
                pass
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise ArchiveError(str(error)) from error


def _extract(tar: tarfile.TarFile, bounded: _Bounded, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for number, member in enumerate(tar):
        if number >= MAX_MEMBERS:
            raise ArchiveError(f"it has more than {MAX_MEMBERS} members")
        bounded.expect_contents()
        tar.extract(member, directory, filter=_plain)
        bounded.expect_header()


def _plain(member: tarfile.TarInfo, directory: str) -> tarfile.TarInfo | None:
    """Let files and folders through; tarfile's own filter checks where they go."""
    if not (member.isfile() or member.isdir()):
        raise ArchiveError(f"{member.name} is no file or folder")
    return tarfile.data_filter(member, directory)


def pack(directory: Path, archive: Path) -> None:
    """Pack the contents of a directory, names at the archive's root."""
    with tarfile.open(archive, "w:gz") as tar:
        for path in sorted(directory.iterdir()):
            tar.add(path, arcname=path.name)
