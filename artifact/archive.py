"""``model.tar.gz`` of an artifact, as a training job's would be.

    fraud pack --model-dir out

SageMaker packs what a training job leaves; this packs what ``training.train`` wrote on
this machine, to be uploaded and deployed like any other.
"""

import argparse
import gzip
import io
import os
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from artifact import layout
from artifact.errors import ArtifactError
from artifact.manifest import read_manifest, verify


def pack(directory: Path, tar_path: Path) -> None:
    """Write a directory's contents as ``model.tar.gz``, names at the tar's root.

    The same contents give the same bytes: order, owners, modes and times are
    fixed. The tar appears under its name only when it is complete.
    """
    handle, temporary = tempfile.mkstemp(dir=tar_path.parent, prefix=".packing-")
    try:
        with (
            os.fdopen(handle, "wb") as raw,
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            for name in layout.list_files(directory):
                data = (directory / name).read_bytes()
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                entry.mode = 0o644
                tar.addfile(entry, io.BytesIO(data))
        Path(temporary).replace(tar_path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


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
