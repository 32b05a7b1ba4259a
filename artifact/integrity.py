"""Whether an artifact's files are those that its manifest lists."""

from collections.abc import Collection
from pathlib import Path

from artifact import layout
from artifact.documents import unreadable
from artifact.errors import ArtifactError
from artifact.manifest import Manifest


def hash_files(model_dir: Path) -> dict[str, str]:
    """Relative path → SHA-256 of every file of the artifact but the manifest."""
    return {
        name: layout.sha256_of(model_dir / name)
        for name in layout.list_files(model_dir)
        if name != layout.MANIFEST
    }


def verify(model_dir: Path, manifest: Manifest) -> None:
    """Check that the artifact is what its manifest lists, file by file.

    Raises
    ------
    ArtifactError
        Naming the first file that is absent, not listed, changed, or not a file.
    """
    present = set(layout.list_files(model_dir))
    check_names(present, manifest)
    for name, expected in manifest.files.items():
        path = model_dir / name
        if path.is_symlink():
            raise ArtifactError(
                f"{name} of the artifact is a link, expected a file; deploy the "
                f"{layout.ARCHIVE} that training wrote."
            )
        try:
            got = layout.sha256_of(path)
        except OSError as error:
            raise unreadable(name, error) from None
        if got != expected:
            raise ArtifactError(
                f"{name} has SHA-256 {got}, the manifest says {expected}: the file "
                "was changed after training; deploy the original artifact."
            )


def check_names(present: Collection[str], manifest: Manifest) -> None:
    """Check the names of an artifact's files against its manifest.

    Raises
    ------
    ArtifactError
        Naming the first file that is required and not listed, absent, or not listed.
    """
    for name in layout.REQUIRED_FILES:
        if name not in manifest.files:
            raise ArtifactError(
                f"{layout.MANIFEST} lists no {name}, which serving needs; train again."
            )
    listed = {*manifest.files, layout.MANIFEST}
    for name in sorted(listed.difference(present)):
        raise ArtifactError(
            f"The artifact has no {name}, which its manifest lists; deploy the "
            f"complete {layout.ARCHIVE} that training wrote."
        )
    for name in sorted(set(present) - listed):
        raise ArtifactError(
            f"The artifact has a file {name!r}, which its manifest does not list; "
            f"deploy the original {layout.ARCHIVE} that training wrote."
        )
